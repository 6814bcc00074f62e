"""What a destination still needs, over HTTP: asked on every rail, brought once, and taken to whoever asked."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from asking import attach, document, member_of, parameters, resources, until_waiting
from interchanges import segments_of
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from rails import DELEGATES, FHIR_JSON, forced, messages_of, submit, until_there_are

CHECKERS = {version: load_checker(version) for version in ("2.2.1", "2.0.1")}
each_delegate = pytest.mark.parametrize("delegate", DELEGATES)
each_version = pytest.mark.parametrize("version", CHECKERS)


def codes_asked(task: dict[str, Any]) -> list[str]:
    """The codes of the documents that a Task asks for."""
    found = [each["valueCodeableConcept"]["coding"][0]["code"] for each in task["input"] if "valueUrl" not in each]
    return list(dict.fromkeys(found))


@each_delegate
def test_a_278_requester_is_asked_with_pwk_and_loinc_codes(http: httpx2.Client, delegate: str) -> None:
    answer = http.post("/x12", content=forced(DELEGATES[delegate], "INFO"))

    assert {segment.split("*")[1] for segment in segments_of(answer.content, "PWK")} == {"OE", "DG"}
    assert "HI*LOI:34117-2*LOI:18748-4" in segments_of(answer.content, "HI")
    assert {segment.split("*")[1] for segment in segments_of(answer.content, "HCR")} == {"A4"}


@each_version
@each_delegate
def test_a_fhir_requester_gets_one_task_for_each_kind_and_can_read_it(
    http: httpx2.Client, delegate: str, version: str
) -> None:
    answer = submit(http, version, DELEGATES[delegate], "INFO")

    tasks = resources(answer.json(), "Task")
    assert [codes_asked(task) for task in tasks] == [["34117-2", "18748-4"], ["OE", "DG"]]
    assert CHECKERS[version].check_bundle(Bundle(read_resource(answer.content)), BundleProfile.RESPONSE) == ()
    for task in tasks:
        found = http.get(f"/fhir/{version}/Task/{task['id']}")
        assert found.status_code == 200
        assert found.json()["input"] == task["input"]
        assert CHECKERS[version].check_resource(read_resource(found.content), "profile-task") == ()


def test_the_tasks_of_a_278_can_be_read_too(http: httpx2.Client) -> None:
    review_id = http.post("/x12", content=forced(DELEGATES["278"], "INFO")).headers["X-Review-Id"]

    found = http.get("/fhir/2.2.1/Task", params={"identifier": review_id, "status": "requested"}).json()

    assert [codes_asked(each["resource"]) for each in found["entry"]] == [["OE", "DG"], ["34117-2", "18748-4"]]
    assert {each["resource"]["for"]["identifier"]["value"] for each in found["entry"]} == {"MEM0000004"}


def test_tasks_are_searched_by_what_they_are(http: httpx2.Client) -> None:
    [first, second] = resources(submit(http, "2.2.1", DELEGATES["events"], "INFO").json(), "Task")
    claim = first["identifier"][0]["value"]

    def found(**asked: str) -> set[str]:
        bundle = http.get("/fhir/2.2.1/Task", params={"identifier": claim, **asked}).json()
        return {each["resource"]["id"] for each in bundle.get("entry", ())}

    assert found() == {first["id"], second["id"]}
    assert found(_id=second["id"]) == {second["id"]}
    assert found(code="attachment-request-code", status="requested,completed") == {first["id"], second["id"]}
    assert found(status="completed") == set()
    assert found(code="attachment-request-questionnaire") == set()


def test_a_task_that_there_is_not_is_not_found(http: httpx2.Client) -> None:
    answer = http.get("/fhir/2.2.1/Task/rev-none-1-reports")

    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_task_is_not_found_in_another_version_than_its_request_came_in(http: httpx2.Client) -> None:
    [task, _] = resources(submit(http, "2.0.1", DELEGATES["events"], "INFO").json(), "Task")

    assert http.get(f"/fhir/2.2.1/Task/{task['id']}").status_code == 404


# Bringing it


ALL = ("OE", "DG", "34117-2", "18748-4")
"""The code of everything that the sandbox asks for."""


@each_version
@each_delegate
def test_documents_are_taken_to_whoever_asked_once_and_the_item_waits_again(
    http: httpx2.Client, delegate: str, version: str
) -> None:
    answer = submit(http, version, DELEGATES[delegate], "INFO")
    review_id, bundle = answer.headers["X-Review-Id"], answer.json()
    tracking = resources(bundle, "Task")[0]["identifier"][0]["value"]
    body = parameters(tracking, member_of(bundle), *ALL)

    taken, again = attach(http, body, version), attach(http, body, version)

    assert (taken.status_code, again.status_code) == (200, 200), taken.text
    [follow_up] = until_there_are(http, review_id, "leg 2 request")
    until_there_are(http, review_id, "leg 2 answer")
    assert len(messages_of(http, review_id, "leg 3")) == 0
    assert_carried(follow_up, delegate)
    tasks = http.get(f"/fhir/{version}/Task", params={"identifier": tracking}).json()["entry"]
    assert {each["resource"]["status"] for each in tasks} == {"completed"}
    response = until_waiting(http, version, review_id)
    assert "communicationRequest" not in response


def assert_carried(follow_up: dict[str, Any], delegate: str) -> None:
    """The follow-up of a leg is a revision in the delegate's format that has the documents."""
    text = follow_up["text"]
    if delegate == "278":
        rows = segments_of(text.encode())
        assert [row.split("*")[2] for row in rows if row.startswith("UM*HS")][:1] == ["S"]
        assert [row for row in rows if row.startswith("REF*NT*TPC")]
        assert {row.split("*")[1] for row in rows if row.startswith("PWK")} == {"OE", "DG", "77"}
    elif delegate == "PAS":
        sent = json.loads(text)
        claim = sent["entry"][0]["resource"]
        assert claim["meta"]["profile"][0].endswith("profile-claim-update")
        assert claim["related"][0]["claim"]["reference"] in {each["fullUrl"] for each in sent["entry"][1:]}
        assert len(resources(sent, "DocumentReference")) == len(ALL)
        documents = [each for each in claim["supportingInfo"] if "valueReference" in each]
        held = {each["fullUrl"] for each in sent["entry"]}
        assert len(documents) == len(ALL)
        assert all(each["valueReference"]["reference"] in held for each in documents)
    else:
        review, leg = json.loads(text)["data"]["review"], json.loads(text)["data"]["leg"]
        attached = [*review["event"]["attachments"], *(a for item in review["items"] for a in item["attachments"])]
        assert {each["report_type"] for each in attached} == {"OE", "DG", "77"}
        assert {each["resource"] for each in attached} <= {each["url"] for each in review["resources"]}
        assert leg["adds_to"]


