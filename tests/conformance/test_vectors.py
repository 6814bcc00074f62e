"""Vectors of the packs: a row in a few words becomes a request, and a local moment an instant."""

from __future__ import annotations

from pathlib import Path

import pytest

from priorauth.conformance.stories.vectors import build, is_rule, known, moment
from priorauth.conformance.x12 import read_interchange

MESSAGES = Path(__file__).parents[2] / "conformance" / "messages"


def test_a_row_says_how_its_request_differs_and_the_counts_are_put_right() -> None:
    says = {"born": "20261001", "revenue": "0173", "diagnosis": "ABK:P0726", "edit": [{"drop": "EV/CL1"}]}

    found = read_interchange(build(MESSAGES / "pack-stay.edi", "BCBSM", says))

    values = {path: found.value(path) for path in ("NM1*X3-09", "DMG-02", "SS/SV2-01", "EV/HI-01", "SE-01")}
    assert values == {
        "NM1*X3-09": "BCBSM", "DMG-02": "20261001", "SS/SV2-01": "0173", "EV/HI-01": "ABK:P0726", "SE-01": "21"
    }  # fmt: skip
    assert found.value("CL1") == ""


def test_a_request_of_an_event_alone_has_no_service_level() -> None:
    found = read_interchange(build(MESSAGES / "pack-stay.edi", "BCBSMA", {"event-alone": True}))

    assert (found.values("HL#*-03"), found.value("HL#4-04")) == (["20", "21", "22", "EV"], "0")


def test_a_row_takes_a_members_fact_away_by_saying_null() -> None:
    assert known({"product": "hmo", "area": "in_area"}, {"area": None, "urgency": "urgent"}) == {
        "product": "hmo",
        "urgency": "urgent",
    }


@pytest.mark.parametrize(
    ("got", "wanted", "answer"),
    [
        ("RTE-A-01", "RTE-A-01", True),
        ("RTE-A-01-MORE", "RTE-A-01", True),  # a pack may divide a rule
        ("RTE-A-011", "RTE-A-01", False),
        ("RTE-A-02", ["RTE-A-01", "RTE-A-02"], True),
        ("no_rule", "RTE-A-01", False),
    ],
)
def test_a_part_of_a_rule_is_that_rule(got: str, wanted: str | list[str], answer: bool) -> None:
    assert is_rule(got, wanted) is answer


def test_a_day_alone_is_its_last_second_and_offsets_follow_the_season() -> None:
    assert moment("2026-10-30", "America/New_York").isoformat() == "2026-10-30T23:59:59-04:00"
    assert moment("2026-11-03T11:00", "America/New_York").isoformat() == "2026-11-03T11:00:00-05:00"
