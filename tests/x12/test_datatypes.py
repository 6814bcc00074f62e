from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.x12.datatypes import digits_of, is_date, is_decimal, is_integer, is_period, is_short_date, is_time


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_every_day_of_the_calendar_is_a_date(day: date) -> None:
    assert is_date(f"{day:%Y%m%d}")
    assert is_period("RD8", f"{day:%Y%m%d}-{day:%Y%m%d}")


@pytest.mark.parametrize(
    "text", ["", "2026", "20260229", "20261301", "20260431", "19000229", "0026-1-1", "202611021", "２０２６0101"]
)
def test_what_is_no_day_of_the_calendar_is_no_date(text: str) -> None:
    assert not is_date(text)


def test_a_leap_day_is_a_date_and_a_short_date_is_of_this_century() -> None:
    assert is_date("20240229")
    assert is_date("20000229")
    assert is_short_date("240229")
    assert not is_short_date("230229")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0000", True), ("2359", True), ("235959", True), ("2359599", True), ("23595999", True)]
    + [(text, False) for text in ("", "24", "2400", "2360", "235960", "23595", "235959999", "12:30")],
)
def test_a_time_has_hours_minutes_seconds_and_hundredths(text: str, expected: bool) -> None:
    assert is_time(text) is expected


@pytest.mark.parametrize(("text", "expected"), [("0", True), ("-12", True), ("", False), ("1.0", False), ("١", False)])
def test_a_whole_number_is_digits_with_a_sign(text: str, expected: bool) -> None:
    assert is_integer(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", True), ("-1.50", True), (".5", True), ("1.", True), (".", False), ("1E3", False), ("", False)],
)
def test_a_decimal_has_a_point_and_no_exponent(text: str, expected: bool) -> None:
    assert is_decimal(text) is expected


def test_the_sign_and_the_point_of_a_number_do_not_count_for_its_length() -> None:
    assert digits_of("-12.50") == 4


@pytest.mark.parametrize(
    ("qualifier", "text", "expected"),
    [
        ("D8", "20261102", True),
        ("RD8", "20261102", False),
        ("RD8", "20261102-20261131", False),
        ("DT", "202611021530", True),
        ("DT", "202611022530", False),
        ("TM", "1530", True),
        ("ZZ", "anything", True),
    ],
)
def test_a_date_is_written_as_its_qualifier_says(qualifier: str, text: str, expected: bool) -> None:
    assert is_period(qualifier, text) is expected
