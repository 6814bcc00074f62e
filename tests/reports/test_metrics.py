"""The public figures: all nine, with their counts, and what is left out by which rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from priorauth.domain.clocks import ClockKind
from priorauth.domain.reviews import CertificationType, PatientEvent, ServiceReview
from priorauth.domain.steps import StepKind, StepOutcome
from priorauth.reports.making import ReportKind, make_report
from priorauth.reports.setting import Period
from reports.event_logs import A1, A3, A4, A6, ALLWAYS, Log, setting
from x12_sets import sample

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
IMAGING = "imaging-mri"
SPLIT = {1: "evicore", 2: "allways-um"}


def urgent(name: str) -> PatientEvent:
    return replace(sample(name).event, level_of_service="U")


def made(log: Log, period: Period = YEAR) -> dict[str, Any]:
    return make_report(ReportKind.METRICS, log.events, setting(ALLWAYS), period)


@pytest.fixture(scope="module")
def year() -> dict[str, Any]:
    """Standard: three approved after 1, 2 and 6 days, one of them after an extension; one denied and won on appeal;
    one split between a delegate and the desk, in part. Expedited: one approved after 10 hours, one denied after 20.
    """
    log = Log()
    for days in (1, 2, 6):
        review = log.receive(IMAGING, to="evicore")
        log.decide(review, {1: A1}, timedelta(days=days), by="evicore")
    log.step(review, StepKind.DEADLINE_EXTENDED, clock="REG-CMS-01", days=14, reason="evidence")
    denied = log.receive(IMAGING, to="evicore")
    log.decide(denied, {1: A3}, timedelta(days=3), by="evicore")
    log.step(denied, StepKind.APPEAL_DECIDED, outcome=StepOutcome.OVERTURNED)
    split = log.receive("split-imaging-and-surgery", to=SPLIT)
    log.decide(split, {1: A1}, timedelta(days=1), by="evicore", leg=1)
    log.decide(split, {2: A3}, timedelta(days=4), by="allways-um", leg=2)
    for hours, action in ((10, A1), (20, A3)):
        log.decide(
            log.receive(IMAGING, to="evicore", event=urgent(IMAGING)), {1: action}, timedelta(hours=hours), by="evicore"
        )
    return made(log)


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("2_standard_approved", {"number": 3, "of": 5, "percent": 60.0}),
        ("3_standard_denied", {"number": 2, "of": 5, "percent": 40.0}),
        ("4_standard_approved_after_appeal", {"number": 1, "of": 5, "percent": 20.0}),
        ("5_extended_and_approved", {"number": 1, "of": 7, "percent": 14.3}),
        ("6_expedited_approved", {"number": 1, "of": 2, "percent": 50.0}),
        ("7_expedited_denied", {"number": 1, "of": 2, "percent": 50.0}),
        ("8_standard_days", {"decided": 5, "average": 3.2, "median": 3.0}),
        ("9_expedited_hours", {"decided": 2, "average": 15.0, "median": 15.0}),
    ],
)
def test_each_figure_is_what_the_law_asks_for(year: dict[str, Any], metric: str, value: dict[str, Any]) -> None:
    assert year[metric] == value


def test_the_first_figure_is_the_list_of_what_needs_authorization(year: dict[str, Any]) -> None:
    lists = {row["list"]: row for row in year["1_services_that_need_authorization"]}

    assert "70450-70559" in " ".join(lists["LST-17-IMAGING"]["codes"])
    assert lists["LST-13"] == {
        "list": "LST-13",
        "title": "Surgical day care procedures that need authorization",
        "citation": "004:L68",
        "codes": [],
        "supplied": False,
    }


def test_the_raw_counts_are_there_and_delegates_count_as_the_payer(year: dict[str, Any]) -> None:
    assert year["counts"] == {"received": 7, "counted": 7, "standard": 5, "expedited": 2, "left_out": {}}
    assert [(row["destination"], row["requests"], row["desk"]) for row in year["by_decider"]] == [
        ("allways-um", 1, True),
        ("evicore", 7, False),
    ]


def cancellation(review: ServiceReview) -> dict[str, Any]:
    return {"event": replace(review.event, certification=CertificationType.CANCEL)}


def test_what_is_no_request_for_a_decision_is_left_out_and_said() -> None:
    log = Log()
    taken_back = log.receive(IMAGING, to="evicore")
    log.receive(IMAGING, to="evicore", **cancellation(taken_back))
    log.receive("split-imaging-and-sleep", to="")
    appeal = replace(sample("split-imaging-and-surgery").event, certification=CertificationType.APPEAL_STANDARD)
    log.receive("split-imaging-and-surgery", to=SPLIT, event=appeal)

    assert made(log)["counts"]["left_out"] == {
        "appeals": 1,
        "cancellations": 1,
        "no decision needed, or not routed yet": 1,
        "taken back before a decision": 1,
    }


def test_a_cancellation_after_the_decision_takes_nothing_back() -> None:
    log = Log()
    decided = log.receive(IMAGING, to="evicore")
    log.decide(decided, {1: A1}, by="evicore")
    log.receive(IMAGING, to="evicore", **cancellation(decided))

    assert made(log)["2_standard_approved"]["number"] == 1


def test_an_appeal_that_came_as_a_request_counts_for_the_one_it_is_about() -> None:
    log = Log()
    denied = log.receive(IMAGING, to="evicore")
    log.decide(denied, {1: A3}, by="evicore", administrative_number="EV-1")
    about = replace(denied.event, certification=CertificationType.APPEAL_STANDARD, previous_administrative="EV-1")
    log.decide(log.receive(IMAGING, to="allways-um", event=about), {1: A1}, by="allways-um")

    found = made(log)

    assert found["4_standard_approved_after_appeal"] == {"number": 1, "of": 1, "percent": 100.0}
    assert found["3_standard_denied"]["number"] == 1


def test_missed_clocks_are_told_for_decided_and_open_requests() -> None:
    log = Log()
    late, open_one, in_time, unwritten = (log.receive(IMAGING, to="evicore") for _ in range(4))
    log.miss(late, timedelta(hours=73))
    log.decide(late, {1: A1}, timedelta(hours=80), by="evicore")
    log.decide(open_one, {1: A4}, by="evicore")
    log.miss(open_one, timedelta(hours=73))
    log.decide(in_time, {1: A1}, by="evicore")
    log.decide(unwritten, {1: A1}, by="evicore")
    log.miss(unwritten, timedelta(hours=90), ClockKind.WRITTEN_NOTICE)

    assert made(log)["timeliness"] == {
        "decided_in_time": 2,
        "decided_late": 1,
        "open_and_overdue": 1,
        "in_time_percent": 66.7,
        "missed_clocks": [
            {"clock": "CLK-1", "kind": "decision", "requests": 2, "decision": True},
            {"clock": "CLK-1", "kind": "written_notice", "requests": 1, "decision": False},
        ],
    }


def test_only_requests_that_were_received_in_the_period_count() -> None:
    log = Log()
    log.receive(IMAGING, to="evicore")

    assert made(log, Period(date(2026, 11, 3), date(2026, 12, 31)))["counts"]["received"] == 0


actions = st.lists(st.sampled_from([A1, A3, A4, A6, None]), min_size=2, max_size=2)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(actions, st.booleans(), st.integers(0, 200)), max_size=5))
def test_counts_add_up_and_the_same_log_gives_the_same_report(requests: list[tuple[list[Any], bool, int]]) -> None:
    log = Log()
    for said, is_urgent, hours in requests:
        changed: dict[str, Any] = {"event": urgent("split-imaging-and-surgery")} if is_urgent else {}
        review = log.receive("split-imaging-and-surgery", to=SPLIT, **changed)
        for sequence, action in enumerate(said, start=1):
            if action is not None:
                log.decide(review, {sequence: action}, timedelta(hours=hours), by=SPLIT[sequence], leg=sequence)

    found = made(log)

    counts, buckets = found["counts"], found["buckets"]
    assert counts["received"] == counts["counted"] + sum(counts["left_out"].values()) == len(requests)
    assert sum(buckets["standard"].values()) == counts["standard"]
    assert sum(buckets["expedited"].values()) == counts["expedited"]
    decided = found["2_standard_approved"], found["3_standard_denied"]
    assert sum(each["number"] for each in decided) == decided[0]["of"] <= counts["standard"]
    assert made(Log(events=log.events + log.events)) == found