def test_what_was_brought_is_decided_by_whoever_asked(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=forced(DELEGATES["278"], "INFO"))
    review_id = answer.headers["X-Review-Id"]
    attach(http, parameters(review_id, "MEM0000004", *ALL)).raise_for_status()
    until_there_are(http, review_id, "leg 2 answer")

    decision = {"review_id": review_id, "items": [{"sequence": 1, "action": "A1"}]}
    http.post("/sandbox/decide", json=decision).raise_for_status()

    told = until_there_are(http, review_id, "mailbox", 3)
    assert not any(segments_of(each["text"].encode(), "PWK") for each in told)
    actions = [{row.split("*")[1] for row in segments_of(each["text"].encode(), "HCR")} for each in told]
    assert actions == [{"A4"}, {"A4"}, {"A1"}]
    legs = http.get(f"/reviews/{review_id}").json()["legs"]
    assert [leg["state"] for leg in legs] == ["decided", "decided"]


def test_a_task_is_completed_with_its_outputs(http: httpx2.Client) -> None:
    answer = submit(http, "2.2.1", DELEGATES["PAS"], "INFO")
    [_, task] = resources(answer.json(), "Task")
    done = {
        "resourceType": "Task",
        "id": task["id"],
        "status": "completed",
        "contained": [document(code="OE")],
        "output": [
            {"type": {"text": "report"}, "valueReference": {"reference": "#doc"}},
            {"type": {"text": "report"}, "valueAttachment": {"contentType": "text/plain", "data": "c3ludGg="}},
        ],
    }

    put = http.put(f"/fhir/2.2.1/Task/{task['id']}", content=json.dumps(done), headers=FHIR_JSON)

    assert (put.status_code, put.json()["status"]) == (200, "completed")
    [follow_up] = until_there_are(http, answer.headers["X-Review-Id"], "leg 2 request")
    assert len(resources(json.loads(follow_up["text"]), "DocumentReference")) == 2
    late = {**done, "status": "in-progress"}
    refused = http.put(f"/fhir/2.2.1/Task/{task['id']}", content=json.dumps(late), headers=FHIR_JSON)
    assert refused.status_code == 409


