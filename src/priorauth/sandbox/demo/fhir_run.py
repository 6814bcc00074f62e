"""Shows one case that comes as FHIR, and tells what is not as it promises."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from priorauth.sandbox.demo import fhir_showing, showing
from priorauth.sandbox.demo.fhir_cases import FhirCase
from priorauth.sandbox.demo.gateway import DemoFailed, Ehr

Document = Mapping[str, Any]


def show_fhir_case(tell: Callable[[Iterator[str]], None], ehr: Ehr, case: FhirCase, samples: Path) -> tuple[str, ...]:
    """Send one Bundle, show everything about it, and check what came back: the problems found."""
    body = (samples / case.sample).read_bytes()
    tell(showing.section(f"request, {case.sample}:", fhir_showing.request(json.loads(body))))
    answered = ehr.submit(body)
    answer: Document = json.loads(answered.body)
    problems = [] if answered.status == case.status else [f"the answer has status {answered.status}"]
    problems += refused(case, answer) if case.issues else kept(case, answer, case.actions)
    later: Document = {}
    for review_id in answered.review_ids:
        try:
            later = _later(ehr, case, review_id, answer)
        except DemoFailed as problem:
            problems.append(str(problem))
        if later:
            problems += different("the later actions", case.later, fhir_showing.actions(later["item"]))
        problems += different(
            "the legs", sorted(case.legs), sorted(showing.counterparts_of_legs(ehr.messages(review_id)))
        )
        tell(showing.review(ehr, review_id))
    tell(showing.section(f"response, status {answered.status}:", fhir_showing.response(answer)))
    if later:
        tell(showing.section("later response, read as ClaimResponse:", fhir_showing.document(later)))
    tell(showing.section("FAILED:", problems) if problems else showing.section("as promised:", [case.promise]))
    return tuple(problems)


def _later(ehr: Ehr, case: FhirCase, review_id: str, first: Document) -> Document:
    """The ClaimResponse once it says something else than at first; empty for most cases."""
    if case.decide:
        ehr.decide(review_id, case.decide)
    return ehr.changed_response(review_id, first["entry"][0]["resource"]) if case.later else {}


def kept(case: FhirCase, bundle: Document, actions: tuple[str, ...]) -> Iterator[str]:
    """What a response Bundle says otherwise than promised."""
    response = bundle.get("entry", [{}])[0].get("resource", {})
    if response.get("resourceType") != "ClaimResponse":
        yield "the answer does not begin with a ClaimResponse"
        return
    yield from different("the outcome", case.outcome, response["outcome"])
    yield from different("the errors", case.errors, fhir_showing.codes(response.get("error", ())))
    yield from different("the added items", case.added, fhir_showing.actions(response.get("addItem", ())))
    if not case.errors:
        yield from different("the actions", actions, fhir_showing.actions(response.get("item", ())))


def refused(case: FhirCase, outcome: Document) -> Iterator[str]:
    """What an OperationOutcome says otherwise than promised."""
    yield from different("the answer", "OperationOutcome", outcome.get("resourceType"))
    yield from different("the issues", case.issues, tuple(issue["code"] for issue in outcome.get("issue", ())))


def different(what: str, promised: object, found: object) -> Iterator[str]:
    """That one thing is not as promised, in words."""
    if promised != found:
        yield f"{what}: {promised} was promised, and it is {found}"
