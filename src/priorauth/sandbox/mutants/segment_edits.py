"""Changes of an X12 interchange, segment by segment. A set's own count (SE01) is kept right as segments come and go.

A segment is named by how it begins, in our usual delimiters: `NM1*1P` is the first NM1 whose first element is 1P.
Texts of segments are in our usual delimiters as well, and are written in those of the message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from priorauth.sandbox.mutants.edits import Changed, DoesNotApply

_CONTROL = frozenset(("ISA", "TA1", "GS", "ST", "SE", "GE", "IEA"))
_ISA_LENGTH = 106
_LAYOUT = "\r\n"


@dataclass(slots=True)
class _Segments:
    """An interchange as a list of segments, each a list of its elements, with the layout before each."""

    element: str
    repetition: str
    component: str
    terminator: str
    rows: list[list[str]] = field(default_factory=list)
    layout: list[str] = field(default_factory=list)
    end: str = ""

    @classmethod
    def read(cls, body: bytes) -> _Segments:
        text = body.decode("latin-1")
        if not text.startswith("ISA") or len(text) < _ISA_LENGTH:
            raise DoesNotApply("the message does not begin with an ISA of fixed width")
        read = cls(text[3], text[82], text[104], text[105])
        *segments, read.end = text.split(read.terminator)
        for segment in segments:
            bare = segment.lstrip(_LAYOUT)
            read.layout.append(segment[: len(segment) - len(bare)])
            read.rows.append(bare.split(read.element))
        return read

    def write(self) -> bytes:
        segments = (
            layout + self.element.join(row) + self.terminator
            for layout, row in zip(self.layout, self.rows, strict=True)
        )
        return ("".join(segments) + self.end).encode("latin-1")

    def find(self, begins: str, nth: int) -> int:
        """The index of the nth segment that begins so; -1 is the last."""
        wanted = begins.split("*")
        found = [at for at, row in enumerate(self.rows) if self._begins(row, wanted)]
        if not found or not -len(found) <= nth - (nth > 0) < len(found):
            raise DoesNotApply("the interchange has no such segment")
        return found[nth - (nth > 0)]

    def first(self, begins: str) -> int | None:
        """The index of the first segment that begins so."""
        wanted = begins.split("*")
        return next((at for at, row in enumerate(self.rows) if self._begins(row, wanted)), None)

    def _begins(self, row: list[str], wanted: list[str]) -> bool:
        return row[: len(wanted)] == [self.own(value) for value in wanted]

    def own(self, value: str) -> str:
        """A value written in our usual delimiters, in those of this message."""
        return "".join({"^": self.repetition, ":": self.component}.get(letter, letter) for letter in value)

    def insert(self, at: int, text: str) -> None:
        self.rows.insert(at, [self.own(value) for value in text.split("*")])
        self.layout.insert(at, self.layout[-1])
        self._count(at, 1)

    def remove(self, at: int) -> list[str]:
        row = self.rows.pop(at)
        self.layout.pop(at)
        if row[0] not in _CONTROL:
            self._count(at, -1)
        return row

    def repeat(self, start: int, stop: int, times: int) -> None:
        copies = [list(row) for _ in range(times) for row in self.rows[start:stop]]
        self.layout[stop:stop] = self.layout[start:stop] * times
        self.rows[stop:stop] = copies
        if self.rows[start][0] not in _CONTROL:
            self._count(stop, len(copies))

    def _count(self, at: int, by: int) -> None:
        """Let the SE that follows count one segment more or less."""
        for row in self.rows[at:]:
            if row[0] in ("SE", "ST", "GE", "IEA"):
                if row[0] == "SE" and row[1:] and row[1].isdecimal():
                    row[1] = str(int(row[1]) + by)
                return

    def place(self, at: int, element: int = 0, component: int = 0) -> str:
        where = f"segment {at + 1} {self.rows[at][0] if at < len(self.rows) else ''}".rstrip()
        if element:
            where += f" element {element}"
        return f"{where} component {component}" if component else where


class _ChangesSegments(Protocol):
    """An edit that changes the segments themselves, and says where."""

    def change(self, segments: _Segments) -> str: ...


def _apply(edit: _ChangesSegments, body: bytes) -> Changed:
    segments = _Segments.read(body)
    place = edit.change(segments)
    return Changed(segments.write(), place)


@dataclass(frozen=True, slots=True)
class Having:
    """No change, but the mutant is of messages only that have such a segment, where `element` is given with a value."""

    of: str
    element: int = 0
    value: str = ""

    def apply(self, body: bytes) -> Changed:
        segments = _Segments.read(body)
        row = segments.rows[segments.find(self.of, 1)]
        if self.element and row[self.element : self.element + 1] != [self.value]:
            raise DoesNotApply("the segment says something else")
        return Changed(body, "")


@dataclass(frozen=True, slots=True)
class Element:
    """An element, or one component of it, given another value. Elements count from 1."""

    of: str
    element: int
    value: str
    component: int = 0
    nth: int = 1

    apply = _apply

    def change(self, segments: _Segments) -> str:
        at = segments.find(self.of, self.nth)
        row = segments.rows[at]
        row += [""] * (self.element + 1 - len(row))
        value = segments.own(self.value) if row[0] != "ISA" else self.value
        if self.component:
            parts = row[self.element].split(segments.component)
            parts += [""] * (self.component - len(parts))
            parts[self.component - 1] = value
            value = segments.component.join(parts)
        row[self.element] = value
        return segments.place(at, self.element, self.component)


@dataclass(frozen=True, slots=True)
class Add:
    """Text put behind an element's own, such as a space or a repetition."""

    of: str
    element: int
    text: str
    nth: int = 1

    apply = _apply

    def change(self, segments: _Segments) -> str:
        at = segments.find(self.of, self.nth)
        row = segments.rows[at]
        if len(row) <= self.element or not row[self.element]:
            raise DoesNotApply("the segment has no such element")
        row[self.element] += segments.own(self.text)
        return segments.place(at, self.element)


