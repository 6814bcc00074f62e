"""What is wrong with the control segments themselves: ISA, GS, ST, SE and TA1, each against its table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from priorauth.domain.findings import FindingCode as Code

from .checks import segment_checks
from .datatypes import is_short_date, is_time
from .diagnosis import diagnose
from .guides.control import GS, ISA, SE, ST, TA1
from .parts import TransactionSet
from .reporting import Draft
from .segments import Delimiters, Isa, Segment

CONTROL = frozenset(("ISA", "GS", "ST", "SE", "GE", "IEA"))
"""The segments that are not content."""

GS_WIDTH, TA1_WIDTH, TRAILER_WIDTH = 9, 6, 3

FUNCTIONAL_GROUPS = {
    "BE": "834", "FA": "999", "HB": "271", "HC": "837", "HI": "278", "HN": "277", "HP": "835", "HR": "276",
    "HS": "270", "PI": "275", "RA": "820",
}  # fmt: skip
"""GS01 -> the set that belongs under it, of those that HIPAA names and their acknowledgment."""

_ISA_CHECKS, _GS_CHECKS = segment_checks(ISA, ""), segment_checks(GS, "")
_ST_CHECKS, _SE_CHECKS, _TA1_CHECKS = segment_checks(ST, ""), segment_checks(SE, ""), segment_checks(TA1, "")
_WHOLE = Delimiters("*", "", "", "~")  # control segments have neither components nor repetitions
_NO_COMPONENT = "\0"

_ISA_FINDINGS = (
    Code.ISA_AUTHORIZATION_QUALIFIER,
    Code.ISA_AUTHORIZATION,
    Code.ISA_SECURITY_QUALIFIER,
    Code.ISA_SECURITY,
    Code.ISA_SENDER_QUALIFIER,
    Code.ISA_SENDER,
    Code.ISA_RECEIVER_QUALIFIER,
    Code.ISA_RECEIVER,
    Code.ISA_DATE,
    Code.ISA_TIME,
    Code.ISA_REPETITION_SEPARATOR,
    Code.ISA_VERSION,
    Code.ISA_CONTROL_NUMBER,
    Code.ISA_ACKNOWLEDGMENT_REQUESTED,
    Code.ISA_USAGE,
    Code.ISA_COMPONENT_SEPARATOR,
)
_ISA_WIDTHS = tuple(element.maximum for element in ISA.elements)
_MAY_BE_BLANK = (2, 4)
_REPETITION, _COMPONENT = 11, 16


def _clean_isa() -> str:
    """What most ISA segments look like, by the table; the few that do not are looked at element by element."""
    patterns = []
    for position, element in enumerate(ISA.elements, start=1):
        if element.codes is not None:
            patterns.append("|".join(sorted(element.codes)))
        elif element.type == "AN" and position not in (*_MAY_BE_BLANK, _REPETITION, _COMPONENT):
            patterns.append(rf"(?! {{{element.maximum}}})[^*]{{{element.maximum}}}")
        else:
            patterns.append(rf"[^*]{{{element.maximum}}}")
    return r"ISA\*" + r"\*".join(f"(?:{pattern})" for pattern in patterns)


_CLEAN_ISA = re.compile(_clean_isa())


def _are_distinct(delimiters: Delimiters) -> bool:
    all_four = delimiters.element + delimiters.repetition + delimiters.component + delimiters.segment
    return len(set(all_four)) == 4 and not any(map(str.isalnum, all_four)) and " " not in all_four


def padded(row: Sequence[str], width: int) -> Segment:
    """A control segment of which every element answers."""
    return Segment(row if len(row) >= width else [*row, *[""] * (width - len(row))])


def is_clean_isa(isa: Isa) -> bool:
    """True for an ISA that `isa_faults` finds nothing wrong with; it may be false for a few more."""
    segment = isa.segment
    return (
        isa.is_fixed_width
        and _CLEAN_ISA.fullmatch("*".join(segment)) is not None
        and _are_distinct(isa.delimiters)
        and segment[13].isdecimal()
        and all((segment[at - 1] == "00") == segment[at].isspace() for at in _MAY_BE_BLANK)
        and is_short_date(segment[9])
        and is_time(segment[10])
    )


def isa_faults(isa: Isa) -> Iterator[tuple[Code, int]]:
    """What is wrong with an ISA, and in which element."""
    if not isa.is_fixed_width:
        yield Code.ISA_PADDING_LOST, 0
    row = [isa.segment[0], *[value.ljust(width) for value, width in zip(isa.segment[1:], _ISA_WIDTHS, strict=False)]]
    positions = [] if _ISA_CHECKS.is_clean(row, _NO_COMPONENT) else _wrong(row)
    blank = [at for at, value in enumerate(row[1:], start=1) if value.isspace()]
    unasked = [at for at in _MAY_BE_BLANK if (row[at - 1] == "00") != row[at].isspace() and at - 1 not in positions]
    for position in sorted({*positions, *blank} - {_REPETITION, _COMPONENT, *_MAY_BE_BLANK} | {*unasked}):
        yield _ISA_FINDINGS[position - 1], position
    yield from _delimiter_faults(isa)


def _wrong(row: Sequence[str]) -> list[int]:
    padding = (Code.ELEMENT_TRAILING_SPACE, Code.ELEMENT_LEADING_SPACE)
    faults = diagnose(ISA.elements, (), row, _WHOLE)
    return [min(fault.element, len(ISA.elements)) for fault in faults if fault.code not in padding]


def _delimiter_faults(isa: Isa) -> Iterator[tuple[Code, int]]:
    element, repetition, segment = isa.delimiters.element, isa.delimiters.repetition, isa.delimiters.segment
    is_separator = isa.segment[12] != "00401"  # where ISA11 is the id of the standard (U)
    if is_separator and not repetition:
        yield Code.ISA_REPETITION_SEPARATOR, _REPETITION
    if not takes_composites_apart(isa.delimiters):
        yield Code.ISA_COMPONENT_SEPARATOR, _COMPONENT
    if segment == element:
        yield Code.ISA_ELEMENT_SEPARATOR, 0
    if segment.isalnum() or segment == " ":
        yield Code.ISA_SEGMENT_TERMINATOR, 0


def takes_composites_apart(delimiters: Delimiters) -> bool:
    """True where the component separator is one: else no segment with a composite can be read."""
    component = delimiters.component
    return not (not component or component.isalnum() or component in (" ", delimiters.element, delimiters.segment))


def is_clean_gs(row: Sequence[str]) -> bool:
    """True for a GS that `gs_faults` finds nothing wrong with."""
    return _GS_CHECKS.is_clean(row, _NO_COMPONENT)


def gs_faults(row: Sequence[str]) -> Iterator[tuple[Code, int]]:
    """What is wrong with a GS, and in which element. Whether there is a guide for GS01 and GS08 is asked elsewhere."""
    if is_clean_gs(row):
        return
    for position in sorted({min(fault.element, 8) for fault in diagnose(GS.elements, (), row, _WHOLE)} - {1, 8}):
        yield Code.GS_CONTROL_NUMBER if position == 6 else Code.GS_ELEMENT, position


def is_ta1(row: Sequence[str]) -> bool:
    """True for a TA1 that can be correlated and understood."""
    return _TA1_CHECKS.is_clean(row, _NO_COMPONENT)


def same_count(text: str, count: int) -> bool:
    """True where an N0 says this count; leading zeros say nothing."""
    return text.isascii() and text.isdecimal() and text.lstrip("0") == (str(count) if count else "")


class SeenNumbers:
    """The ST02s of a group so far. Those that count up are kept as one run: memory does not grow with the file."""

    __slots__ = ("_first", "_last", "_others", "_width")

    def __init__(self) -> None:
        self._width = self._first = self._last = 0
        self._others: set[str] = set()

    def add(self, number: str) -> bool:
        """True where the number was there before."""
        if number.isdecimal() and number.isascii() and len(number) == (self._width or len(number)) < 10:
            value = int(number)
            if not self._width:
                self._width, self._first, self._last = len(number), value, value
                return False
            if self._first <= value <= self._last:
                return True
            if value == self._last + 1:
                self._last = value
                return number in self._others
        is_repeated = number in self._others
        self._others.add(number)
        return is_repeated


def set_drafts(transaction: TransactionSet, numbers: SeenNumbers, *, is_too_large: bool) -> list[Draft]:
    """What is wrong with a set as an envelope: its ST, its SE, and how the two agree. Adds ST02 to `numbers`."""
    is_repeated = numbers.add(transaction.rows[0][2] if len(transaction.rows[0]) > 2 else "")
    if not (is_repeated or is_too_large) and _is_clean(transaction):
        return []
    drafts = list(_set_drafts(transaction, is_too_large))
    if is_repeated:
        drafts.append(Draft(Code.ST_CONTROL_NUMBER_DUPLICATE, 1, "", "ST", 2, data_element="329"))
    return drafts


def _set_drafts(transaction: TransactionSet, is_too_large: bool) -> Iterator[Draft]:
    st, group = transaction.header, transaction.group
    yield from _identity(st, group)
    if not 4 <= len(st[2]) <= 9 or not st[2].strip():
        yield Draft(Code.ST_CONTROL_NUMBER, 1, "", "ST", 2, data_element="329", expected="4 to 9 characters")
    if not st[3]:
        yield Draft(Code.ST_GUIDE_MISSING, 1, "", "ST", 3, data_element="1705", expected="the same as GS08")
    elif st[3] != group[8]:
        yield Draft(Code.ST_GUIDE, 1, "", "ST", 3, data_element="1705", expected="the same as GS08")
    count = len(transaction.rows)
    if is_too_large:
        yield Draft(Code.SET_TOO_LARGE, 1, "", "ST")
    elif not transaction.is_closed:
        yield Draft(Code.SE_MISSING, count, "", "SE")
    elif not same_count(transaction.trailer[1], count):
        yield Draft(Code.SE_SEGMENT_COUNT, count, "", "SE", 1, data_element="96", expected=str(count))
    if transaction.is_closed and transaction.trailer[2] != st[2]:
        yield Draft(Code.SE_CONTROL_NUMBER, count, "", "SE", 2, data_element="329", expected="the same as ST02")


def _is_clean(transaction: TransactionSet) -> bool:
    """True for a set that nothing below would find fault with."""
    rows, group = transaction.rows, transaction.group
    st, se = rows[0], rows[-1]
    return (
        transaction.is_closed
        and len(st) == 4
        and len(se) == 3
        and st[3] == group[8]
        and st[1] == FUNCTIONAL_GROUPS.get(group[1])
        and 4 <= len(st[2]) <= 9
        and st[2].isalnum()
        and se[1] == str(len(rows))
        and se[2] == st[2]
    )


def _identity(st: Segment, group: Segment) -> Iterator[Draft]:
    belonging = FUNCTIONAL_GROUPS.get(group[1])
    if not (len(st[1]) == 3 and st[1].isascii() and st[1].isdecimal()):
        code = Code.ST_IDENTIFIER
    elif belonging is None or st[1] == belonging:
        return
    else:
        code = Code.SET_NOT_IN_GROUP if st[1] in FUNCTIONAL_GROUPS.values() else Code.SET_NOT_SUPPORTED
    yield Draft(code, 1, "", "ST", 1, data_element="143", expected=belonging or "three digits")
