"""The documents that were read of late, so that the next step of a request need not open and decode them again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, TypeVar

import msgspec

from priorauth.adapters.archive import Seal

Value = TypeVar("Value")

KEPT_BYTES = 4 * 1024 * 1024
"""How many sealed bytes the kept values were read of, at most: the documents of some hundred open requests."""


class Documents:
    """Opens documents, and keeps what it opened by the very bytes and their row: a changed document is another one.

    The values are frozen, so that all who ask for one may have the same.
    """

    def __init__(self, seal: Seal, kept_bytes: int = KEPT_BYTES) -> None:
        self._seal = seal
        self._room = kept_bytes
        self._kept: OrderedDict[tuple[str, bytes], Any] = OrderedDict()

    def read(self, row: str, document: bytes, decoder: msgspec.json.Decoder[Value]) -> Value:
        """The value of a sealed JSON document; Damaged where it is not what was sealed for this row."""
        key = (row, document)
        if key in self._kept:
            self._kept.move_to_end(key)
            kept: Value = self._kept[key]
            return kept
        value = decoder.decode(self._seal.open(document, row))
        self._keep(key, value)
        return value

    def _keep(self, key: tuple[str, bytes], value: object) -> None:
        """Make room, the longest unused first. What is larger than all the room is not kept."""
        self._kept[key] = value
        self._room -= len(key[1])
        while self._room < 0:
            (_, document), _ = self._kept.popitem(last=False)
            self._room += len(document)
