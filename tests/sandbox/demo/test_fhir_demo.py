"""The demonstration's FHIR part: its cases fit their samples, its checks can fail, what it shows is what was sent."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.sandbox.demo import fhir_showing
from priorauth.sandbox.demo.cases import CASES
from priorauth.sandbox.demo.fhir_cases import FHIR_CASES, FhirCase
from priorauth.sandbox.demo.fhir_run import kept, refused
from priorauth.sandbox.demo.showing import WIDTH

SAMPLES = shipped_folder("samples") / "fhir"
ACTION = {"system": "https://codesystem.x12.org/005010/306", "code": "A1"}
REVIEWED = {"extension": [{"extension": [{"url": "number"}, {"valueCodeableConcept": {"coding": [ACTION]}}]}]}
RESPONSE: dict[str, Any] = {
    "resourceType": "ClaimResponse",
    "outcome": "complete",
    "item": [{"itemSequence": 1, "adjudication": [REVIEWED]}],
}
CERTIFIED = FhirCase(title="t", sample="s", promise="p", actions=("A1",))


def bundle(response: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": response}]}


def problems(case: FhirCase, response: dict[str, Any]) -> list[str]:
    return list(kept(case, bundle(response), case.actions))


@pytest.mark.parametrize("case", FHIR_CASES, ids=lambda case: case.sample)
def test_each_case_sends_a_sample_that_is_there_and_can_be_shown(case: FhirCase) -> None:
    sent = json.loads((SAMPLES / case.sample).read_bytes())

    shown = list(fhir_showing.request(sent))

    assert shown[0].startswith("Claim ")
    assert len(shown) == 1 + len(sent["entry"][0]["resource"]["item"]) + len(sent["entry"])


def test_the_first_cases_are_the_same_as_those_of_the_278() -> None:
    twins = [case.sample.removesuffix(".json") for case in FHIR_CASES]

    assert twins[:6] == [case.sample.removesuffix(".edi") for case in CASES][:6]
    assert [case.promise for case in FHIR_CASES][:6] == [case.promise for case in CASES][:6]


def test_an_answer_as_promised_has_no_problem() -> None:
    assert problems(CERTIFIED, RESPONSE) == []


@pytest.mark.parametrize(
    "response",
    [
        {**RESPONSE, "outcome": "partial"},
        {**RESPONSE, "item": []},
        {**RESPONSE, "addItem": RESPONSE["item"]},
        {**RESPONSE, "error": [{"code": {"coding": [{"code": "43"}]}}]},
        {"resourceType": "OperationOutcome"},
    ],
)
def test_an_answer_that_says_something_else_is_a_problem(response: dict[str, Any]) -> None:
    assert problems(CERTIFIED, response)


def test_a_refusal_needs_its_issues() -> None:
    case = replace(CERTIFIED, issues=("not-found",))
    outcome = {"resourceType": "OperationOutcome", "issue": [{"code": "not-found"}]}

    assert list(refused(case, outcome)) == []
    assert list(refused(case, {**outcome, "issue": []}))
    assert list(refused(case, bundle(RESPONSE)))


@pytest.mark.parametrize("name", ["nicu-admission", "imaging-mri"])
def test_json_is_shown_whole_and_no_line_is_too_long_that_can_be_broken(name: str) -> None:
    sent = json.loads((SAMPLES / f"{name}.json").read_bytes())

    lines = fhir_showing.document(sent)

    assert json.loads("\n".join(lines)) == sent
    assert max(map(len, lines)) < WIDTH + 40
