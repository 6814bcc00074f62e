"""Whose a task is: outside the sandbox only the requester who is asked can see it or answer it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from interchanges import renumbered, sample, with_trace
from security.conftest import Secured

EDI = {"Content-Type": "application/edi-x12"}
FHIR_JSON = {"Content-Type": "application/fhir+json"}


@pytest.fixture(scope="module")
def hospital(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.hospital) as http:
        yield http


@pytest.fixture(scope="module")
def other_hospital(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.other_hospital) as http:
        yield http


@pytest.fixture(scope="module")
def review_id(secured: Secured, hospital: httpx2.Client) -> str:
    """A review of the first hospital, of which its delegate asks for a report."""
    request = renumbered(with_trace(sample("imaging-mri"), "WHOSE-TASK-1"))
    review_id = str(hospital.post("/x12", content=request, headers=EDI).headers["x-review-id"])
    deadline = time.monotonic() + 20
    while not (legs := hospital.get(f"/reviews/{review_id}").json()["legs"]) and time.monotonic() < deadline:
        time.sleep(0.1)
    asks = {"attachments": [{"report_type": "AS"}]}
    answer = {"leg_id": legs[0]["id"], "items": [{"sequence": 1, "action": "A4", "information": asks}]}
    with secured.http(secured.other_delegate) as evicore:
        evicore.post("/delegates/evicore/determinations", json=answer).raise_for_status()
    return review_id


def submission(review_id: str) -> dict[str, Any]:
    content = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": {"data": "eA=="}}]}
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "TrackingId", "valueIdentifier": {"value": review_id}},
            {"name": "AttachTo", "valueCode": "preauthorization"},
            {"name": "MemberId", "valueIdentifier": {"value": "MEM0000005"}},
            {"name": "ProviderId", "valueIdentifier": {"value": "1200000036"}},
            {"name": "Attachment", "part": [{"name": "Content", "resource": content}]},
        ],
    }


def test_a_task_is_the_requesters_alone(hospital: httpx2.Client, other_hospital: httpx2.Client, review_id: str) -> None:
    task = f"/fhir/2.2.1/Task/{review_id}-1-reports"
    done = {"resourceType": "Task", "status": "completed", "output": [{"valueAttachment": {"data": "eA=="}}]}

    assert hospital.get(task).status_code == 200
    assert other_hospital.get(task).status_code == 404
    assert other_hospital.put(task, content=json.dumps(done), headers=FHIR_JSON).status_code == 404
    assert hospital.get("/fhir/2.2.1/Task").json()["total"] == 1
    assert other_hospital.get("/fhir/2.2.1/Task").json()["total"] == 0
    assert other_hospital.get("/fhir/2.2.1/Task", params={"identifier": review_id}).json()["total"] == 0


def test_another_requester_attaches_nothing(
    hospital: httpx2.Client, other_hospital: httpx2.Client, review_id: str
) -> None:
    body = json.dumps(submission(review_id))

    refused = other_hospital.post("/fhir/2.2.1/$submit-attachment", content=body, headers=FHIR_JSON)
    assert refused.status_code == 404
    assert hospital.get(f"/fhir/2.2.1/Task/{review_id}-1-reports").json()["status"] == "requested"
    taken = hospital.post("/fhir/2.2.1/$submit-attachment", content=body, headers=FHIR_JSON)
    assert taken.status_code == 200
    assert hospital.get(f"/fhir/2.2.1/Task/{review_id}-1-reports").json()["status"] == "completed"


def test_a_token_without_the_scope_changes_no_task(secured: Secured, review_id: str) -> None:
    with secured.http(secured.hospital, "system/Task.rs") as reader:
        assert reader.get(f"/fhir/2.2.1/Task/{review_id}-1-reports").status_code == 200
        refused = reader.put(f"/fhir/2.2.1/Task/{review_id}-1-reports", content=b"{}", headers=FHIR_JSON)

    assert refused.status_code == 403
