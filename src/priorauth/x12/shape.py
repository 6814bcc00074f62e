"""Where the segments of one loop stand, without their values; how a reader reads them is found once per shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from .compiled import CompiledLoop

Made = TypeVar("Made", covariant=True)

Places = Mapping[str, tuple[list[int], int]]
"""By `Use.key`: its rows, counted from the block's first, and the width to pad to."""


class BlockReader(Protocol[Made]):
    """Makes something of the segments of one loop."""

    def prepare(self, places: Places) -> Callable[..., Made]:
        """The function for segments at these places: `(rows, the block's first, component separator, ...)`."""


@dataclass(slots=True, eq=False)
class Shape:
    """One loop of a block without its values: where its segments are (from the block's first), and its loops."""

    loop: CompiledLoop
    places: dict[str, tuple[list[int], int]] = field(default_factory=dict)
    blocks: dict[str, list[Shape]] = field(default_factory=dict)  # loop id -> its repetitions
    readers: dict[BlockReader[Any], Callable[..., Any]] = field(default_factory=dict)  # prepared when first used

    def read_by(self, reader: BlockReader[Made]) -> Callable[..., Made]:
        """How that reader reads loops of this shape."""
        if reader not in self.readers:
            self.readers[reader] = reader.prepare(self.places)
        read: Callable[..., Made] = self.readers[reader]
        return read
