"""A small reader and writer of X12 interchanges: delimiters from the ISA, segments, levels, paths to elements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

ISA_LENGTH = 106
PATH = re.compile(
    r"(?:ST#(?P<set>\d+)/)?"
    r"(?:(?P<level>20|21|22|23|EV|SS)(?:#(?P<level_number>\d+))?/)?"
    r"(?P<segment>[A-Z][A-Z0-9]{1,2})(?:\*(?P<qualifier>[^#-]+))?(?:#(?P<number>\d+|\*))?"
    r"(?:-(?P<element>\d{1,2})(?:-(?P<component>\d{1,2}))?)?"
)


class Unreadable(Exception):
    """An answer that cannot be read as what it should be. The text says what is wrong with it."""


class PathFault(ValueError):
    """A path or an edit of a case that makes no sense for the message."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters that structure an interchange."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"


@dataclass(frozen=True, slots=True)
class Path:
    """Which segments, which element and component of them."""

    segment: str
    qualifier: str = ""
    number: int = 1
    every: bool = False
    element: int = 0
    component: int = 0
    level: str = ""
    level_number: int = 0
    set: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment stands: its index, the set, its position in the set (ST is 1), the level and its number."""

    index: int
    set: int
    position: int
    level: str
    level_number: int


def read_path(text: str) -> Path:
    """A path as cases write it, such as `SS#2/SV1-01-2`."""
    found = PATH.fullmatch(text)
    if not found:
        raise PathFault(f"{text} is no path into an interchange")
    number = found["number"] or "1"
    return Path(
        segment=found["segment"],
        qualifier=found["qualifier"] or "",
        number=1 if number == "*" else int(number),
        every=number == "*",
        element=int(found["element"] or 0),
        component=int(found["component"] or 0),
        level=found["level"] or "",
        level_number=int(found["level_number"] or 0),
        set=int(found["set"] or 0),
    )


class Interchange:
    """Segments as lists of texts, the first of which is the segment's id. Edits change it in place."""

    def __init__(self, segments: list[list[str]], delimiters: Delimiters) -> None:
        self.segments = segments
        self.delimiters = delimiters

    def places(self) -> Iterator[Place]:
        """Where every segment stands."""
        in_set = position = 0
        level = ""
        counted: dict[str, int] = {}
        for index, segment in enumerate(self.segments):
            if segment[0] == "ST":
                in_set, position, level, counted = in_set + 1, 0, "", {}
            elif segment[0] == "HL":
                level = value_at(segment, 3)
                counted[level] = counted.get(level, 0) + 1
            elif segment[0] in ("SE", "GE", "IEA"):
                level = ""
            position += 1
            yield Place(index, in_set, position, level, counted.get(level, 0))

    def find(self, path: Path) -> list[Place]:
        """Every segment that the path names; with a number only that one."""
        found = [place for place in self.places() if self._is_at(place, path)]
        return found if path.every else found[path.number - 1 : path.number]

    def _is_at(self, place: Place, path: Path) -> bool:
        segment = self.segments[place.index]
        return (
            segment[0] == path.segment
            and (not path.qualifier or value_at(segment, 1) == path.qualifier)
            and (not path.level or place.level == path.level)
            and (not path.level_number or place.level_number == path.level_number)
            and (not path.set or place.set == path.set)
        )

    def values(self, path: str | Path) -> list[str]:
        """The values at a path: of an element, of a component, or whole segments as text. Empty ones are none."""
        wanted = read_path(path) if isinstance(path, str) else path
        found = (self._value(self.segments[place.index], wanted) for place in self.find(wanted))
        return [value for value in found if value]

    def value(self, path: str | Path) -> str:
        """The first value at a path, or nothing."""
        return next(iter(self.values(path)), "")

    def _value(self, segment: list[str], path: Path) -> str:
        if not path.element:
            return self.delimiters.element.join(segment)
        value = value_at(segment, path.element)
        if not path.component:
            return value
        components = value.split(self.delimiters.component)
        return components[path.component - 1] if path.component <= len(components) else ""

    def sets(self) -> list[Interchange]:
        """Each transaction set, ST to SE, as an interchange of its own without an envelope."""
        by_set: dict[int, list[list[str]]] = {}
        open_set = False
        for place in self.places():
            segment = self.segments[place.index]
            open_set = open_set or segment[0] == "ST"
            if open_set:
                by_set.setdefault(place.set, []).append(segment)
            open_set = open_set and segment[0] != "SE"
        return [Interchange(segments, self.delimiters) for segments in by_set.values()]

    def with_delimiters(self, delimiters: Delimiters) -> Interchange:
        """The same with other delimiters."""
        here = self.delimiters
        changed = str.maketrans({here.component: delimiters.component, here.repetition: delimiters.repetition})
        segments = [
            segment if segment[0] == "ISA" else [element.translate(changed) for element in segment]
            for segment in self.segments
        ]
        for segment in segments:
            if segment[0] == "ISA" and len(segment) > 16:
                segment[11], segment[16] = delimiters.repetition, delimiters.component
        return Interchange(segments, delimiters)

    def text(self, *, line_breaks: bool = False) -> str:
        """The interchange as it goes over the wire."""
        end = self.delimiters.segment + ("\n" if line_breaks else "")
        return "".join(self.delimiters.element.join(segment) + end for segment in self.segments)


def value_at(segment: list[str], position: int) -> str:
    return segment[position] if 0 < position < len(segment) else ""


def read_delimiters(text: str) -> Delimiters:
    """The ISA is of fixed width; its own columns announce the delimiters."""
    if not text.startswith("ISA"):
        raise Unreadable("it does not begin with ISA")
    if len(text) < ISA_LENGTH:
        raise Unreadable("its ISA is shorter than 106 characters")
    read = Delimiters(element=text[3], repetition=text[82], component=text[104], segment=text[105])
    if text[:ISA_LENGTH].count(read.element) != 16:
        raise Unreadable("its ISA has not the fixed widths of an ISA")
    return read


def read_interchange(text: str) -> Interchange:
    """Segments of a text that is one interchange."""
    delimiters = read_delimiters(text)
    *terminated, rest = text.split(delimiters.segment)
    if rest.strip():
        raise Unreadable("its last segment has no segment terminator")
    segments = [segment.strip("\r\n").split(delimiters.element) for segment in terminated]
    if not segments or segments[-1][0] != "IEA":
        raise Unreadable("it does not end with IEA")
    return Interchange(segments, delimiters)


def read_written(segments: str) -> list[list[str]]:
    """Segments as cases write them, with the usual delimiters."""
    return [each.strip().split("*") for each in segments.split("~") if each.strip()]
