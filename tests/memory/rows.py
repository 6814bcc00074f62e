"""Rows of the store in memory, by key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from priorauth.services.ports import Conflict, NotKnown

Key = TypeVar("Key")
Value = TypeVar("Value")


def known(rows: Mapping[Key, Value], key: Key) -> Value:
    """The row with that key; NotKnown where there is none."""
    if key not in rows:
        raise NotKnown
    return rows[key]


def add(rows: dict[Key, Value], key: Key, value: Value) -> None:
    """Store a new row; Conflict where the key is taken."""
    if key in rows:
        raise Conflict
    rows[key] = value
