"""Pseudonyms and shifted dates as laws: of the same shape, the same for the same, valid where the original was."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.inspection.cases.pseudonyms import Pseudonyms
from priorauth.inspection.cases.shifting import Shift, orders_of_weeks
from priorauth.x12.content import is_npi

ABOUT = date(2026, 11, 2)


def pseudonyms(weeks: int = 9) -> Pseudonyms:
    return Pseudonyms(salt=b"salt", shift=Shift(weeks, ABOUT), kept=frozenset({"BCBSM"}))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_pseudonym_has_the_length_the_punctuation_the_digits_and_the_capitals_of_the_value(value: str) -> None:
    instead = pseudonyms().value(value)

    assert len(instead) == len(value)
    for before, after in zip(value, instead, strict=True):
        assert before.isalnum() == after.isalnum()
        assert before.isalnum() or before == after
        assert not before.isascii() or (before.isdigit(), before.isupper()) == (after.isdigit(), after.isupper())
        assert before.isascii() == after.isascii()


@given(st.lists(st.text("abc123", min_size=3, max_size=6), unique=True, max_size=30))
def test_no_two_values_get_the_same_pseudonym(values: list[str]) -> None:
    of_case = pseudonyms()

    assert len({of_case.value(each) for each in values}) == len(values)


@given(st.from_regex(r"[12][0-9]{9}", fullmatch=True))
def test_the_check_digit_of_an_identifier_is_right_where_it_was_right(number: str) -> None:
    for last in "0123456789":
        assert is_npi(pseudonyms().value(number[:9] + last)) == is_npi(number[:9] + last)


def test_the_same_value_has_the_same_pseudonym_however_it_is_written() -> None:
    of_case = pseudonyms()

    assert of_case.value("Muñoz").upper() == of_case.value("MUÑOZ")
    assert of_case.value("617-555-0100").replace("-", "") == of_case.value("6175550100")
    assert of_case.url("urn:trnorg:9HARBORGEN", frozenset({"urn", "trnorg"})).endswith(of_case.value("9HARBORGEN"))
    assert of_case.value("Jo Doe").split()[1] == of_case.value("Doe")


@pytest.mark.parametrize("kept", ["BCBSM", "bcbsm", "0001", "000000017", "", "--"])
def test_payers_sequence_numbers_and_punctuation_stay(kept: str) -> None:
    assert pseudonyms().value(kept) == kept


def test_a_trace_goes_on_forcing_the_sandbox() -> None:
    assert pseudonyms().value("SBX-DENY-4711").startswith("SBX-DENY-")
    assert "4711" not in pseudonyms().value("SBX-DENY-4711")


DAYS = st.dates(date(1940, 1, 1), date(2040, 12, 31))


@given(DAYS, DAYS, st.integers(-60, 60))
def test_weekdays_and_the_days_between_two_dates_stay_over_leap_days_too(first: date, second: date, weeks: int) -> None:
    shift = Shift(weeks, ABOUT)

    assert shift.day(first).weekday() == first.weekday()
    assert shift.day(second) - shift.day(first) == second - first
    assert shift.text(first.isoformat()) == shift.day(first).isoformat()
    assert shift.text(f"{first:%Y%m%d}-{second:%Y%m%d}") == f"{shift.day(first):%Y%m%d}-{shift.day(second):%Y%m%d}"


@pytest.mark.parametrize("no_day", ["20260230", "20260229", "20261301", "20260400", "20260431", "00000000"])
def test_what_is_no_day_stays_none_and_is_another_text(no_day: str) -> None:
    moved = Shift(9, ABOUT).text(no_day)

    assert moved != no_day
    with pytest.raises(ValueError, match=r"."):
        date.fromisoformat(moved)


def test_times_of_day_and_zones_stay() -> None:
    assert Shift(1, ABOUT).text("2026-11-02T09:15:00.123-05:00") == "2026-11-09T09:15:00.123-05:00"
    assert Shift(1, ABOUT).text("202611020915") == "202611090915"
    assert Shift(1, ABOUT).short("261102") == "261109"


def test_who_is_older_than_ninety_is_ninety() -> None:
    born = date(1925, 5, 5)

    moved = Shift(9, ABOUT).day(born)

    assert moved.weekday() == born.weekday()
    assert timedelta(days=90 * 365) < ABOUT + timedelta(weeks=9) - moved < timedelta(days=91 * 366)


def test_the_salt_orders_the_weeks() -> None:
    assert sorted(orders_of_weeks(b"a", 4, 6)) == [-6, -5, -4, 4, 5, 6]
    assert orders_of_weeks(b"a", 4, 40) != orders_of_weeks(b"b", 4, 40)
