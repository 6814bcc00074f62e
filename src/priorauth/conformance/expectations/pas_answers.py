"""What a PAS operation answers: a decision of each item, or a refusal in one OperationOutcome."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from priorauth.conformance.expectations.http import ContentType, Status
from priorauth.conformance.expectations.kinds import Expectation, Scalar, expectation
from priorauth.conformance.expectations.matching import Match, describe, found, matches
from priorauth.conformance.fhir import (
    REVIEW_ACTIONS,
    Bundle,
    action_of,
    answers_in,
    codings,
    extensions,
    leads_nowhere,
    members,
    review_actions,
)
from priorauth.conformance.results import Mismatch
from priorauth.conformance.seen import Seen

FHIR_TYPES = ["application/fhir+json", "application/json"]
REJECT_REASONS = "https://codesystem.x12.org/005010/901"
FOLLOW_UP_ACTIONS = "https://codesystem.x12.org/005010/889"
SEVERITIES = ("fatal", "error", "warning", "information")


@expectation("answer")
class Answer(Expectation):
    """One response Bundle (or so many), with these decisions: `items` in order, null for an item without one."""

    items: list[str | None] | None = None
    outcome: Match = None
    number: Match = None
    reason: Match = None
    bundles: int = 1

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        yield from Status(200).check(seen)
        yield from ContentType(FHIR_TYPES).check(seen)
        bundles = answers_in(seen.got.json())
        if len(bundles) != self.bundles:
            yield Mismatch("response Bundles", str(self.bundles), str(len(bundles)))
        for bundle in bundles[: self.bundles]:
            yield from self.check_bundle(bundle)

    def check_bundle(self, bundle: Bundle) -> Iterator[Mismatch]:
        response = bundle.first("ClaimResponse").resource
        items = members(response, "item")
        got = [action_of(item) for item in items]
        if self.items is not None and got != self.items:
            yield Mismatch("review action of each item", said(self.items), said(got))
        for wanted, what, values in (
            (self.outcome, "ClaimResponse.outcome", [response["outcome"]] if "outcome" in response else []),
            (self.number, "certification number", numbers_of(response)),
            (self.reason, "reason of the decision", list(reasons_of(items))),
        ):
            if wanted is not None and not matches(wanted, values):
                yield Mismatch(what, describe(wanted), found(values))
        yield from systems_are_right(items)


def said(actions: list[str | None]) -> str:
    return ", ".join(each or "none" for each in actions) or "no item at all"


def numbers_of(response: Any) -> list[str]:
    """The certification numbers: of the whole, and of each item."""
    whole = [response["preAuthRef"]] if response.get("preAuthRef") else []
    actions = [action for item in members(response, "item") for action in review_actions(item)]
    numbers = [part.get("valueString") for action in actions for part in extensions(action, "number")]
    parts = [number for number in numbers if number]
    return [*dict.fromkeys([*whole, *parts])]


def reasons_of(items: list[Any]) -> Iterator[str]:
    for item in items:
        for action in review_actions(item):
            for part in extensions(action, "reasonCode"):
                yield from (code for _, code in codings(part))


def systems_are_right(items: list[Any]) -> Iterator[Mismatch]:
    """A review action's code is one of X12 306, and says so."""
    for item in items:
        for action in review_actions(item):
            for part in extensions(action, "extension-reviewActionCode"):
                systems = [system for system, _ in codings(part)]
                if REVIEW_ACTIONS not in systems:
                    yield Mismatch("system of the review action", REVIEW_ACTIONS, found(systems))


@expectation("errors")
class Errors(Expectation):
    """ClaimResponse.error: its reason (X12 901), what to do (X12 889), the element of X12, and the FHIRPath."""

    code: Match = None
    follow_up: Match = None
    element: Match = None
    path: Match = None

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        for bundle in answers_in(seen.got.json()):
            errors = members(bundle.first("ClaimResponse").resource, "error")
            reasons = [each for error in errors for each in codings(error.get("code") or {})]
            follow_ups = [
                each for error in errors for part in part_of(error, "FollowupAction") for each in codings(part)
            ]
            yield from coded("code", REJECT_REASONS, reasons, self.code)
            yield from coded("follow-up action", FOLLOW_UP_ACTIONS, follow_ups, self.follow_up)
            elements = [text for error in errors for part in part_of(error, "Element") for text in texts_of(part)]
            paths = [text for error in errors for part in part_of(error, "Path") for text in texts_of(part)]
            for what, wanted, values in (("element", self.element, elements), ("path", self.path, paths)):
                if wanted is not None and not matches(wanted, values):
                    yield Mismatch(f"ClaimResponse.error, {what}", describe(wanted), found(values))
            yield from lost(seen, "ClaimResponse.error, path", paths)


