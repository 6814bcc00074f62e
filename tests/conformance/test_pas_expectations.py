"""What the runner finds wrong in an answer of PAS: each rule by an answer that breaks it, and by one that keeps all."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from priorauth.conformance.expectations import read_expectation
from priorauth.conformance.fhir import leads_nowhere
from priorauth.conformance.seen import Got, Seen, Sent
from priorauth.conformance.sharing import belongs, in_each_suite
from priorauth.conformance.targets import Target

PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
EHR, SERVER = "https://ehr.example/r4", "https://gateway.example/fhir"
FHIR = "application/fhir+json"
TARGET = Target.model_validate({"name": "t", "base-url": "http://t", "claims": []})


def trace(value: str) -> Any:
    return {"url": f"{PAS}extension-itemTraceNumber", "valueIdentifier": {"system": "urn:t", "value": value}}


def concept(system: str, code: str) -> Any:
    return {"coding": [{"system": system, "code": code}]}


def entry(base: str, kind: str, id: str, **elements: Any) -> Any:
    return {"fullUrl": f"{base}/{kind}/{id}", "resource": {"resourceType": kind, "id": id, **elements}}


REQUEST = {
    "resourceType": "Bundle",
    "entry": [
        entry(
            EHR,
            "Claim",
            "c",
            identifier=[{"system": "urn:t", "value": "T1"}],
            patient={"reference": "Patient/p"},
            insurer={"reference": "Organization/i"},
            provider={"reference": "Organization/i"},
            item=[{"sequence": 1, "extension": [trace("T1-1")]}, {"sequence": 2}],
        ),
        entry(EHR, "Patient", "p", identifier=[{"system": "urn:m", "value": "M1"}]),
        entry(EHR, "Organization", "i", identifier=[{"system": "urn:o", "value": "O1"}]),
    ],
}


SUBMITTED = concept("http://terminology.hl7.org/CodeSystem/adjudication", "submitted")


def decided(sequence: int, code: str, *extensions: Any) -> Any:
    action = {
        "url": f"{PAS}extension-reviewAction",
        "extension": [
            {"url": "number", "valueString": "A-1"},
            {
                "url": f"{PAS}extension-reviewActionCode",
                "valueCodeableConcept": concept("https://codesystem.x12.org/005010/306", code),
            },
        ],
    }
    return {
        "itemSequence": sequence,
        "extension": list(extensions),
        "adjudication": [{"extension": [action], "category": SUBMITTED}],
    }


RESPONSE = {
    "resourceType": "Bundle",
    "entry": [
        entry(
            SERVER,
            "ClaimResponse",
            "r",
            identifier=[{"system": "urn:t", "value": "T1"}],
            patient={"reference": f"{EHR}/Patient/p"},
            insurer={"reference": f"{EHR}/Organization/i"},
            requestor={"reference": f"{EHR}/Organization/i"},
            request={"reference": f"{EHR}/Claim/c"},
            status="active",
            type=concept("urn:t", "professional"),
            use="preauthorization",
            created="2026-11-28",
            outcome="complete",
            preAuthRef="A-1",
            item=[decided(1, "A1", trace("T1-1")), decided(2, "A3")],
        ),
        *REQUEST["entry"][1:],
    ],
}
EVERY_RULE = [
    "claim-response-first", "absolute-urls", "nothing-twice", "references-lead", "echoes", "same-parties",
    "items", "item-traces", "request", "traces", "notes", "quantities", "modified-added", "required",
    "known-extensions",
]  # fmt: skip


def seen(answer: Any, *, status: int = 200, media_type: str = FHIR) -> Seen:
    sent = Sent("POST", "http://t", {}, json.dumps(REQUEST).encode())
    return Seen("step", sent, Got(status, {"content-type": media_type}, json.dumps(answer).encode()), 0.1, TARGET)


def found(answer: Any, expectation: dict[str, Any], **got: Any) -> list[str]:
    return [each.what for each in read_expectation(expectation).check(seen(answer, **got))]


def test_an_answer_that_keeps_every_rule_has_no_mismatch() -> None:
    wanted = {"items": ["A1", "A3"], "outcome": "complete", "number": "A-1"}

    assert found(RESPONSE, {"response-bundle": EVERY_RULE}) == []
    assert found(RESPONSE, {"answer": wanted}) == []


def response_of(bundle: Any) -> Any:
    return bundle["entry"][0]["resource"]


BROKEN: dict[str, tuple[str, Callable[[Any], object]]] = {
    "the ClaimResponse is last": ("claim-response-first", lambda b: b["entry"].append(b["entry"].pop(0))),
    "two ClaimResponses": ("claim-response-first", lambda b: b["entry"].append(b["entry"][0])),
    "a relative fullUrl": ("absolute-urls", lambda b: b["entry"][0].update(fullUrl="ClaimResponse/r")),
    "a fullUrl of another id": ("absolute-urls", lambda b: b["entry"][0].update(fullUrl=f"{SERVER}/ClaimResponse/x")),
    "a resource twice": ("nothing-twice", lambda b: b["entry"].append(deepcopy(b["entry"][1]))),
    "a party left out": ("references-lead", lambda b: b["entry"].pop(1)),
    "an echo under another fullUrl": ("echoes", lambda b: b["entry"][1].update(fullUrl=f"{SERVER}/Patient/p")),
    "an echo with another identifier": (
        "echoes", lambda b: b["entry"][1]["resource"].update(identifier=[{"system": "urn:m", "value": "M2"}])
    ),
    "another patient": ("same-parties", lambda b: response_of(b).update(patient={"reference": f"{EHR}/Patient/q"})),
    "an item left out": ("items", lambda b: response_of(b)["item"].pop()),
    "an item twice": ("items", lambda b: response_of(b)["item"].append(decided(2, "A1"))),
    "an item under another sequence": ("items", lambda b: response_of(b)["item"][1].update(itemSequence=3)),
    "an item without its trace": ("item-traces", lambda b: response_of(b)["item"][0].update(extension=[])),
    "another Claim": ("request", lambda b: response_of(b).update(request={"reference": f"{EHR}/Claim/d"})),
    "the request's trace lost": ("traces", lambda b: response_of(b).pop("identifier")),
    "a note that is not there": ("notes", lambda b: response_of(b)["item"][0].update(noteNumber=[1])),
    "no time of making": ("required", lambda b: response_of(b).pop("created")),
    "another use": ("required", lambda b: response_of(b).update(use="claim")),
    "an adjudication of no category": (
        "required", lambda b: response_of(b)["item"][0]["adjudication"][0].pop("category")
    ),
    "an extension that the guide does not have": (
        "known-extensions", lambda b: response_of(b).update(extension=[{"url": f"{PAS}extension-verdict"}])
    ),
    "a modified item that is not added": ("modified-added", lambda b: response_of(b)["item"].append(decided(3, "A6"))),
    "a quantity without a unit": (
        "quantities", lambda b: response_of(b)["item"][0].update(quantity={"value": 1})
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "break_"), BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_breaks_one_rule_is_caught_by_that_rule(rule: str, break_: Callable[[Any], object]) -> None:
    answer = deepcopy(RESPONSE)
    break_(answer)

    assert found(answer, {"response-bundle": [rule]})


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        ({"items": ["A1", "A1"]}, "review action of each item"),
        ({"outcome": "queued"}, "ClaimResponse.outcome"),
        ({"number": {"present": False}}, "certification number"),
        ({"reason": {"present": True}}, "reason of the decision"),
        ({"bundles": 2}, "response Bundles"),
    ],
)
def test_another_decision_than_wanted_is_a_mismatch(wanted: dict[str, Any], what: str) -> None:
    assert found(RESPONSE, {"answer": wanted}) == [what]


def test_a_review_action_of_another_system_is_a_mismatch() -> None:
    answer = json.loads(json.dumps(RESPONSE).replace("005010/306", "005010/305"))

    assert "system of the review action" in found(answer, {"answer": {}})


ISSUE = {"severity": "error", "code": "required", "details": {"text": "missing"}, "expression": ["Bundle.entry"]}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [ISSUE]}


def test_a_refusal_is_a_4xx_with_one_outcome_that_says_where() -> None:
    assert found(OUTCOME, {"refused": {"at": "Bundle.entry", "code": "required"}}, status=422) == []


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        pytest.param(OUTCOME, {"status": 200}, id="an error with status 200"),
        pytest.param(OUTCOME, {"status": 500}, id="a 5XX for what stays wrong"),
        pytest.param(OUTCOME, {"media_type": "application/problem+json"}, id="another content type"),
        pytest.param([OUTCOME, OUTCOME], {}, id="two outcomes"),
        pytest.param({**OUTCOME, "issue": []}, {}, id="no issue"),
        pytest.param({**OUTCOME, "issue": [{**ISSUE, "severity": "warning"}]}, {}, id="nothing grave"),
        pytest.param({**OUTCOME, "issue": [{**ISSUE, "code": ""}]}, {}, id="no code"),
        pytest.param({**OUTCOME, "issue": [{**ISSUE, "details": {}}]}, {}, id="no words"),
        pytest.param({**OUTCOME, "issue": [{**ISSUE, "expression": []}]}, {}, id="no place"),
        pytest.param({**OUTCOME, "issue": [{**ISSUE, "expression": ["Bundle.type"]}]}, {}, id="another place"),
    ],
)
def test_a_refusal_that_lacks_something_is_a_mismatch(answer: Any, got: dict[str, Any]) -> None:
    assert found(answer, {"refused": {"at": "Bundle.entry"}}, **{"status": 422, **got})


@pytest.mark.parametrize(
    ("path", "is_lost"),
    [
        ("Bundle.entry[1].resource.identifier", False),
        ("Bundle.entry[1].resource.name", False),
        ("Bundle.entry[0].resource.item[1].sequence", False),
        ("Bundle.entry[0].resource.item[2].sequence", True),
        ("Bundle.entry[9].resource", True),
        ("Bundle.entry.first().resource", False),
        ("Claim.item[9]", False),
    ],
)
def test_a_place_is_lost_where_the_message_has_fewer_repetitions(path: str, is_lost: bool) -> None:
    assert leads_nowhere(REQUEST, path) is is_lost


def test_a_case_of_two_suites_is_one_in_each_with_the_ids_of_its_register() -> None:
    shared = {"suites": ["pas-2.2.1", "pas-2.0.1"], "name": "a/b", "needs": ["sandbox"], "verifies": ["spec-1"]}

    newer, older = in_each_suite(shared)

    assert (newer["name"], newer["verifies"], newer["needs"]) == ("pas-2.2.1/a/b", ["spec-1"], ["pas-2.2.1", "sandbox"])
    assert (older["name"], older["verifies"]) == ("pas-2.0.1/a/b", ["2.0.1/spec-1"])
    assert (older["values"]["version"], older["values"]["other-version"]) == ("2.0.1", "2.2.1")


def test_what_the_versions_say_differently_each_suite_gives_a_name() -> None:
    suites = {"pas-2.2.1": {"line": "serviceLineNumber"}, "pas-2.0.1": {"line": "paLineNumber"}}
    shared = {"suites": suites, "name": "a/b", "steps": [{"${line}.value": 1, "by": "${version}"}]}

    newer, older = in_each_suite(shared)

    assert newer["steps"] == [{"serviceLineNumber.value": 1, "by": "${version}"}]
    assert older["steps"] == [{"paLineNumber.value": 1, "by": "${version}"}]
    assert (newer["name"], older["name"]) == ("pas-2.2.1/a/b", "pas-2.0.1/a/b")


def test_a_case_of_one_suite_stays_as_it_is_and_stands_in_its_folder() -> None:
    assert list(in_each_suite({"name": "events/a/b"})) == [{"name": "events/a/b"}]
    assert belongs("pas", "pas-2.0.1")
    assert belongs("events", "events")
    assert not belongs("pas", "packs")
