"""What stands in each element of X12, by the tables of the guides: a code, a number, a date, or what names somebody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from priorauth.inspection.cases.codes import is_code_of_a_list, is_taxonomy
from priorauth.inspection.cases.pseudonyms import Pseudonyms
from priorauth.x12.directory import SEGMENT_IDS
from priorauth.x12.guides import GUIDES
from priorauth.x12.guides.control import GE, GS, IEA, ISA, SE, ST, TA1
from priorauth.x12.guides.spec import ElementUse, Use
from priorauth.x12.guides.x217.codes import KNOWN

DAYS = {"373", "1251"}
DAY_OF_ISA = "I08"
PLACES = {"26", "156", "1715"}  # countries and states: too many people live in one
TRANSACTION_SET = "143"
POSTAL_CODE = "116"
OTHER_LISTS = {"234", "1271", "1137", "799"}  # AN that lists other than X12's fill
REFERENCE = "127"
CONTROL_NUMBERS = {"I12", "28", "329"}
STRUCTURE = {
    *("I11", "I13", "I14", "I15", "I16", "I65", "96", "97", "123", "2", "455"),
    *("719", "722", "725", "1528", "1686", "628", "734"),
}
"""Counts and positions: what holds a message together."""

SMALL_CONTROL_NUMBER = 1000

KNOWN_SEGMENTS = SEGMENT_IDS | {"ISA", "IEA", "GS", "GE", "ST", "SE", "TA1"}
INTERCHANGE_VERSIONS = {"00501", "00401"}
LONGEST_NUMBER = 5  # digits of a quantity; a longer number can be somebody's
LONGEST_CODE = 2  # characters that can name nobody
SHORT_TEXTS = {"1331", "1339", "1341"}  # AN of two characters: facility type, modifier, locally assigned value
CONTEXTS = {"9999", "9998", "447"}

Components = tuple[ElementUse, ...]


def replaced(value: str, use: ElementUse | None, pseudonyms: Pseudonyms) -> str:
    """What stands for the value of one element or component; the same value where it says nothing of anybody."""
    if not value.strip():
        return value
    if use and _stays(value.strip(), use):
        pseudonyms.stayed.add(value.strip())
        return value
    if use and use.number in DAYS and value.strip("0123456789- ") == "":
        moved = pseudonyms.day(value)
        return pseudonyms.value(value) if moved == value else moved
    if use and use.number == DAY_OF_ISA:
        return pseudonyms.replaced(value, pseudonyms.shift.short(value))
    return pseudonyms.value(value)


def _stays(value: str, use: ElementUse) -> bool:
    number = use.number
    if number in STRUCTURE:
        return value.isdigit() or len(value) == 1 or value in INTERCHANGE_VERSIONS
    if number in OTHER_LISTS:
        return is_code_of_a_list(value)
    if number == REFERENCE:
        return is_taxonomy(value)
    if number == POSTAL_CODE:
        return False
    if number in CONTROL_NUMBERS:
        return value.isdigit() and int(value) < SMALL_CONTROL_NUMBER
    if number in SHORT_TEXTS or number in PLACES:
        return len(value) <= LONGEST_CODE
    if number in CONTEXTS or number in ("480", "1705"):
        return value in _names_of_the_guides()
    if number == TRANSACTION_SET:
        return value.isdigit()
    if number == "721":
        return value in KNOWN_SEGMENTS
    match use.type:
        case "ID":
            return len(value) <= LONGEST_CODE or value in _codes(number)
        case "N0" | "R":
            return value.strip("-").replace(".", "").isdigit() and sum(map(str.isdigit, value)) <= LONGEST_NUMBER
        case "TM":
            return value.isdigit()
    return False


@cache
def elements_of(segment: str) -> tuple[Components, ...]:
    """The components of each element of a segment, as the use says that says most of them."""
    merged: list[Components] = []
    for use in _uses():
        if use.segment == segment:
            for at, element in enumerate(use.elements):
                parts = element.components or (element,)
                if at == len(merged):
                    merged.append(parts)
                elif len(parts) > len(merged[at]) or not merged[at][0].type:
                    merged[at] = parts
    return tuple(merged)


@cache
def _uses() -> tuple[Use, ...]:
    return (ISA, TA1, GS, ST, SE, GE, IEA, *_uses_of_guides())


def _uses_of_guides() -> Iterator[Use]:
    for guide in GUIDES:
        yield from (*guide.header, *guide.trailer)
        for chain in guide.walk():
            yield from (*chain[-1].uses, *chain[-1].trailer)


def _parts() -> Iterator[ElementUse]:
    for use in _uses():
        for element in use.elements:
            yield from element.components or (element,)


@cache
def _codes(number: str) -> frozenset[str]:
    """Every code that is known for a data element: of X12's lists, and of the tables of the guides."""
    return KNOWN.get(number, frozenset()).union(
        *(part.codes or frozenset() for part in _parts() if part.number == number)
    )


@cache
def _names_of_the_guides() -> frozenset[str]:
    """What guides, their loops and the contexts of a 999 are called."""
    loops = {chain[-1].id for guide in GUIDES for chain in guide.walk()}
    return _codes("9999") | loops | {guide.id for guide in GUIDES} | {"005010X231", "005010X215", "005010X216"}