def test_documents_wait_for_the_last_of_them(http: httpx2.Client) -> None:
    answer = submit(http, "2.2.1", DELEGATES["events"], "INFO")
    review_id, member = answer.headers["X-Review-Id"], member_of(answer.json())

    attach(http, parameters(review_id, member, "OE", final=False)).raise_for_status()
    tasks = http.get("/fhir/2.2.1/Task", params={"identifier": review_id}).json()["entry"]
    assert {each["resource"]["status"] for each in tasks} == {"in-progress", "requested"}
    assert messages_of(http, review_id, "leg 2") == []
    attach(http, parameters(review_id, member, "DG")).raise_for_status()

    [follow_up] = until_there_are(http, review_id, "leg 2 request")
    assert len(json.loads(follow_up["text"])["data"]["review"]["resources"]) == 2
    open_still = http.get("/fhir/2.2.1/Task", params={"identifier": review_id, "status": "requested"}).json()
    assert open_still["total"] == 1


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("TrackingId", "Parameters.parameter.where(name = 'TrackingId')"),
        ("AttachTo", "Parameters.parameter.where(name = 'AttachTo')"),
        ("MemberId", "Parameters.parameter.where(name = 'MemberId')"),
        ("OrganizationId", "Parameters.parameter.where(name = 'OrganizationId')"),
        ("Attachment", "Parameters.parameter.where(name = 'Attachment')"),
    ],
)
def test_parameters_that_lack_something_are_refused_with_its_place(http: httpx2.Client, name: str, path: str) -> None:
    body = parameters("TRACK", "MEM0000004", "OE")
    body["parameter"] = [each for each in body["parameter"] if each["name"] != name]

    answer = attach(http, body)

    assert answer.status_code == 422
    [issue] = answer.json()["issue"]
    assert issue["expression"] == [path]


def test_nothing_is_attached_to_what_nobody_asked_for_or_for_another_member(http: httpx2.Client) -> None:
    answer = submit(http, "2.2.1", DELEGATES["events"], "INFO")
    review_id = answer.headers["X-Review-Id"]

    assert attach(http, parameters("NOBODY-ASKED", "MEM0000004", "OE")).status_code == 404
    assert attach(http, parameters(review_id, "MEM9999999", "OE")).status_code == 404
    assert messages_of(http, review_id, "leg 2") == []


def test_the_capability_statement_says_what_can_be_done_with_tasks(http: httpx2.Client) -> None:
    [rest] = http.get("/fhir/2.2.1/metadata").json()["rest"]

    [task] = [each for each in rest["resource"] if each["type"] == "Task"]
    assert {each["code"] for each in task["interaction"]} == {"read", "search-type", "update"}
    assert "submit-attachment" in {each["name"] for each in rest["operation"]}
