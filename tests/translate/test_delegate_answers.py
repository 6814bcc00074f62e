"""What delegates post as JSON."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from priorauth.domain.determinations import CertificationAction, Determination, ReviewerRole
from priorauth.domain.findings import Finding, FindingCode
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Leg, LegId
from priorauth.translate.delegate_answers import (
    PostedDecline,
    PostedDetermination,
    determination_from_json,
    read_answer,
)
from priorauth.translate.event_schemas import schemas
from x12_sets import NOON, sample

REVIEW = sample("nicu-admission")
LEG = Leg(
    id=LegId("leg-1"), review_id=REVIEW.id, number=1, destination=DestinationId("progenyhealth"), sequences=(1, 2, 3)
)
POSTED: dict[str, Any] = {
    "leg_id": "leg-1",
    "decided_at": "2026-11-04T10:15:00-05:00",
    "certification_number": "PH-1",
    "trace": "PH-CASE-1",
    "items": [
        {
            "sequence": 1,
            "action": "A6",
            "reviewer": {"role": "physician"},
            "spans": [
                {"start": "2026-11-01", "end": "2026-11-02", "action": "A1", "revenue_code": "0174", "days": 2},
                {"start": "2026-11-03", "end": "2026-11-03", "action": "A6", "revenue_code": "0173", "days": 1.0},
            ],
        },
        {"trace": "HG-NICU-0001-2", "action": "pended", "information": {"attachments": [{"report_type": "AS"}]}},
    ],
}


def determination(posted: dict[str, Any]) -> Determination | tuple[Finding, ...]:
    answer = read_answer(json.dumps(posted).encode())
    if not isinstance(answer, PostedDetermination):
        assert isinstance(answer, tuple)
        return answer
    return determination_from_json(answer, leg=LEG, review=REVIEW, determination_id="det-1", received_at=NOON)


def test_a_determination_is_read_by_sequence_or_trace() -> None:
    said = determination(POSTED)

    assert isinstance(said, Determination)
    first, second, third = said.items
    assert first.action is CertificationAction.MODIFIED
    assert first.reviewer is ReviewerRole.PHYSICIAN
    assert [(span.start, span.authorized_revenue_code, span.days) for span in first.spans] == [
        (date(2026, 11, 1), "0174", Decimal(2)),
        (date(2026, 11, 3), "0173", Decimal("1.0")),
    ]
    assert first.spans[0].requested_revenue_code == "0174"
    assert second.action is CertificationAction.PENDED
    assert second.information is not None
    assert third.action is CertificationAction.PENDED
    assert said.decided_at == datetime(2026, 11, 4, 15, 15, tzinfo=UTC)
    assert [(len(trace.assigner), trace.number) for trace in said.traces] == [(10, "PH-CASE-1")]


@pytest.mark.parametrize("wrapped", ["data", "determination"])
def test_a_determination_may_come_as_the_data_of_a_cloud_event(wrapped: str) -> None:
    data = POSTED if wrapped == "data" else {"determination": POSTED}
    event = {"specversion": "1.0", "type": "priorauth.determination.recorded.v1", "id": "1", "data": data}

    assert determination(event) == determination(POSTED)


def test_what_is_not_known_is_passed_over() -> None:
    assert determination({**POSTED, "extension": {"a": 1}}) == determination(POSTED)


def test_a_decline_says_why() -> None:
    declined = read_answer(b'{"leg_id": "leg-1", "reason": "not a birth admission"}')

    assert isinstance(declined, PostedDecline)
    assert declined.reason == "not a birth admission"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        pytest.param(
            {"items": [{"sequence": 9, "action": "A1"}]},
            FindingCode.DETERMINATION_TRACE_UNKNOWN,
            "$.items[0]",
            id="an item of another leg",
        ),
        pytest.param(
            {"items": [{"sequence": 1, "action": "approved"}]},
            FindingCode.CODE_UNKNOWN,
            "$.items[0].action",
            id="an action that is none",
        ),
        pytest.param({"items": []}, FindingCode.DETERMINATION_MISSING, "$.items", id="no item"),
        pytest.param(
            {"items": [{"sequence": "SECRET"}]},
            FindingCode.DETERMINATION_UNREADABLE,
            "$.items[0].sequence",
            id="a value of the wrong type",
        ),
        pytest.param(
            {"items": [{"sequence": 1, "action": "A3", "reviewer": {"role": "SECRET"}}]},
            FindingCode.DETERMINATION_UNREADABLE,
            "$.items[0].reviewer.role",
            id="a role that is none",
        ),
    ],
)
def test_what_cannot_be_read_is_a_finding_that_says_where(change: dict[str, Any], code: FindingCode, path: str) -> None:
    said = determination({**POSTED, **change})

    assert isinstance(said, tuple)
    assert [(finding.code, finding.at.path) for finding in said] == [(code, path)]
    assert "SECRET" not in repr(said)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_no_bytes_break_the_reading(body: bytes) -> None:
    answer = read_answer(body)

    assert isinstance(answer, tuple)
    assert answer[0].code is FindingCode.DETERMINATION_UNREADABLE


def test_the_schema_for_delegates_takes_what_we_take() -> None:
    jsonschema.Draft202012Validator(schemas()["delegate.determination.v1"]).validate(POSTED)
