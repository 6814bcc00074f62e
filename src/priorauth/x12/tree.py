"""The loop tree of one transaction set: the segments by loop and key, as translators read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from priorauth.domain.findings import Finding

from .segments import EMPTY, Delimiters, Segment
from .shape import BlockReader, Made, Shape


class Branch(NamedTuple):
    """A loop that an HL opens, without its values: the row of the HL (behind ST), and what hangs below."""

    shape: Shape
    row: int
    below: dict[str, list[Branch]]


Branches = Mapping[str, list[Branch]]
NO_BRANCHES: Branches = {}


class LoopNode:
    """One repetition of a loop. The root has the id "" and holds the header and the top loops.

    A key is `Use.key` of the guide table: `UM`, `DTP/435`, `REF/BB`, `NM1`. Segments are padded, so that every
    element of the guide answers, and an absent segment answers "" for all of them.
    """

    __slots__ = ("_below", "_rows", "_shape", "_start")

    def __init__(self, shape: Shape, rows: list[list[str]], start: int, below: Branches = NO_BRANCHES) -> None:
        self._shape = shape
        self._rows = rows
        self._start = start
        self._below = below

    @property
    def levels(self) -> dict[str, list[LoopNode]]:
        """The loops directly below that an HL opens, by loop id."""
        return {id: self.loops(id) for id in self._below}

    @property
    def id(self) -> str:
        """The loop id, such as 2010EA."""
        return self._shape.loop.id

    def segment(self, key: str) -> Segment:
        """The first segment of that key, or `EMPTY`."""
        place = self._shape.places.get(key)
        if place is None:
            return EMPTY
        row = self._rows[self._start + place[0][0]]
        return Segment(row + [""] * (place[1] - len(row)))

    def segments(self, key: str) -> list[Segment]:
        """Every segment of that key, in order."""
        indexes, width = self._shape.places.get(key, ((), 0))
        rows = [self._rows[self._start + index] for index in indexes]
        return [Segment(row + [""] * (width - len(row))) for row in rows]

    def number(self, key: str, index: int = 0) -> int:
        """The number of a segment in the set (ST is 1), or 0 where there is none."""
        indexes, _ = self._shape.places.get(key, ((), 0))
        return self._start + indexes[index] + 1 if index < len(indexes) else 0

    def loops(self, id: str) -> list[LoopNode]:
        """Every repetition of that loop directly below, in order."""
        rows = self._rows
        if id in self._below:
            return [LoopNode(branch.shape, rows, branch.row + 1, branch.below) for branch in self._below[id]]
        return [LoopNode(shape, rows, self._start) for shape in self._shape.blocks.get(id, ())]

    def level(self, id: str) -> LoopNode | None:
        """The first repetition of a loop directly below that an HL opens, or None."""
        if id not in self._below:
            return None
        shape, row, below = self._below[id][0]
        return LoopNode(shape, self._rows, row + 1, below)

    def row(self, key: str) -> list[str]:
        """The first segment of that key as it was received, without padding; empty where there is none."""
        place = self._shape.places.get(key)
        return self._rows[self._start + place[0][0]] if place is not None else []

    def read(self, reader: BlockReader[Made], separator: str, *given: object) -> Made:
        """What a reader makes of this loop; `separator` is the component's."""
        return self._shape.read_by(reader)(self._rows, self._start, separator, *given)

    def read_first(self, id: str, reader: BlockReader[Made], separator: str) -> Made:
        """What a reader makes of the first repetition of a loop without HL directly below, which must be there."""
        return self._shape.blocks[id][0].read_by(reader)(self._rows, self._start, separator)

    def rows(self, key: str) -> list[list[str]]:
        """Every segment of that key in order, as it was received, without padding."""
        place = self._shape.places.get(key)
        if place is None:
            return []
        rows, start, indexes = self._rows, self._start, place[0]
        if len(indexes) == 1:
            return [rows[start + indexes[0]]]
        return [rows[start + index] for index in indexes]

    def has(self, key: str) -> bool:
        """True where this loop has a segment of that key."""
        return key in self._shape.places

    def walk(self) -> Iterator[LoopNode]:
        """This loop, then every loop below it."""
        yield self
        for child in self.children():
            yield from child.walk()

    def keys(self) -> list[str]:
        """The keys that segments of this loop have."""
        return list(self._shape.places)

    def children(self) -> list[LoopNode]:
        """Every loop directly below: those without HL, then the levels."""
        below = [LoopNode(shape, self._rows, self._start) for each in self._shape.blocks.values() for shape in each]
        return below + [node for nodes in self.levels.values() for node in nodes]

    def __repr__(self) -> str:
        return f"LoopNode({self.id or 'root'}, {len(self._shape.places)} keys)"


@dataclass(slots=True, kw_only=True)
class LoopTree:
    """A transaction set read by a guide. The tree is usable whatever the findings say."""

    root: LoopNode
    delimiters: Delimiters
    findings: tuple[Finding, ...] = field(default=())
