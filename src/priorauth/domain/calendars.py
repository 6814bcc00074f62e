"""Days and hours of a payer: its time zone, its holidays, when its business day ends, and counting forward in each.

Nothing here knows what is counted for; `clocks` does. Rules that no document states are defaults (um-catalogue d.0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache

LAST_SECOND = time(23, 59, 59)
SATURDAY, SUNDAY = 5, 6
MONDAY, THURSDAY = 0, 3
DAYS_OF_FEBRUARY = 28


class Unit(StrEnum):
    """What a deadline is counted in."""

    HOURS = "hours"  # elapsed, weekends and changes of daylight saving time included (CLK-G-01)
    CALENDAR_DAYS = "calendar_days"  # day 0 is the local day of the start; to the day's last second (CLK-G-02)
    BUSINESS_DAYS = "business_days"  # day 0 does not count; to the end of the business day (CLK-G-03)
    MONTHS = "months"  # the same day of a later month, or its last one; to the day's last second


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A payer's calendar."""

    zone: tzinfo
    federal_holidays: bool = True  # no document lists holidays: the default (AMB-25)
    extra_holidays: frozenset[date] = frozenset()
    worked_holidays: frozenset[date] = frozenset()  # federal holidays on which the payer works
    business_day_end: time = LAST_SECOND  # AMB-24

    def day_of(self, moment: datetime) -> date:
        """The local day of a moment."""
        return moment.astimezone(self.zone).date()

    def end_of_day(self, day: date) -> datetime:
        """The last second of a local day."""
        return self._at(day, LAST_SECOND)

    def start_of_day(self, day: date) -> datetime:
        """The first moment of a local day."""
        return self._at(day, time())

    def is_business_day(self, day: date) -> bool:
        """Monday to Friday, and no holiday."""
        if day.weekday() in (SATURDAY, SUNDAY) or day in self.extra_holidays:
            return False
        return not (self.federal_holidays and day in federal_holidays(day.year)) or day in self.worked_holidays

    def business_day_after(self, day: date, number: int) -> date:
        """The business day that many after a day, which does not count itself; before it where negative.

        Zero is the day itself where business is done on it, else the next such day.
        """
        step = timedelta(days=-1 if number < 0 else 1)
        if number == 0:
            while not self.is_business_day(day):
                day += step
            return day
        for _ in range(abs(number)):
            day += step
            while not self.is_business_day(day):
                day += step
        return day

    def after(self, start: datetime, amount: int, unit: Unit) -> datetime:
        """The moment that is so much later than the start, in UTC; earlier where the amount is negative.

        Never earlier than the start where the amount is not negative, and never earlier for a later start.
        """
        due = _COUNTING[unit](self, start, amount)
        return max(due, start.astimezone(UTC)) if amount >= 0 else due

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def _hours(_: Calendar, start: datetime, amount: int) -> datetime:
    return start.astimezone(UTC) + timedelta(hours=amount)


def _calendar_days(calendar: Calendar, start: datetime, amount: int) -> datetime:
    return calendar.end_of_day(calendar.day_of(start) + timedelta(days=amount))


def _business_days(calendar: Calendar, start: datetime, amount: int) -> datetime:
    return calendar._at(calendar.business_day_after(calendar.day_of(start), amount), calendar.business_day_end)


def _months(calendar: Calendar, start: datetime, amount: int) -> datetime:
    return calendar.end_of_day(months_after(calendar.day_of(start), amount))


_COUNTING: dict[Unit, Callable[[Calendar, datetime, int], datetime]] = {
    Unit.HOURS: _hours,
    Unit.CALENDAR_DAYS: _calendar_days,
    Unit.BUSINESS_DAYS: _business_days,
    Unit.MONTHS: _months,
}


def months_after(day: date, months: int) -> date:
    """The same day of a later month; its last day where it has no such day (a birthday on 29 February)."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for last in range(day.day, DAYS_OF_FEBRUARY - 1, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """The days of that year on which the federal government observes a holiday (5 U.S.C. 6103)."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25), date(year + 1, 1, 1)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    floating = [
        _weekday_of_month(year, 1, MONDAY, 3),
        _weekday_of_month(year, 2, MONDAY, 3),
        _weekday_of_month(year, 6, MONDAY, 1) - timedelta(days=7),
        _weekday_of_month(year, 9, MONDAY, 1),
        _weekday_of_month(year, 10, MONDAY, 2),
        _weekday_of_month(year, 11, THURSDAY, 4),
    ]
    return frozenset(day for day in [*map(_observed, fixed), *floating] if day.year == year)


def _observed(day: date) -> date:
    """Saturday's holiday is kept on Friday, Sunday's on Monday."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def _weekday_of_month(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
