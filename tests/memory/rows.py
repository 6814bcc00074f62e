"""Rows of the store in memory, by key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
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


def forget(table: dict[Key, Value], before: datetime, limit: int, *, at: Callable[[Value], datetime]) -> int:
    """Delete rows from before then, the oldest first; how many."""
    old = sorted((key for key in table if at(table[key]) < before), key=lambda key: at(table[key]))[:limit]
    for key in old:
        del table[key]
    return len(old)
