"""Counting hours, days, business days and months of a payer's calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.domain.calendars import Calendar, Unit, federal_holidays, months_after

EASTERN = ZoneInfo("America/New_York")
CALENDAR = Calendar(zone=EASTERN)
ZONES = [EASTERN, ZoneInfo("America/Chicago"), ZoneInfo("America/Detroit"), ZoneInfo("Australia/Lord_Howe"), UTC]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


# fmt: off
VECTORS = [
    ("CLK-G-01 72 hours over the end of daylight saving time", "2026-10-31T12:00", 72, Unit.HOURS, "2026-11-03T11:00"),
    ("CLK-G-01 24 hours over its beginning", "2026-03-07T12:00", 24, Unit.HOURS, "2026-03-08T13:00"),
    ("CLK-G-02 14 calendar days", "2026-10-16T15:00", 14, Unit.CALENDAR_DAYS, "2026-10-30T23:59:59"),
    ("CLK-G-03 two business days over a weekend", "2026-10-16T15:00", 2, Unit.BUSINESS_DAYS, "2026-10-20T23:59:59"),
    ("business days over Thanksgiving", "2026-11-20T10:00", 7, Unit.BUSINESS_DAYS, "2026-12-02T23:59:59"),
    ("one business day from a Saturday", "2026-10-17T22:00", 1, Unit.BUSINESS_DAYS, "2026-10-19T23:59:59"),
    ("no business day from a Saturday", "2026-10-17T22:00", 0, Unit.BUSINESS_DAYS, "2026-10-19T23:59:59"),
    ("five business days before", "2026-10-19T00:00", -5, Unit.BUSINESS_DAYS, "2026-10-09T23:59:59"),
    ("a first birthday of 29 February", "2024-02-29T08:00", 12, Unit.MONTHS, "2025-02-28T23:59:59"),
    ("a fourth birthday of 29 February", "2024-02-29T08:00", 48, Unit.MONTHS, "2028-02-29T23:59:59"),
    ("a day that is added in a leap year", "2028-02-28T08:00", 2, Unit.CALENDAR_DAYS, "2028-03-01T23:59:59"),
    ("60 days of validity", "2026-10-01T09:00", 60, Unit.CALENDAR_DAYS, "2026-11-30T23:59:59"),
]
# fmt: on


@pytest.mark.parametrize(("name", "start", "amount", "unit", "due"), VECTORS, ids=[row[0] for row in VECTORS])
def test_a_deadline_is_counted_as_the_catalogue_says(name: str, start: str, amount: int, unit: Unit, due: str) -> None:
    if name == "five business days before":
        assert not CALENDAR.is_business_day(date(2026, 10, 12))  # Columbus Day
    assert CALENDAR.after(local(start), amount, unit) == local(due)


def test_a_business_day_ends_when_the_payer_says() -> None:
    calendar = Calendar(zone=EASTERN, business_day_end=time(17))

    assert calendar.after(local("2026-10-16T15:00"), 1, Unit.BUSINESS_DAYS) == local("2026-10-19T17:00")
    assert calendar.after(local("2026-10-16T18:00"), 0, Unit.BUSINESS_DAYS) == local("2026-10-16T18:00")


def test_the_federal_holidays_of_a_year_are_those_that_the_government_observes() -> None:
    assert federal_holidays(2026) == {
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
    }
    assert date(2021, 12, 31) in federal_holidays(2021)  # New Year's Day of 2022 was a Saturday
    assert date(2020, 6, 19) not in federal_holidays(2020)


def test_a_payer_adds_holidays_and_works_on_others() -> None:
    calendar = Calendar(
        zone=EASTERN,
        extra_holidays=frozenset({date(2026, 11, 27)}),
        worked_holidays=frozenset({date(2026, 10, 12)}),
    )

    assert not calendar.is_business_day(date(2026, 11, 27))
    assert calendar.is_business_day(date(2026, 10, 12))
    assert Calendar(zone=EASTERN, federal_holidays=False).is_business_day(date(2026, 12, 25))


MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC))
CALENDARS = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    federal_holidays=st.booleans(),
    extra_holidays=st.frozensets(st.dates(date(2015, 1, 1), date(2045, 1, 1)), max_size=5),
    business_day_end=st.sampled_from([time(23, 59, 59), time(17), time(0)]),
)


@given(CALENDARS, MOMENTS, st.integers(0, 100), st.sampled_from(Unit))
def test_a_deadline_is_never_before_its_start(calendar: Calendar, start: datetime, amount: int, unit: Unit) -> None:
    assert calendar.after(start, amount, unit) >= start


@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)), st.integers(-20, 100), st.sampled_from(Unit))
def test_a_later_start_never_has_an_earlier_deadline(
    calendar: Calendar, start: datetime, later: timedelta, amount: int, unit: Unit
) -> None:
    assert calendar.after(start, amount, unit) <= calendar.after(start + later, amount, unit)


@given(CALENDARS, MOMENTS, st.integers(0, 100), st.sampled_from(Unit))
def test_a_longer_time_never_ends_earlier(calendar: Calendar, start: datetime, amount: int, unit: Unit) -> None:
    assert calendar.after(start, amount, unit) <= calendar.after(start, amount + 1, unit)


@given(CALENDARS, MOMENTS, st.integers(1, 60))
def test_a_business_day_deadline_falls_on_a_business_day(calendar: Calendar, start: datetime, amount: int) -> None:
    due = calendar.after(start, amount, Unit.BUSINESS_DAYS)

    assert calendar.is_business_day(calendar.day_of(due))
    assert due >= calendar.after(start, amount - 1, Unit.BUSINESS_DAYS)


@given(st.dates(date(2015, 1, 1), date(2045, 1, 1)), st.integers(0, 400))
def test_months_keep_the_day_or_end_with_the_month(day: date, months: int) -> None:
    later = months_after(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
