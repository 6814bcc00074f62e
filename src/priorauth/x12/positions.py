"""Where in the bytes as received a segment or element stands. Worked out only when a finding needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from priorauth.domain.findings import Position

from .segments import Delimiters

LAYOUT = b" \t\r\n"
"""What may stand between segments without meaning anything."""


class Place(NamedTuple):
    """A byte of the message: offset from 0, line and column (in bytes) from 1."""

    offset: int
    line: int
    column: int

    def after(self, passed: bytes) -> Place:
        """The place behind these bytes, which begin here."""
        lines = passed.count(b"\n")
        column = len(passed) - passed.rfind(b"\n") if lines else self.column + len(passed)
        return Place(self.offset + len(passed), self.line + lines, column)


START = Place(0, 1, 1)


@dataclass(slots=True, eq=False)
class Source:
    """A stretch of a message as received: whole segments, and where in a buffer the first of them begins."""

    raw: bytes = field(repr=False)  # PHI
    delimiters: Delimiters
    buffer: bytes = field(default=b"", repr=False)
    start: int = 0
    origin: Place = START  # of the buffer
    _starts: list[tuple[int, int]] = field(default_factory=list, repr=False)

    @property
    def at(self) -> Place:
        """Where the stretch begins."""
        return self.origin.after(self.buffer[: self.start])

    def place(self, number: int, element: int = 0, repetition: int = 0, component: int = 0) -> Place:
        """Where a segment (numbered from 1 in this stretch) or a part of it begins; past the end, the end."""
        starts = self._starts or self._find_starts()
        if number > len(starts):
            return self.at.after(self.raw)
        start, end = starts[max(number, 1) - 1]
        inside = self._inside(self.raw[start:end], element, repetition, component) if element else 0
        return self.at.after(self.raw[: start + inside])

    def _find_starts(self) -> list[tuple[int, int]]:
        terminator = encoded(self.delimiters.segment)
        is_layout = terminator in LAYOUT
        at = 0
        for piece in self.raw.split(terminator):
            content = piece.lstrip(LAYOUT)
            if content or not is_layout:  # blank lines are not segments where a line break ends one
                self._starts.append((at + len(piece) - len(content), at + len(piece)))
            at += len(piece) + len(terminator)
        return self._starts

    def _inside(self, segment: bytes, element: int, repetition: int, component: int) -> int:
        at = 0
        for separator, index in (
            (self.delimiters.element, element),
            (self.delimiters.repetition, repetition - 1),
            (self.delimiters.component, component - 1),
        ):
            if not separator or index <= 0:
                continue
            byte = encoded(separator)
            parts = segment[at:].split(byte, index + 1)[: index + 1]
            at += sum(map(len, parts[:-1])) + (len(parts) - 1) * len(byte)
        return at

    def position(
        self,
        number: int,
        *,
        first: int = 1,
        loop: str = "",
        segment_id: str = "",
        element: int = 0,
        component: int = 0,
        repetition: int = 0,
        data_element: str = "",
        path: str = "",
    ) -> Position:
        """The position of a finding; `number` counts from `first`, the number of this stretch's first segment."""
        place = self.place(number - first + 1, element, repetition, component)
        return Position(
            segment=number,
            offset=place.offset,
            line=place.line,
            column=place.column,
            loop=loop,
            segment_id=segment_id,
            element=element,
            component=component,
            repetition=repetition,
            data_element=data_element,
            path=path,
        )


def encoded(delimiter: str) -> bytes:
    """A delimiter as it stands in the bytes. The ISA is read as Latin-1, so each is one byte."""
    return delimiter.encode("latin-1")
