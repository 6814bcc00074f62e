"""The data types of X12.6, as predicates over text: dates and times that exist, numbers, and dates by their format."""

from __future__ import annotations

import re

_CENTURIES = frozenset(("18", "19", "20", "21"))  # elsewhere a date of care or birth is a slip, as pyx12 holds too
_DAYS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_MONTH_DAYS = frozenset(f"{month:02}{day:02}" for month, days in _DAYS.items() for day in range(1, days + 1))
_YEARS_OF_CENTURY = frozenset(f"{year:02}" for year in range(100))
_HOURS = frozenset(f"{hour:02}" for hour in range(24))
_SIXTIETHS = frozenset(f"{sixtieth:02}" for sixtieth in range(60))
_TENTHS = frozenset("0123456789")

_INTEGER = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def is_date(text: str) -> bool:
    """A DT of eight digits, CCYYMMDD, that is a day of the calendar."""
    if len(text) != 8 or text[:2] not in _CENTURIES or text[2:4] not in _YEARS_OF_CENTURY:
        return False
    return text[4:] in _MONTH_DAYS or (text[4:] == "0229" and _is_leap(int(text[:4])))


def is_short_date(text: str) -> bool:
    """A DT of six digits, YYMMDD, as ISA09 has it."""
    return is_date("20" + text)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def is_time(text: str) -> bool:
    """A TM: HHMM, then seconds, then tenths or hundredths of them."""
    if text[:2] not in _HOURS or text[2:4] not in _SIXTIETHS:
        return False
    rest = text[4:]
    return not rest or (rest[:2] in _SIXTIETHS and len(rest) <= 4 and all(digit in _TENTHS for digit in rest[2:]))


def is_integer(text: str) -> bool:
    """An N0: digits with an optional minus sign."""
    return _INTEGER.fullmatch(text) is not None


def is_decimal(text: str) -> bool:
    """An R: digits with an optional minus sign and decimal point, without an exponent."""
    return _DECIMAL.fullmatch(text) is not None


def digits_of(text: str) -> int:
    """The length of a number: the sign and the decimal point do not count (X12.6)."""
    return len(text) - text.count("-") - text.count(".")


def _is_date_range(text: str) -> bool:
    return len(text) == 17 and text[8] == "-" and is_date(text[:8]) and is_date(text[9:])


def _is_date_and_time(text: str) -> bool:
    return len(text) == 12 and is_date(text[:8]) and is_time(text[8:])


PERIOD_FORMATS = {
    "D8": (is_date, "a date CCYYMMDD"),
    "RD8": (_is_date_range, "two dates CCYYMMDD-CCYYMMDD"),
    "DT": (_is_date_and_time, "a date and time CCYYMMDDHHMM"),
    "TM": (is_time, "a time HHMM"),
}
"""Data element 1250 (how element 1251 is written) -> whether a text is so written, and how to say it."""


def is_period(qualifier: str, text: str) -> bool:
    """True where `text` is written as `qualifier` says; an unknown qualifier is a finding of its own."""
    known = PERIOD_FORMATS.get(qualifier)
    return known is None or known[0](text)
