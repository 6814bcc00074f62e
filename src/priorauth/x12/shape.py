"""Where the segments of one loop stand, without their values; how a reader reads them is found once per shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from .compiled import CompiledLoop

Made = TypeVar("Made", covariant=True)


class BlockReader(Protocol[Made]):
    """Makes something of the segments of one loop."""

    def prepare(self, shape: Shape) -> Callable[..., Made]:
        """The function for loops of that shape: `(rows, the block's first, component separator, ...)`."""


@dataclass(slots=True, eq=False)
class Shape:
    """One loop of a block without its values: where its segments are (from the block's first), and its loops."""

    loop: CompiledLoop
    places: dict[str, tuple[list[int], int]] = field(default_factory=dict)  # Use.key -> rows, and the width to pad to
    blocks: dict[str, list[Shape]] = field(default_factory=dict)  # loop id -> its repetitions
    readers: dict[BlockReader[Any], Callable[..., Any]] = field(default_factory=dict)  # prepared when first used

    def read_by(self, reader: BlockReader[Made]) -> Callable[..., Made]:
        """How that reader reads loops of this shape."""
        if reader not in self.readers:
            self.readers[reader] = reader.prepare(self)
        read: Callable[..., Made] = self.readers[reader]
        return read

    def at(self, key: str) -> list[int]:
        """Where the segments of that key are."""
        return self.places[key][0] if key in self.places else []
