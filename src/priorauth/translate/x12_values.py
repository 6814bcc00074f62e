"""Dates, periods, numbers and composites as X12 writes them, and as the domain holds them.

The readers never raise: a value that validation let through although it cannot be read answers None.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from priorauth.domain.reviews import DatePeriod
from priorauth.fhir.primitives import can_be_written_out
from priorauth.translate.quick import builder

DAY = "D8"
PERIOD = "RD8"

_LONGEST_COUNT = 15
PAD = [""] * 20
"""What makes a short segment answer for every element that is looked at."""

_WHOLE = {str(number): Decimal(number) for number in range(1000)}
_ONE = {str(number): (number,) for number in range(1, 13)}  # a pointer to a diagnosis, of which there are twelve

_period = builder(DatePeriod)
_date = date.fromisoformat


def read_date(text: str) -> date | None:
    """A CCYYMMDD date."""
    if len(text) != 8:
        return None
    try:
        return _date(text)
    except ValueError:
        return None


def read_period(text: str) -> DatePeriod | None:
    """A day, or a period of days written CCYYMMDD-CCYYMMDD."""
    try:
        if len(text) == 8:
            return _period(_date(text))
        return _period(_date(text[:8]), _date(text[9:]))
    except ValueError:
        return None


def read_decimal(text: str) -> Decimal | None:
    """A decimal number (type R), its digits kept as sent."""
    if not text:
        return None
    if text in _WHOLE:
        return _WHOLE[text]
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if can_be_written_out(number) else None


def read_count(text: str) -> int | None:
    """A whole number (type N0)."""
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_COUNT else None


def read_counts(text: str, separator: str) -> tuple[int, ...]:
    """A composite of whole numbers, 0 for one that is none."""
    if text in _ONE:
        return _ONE[text]
    return tuple([read_count(one) or 0 for one in text.split(separator)])


def write_date(day: date | None) -> str:
    """The date as CCYYMMDD, or empty."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}" if day else ""


def write_time(moment: datetime) -> str:
    """The time of day as HHMMSS."""
    return f"{moment:%H%M%S}"


def write_period(period: DatePeriod) -> tuple[str, str]:
    """The format qualifier and the value of a day or period."""
    if period.end is None:
        return DAY, write_date(period.start)
    return PERIOD, f"{write_date(period.start)}-{write_date(period.end)}"


def write_number(number: Decimal | int | None) -> str:
    """The number without an exponent, or empty where there is none to write."""
    if number is None or (isinstance(number, Decimal) and not can_be_written_out(number)):
        return ""
    return format(number, "f") if isinstance(number, Decimal) else str(number)


def read_components(text: str, separator: str) -> tuple[str, ...]:
    """The components of a composite."""
    return tuple(text.split(separator)) if text else ()


def trimmed(values: Sequence[str]) -> tuple[str, ...]:
    """The values up to the last that is not empty."""
    if not any(values):
        return ()
    count = len(values)
    while not values[count - 1]:
        count -= 1
    return tuple(values[:count])
