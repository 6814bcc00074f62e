"""The daily log: one for each facility and day, every field of the payer, and what does not fit said, not mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from priorauth.domain.determinations import ItemDecision
from priorauth.reports.making import ReportKind, make_report
from priorauth.reports.setting import Period
from reports.event_logs import A1, A3, A4, BCBSMA, NOON, Log, neonatal_log, setting

TODAY = Period(date(2026, 11, 2), date(2026, 11, 2))


def made(log: Log, period: Period = TODAY, facility: str = "") -> dict[str, Any]:
    return make_report(ReportKind.DAILY_LOG, log.events, setting(BCBSMA), period, facility)


@pytest.fixture(scope="module")
def row() -> dict[str, Any]:
    found: dict[str, Any] = made(neonatal_log())["facilities"][0]["rows"][0]
    return found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("hospital", "HARBOR GENERAL HOSPITAL", id="DET-BCMA-01"),
        pytest.param("hospital_phone", "6175550100", id="DET-BCMA-02"),
        pytest.param("reviewer", "ProgenyHealth nurse", id="DET-BCMA-03"),
        pytest.param("reviewer_phone", "1-888-832-2006", id="DET-BCMA-04"),
        pytest.param("fax", "1-866-303-5749", id="DET-BCMA-05, the fax for this payer"),
    ],
)
def test_the_head_says_whose_log_it_is(field: str, value: str) -> None:
    assert made(neonatal_log())["facilities"][0][field] == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("patient", "BABY GIRL DELACROIX", id="DET-BCMA-06"),
        pytest.param("born", "2026-11-01", id="DET-BCMA-07"),
        pytest.param("case_number", "PH-CASE-1", id="DET-BCMA-08"),
        pytest.param("record_number", "HG-20031", id="DET-BCMA-09"),
        pytest.param("client_number", "CLIENT-1", id="DET-BCMA-10"),
        pytest.param("next_review", "2026-11-12", id="DET-BCMA-11"),
        pytest.param("next_review_notes", "weight, bed type", id="DET-BCMA-12"),
        pytest.param("admitted", "2026-11-01", id="DET-BCMA-13"),
        pytest.param("discharged", "", id="DET-BCMA-14"),
    ],
)
def test_a_row_says_everything_of_a_patient(row: dict[str, Any], field: str, value: str) -> None:
    assert row[field] == value


def test_each_span_says_days_dates_level_asked_decision_with_its_basis_and_level_approved(row: dict[str, Any]) -> None:
    """DET-BCMA-15 to 19, 23: an approved level where none was asked for is an approval."""
    said = [
        (each["days"], each["from"], each["to"], each["requested"], each["decision"], each["approved"])
        for each in row["spans"][:3]
    ]

    assert said == [
        (2, "2026-11-01", "2026-11-02", "None", "Approve: Per Physician Reviewer", "Level 4"),
        (2, "2026-11-03", "2026-11-05", "Level 4", "Approve in part: Per Physician Reviewer", "Level 3"),
        (2, "2026-11-07", "2026-11-08", "Level 3", "Deny: Per Physician Reviewer", ""),
    ]


def test_the_foot_says_how_to_dispute_and_that_payment_is_not_guaranteed() -> None:
    log = made(neonatal_log())

    assert "1-888-832-2006" in log["reconsideration"]
    assert "not a guarantee of payment" in log["disclaimer"]
    assert "not evidence of an approval" in log["disclaimer"]


def test_days_that_do_not_fit_are_said_and_left_as_they_were_stated(row: dict[str, Any]) -> None:
    """DET-BCMA-24 and 25, AMB-07: days between spans and before the next review are not reviewed, not denied."""
    assert "2026-11-03 to 2026-11-05 are 3 days, and 2 are stated" in row["remarks"]
    assert "2026-11-06 to 2026-11-06 were not reviewed" not in row["remarks"]  # another line of the stay has that day
    assert row["spans"][1]["days"] == 2


def test_an_admission_before_birth_is_said() -> None:
    log = Log()
    stay = log.receive("nicu-admission", to="progenyhealth")
    assert stay.event.admission_dates is not None
    earlier = replace(stay.event.admission_dates, start=date(2025, 11, 1))
    log.change(replace(stay, event=replace(stay.event, admission_dates=earlier)))
    log.decide(stay, {1: A1})

    [found] = made(log)["facilities"][0]["rows"]

    assert (found["admitted"], found["remarks"]) == ("2025-11-01", ["admitted before birth"])


def test_approvals_and_denials_are_both_in_the_log_and_what_is_pended_is_not() -> None:
    log = Log()
    for action in (A1, A3, A4):
        log.decide(log.receive("nicu-newborn-dependent", to="progenyhealth"), {1: action})

    rows = made(log)["facilities"][0]["rows"]

    assert sorted(row["spans"][0]["decision"].split(":")[0] for row in rows) == ["Approve", "Deny"]


def test_a_day_is_the_payers_own() -> None:
    log = Log()
    log.decide(log.receive("nicu-newborn-dependent", to="progenyhealth"), {1: A1}, timedelta(hours=11))  # 23:00 there

    assert len(made(log)["facilities"]) == 1


def test_a_later_decision_is_another_row_of_its_own_day() -> None:
    log = Log()
    stay = log.receive("nicu-newborn-dependent", to="progenyhealth")
    log.decide(stay, {1: A3})
    log.decide(stay, {1: A1}, timedelta(days=1))

    logs = made(log, Period(date(2026, 11, 2), date(2026, 11, 3)))["facilities"]

    assert [(each["day"], each["rows"][0]["spans"][0]["decision"]) for each in logs] == [
        ("2026-11-02", "Deny: Per Criteria"),
        ("2026-11-03", "Approve: Per Criteria"),
    ]


def test_one_facility_may_be_asked_for() -> None:
    log = neonatal_log()

    assert made(log, facility="1200000010")["facilities"] == made(log)["facilities"]
    assert made(log, facility="1200000028")["facilities"] == []


def test_a_line_without_spans_is_one_span_of_its_own_days() -> None:
    log = Log()
    stay = log.receive("nicu-newborn-dependent", at=NOON, to="progenyhealth")
    log.decide(stay, {1: ItemDecision(sequence=1, action=A1)})

    [span] = made(log)["facilities"][0]["rows"][0]["spans"]

    assert (span["days"], span["from"], span["to"], span["approved"]) == (7, "2026-10-30", "2026-11-05", "Level 3")
