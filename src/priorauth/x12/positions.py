"""Where in the bytes as received a segment or element stands. Worked out only when a finding needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

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


class Stretch(Protocol):
    """Bytes as received, with where they begin and where their segments are."""

    raw: bytes
    origin: Place
    delimiters: Delimiters
    rows: list[list[str]]

    def starts(self) -> list[tuple[int, int]]: ...


@dataclass(slots=True, eq=False)
class Source:
    """Where segments came from: the stretches they span, and which and how many they are."""

    stretches: list[Stretch] = field(repr=False)  # PHI
    first: int
    count: int = 1

    @property
    def row(self) -> list[str]:
        """The first segment taken apart; nothing past the end, where a message is cut off."""
        rows = self.stretches[0].rows
        return rows[self.first] if self.first < len(rows) else []

    def place(self, index: int, element: int = 0, repetition: int = 0, component: int = 0) -> Place:
        """Where a segment (counted from 0) or a part of it begins; past the last of `count`, where that ends."""
        at = self.first + min(max(index, 0), self.count - 1)
        for stretch in self.stretches:
            if at < len(stretch.rows):
                start, end = stretch.starts()[at]
                raw = stretch.raw[start:end]
                if index >= self.count:
                    return stretch.origin.after(stretch.raw[: end + 1])
                inside = _inside(raw, stretch.delimiters, element, repetition, component) if element else 0
                return stretch.origin.after(stretch.raw[: start + inside])
            at -= len(stretch.rows)
        return self.stretches[-1].origin.after(self.stretches[-1].raw)

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
        """The position of a finding; `number` counts from `first`, the number of the first segment here."""
        place = self.place(number - first, element, repetition, component)
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


def _inside(segment: bytes, delimiters: Delimiters, element: int, repetition: int, component: int) -> int:
    at = 0
    for separator, index in (
        (delimiters.element, element),
        (delimiters.repetition, repetition - 1),
        (delimiters.component, component - 1),
    ):
        if not separator or index <= 0:
            continue
        parts = segment[at:].split(encoded(separator), index + 1)[: index + 1]
        at += sum(map(len, parts[:-1])) + len(parts) - 1
    return at


def encoded(delimiter: str) -> bytes:
    """A delimiter as it stands in the bytes. The ISA is read as Latin-1, so each is one byte."""
    return delimiter.encode("latin-1")
