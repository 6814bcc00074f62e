"""Delimiters and segments: the text of an interchange to elements and back. Pure: no files, no clock, no log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .faults import Fault, X12SyntaxError

Element = str | tuple[str, ...] | list[str | tuple[str, ...]]
"""An element to be written: a value, the components of a composite, or repetitions of either."""

ISA_LENGTH = 106
"""The ISA is the one segment of fixed width, so that its own columns can announce the delimiters."""

_ISA_WIDTHS = [3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1]
_ISA_SEARCHED = 1024
_SEGMENT_ID = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_WIDEST = 100  # no segment of X12 has as many elements


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters that give an interchange its structure. An empty one does not occur in it."""

    element: str = "*"
    repetition: str = "^"
    component: str = ":"
    segment: str = "~"


class Segment(tuple[str, ...]):
    """One segment: `segment[0]` is its id and `segment[3]` its third element, as the guides number them.

    Composites and repetitions are not taken apart. A segment without an id is false.
    """

    __slots__ = ()

    @property
    def id(self) -> str:
        """The segment id, or nothing where what stands in its place cannot be one (it may be PHI)."""
        return self[0] if self and _SEGMENT_ID.fullmatch(self[0]) else ""

    def __bool__(self) -> bool:
        return len(self) > 0 and self[0] != ""

    def __repr__(self) -> str:
        return f"Segment({self.id or '?'}, {max(len(self) - 1, 0)} elements)"  # PHI: values never show


EMPTY = Segment(("",) * _WIDEST)
"""What stands for a segment that is not there: every element is empty."""


class Isa(NamedTuple):
    """The interchange header as received, the delimiters it announces, and where it ends (its terminator included)."""

    segment: Segment
    delimiters: Delimiters
    end: int
    is_fixed_width: bool


def read_delimiters(text: str) -> Delimiters:
    """The delimiters that an ISA segment announces; raises `X12SyntaxError` where no ISA13 can be read."""
    return read_isa(text).delimiters


def read_isa(text: str) -> Isa:
    """The ISA at the beginning of `text`; raises `X12SyntaxError` where no ISA13 can be read.

    Where the padding was lost on the way, the elements are still told apart by their separator.
    """
    if text[:3] != "ISA":
        raise X12SyntaxError(Fault.ISA_MISSING, segment=1)
    separator = text[3:4]
    if not separator or separator.isalnum():
        raise X12SyntaxError(Fault.ISA_SEPARATOR, segment=1)
    head = text[:ISA_LENGTH]
    elements = head[:-1].split(separator)
    ends_early = text.startswith((f"GS{separator}", f"TA1{separator}"), ISA_LENGTH - 1)  # ISA16 is empty
    if len(head) == ISA_LENGTH and list(map(len, elements)) == _ISA_WIDTHS and not ends_early:
        isa = Isa(Segment(elements), _delimiters(elements, separator, head[104], head[105]), ISA_LENGTH, True)
    else:
        isa = _read_unpadded(text[:_ISA_SEARCHED], separator)
    if len(isa.segment) < 14:
        raise X12SyntaxError(Fault.ISA_TRUNCATED, segment=1)
    if not isa.segment[13].strip():
        raise X12SyntaxError(Fault.ISA_CONTROL_NUMBER, segment=1)
    return isa


def _delimiters(elements: Sequence[str], separator: str, component: str, segment: str) -> Delimiters:
    repetition = elements[11]
    is_taken = repetition in (separator, component, segment)
    if elements[12] == "00401" or len(repetition) != 1 or repetition.isalnum() or is_taken:
        repetition = ""  # in 00401 it is the id of the standard, U
    return _announced(separator, repetition, component, segment)


@lru_cache(maxsize=64)
def _announced(element: str, repetition: str, component: str, segment: str) -> Delimiters:
    return Delimiters(element, repetition, component, segment)


def _read_unpadded(head: str, separator: str) -> Isa:
    """Element by element: the component separator is all of ISA16, and the terminator is what follows it."""
    elements = head.split(separator, 16)
    before = sum(map(len, elements[:16])) + 16
    if len(elements) < 17:  # cut off, or fewer elements than an ISA has: the terminator can only be guessed
        end = next((index for index, character in enumerate(head) if character in "~\r\n"), len(head))
        elements = head[:end].split(separator)
        segment = Segment(elements)
        if len(elements) < 14:
            raise X12SyntaxError(Fault.ISA_TRUNCATED, segment=1)
        delimiters = _delimiters(elements, separator, "", head[end : end + 1] or "~")
        return Isa(segment, delimiters, min(end + 1, len(head)), False)
    component, terminator = elements[16][:1], elements[16][1:2]
    if not terminator or terminator.isalnum():  # ISA16 is empty, so this was the terminator already
        component, terminator = "", component
        delimiters = _delimiters(elements, separator, "", terminator or "~")
        return Isa(Segment([*elements[:16], ""]), delimiters, before + 1, False)
    delimiters = _delimiters(elements, separator, component, terminator)
    return Isa(Segment([*elements[:16], component]), delimiters, before + 2, False)


def write_segments(
    segments: Iterable[Sequence[Element]],
    delimiters: Delimiters,
    *,
    replaced: Callable[[int, int], None] | None = None,
) -> str:
    """The segments as text, trailing empty elements and components left away.

    Values never become structure: a delimiter or control character inside one is replaced by a space, and
    `replaced(segment, element)` is told where (both numbered from 1; element 0 is the segment id).
    """
    return "".join(_written(segments, delimiters, replaced))


def _written(
    segments: Iterable[Sequence[Element]], delimiters: Delimiters, replaced: Callable[[int, int], None] | None
) -> Iterator[str]:
    structural = _structural(delimiters)
    for number, segment in enumerate(segments, start=1):
        elements: list[str] = []
        for position, element in enumerate(segment):
            text, was_replaced = _write_element(element, delimiters, structural)
            if was_replaced and replaced is not None:
                replaced(number, position)
            elements.append(text)
        while elements and not elements[-1]:
            elements.pop()
        yield delimiters.element.join(elements) + delimiters.segment


@lru_cache(maxsize=64)
def _structural(delimiters: Delimiters) -> re.Pattern[str]:
    own = delimiters.element + delimiters.repetition + delimiters.component + delimiters.segment
    return re.compile(f"[{re.escape(own)}\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _write_element(element: Element, delimiters: Delimiters, structural: re.Pattern[str]) -> tuple[str, bool]:
    if isinstance(element, str):
        return _write_value(element, structural)
    if isinstance(element, tuple):
        return _join((_write_value(value, structural) for value in element), delimiters.component)
    return _join((_write_element(value, delimiters, structural) for value in element), delimiters.repetition)


def _write_value(value: str, structural: re.Pattern[str]) -> tuple[str, bool]:
    if not structural.search(value):
        return value, False
    return structural.sub(" ", value).rstrip(" "), True


def _join(written: Iterable[tuple[str, bool]], separator: str) -> tuple[str, bool]:
    parts = list(written)
    text = separator.join(text for text, _ in parts)
    return text.rstrip(separator), any(was_replaced for _, was_replaced in parts)
