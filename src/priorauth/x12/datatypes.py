"""The data types of X12.6, as predicates over text: dates and times that exist, numbers, and dates by their format."""

from __future__ import annotations

import re

YEARS = frozenset(map(str, range(1800, 2200)))  # any other year is a slip, for a birth as for care
_LEAP_YEARS = frozenset(year for year in YEARS if int(year) % 4 == 0 and (int(year) % 100 or int(year) % 400 == 0))
_DAYS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
MONTH_DAYS = frozenset(f"{month:02}{day:02}" for month, days in _DAYS.items() for day in range(1, days + 1))
MINUTES = frozenset(f"{hour:02}{minute:02}" for hour in range(24) for minute in range(60))
_SIXTIETHS = frozenset(f"{sixtieth:02}" for sixtieth in range(60))
_TENTHS = frozenset("0123456789")

_INTEGER = re.compile(r"-?[0-9]+")
_DECIMAL = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


def is_date(text: str) -> bool:
    """A DT of eight digits, CCYYMMDD, that is a day of the calendar."""
    year, day = text[:4], text[4:]
    return (day in MONTH_DAYS and year in YEARS) or (day == "0229" and year in _LEAP_YEARS)


def is_short_date(text: str) -> bool:
    """A DT of six digits, YYMMDD, as ISA09 has it."""
    return is_date("20" + text)


def is_time(text: str) -> bool:
    """A TM: HHMM, then seconds, then tenths or hundredths of them."""
    if text[:4] not in MINUTES:
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


def is_date_range(text: str) -> bool:
    """Two dates with a hyphen between them."""
    return len(text) == 17 and text[8] == "-" and is_date(text[:8]) and is_date(text[9:])


def _is_date_and_time(text: str) -> bool:
    return len(text) == 12 and is_date(text[:8]) and is_time(text[8:])


PERIOD_FORMATS = {
    "D8": (is_date, "a date CCYYMMDD"),
    "RD8": (is_date_range, "two dates CCYYMMDD-CCYYMMDD"),
    "DT": (_is_date_and_time, "a date and time CCYYMMDDHHMM"),
    "TM": (is_time, "a time HHMM"),
}
"""Data element 1250 (how element 1251 is written) -> whether a text is so written, and how to say it."""


def is_period(qualifier: str, text: str) -> bool:
    """True where `text` is written as `qualifier` says; an unknown qualifier is a finding of its own."""
    known = PERIOD_FORMATS.get(qualifier)
    return known is None or known[0](text)
