"""Findings as the one OperationOutcome that refuses a message (PAS spec-35, spec-39). Fixed texts, never a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Protocol

from priorauth.domain.findings import Finding, Severity
from priorauth.domain.findings import FindingCode as Code

from .bundles import Fault, FhirSyntaxError, write_resource
from .elements import Element, Value
from .reporting import finding

RULES = "urn:priorauth:finding"
"""The code system of our rule ids."""
MOST_ISSUES = 200
NO_CODE = "processing"

_FAULTS = {
    Fault.NOT_JSON: Code.FHIR_JSON,
    Fault.TOO_DEEP: Code.FHIR_TOO_DEEP,
    Fault.NOT_A_RESOURCE: Code.FHIR_NOT_A_RESOURCE,
}
_SEVERITIES = {
    Severity.FATAL: "fatal",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "information",
}


class OutcomeRule(Protocol):
    """What a finding means here: the type of its issue, the HTTP status, and what people read."""

    @property
    def issue(self) -> str: ...
    @property
    def http(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def fix(self) -> str: ...


def finding_of_fault(unreadable: FhirSyntaxError) -> Finding:
    """The finding that says why bytes cannot be read as a resource at all: it is about the whole Bundle."""
    found, place = finding(_FAULTS[unreadable.fault], "Bundle"), unreadable.place
    if place is None:
        return found
    return replace(found, at=replace(found.at, offset=place.offset, line=place.line, column=place.column))


def outcome_of_findings(findings: Sequence[Finding], rules: Mapping[Code, OutcomeRule]) -> bytes:
    """The OperationOutcome, what refuses the message first. Each issue names its rule and its FHIRPath."""
    ordered = sorted(findings, key=lambda each: not each.rejects)
    issues: list[Value] = [_issue(each, rules[each.code]) for each in ordered[:MOST_ISSUES]]
    if len(ordered) > MOST_ISSUES:
        more = {"text": f"only the first {MOST_ISSUES} findings are listed"}
        issues.append({"severity": "information", "code": "informational", "details": more})
    return write_resource({"resourceType": "OperationOutcome", "issue": issues})


def status_of_findings(findings: Sequence[Finding], rules: Mapping[Code, OutcomeRule]) -> HTTPStatus:
    """400 where FHIR itself is broken, else 422 for the profiles: the lowest that a finding asks for, never a 5xx."""
    asked = [rules[each.code].http for each in findings if each.rejects]
    return HTTPStatus(
        min((status for status in asked if status >= HTTPStatus.BAD_REQUEST), default=HTTPStatus.UNPROCESSABLE_ENTITY)
    )


def _issue(found: Finding, rule: OutcomeRule) -> Element:
    place = f"line {found.at.line}, column {found.at.column}: " if found.at.line else ""
    expected = f"expected: {found.expected}; " if found.expected else ""
    details: Element = {"coding": [{"system": RULES, "code": found.code.value}], "text": rule.text}
    return {
        "severity": _SEVERITIES[found.severity],
        "code": rule.issue or NO_CODE,
        "details": details,
        "diagnostics": f"{place}{expected}{rule.fix}",
        **({"expression": [found.at.path]} if found.at.path else {}),
    }
