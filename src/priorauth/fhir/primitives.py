"""FHIR R4 primitive datatypes: what JSON writes them as, and whether a value is one (R4 datatypes, primitive types).

Each has a quick condition that may refuse a good value, and a check that is exact; the check is asked only then.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from priorauth.domain.findings import FindingCode as Code

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DATE = re.compile(r"([0-9]{4})(?:-(0[1-9]|1[0-2])(?:-([0-9]{2}))?)?")
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE_TIME = re.compile(rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})T{_TIME}{_ZONE}")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_CLOCK = re.compile(_TIME)
_OID = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Primitive:
    """One primitive datatype. `check` says what is wrong with a value, None where nothing is.

    `quick` is a condition as Python writes it, of the value `{0}` and maybe of `tests`, which are `{1}` and so on: true
    for good values only, and false, a TypeError or an AttributeError for all else.
    """

    name: str
    expected: str
    check: Callable[[object], Code | None]
    quick: str = ""
    tests: tuple[Callable[[Any], object], ...] = ()


def _string(value: object) -> Code | None:
    if not isinstance(value, str):
        return Code.FHIR_TYPE
    if not value:
        return Code.FHIR_EMPTY
    return Code.FHIR_VALUE if _CONTROL.search(value) else None


def _patterned(matches: Callable[[str], object]) -> Callable[[object], Code | None]:
    def check(value: object) -> Code | None:
        if not isinstance(value, str):
            return Code.FHIR_TYPE
        if not value:
            return Code.FHIR_EMPTY
        return None if matches(value) and not _CONTROL.search(value) else Code.FHIR_VALUE

    return check


def _no_space(value: str) -> bool:
    return len(value.split(None, 1)) == 1 and not value[0].isspace() and not value[-1].isspace()


def _single_spaces(value: str) -> bool:
    return " ".join(value.split()) == value


def _date(value: object) -> Code | None:
    if not isinstance(value, str):
        return Code.FHIR_TYPE
    found = _DATE.fullmatch(value)
    if found is None:
        return Code.FHIR_VALUE if value else Code.FHIR_EMPTY
    return None if exists(found[1], found[2], found[3]) else Code.ELEMENT_DATE


def _date_time(value: object) -> Code | None:
    if not isinstance(value, str) or len(value) <= 10:
        return _date(value)
    return _instant(value)


def _instant(value: object) -> Code | None:
    if not isinstance(value, str):
        return Code.FHIR_TYPE
    found = _DATE_TIME.fullmatch(value)
    if found is None:
        return Code.FHIR_VALUE if value else Code.FHIR_EMPTY
    return _date(found[1])


def exists(year: str, month: str | None, day: str | None) -> bool:
    """True for a year, month or day of the calendar."""
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return False
    return True


def _boolean(value: object) -> Code | None:
    return None if isinstance(value, bool) else Code.FHIR_TYPE


def _integer(least: int) -> Callable[[object], Code | None]:
    def check(value: object) -> Code | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return Code.FHIR_TYPE
        return None if least <= value < 2**31 else Code.FHIR_VALUE

    return check


def _decimal(value: object) -> Code | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return Code.FHIR_TYPE
    return None if isinstance(value, int) or can_be_written_out(value) else Code.FHIR_VALUE


def can_be_written_out(number: Decimal) -> bool:
    """False for what is not finite, and where an exponent stands for more digits than anybody reads."""
    return number.is_finite() and -MOST_PLACES <= number.adjusted() <= MOST_PLACES


def _base64(value: object) -> Code | None:
    if not isinstance(value, str):
        return Code.FHIR_TYPE
    if not value:
        return Code.FHIR_EMPTY
    try:
        binascii.a2b_base64("".join(value.split()), strict_mode=True)
    except ValueError:
        return Code.FHIR_VALUE
    return None


def _xhtml(value: object) -> Code | None:
    if not isinstance(value, str):
        return Code.FHIR_TYPE
    if not value:
        return Code.FHIR_EMPTY
    text = value.strip()  # not searched for control characters: the longest of all texts, and nobody reads it as data
    sound = text.startswith("<div") and text.endswith(("</div>", "/>")) and "\0" not in text
    return None if sound else Code.FHIR_VALUE


_PRINTABLE = "{0} and {0}.isprintable()"
_VISIBLE = "{0} and ' ' not in {0} and {0}.isprintable()"  # no other white space is printable
_WHOLE = "{0}.__class__ is int and %s <= {0} < 2147483648"
MOST_PLACES = 30
"""How far from its point the first digit of a number may stand."""
_NUMBER = "{0}.__class__ is {1} and {2}({0}) or {0}.__class__ is int"
_DECIMALS = (Decimal, can_be_written_out)
_ASKED = "{1}({0})"
_TRIED = "{1}({0}) or {2}({0})"
_IS_ID = _ID.fullmatch
_MOST_DAYS = (
    r"[1-9][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_IS_DAY = re.compile(_MOST_DAYS).fullmatch
_IS_MOMENT = re.compile(rf"{_MOST_DAYS}(?:T{_TIME}{_ZONE})?").fullmatch
_IS_TIME = re.compile(rf"{_MOST_DAYS}T{_TIME}{_ZONE}").fullmatch
"""What nearly all dates and times are: the check is asked of a year alone, or of 29 February."""


def _is_date(value: str) -> bool:
    return _date(value) is None


def _is_moment(value: str) -> bool:
    return _date_time(value) is None


def _is_instant(value: str) -> bool:
    return _instant(value) is None


_LEAP_DAY = r"(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29"
_DAYS = rf"(?:{_MOST_DAYS}|{_LEAP_DAY})"
_PARTIAL = rf"(?:{_DAYS}|[1-9][0-9]{{3}}(?:-(?:0[1-9]|1[0-2]))?)"
GRAMMARS: dict[str, Callable[[str], object]] = {
    "id": _IS_ID,
    "date": re.compile(_PARTIAL).fullmatch,
    "dateTime": re.compile(rf"{_DAYS}T{_TIME}{_ZONE}|{_PARTIAL}").fullmatch,
    "instant": re.compile(rf"{_DAYS}T{_TIME}{_ZONE}").fullmatch,
    "time": _CLOCK.fullmatch,
    "oid": _OID.fullmatch,
    "uuid": _UUID.fullmatch,
}
"""What texts of these datatypes are, exactly, where they hold no control characters."""

_MOMENTS, _INSTANTS = (_IS_MOMENT, _is_moment), (_IS_TIME, _is_instant)


def _quick_xhtml(value: str) -> object:
    return _xhtml(value) is None


def _quick_base64(value: str) -> object:
    return _base64(value) is None


# fmt: off
PRIMITIVES: dict[str, Primitive] = {
    primitive.name: primitive
    for primitive in (
        Primitive("string",       "a string that is not empty",                _string, _PRINTABLE),
        Primitive("markdown",     "a string that is not empty",                _string, _PRINTABLE),
        Primitive("code",         "a code without spaces around it",           _patterned(_single_spaces), _VISIBLE),
        Primitive("uri",          "a URI without spaces",                      _patterned(_no_space), _VISIBLE),
        Primitive("url",          "a URL without spaces",                      _patterned(_no_space), _VISIBLE),
        Primitive("canonical",    "a URL without spaces",                      _patterned(_no_space), _VISIBLE),
        Primitive("oid",          "urn:oid: and an object identifier",         _patterned(_OID.fullmatch)),
        Primitive("uuid",         "urn:uuid: and a UUID",                      _patterned(_UUID.fullmatch)),
        Primitive("id",           "up to 64 letters, digits, - and points",   _patterned(_IS_ID), _ASKED, (_IS_ID,)),
        Primitive("date",         "a date: YYYY, YYYY-MM or YYYY-MM-DD",       _date, _TRIED, (_IS_DAY, _is_date)),
        Primitive("dateTime",     "a date, or with a time, seconds and zone",  _date_time, _TRIED, _MOMENTS),
        Primitive("instant",      "a date and time with seconds and zone",     _instant, _TRIED, _INSTANTS),
        Primitive("time",         "a time of the day: hh:mm:ss",               _patterned(_CLOCK.fullmatch)),
        Primitive("base64Binary", "base64",                                    _base64, _ASKED, (_quick_base64,)),
        Primitive("xhtml",        "one div element of XHTML",                  _xhtml, _ASKED, (_quick_xhtml,)),
        Primitive("boolean",      "true or false",                             _boolean, "{0}.__class__ is bool"),
        Primitive("decimal",      "a number, with no great exponent",          _decimal, _NUMBER, _DECIMALS),
        Primitive("integer",      "a whole number of 32 bits",                 _integer(-(2**31)), _WHOLE % -(2**31)),
        Primitive("unsignedInt",  "a whole number from 0",                     _integer(0), _WHOLE % 0),
        Primitive("positiveInt",  "a whole number from 1",                     _integer(1), _WHOLE % 1),
    )
}
# fmt: on
"""Datatype -> how to read it."""