def part_of(error: Any, name: str) -> list[Any]:
    return extensions(error, f"extension-error{name}")


def texts_of(part: Any) -> list[str]:
    """The text of an extension: its own (as 2.0.1 has the element), or that of its part `error` (as 2.2.1 has it)."""
    held = [part, *extensions(part, "error")]
    return [each["valueString"] for each in held if isinstance(each.get("valueString"), str)]


def coded(what: str, system: str, got: list[tuple[str, str]], wanted: Any) -> Iterator[Mismatch]:
    """Codes of this system only, and as wanted."""
    codes = [code for _, code in got]
    if not got or any(each != system for each, _ in got):
        yield Mismatch(f"system of ClaimResponse.error, {what}", system, found([each for each, _ in got]))
    if wanted is not None and not matches(wanted, codes):
        yield Mismatch(f"ClaimResponse.error, {what}", describe(wanted), found(codes))


def lost(seen: Seen, what: str, places: list[str]) -> Iterator[Mismatch]:
    """Places that the message which was sent does not have."""
    try:
        message = seen.sent.json()
    except (ValueError, RecursionError):
        return  # it was broken on purpose
    for place in places:
        if leads_nowhere(message, place):
            yield Mismatch(what, "a place in the message", place)


@expectation("refused")
class Refused(Expectation):
    """A 4XX with one OperationOutcome: each issue says how grave, what kind, in words, where (but `place: false`)."""

    status: int | list[int] = Field(default_factory=lambda: [400, 422])
    at: Match = None
    code: Match = None
    place: bool = True

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        yield from Status.model_validate(self.status).check(seen)
        yield from ContentType(FHIR_TYPES).check(seen)
        outcome = seen.got.json()
        if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
            yield Mismatch("body", "one OperationOutcome", "something else")
            return
        issues = members(outcome, "issue")
        if not any(each.get("severity") in ("fatal", "error") for each in issues):
            yield Mismatch("OperationOutcome.issue", "one that is an error", f"{len(issues)} that are none")
        for number, issue in enumerate(issues):
            yield from self.check_issue(f"OperationOutcome.issue[{number}]", issue)
        places = [place for each in issues for place in each.get("expression", [])]
        if self.at is not None and not matches({"any": self.at}, places):
            yield Mismatch("OperationOutcome.issue.expression", describe(self.at), found(places))
        yield from lost(seen, "OperationOutcome.issue.expression", places)
        codes = [each.get("code") for each in issues]
        if self.code is not None and not matches({"any": self.code}, codes):
            yield Mismatch("OperationOutcome.issue.code", describe(self.code), found(codes))

    def check_issue(self, where: str, issue: Any) -> Iterator[Mismatch]:
        if issue.get("severity") not in SEVERITIES:
            yield Mismatch(f"{where}.severity", f"one of {', '.join(SEVERITIES)}", str(issue.get("severity")))
        if not issue.get("code"):
            yield Mismatch(f"{where}.code", "a type of issue", "none")
        if not (issue.get("details") or {}).get("text") and not issue.get("diagnostics"):
            yield Mismatch(f"{where}.details", "words that say what is wrong", "none")
        if self.place and not issue.get("expression"):
            yield Mismatch(f"{where}.expression", "the place as FHIRPath", "none")


@expectation("same-document")
class SameDocument(Scalar[str]):
    """The body is the same JSON as that of an earlier step, however it is laid out."""

    def check(self, seen: Seen) -> Iterator[Mismatch]:
        if seen.got.json() != seen.step(self.root).got.json():
            yield Mismatch("body", f"the same document as in the answer of step {self.root}", "another document")