@dataclass(frozen=True, slots=True)
class Elements:
    """The elements of a segment from one on replaced by these; none cuts the segment there."""

    of: str
    start: int
    values: tuple[str, ...] = ()
    nth: int = 1

    apply = _apply

    def change(self, segments: _Segments) -> str:
        at = segments.find(self.of, self.nth)
        row = segments.rows[at]
        row += [""] * (self.start - len(row))
        row[self.start :] = [segments.own(value) for value in self.values]
        return segments.place(at, self.start)


@dataclass(frozen=True, slots=True)
class Drop:
    """A segment left out."""

    of: str
    nth: int = 1

    apply = _apply

    def change(self, segments: _Segments) -> str:
        at = segments.find(self.of, self.nth)
        place = segments.place(at)
        segments.remove(at)
        return place


@dataclass(frozen=True, slots=True)
class DropAll:
    """Every segment that begins so left out."""

    of: str

    apply = _apply

    def change(self, segments: _Segments) -> str:
        place = segments.place(segments.find(self.of, 1))
        while (at := segments.first(self.of)) is not None:
            segments.remove(at)
        return place


@dataclass(frozen=True, slots=True)
class Trail:
    """A separator more at the end of a segment."""

    of: str

    apply = _apply

    def change(self, segments: _Segments) -> str:
        at = segments.find(self.of, 1)
        segments.rows[at].append("")
        return segments.place(at, len(segments.rows[at]) - 1)


@dataclass(frozen=True, slots=True)
class Insert:
    """A segment more, behind another one."""

    text: str
    behind: str
    nth: int = 1

    apply = _apply

    def change(self, segments: _Segments) -> str:
        at = segments.find(self.behind, self.nth) + 1
        segments.insert(at, self.text)
        return segments.place(at)


@dataclass(frozen=True, slots=True)
class Move:
    """A segment put behind another one."""

    of: str
    behind: str
    nth: int = 1

    apply = _apply

    def change(self, segments: _Segments) -> str:
        row = segments.remove(segments.find(self.of, self.nth))
        at = segments.find(self.behind, 1) + 1
        segments.insert(at, "")
        segments.rows[at] = row
        return segments.place(at)


@dataclass(frozen=True, slots=True)
class Many:
    """So many more of a segment behind it."""

    of: str
    times: int

    apply = _apply

    def change(self, segments: _Segments) -> str:
        at = segments.find(self.of, 1)
        segments.repeat(at, at + 1, self.times)
        return segments.place(at + 1)


@dataclass(frozen=True, slots=True)
class Again:
    """A stretch of segments once more behind itself, such as a set from its ST to its SE."""

    first: str
    last: str

    apply = _apply

    def change(self, segments: _Segments) -> str:
        start, stop = segments.find(self.first, 1), segments.find(self.last, 1) + 1
        if stop <= start:
            raise DoesNotApply("the interchange has no such stretch")
        segments.repeat(start, stop, 1)
        return segments.place(stop)
