"""The oversight report: what each delegate did in a half year, in time or not, and what was overturned."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from priorauth.domain.steps import StepKind, StepOutcome
from priorauth.reports.making import ReportKind, make_report
from priorauth.reports.oversight import half_year_of
from priorauth.reports.setting import Period
from reports.event_logs import A1, A3, ALLWAYS, Log, setting


def made(log: Log) -> dict[str, dict[str, Any]]:
    period = half_year_of(date(2026, 11, 2))
    report = make_report(ReportKind.DELEGATES, log.events, setting(ALLWAYS), period)
    return {row["destination"]: row for row in report["delegates"]}


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("2026-01-01", ("2026-01-01", "2026-06-30")),
        ("2026-06-30", ("2026-01-01", "2026-06-30")),
        ("2026-07-01", ("2026-07-01", "2026-12-31")),
    ],
)
def test_a_half_year_is_from_january_or_from_july(day: str, period: tuple[str, str]) -> None:
    assert half_year_of(date.fromisoformat(day)) == Period(*map(date.fromisoformat, period))


def test_a_delegate_answers_for_its_part_of_a_request_only() -> None:
    log = Log()
    split = log.receive("split-imaging-and-sleep", to={1: "evicore", 2: "sleep-management-solutions"})
    log.decide(split, {1: A1}, by="evicore", leg=1)
    log.decide(split, {2: A3}, by="sleep-management-solutions", leg=2)

    found = made(log)

    assert (found["evicore"]["approved"], found["evicore"]["denied"]) == (1, 0)
    assert found["sleep-management-solutions"]["denied_percent"] == 100.0


def test_timeliness_is_told_by_kind_against_what_is_wanted() -> None:
    log = Log()
    for place in range(10):
        review = log.receive("imaging-mri", to="evicore")
        if place < 2:
            log.miss(review, timedelta(hours=73))
        log.decide(review, {1: A1}, timedelta(hours=80), by="evicore")

    standard, expedited = made(log)["evicore"]["kinds"]

    assert (standard["in_time"], standard["in_time_percent"], standard["meets"]) == (8, 80.0, False)
    assert (expedited["decided"], expedited["meets"]) == (0, None)


def test_talks_appeals_and_what_they_overturned_are_told() -> None:
    log = Log()
    for outcome in StepOutcome:
        review = log.receive("imaging-mri", to="evicore")
        log.decide(review, {1: A3}, by="evicore")
        log.step(review, StepKind.PEER_TO_PEER_HELD, outcome=outcome)

    found = made(log)["evicore"]

    assert (found["peer_to_peer"], found["appeals"], found["overturned"], found["denied"]) == (3, 0, 1, 3)


def test_an_accredited_delegate_owes_no_report() -> None:
    log = Log()
    log.receive("imaging-mri", to="optum")

    found = made(log)

    assert (found["optum"]["report_owed"], found["evicore"]["report_owed"]) == (False, True)


def test_a_desk_is_no_delegate() -> None:
    log = Log()
    log.receive("imaging-mri", to="allways-um")

    assert "allways-um" not in made(log)
