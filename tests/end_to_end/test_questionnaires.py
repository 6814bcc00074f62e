"""A destination that wants a questionnaire answered, over HTTP: by which context it asks, and where the answer goes."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from asking import answers, attach, member_of, parameters, resources, until_waiting
from interchanges import segments_of
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from rails import DELEGATES, FHIR_JSON, forced, submit, until_there_are

CHECKERS = {version: load_checker(version) for version in ("2.2.1", "2.0.1")}
LETTERS = {"278": "TPT", "PAS": "SMT", "events": "EVT"}
"""How the traces begin that each delegate gives."""
QUESTIONNAIRE = "102089-0"
each_delegate = pytest.mark.parametrize("delegate", DELEGATES)
each_version = pytest.mark.parametrize("version", CHECKERS)


def contexts(task: dict[str, Any]) -> list[str]:
    """The contexts of a Task, in whichever form its version has them."""
    found = [each for each in task["input"] if "valueUrl" not in each]
    return [each.get("valueString") or each["valueIdentifier"]["value"] for each in found]


def assigned(interchange: bytes) -> list[str]:
    """The trace numbers in an answer that are not the requester's."""
    return [row.split("*")[2] for row in segments_of(interchange, "TRN") if row.startswith("TRN*1")]


@each_delegate
def test_a_278_requester_is_asked_by_one_loinc_code_and_the_trace_that_is_its_context(
    http: httpx2.Client, delegate: str
) -> None:
    answer = http.post("/x12", content=forced(DELEGATES[delegate], "QUESTIONNAIRE"))

    [context] = assigned(answer.content)
    assert context.startswith(LETTERS[delegate])
    assert f"HI*LOI:{QUESTIONNAIRE}" in segments_of(answer.content, "HI")
    assert not segments_of(answer.content, "PWK")
    assert {segment.split("*")[1] for segment in segments_of(answer.content, "HCR")} == {"A4"}


@each_version
@each_delegate
def test_a_fhir_requester_gets_one_task_with_the_context_that_the_delegate_gave(
    http: httpx2.Client, delegate: str, version: str
) -> None:
    answer = submit(http, version, DELEGATES[delegate], "QUESTIONNAIRE")

    [task] = resources(answer.json(), "Task")
    [context] = contexts(task)
    [response] = resources(answer.json(), "ClaimResponse")
    traces = [
        each["valueIdentifier"]["value"] for each in response["item"][0]["extension"] if "valueIdentifier" in each
    ]
    assert context.startswith(LETTERS[delegate])
    assert context in traces
    assert task["code"]["coding"][0]["code"] == "attachment-request-questionnaire"
    assert CHECKERS[version].check_bundle(Bundle(read_resource(answer.content)), BundleProfile.RESPONSE) == ()


def test_the_task_of_a_278_has_the_context_that_the_278_says(http: httpx2.Client) -> None:
    answer = http.post("/x12", content=forced(DELEGATES["PAS"], "QUESTIONNAIRE"))

    found = http.get("/fhir/2.2.1/Task", params={"identifier": answer.headers["X-Review-Id"]}).json()

    assert [contexts(each["resource"]) for each in found["entry"]] == [assigned(answer.content)]


@each_version
@each_delegate
def test_the_answer_that_completes_a_task_goes_to_whoever_asked(
    http: httpx2.Client, delegate: str, version: str
) -> None:
    answer = submit(http, version, DELEGATES[delegate], "QUESTIONNAIRE")
    [task] = resources(answer.json(), "Task")
    output = {"type": {"text": "answers"}, "valueReference": {"reference": "#answers"}}
    done = {
        "resourceType": "Task",
        "id": task["id"],
        "status": "completed",
        "contained": [answers()],
        "output": [output],
    }

    put = http.put(f"/fhir/{version}/Task/{task['id']}", content=json.dumps(done), headers=FHIR_JSON)

    assert (put.status_code, put.json()["status"]) == (200, "completed")
    assert_answered(http, version, delegate, answer.headers["X-Review-Id"], contexts(task)[0])


@each_version
@each_delegate
def test_an_answer_that_is_attached_by_its_context_goes_to_whoever_asked(
    http: httpx2.Client, delegate: str, version: str
) -> None:
    answer = submit(http, version, DELEGATES[delegate], "QUESTIONNAIRE")
    [task] = resources(answer.json(), "Task")
    [context] = contexts(task)
    body = parameters(context, member_of(answer.json()), QUESTIONNAIRE, content=answers())

    assert attach(http, body, version).status_code == 200

    assert_answered(http, version, delegate, answer.headers["X-Review-Id"], context)


def assert_answered(http: httpx2.Client, version: str, delegate: str, review_id: str, context: str) -> None:
    """The answer is in a leg of its own by the context, once; nothing is asked for any more, and it can be decided."""
    [follow_up] = until_there_are(http, review_id, "leg 2 request")
    assert_carried(follow_up["text"], delegate, context)
    until_there_are(http, review_id, "leg 2 answer")
    assert until_waiting(http, version, review_id)["outcome"] != "error"
    decision = {"review_id": review_id, "items": [{"sequence": 1, "action": "A1"}]}
    http.post("/sandbox/decide", json=decision).raise_for_status()
    until_there_are(http, review_id, "leg 2 answer", 2)


def assert_carried(text: str, delegate: str, context: str) -> None:
    """The follow-up names the context; in the formats that can it has the answer itself."""
    if delegate == "278":
        assert [row for row in segments_of(text.encode(), "PWK") if context in row.split("*")]
    elif delegate == "PAS":
        sent = json.loads(text)
        [claim] = [each for each in resources(sent, "Claim") if "related" in each]
        held = {each["fullUrl"]: each["resource"] for each in sent["entry"]}
        pointed = [
            held[each["valueReference"]["reference"]] for each in claim["supportingInfo"] if "valueReference" in each
        ]
        assert [each["item"] for each in pointed] == [answers()["item"]]
        assert context in text
    else:
        review = json.loads(text)["data"]["review"]
        attached = [each for item in review["items"] for each in item["attachments"]]
        assert [each["control_number"] for each in attached] == [context]
        assert {each["resource"] for each in attached} <= {each["url"] for each in review["resources"]}
