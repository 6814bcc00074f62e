"""Generated checks: for one use of a segment, a function that says whether a row of it is clean.

A check answers yes or no and nothing else; what is wrong, and where, `diagnosis` finds out from the same tables by
reading them, and a test holds the two to the same answer. There is one check per number of elements received, written
when it is first wanted, so that absent elements cost nothing. The source of each is kept where tracebacks and
debuggers look for it, and `Checks.source` gives it.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from .datatypes import (
    MINUTES,
    MONTH_DAYS,
    YEARS,
    digits_of,
    is_date,
    is_date_range,
    is_decimal,
    is_integer,
    is_period,
    is_short_date,
    is_time,
)
from .guides.spec import ElementUse, Usage, Use

Check = Callable[[Sequence[str], str], object]
"""(the row, the component separator) -> something true where the row is clean."""

_COMPARED = 2  # so few codes are compared faster than hashed


class Extra(NamedTuple):
    """A last condition of rows with so many elements or more, and the names it uses: what no table says."""

    needs: int
    condition: str
    names: Mapping[str, object]


PERIOD, PERIOD_FORMAT = "1251", "1250"
"""The data elements of which the second says how the first is written."""

_DATATYPES: dict[str, object] = {
    "MINUTES": MINUTES,
    "MONTH_DAYS": MONTH_DAYS,
    "YEARS": YEARS,
    **{
        function.__name__: function
        for function in (digits_of, is_date, is_date_range, is_decimal, is_integer, is_period, is_short_date, is_time)
    },
}


class Checks:
    """The checks of one list of elements, or of components: `by_length[len(row)]` is the one for a row.

    A longer row than the guide has elements is not clean either; looking its check up raises `IndexError`.
    """

    __slots__ = ("_elements", "_extra", "_first", "_place", "_syntax", "by_length")

    def __init__(
        self,
        elements: Sequence[ElementUse],
        syntax: Sequence[str],
        place: str,
        *,
        has_id: bool,
        extra: Extra | None = None,
    ) -> None:
        self._elements = elements
        self._syntax = syntax
        self._place = place
        self._extra = extra
        self._first = 1 if has_id else 0
        nothing: list[Check] = [_never] * (self._first + 1)  # no row, and with an id a row of the id alone
        self.by_length = [*nothing, *[self._generate] * len(elements)]

    def is_clean(self, row: Sequence[str], component: str) -> bool:
        """True where the row is as the table says."""
        try:
            return bool(self.by_length[len(row)](row, component))
        except IndexError:  # too many elements, or components in one of them
            return False

    def _generate(self, row: Sequence[str], component: str) -> object:
        """Stands where no check is yet; writes it, puts it there and asks it."""
        count = len(row) - self._first
        source, names = self.source(count), self._names()
        file = f"<check of {self._place} with {count} of {len(self._elements)}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        exec(compile(source, file, "exec"), names)
        check: Check = names["check"]  # type: ignore[assignment]
        self.by_length[len(row)] = check
        return check(row, component)

    def source(self, count: int) -> str:
        """The check for `count` elements, as Python."""
        targets = ["_"] * self._first + [f"e{position}" for position in range(1, count + 1)]
        conditions = [*self._element_conditions(count), *self._relations(count)]
        if self._extra is not None and count >= self._extra.needs:
            conditions.append(self._extra.condition)
        return (
            f"def check(row, component):\n"
            f"    {', '.join(targets)}, = row\n"
            f"    return (\n        " + "\n        and ".join(conditions) + "\n    )\n"
        )

    def _element_conditions(self, count: int) -> Iterator[str]:
        if any(element.usage is Usage.REQUIRED for element in self._elements[count:]):
            yield "False  # a required one is missing at the end"
        for position, element in enumerate(self._elements[:count], start=1):
            optional = element.usage is not Usage.REQUIRED and position < count  # the last is never empty
            yield f"{_condition(self._elements, position, optional)}  # {element.number} {element.name}"

    def _relations(self, count: int) -> Iterator[str]:
        for condition in self._syntax:
            kind, positions = relation(condition, self._elements)
            usages = {self._elements[position - 1].usage for position in positions}
            if len(positions) < (1 if kind == "R" else 2) or (kind != "E" and usages == {Usage.REQUIRED}):
                continue  # the usages say as much
            received = [position <= count for position in positions]
            if kind == "R" or (any(received) if kind in "PE" else received[0]):
                present = [f"e{position}" if position <= count else "''" for position in positions]
                yield f"{_RELATIONS[kind](present)}  # {condition}"

    def _names(self) -> dict[str, object]:
        names = dict(_DATATYPES)
        if self._extra is not None:
            names |= self._extra.names
        for position, element in enumerate(self._elements, start=1):
            if element.components:
                names[f"COMPOSITE_{position}"] = composite_checks(element).by_length
            elif element.codes is not None:
                names[f"CODES_{position}"] = element.codes
        return names


_RELATIONS: dict[str, Callable[[list[str]], str]] = {
    "P": lambda e: f"({' and '.join(e)} or not ({' or '.join(e)}))",  # paired: all or none
    "R": lambda e: f"({' or '.join(e)})",  # at least one
    "E": lambda e: f"[{', '.join(e)}].count('') >= {len(e) - 1}",  # at most one
    "C": lambda e: f"(not {e[0]} or ({' and '.join(e[1:])}))",  # the first asks for all others
    "L": lambda e: f"(not {e[0]} or {' or '.join(e[1:])})",  # the first asks for one of the others
}


def segment_checks(use: Use, loop: str, extra: Extra | None = None) -> Checks:
    """The checks of one use of a segment."""
    return Checks(use.elements, use.syntax, f"{loop or 'header'}/{use.key}", has_id=True, extra=extra)


@cache
def composite_checks(element: ElementUse) -> Checks:
    """The checks of one use of a composite; alike uses share them."""
    return Checks(element.components, element.syntax, element.number, has_id=False)


def period_format_position(elements: Sequence[ElementUse], position: int) -> int:
    """The position of the format of the date at `position`, or 0 where the date has none before it."""
    before = (at for at in range(position - 1, 0, -1) if elements[at - 1].number == PERIOD_FORMAT)
    return next(before, 0) if elements[position - 1].number == PERIOD else 0


def relation(condition: str, elements: Sequence[ElementUse]) -> tuple[str, tuple[int, ...]]:
    """A relational condition taken apart: `P0304` is P of 3 and 4. What is not used there has no say."""
    kind = condition[0]
    positions = [int(condition[at : at + 2]) for at in range(1, len(condition), 2)]
    used = tuple(position for position in positions if elements[position - 1].usage is not Usage.NOT_USED)
    return kind, () if kind in "CL" and used[:1] != (positions[0],) else used


def _never(row: Sequence[str], component: str) -> bool:  # noqa: ARG001  (a Check)
    return False


def _condition(elements: Sequence[ElementUse], position: int, optional: bool) -> str:
    element, value = elements[position - 1], f"e{position}"
    if element.usage is Usage.NOT_USED:
        return f"not {value}" if optional else "False"
    if element.components:
        check = f"COMPOSITE_{position}[len(parts := {value}.split(component))](parts, component)"
    elif element.codes is not None:
        check = _coded(element.codes, position)
    else:
        check = _typed(elements, position, value, optional)
    return f"(not {value} or {check})" if optional else check


def _coded(codes: frozenset[str], position: int) -> str:
    if len(codes) <= _COMPARED:
        return "(" + " or ".join(f"e{position} == {code!r}" for code in sorted(codes)) + ")"
    return f"e{position} in CODES_{position}"


def _typed(elements: Sequence[ElementUse], position: int, value: str, is_there: bool) -> str:
    element = elements[position - 1]
    length = f"{element.minimum} <= len({value}) <= {element.maximum}"
    if is_there and element.minimum <= 1:
        length = f"len({value}) <= {element.maximum}"
    format_at = period_format_position(elements, position)
    if format_at:
        return _dated(elements[format_at - 1].codes, f"e{format_at}", value, length)
    if element.type == "DT":
        return _DATE.format(value) if element.maximum == 8 else f"is_short_date({value})"
    if element.type == "TM":
        return f"({value} in MINUTES or ({length} and is_time({value})))"
    if element.type in ("N0", "R"):
        digits = f"{value}.isdecimal() and {length} and {value}.isascii()"
        is_number = "is_integer" if element.type == "N0" else "is_decimal"
        return f"({digits} or {is_number}({value}) and {element.minimum} <= digits_of({value}) <= {element.maximum})"
    return f"({length} and component not in {value})"


_DATE = "({0}[4:] in MONTH_DAYS and {0}[:4] in YEARS or is_date({0}))"


def _dated(formats: frozenset[str] | None, qualifier: str, value: str, length: str) -> str:
    if formats == frozenset({"D8"}):
        return _DATE.format(value)
    if formats == frozenset({"D8", "RD8"}):
        return f"({_DATE.format(value)} if {qualifier} == 'D8' else is_date_range({value}))"
    return f"({length} and component not in {value} and is_period({qualifier}, {value}))"
