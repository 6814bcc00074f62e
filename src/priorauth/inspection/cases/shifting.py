"""Dates moved by one number of weeks: weekdays and the days between two dates stay, and what is no date stays none."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

OLDEST = 90
"""Who is older than this is as old as this: an age beyond it can identify a person (45 CFR 164.514(b)(2))."""

_DAYS_OF_A_YEAR = 365.2425
_FEBRUARY, _NEVER_OF_FEBRUARY = "02", "30"
_WRITTEN = re.compile(
    r"(?<![0-9])(?:"
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?(?![0-9])"
    r"|(?P<eight>[0-9]{8})(?=(?:[0-9]{4}|[0-9]{6})?(?![0-9]))"
    r")"
)


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the dates of a case are moved, and about when the case is: what is very old is made less old."""

    weeks: int
    about: date

    def day(self, day: date) -> date:
        """The day moved. A birth of a very old person is moved to that of one who is `OLDEST`."""
        weeks = self.weeks
        age = (self.about - day).days / _DAYS_OF_A_YEAR
        if age >= OLDEST + 1:
            weeks += int((age - OLDEST) * _DAYS_OF_A_YEAR // 7)
        try:
            return day + timedelta(weeks=weeks)
        except OverflowError:
            return day

    def text(self, text: str) -> str:
        """Every date in a text that is written as X12 or FHIR write dates; times of day and time zones stay."""
        return _WRITTEN.sub(self._written, text)

    def days(self, text: str) -> Iterator[str]:
        """Every day in a text, as X12 and as FHIR write it: neither may be read where the other was replaced."""
        for found in _WRITTEN.finditer(text):
            eight = found["eight"] or found["year"] + found["month"] + (found["day"] or "")
            if len(eight) == len("20261102"):
                yield from (eight, f"{eight[:4]}-{eight[4:6]}-{eight[6:]}")

    def short(self, text: str) -> str:
        """A date of six digits, as an ISA has it: of this century."""
        return self._digits("20" + text)[2:] if len(text) == 6 and text.isdigit() else text

    def _written(self, found: re.Match[str]) -> str:
        if found["eight"]:
            return self._digits(found["eight"])
        year, month, day = found["year"], found["month"], found["day"]
        moved = self._digits(year + month + (day or "15"))
        return f"{moved[:4]}-{moved[4:6]}" + (f"-{moved[6:]}" if day else "")

    def _digits(self, eight: str) -> str:
        year, month, day = eight[:4], eight[4:6], eight[6:]
        try:
            return self.day(date(int(year), int(month), int(day))).strftime("%Y%m%d").zfill(8)
        except ValueError:  # no day of the calendar, and it is to stay none: only its year is moved
            moved = int(year) + (1 if self.weeks > 0 else -1)
            day = _NEVER_OF_FEBRUARY if month == _FEBRUARY and day == "29" else day
            return f"{moved % 10000:04d}{month}{day}"


def orders_of_weeks(salt: bytes, least: int, most: int) -> Sequence[int]:
    """The numbers of weeks from least to most, forward and back, in an order that the salt decides."""
    numbers = [*range(least, most + 1), *range(-most, -least + 1)]
    return sorted(numbers, key=lambda number: hmac.digest(salt, f"weeks {number}".encode(), hashlib.sha256))
