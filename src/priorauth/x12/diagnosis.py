"""What is wrong with the elements of a row that its check refused: the tables read, instead of compiled.

Slow and complete where `checks` is fast and only says no; tests hold the two to one answer. Nothing here repeats a
value: what was expected comes from the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from priorauth.domain.findings import FindingCode as Code

from .checks import PERIOD, period_format_position, relation
from .datatypes import PERIOD_FORMATS, digits_of, is_date, is_decimal, is_integer, is_short_date, is_time
from .guides.spec import ElementUse, Usage
from .segments import Delimiters

_CODES_SHOWN = 24


class Fault(NamedTuple):
    """One thing wrong in a row: the finding, where in the row, and what was expected there."""

    code: Code
    element: int
    component: int
    repetition: int
    data_element: str
    expected: str


class Where(NamedTuple):
    """A place in a row."""

    element: int
    component: int = 0
    repetition: int = 0


def diagnose(
    elements: Sequence[ElementUse], syntax: Sequence[str], row: Sequence[str], delimiters: Delimiters
) -> Iterator[Fault]:
    """Every fault of one row, whose id is `row[0]`."""
    values = list(row[1:])
    if not any(values):
        yield from _nothing(elements)
        return
    yield from _trailing(values, Where(len(values)), "")
    if any(values[len(elements) :]):
        yield Fault(Code.ELEMENT_TOO_MANY, len(elements) + 1, 0, 0, "", f"at most {len(elements)} elements")
    values = [*values[: len(elements)], *[""] * (len(elements) - len(values))]
    for position, (element, value) in enumerate(zip(elements, values, strict=True), start=1):
        yield from _element(element, value, Where(position), _format(elements, values, position), delimiters)
    yield from _relations(elements, syntax, values, Where(0))


def _nothing(elements: Sequence[ElementUse]) -> Iterator[Fault]:
    required = [at for at, element in enumerate(elements, start=1) if element.usage is Usage.REQUIRED]
    for position in required:
        yield _fault(Code.ELEMENT_REQUIRED, elements[position - 1], Where(position))
    if not required:
        yield Fault(Code.SEGMENT_EMPTY, 0, 0, 0, "", "at least one element")


def _trailing(values: Sequence[str], where: Where, number: str) -> Iterator[Fault]:
    if len(values) > 1 and not values[-1]:
        yield Fault(Code.ELEMENT_TRAILING_SEPARATOR, *where, number, "no separator after the last value")


def _format(elements: Sequence[ElementUse], values: Sequence[str], position: int) -> str:
    at = period_format_position(elements, position)
    return values[at - 1] if at else ""


def _element(
    element: ElementUse, value: str, where: Where, period_format: str, delimiters: Delimiters
) -> Iterator[Fault]:
    separator = delimiters.repetition
    if not separator or separator not in value:
        yield from _occurrence(element, value, where, period_format, delimiters)
        return
    repetitions = value.split(separator)
    if len(repetitions) > element.repeat:
        yield _fault(Code.REPETITION_TOO_MANY, element, where, f"at most {element.repeat}")
    for number, repetition in enumerate(repetitions[: element.repeat], start=1):
        if not repetition:
            yield _fault(Code.ELEMENT_TRAILING_SEPARATOR, element, where._replace(repetition=number), "a value")
        else:
            at = where._replace(repetition=number)
            yield from _occurrence(element, repetition, at, period_format, delimiters)


def _occurrence(
    element: ElementUse, value: str, where: Where, period_format: str, delimiters: Delimiters
) -> Iterator[Fault]:
    if not value or (element.usage is Usage.REQUIRED and value.isspace()):
        if element.usage is Usage.REQUIRED:
            yield _fault(Code.ELEMENT_REQUIRED, element, where)
    elif element.usage is Usage.NOT_USED:
        yield _fault(Code.ELEMENT_NOT_USED, element, where, "nothing")
    elif element.components:
        yield from _composite(element, value, where, delimiters)
    elif delimiters.component and delimiters.component in value:
        yield _fault(Code.COMPONENT_TOO_MANY, element, where, "a single value")
    else:
        yield from _simple(element, value, where, period_format)


def _composite(element: ElementUse, value: str, where: Where, delimiters: Delimiters) -> Iterator[Fault]:
    components = element.components
    values = value.split(delimiters.component) if delimiters.component else [value]
    if not any(values):
        if element.usage is Usage.REQUIRED:
            yield _fault(Code.ELEMENT_REQUIRED, element, where)
        yield from _trailing(values, where, element.number)
        return
    yield from _trailing(values, where._replace(component=len(values)), element.number)
    if any(values[len(components) :]):
        at = where._replace(component=len(components) + 1)
        yield Fault(Code.COMPONENT_TOO_MANY, *at, element.number, f"at most {len(components)} components")
    values = [*values[: len(components)], *[""] * (len(components) - len(values))]
    single = Delimiters(delimiters.element, "", "", delimiters.segment)
    for position, (component, each) in enumerate(zip(components, values, strict=True), start=1):
        at = where._replace(component=position)
        yield from _occurrence(component, each, at, _format(components, values, position), single)
    yield from _relations(components, element.syntax, values, where)


def _simple(element: ElementUse, value: str, where: Where, period_format: str) -> Iterator[Fault]:
    code, expected = _value_fault(element, value, period_format)
    if code is not None:
        yield _fault(code, element, where, expected)
    if value[-1] == " ":
        yield _fault(Code.ELEMENT_TRAILING_SPACE, element, where, "no spaces after the value")
    elif value[0] == " ":
        yield _fault(Code.ELEMENT_LEADING_SPACE, element, where, "no spaces before the value")


def _value_fault(element: ElementUse, value: str, period_format: str) -> tuple[Code | None, str]:
    if element.codes is not None:
        if value in element.codes:
            return None, ""
        is_known = element.known is not None and value in element.known
        return Code.CODE_NOT_IN_GUIDE if is_known else Code.CODE_UNKNOWN, _one_of(element.codes)
    if element.number == PERIOD and period_format in PERIOD_FORMATS:
        is_so_written, expected = PERIOD_FORMATS[period_format]
        fault = Code.ELEMENT_TIME if period_format == "TM" else Code.ELEMENT_DATE
        return (None, "") if is_so_written(value) else (fault, expected)
    if element.type == "DT":
        is_valid = is_date(value) if element.maximum == 8 else is_short_date(value)
        return (None, "") if is_valid else (Code.ELEMENT_DATE, f"a date {'CC' * (element.maximum == 8)}YYMMDD")
    if element.type == "N0" and not is_integer(value):
        return Code.ELEMENT_CHARACTER, "a whole number"
    if element.type == "R" and not is_decimal(value):
        return Code.ELEMENT_CHARACTER, "a number"
    length = digits_of(value) if element.type in ("N0", "R") else len(value)
    if not element.minimum <= length <= element.maximum:
        code = Code.ELEMENT_TOO_SHORT if length < element.minimum else Code.ELEMENT_TOO_LONG
        return code, _lengths(element)
    if element.type == "TM" and not is_time(value):
        return Code.ELEMENT_TIME, "a time HHMM, HHMMSS or HHMMSSDD"
    return None, ""


def _lengths(element: ElementUse) -> str:
    if element.minimum == element.maximum:
        return f"{element.minimum} characters"
    return f"{element.minimum} to {element.maximum} characters"


@lru_cache(maxsize=1024)
def _one_of(codes: frozenset[str]) -> str:
    ordered = sorted(codes, key=lambda code: (len(code), code))
    shown = ", ".join(ordered[:_CODES_SHOWN])
    return shown if len(ordered) <= _CODES_SHOWN else f"{shown} and {len(ordered) - _CODES_SHOWN} more"


def _relations(
    elements: Sequence[ElementUse], syntax: Sequence[str], values: Sequence[str], where: Where
) -> Iterator[Fault]:
    for condition in syntax:
        kind, positions = relation(condition, elements)
        absent = [position for position in positions if not values[position - 1]]
        present = [position for position in positions if values[position - 1]]
        if kind == "E":
            for position in present[1:]:
                yield _related(Code.ELEMENT_EXCLUDED, elements, where, position, condition)
        elif _asks_for_more(kind, positions, present):
            required = [at for at in absent if elements[at - 1].usage is Usage.SITUATIONAL]
            for position in required if kind in "PC" else required[:1]:
                yield _related(Code.ELEMENT_CONDITIONAL, elements, where, position, condition)


def _asks_for_more(kind: str, positions: Sequence[int], present: Sequence[int]) -> bool:
    if kind == "R":
        return bool(positions) and not present  # where one of two is not used, the other is left to be sent
    if len(positions) < 2:
        return False
    if kind == "P":
        return 0 < len(present) < len(positions)
    is_asked = positions[0] in present
    return is_asked and (len(present) < len(positions) if kind == "C" else len(present) == 1)


def _related(code: Code, elements: Sequence[ElementUse], where: Where, position: int, condition: str) -> Fault:
    at = where._replace(component=position) if where.element else where._replace(element=position)
    return _fault(code, elements[position - 1], at, f"as condition {condition} says")


def _fault(code: Code, element: ElementUse, where: Where, expected: str = "") -> Fault:
    said = f"{element.name}: {expected}" if expected else element.name
    return Fault(code, where.element, where.component, where.repetition, element.number, said)


@lru_cache(maxsize=64)
def suspicion(delimiters: Delimiters, is_basic: bool) -> re.Pattern[str]:
    """Finds what no check looks for: spaces at an edge, repetitions, odd characters. Such rows are diagnosed."""
    edges = "".join(map(re.escape, delimiters.element + delimiters.component + delimiters.repetition))
    repetition = f"|{re.escape(delimiters.repetition)}" if delimiters.repetition else ""
    return re.compile(f" (?:[{edges}]|$)|[{edges}] {repetition}|{odd_characters(delimiters, is_basic).pattern}")


@lru_cache(maxsize=64)
def odd_characters(delimiters: Delimiters, is_basic: bool) -> re.Pattern[str]:
    """Finds a character outside the set of X12.5: basic, or extended (with the letters of Latin-1)."""
    structural = re.escape(delimiters.element + delimiters.repetition + delimiters.component)
    basic = "A-Z0-9 !\"&'()*+,\\-./:;?="
    return re.compile(f"[^{basic}{structural}]" if is_basic else "[^ -~\xa1-\xff]")


def odd_values(row: Sequence[str], delimiters: Delimiters, is_basic: bool) -> Iterator[Fault]:
    """The elements of a row that hold a character outside the character set."""
    odd = odd_characters(delimiters, is_basic)
    for position, value in enumerate(row[1:], start=1):
        if odd.search(value):
            expected = f"a character of the {'basic' if is_basic else 'extended'} set"
            yield Fault(Code.ELEMENT_CHARACTER, position, 0, 0, "", expected)
