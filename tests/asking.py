"""What a requester does about what is still needed: reads Tasks, brings documents, waits for what follows."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2

from rails import FHIR_JSON


def resources(bundle: dict[str, Any], type: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == type]


def document(text: str = "c3ludGhldGlj", code: str = "") -> dict[str, Any]:
    """A synthetic document."""
    kind = {"type": {"coding": [{"code": code}]}} if code else {}
    content = [{"attachment": {"contentType": "text/plain", "data": text}}]
    return {"resourceType": "DocumentReference", "id": "doc", "status": "current", **kind, "content": content}


def answers() -> dict[str, Any]:
    """A synthetic answered questionnaire."""
    item = {"linkId": "1", "answer": [{"valueBoolean": True}]}
    questionnaire = "http://payer.example/Questionnaire/1"
    named = {"id": "answers", "questionnaire": questionnaire, "status": "completed"}
    return {"resourceType": "QuestionnaireResponse", **named, "item": [item]}


def parameters(
    tracking: str, member: str, *codes: str, content: dict[str, Any] | None = None, final: bool = True
) -> dict[str, Any]:
    """What `$submit-attachment` takes: for each code a document, or that content."""
    attachments = [
        {
            "name": "Attachment",
            "part": [
                {"name": "LineItem", "valueString": "1"},
                {"name": "Code", "valueCodeableConcept": {"coding": [{"code": code}]}},
                {"name": "Content", "resource": content or document(code=code)},
            ],
        }
        for code in codes
    ]
    head = [
        {"name": "TrackingId", "valueIdentifier": {"value": tracking}},
        {"name": "AttachTo", "valueCode": "preauthorization"},
        {"name": "MemberId", "valueIdentifier": {"value": member}},
        {"name": "OrganizationId", "valueIdentifier": {"value": "1200000036"}},
    ]
    final_part = [] if final else [{"name": "Final", "valueBoolean": False}]
    return {"resourceType": "Parameters", "parameter": [*head, *attachments, *final_part]}


def attach(http: httpx2.Client, body: dict[str, Any], version: str = "2.2.1") -> httpx2.Response:
    return http.post(f"/fhir/{version}/$submit-attachment", content=json.dumps(body), headers=FHIR_JSON)


def member_of(bundle: dict[str, Any]) -> str:
    patient = resources(bundle, "Patient")[0]
    return str(patient["identifier"][0]["value"])


def until_waiting(http: httpx2.Client, version: str, review_id: str) -> dict[str, Any]:
    """The ClaimResponse, once nothing is asked for in it any more."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        response: dict[str, Any] = http.get(f"/fhir/{version}/ClaimResponse/{review_id}").json()
        if "communicationRequest" not in response:
            return response
        time.sleep(0.1)
    raise AssertionError("it is still asked for")
