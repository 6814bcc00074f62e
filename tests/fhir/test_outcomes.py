"""Findings as the one OperationOutcome of an error."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from finding_table import TABLE
from priorauth.domain.findings import Finding, FindingCode, Severity
from priorauth.fhir.bundles import Fault, FhirSyntaxError, read_resource
from priorauth.fhir.outcomes import MOST_ISSUES, finding_of_fault, outcome_of_findings, status_of_findings
from priorauth.fhir.reporting import finding

CHECKED = [code for code in FindingCode if code.startswith(("FHIR-", "PAS-"))]
ISSUE_TYPES = frozenset(
    re.findall(
        r"\S+",
        """invalid structure required value invariant security login unknown expired forbidden suppressed processing
        not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly
        business-rule conflict transient lock-error no-store exception timeout incomplete throttled informational""",
    )
)
"""The codes of `issue-type` in R4."""
DANGLING = finding(FindingCode.PAS_REFERENCE_DANGLING, "Bundle.entry[0].resource.insurer.reference", "a resource")
ALIKE = finding(FindingCode.PAS_RESOURCE_ALIKE, "Bundle.entry[3].resource")
EMPTY = finding(FindingCode.FHIR_EMPTY, "Bundle.entry[1].resource.name")


def outcome(*findings: Finding) -> Any:
    return json.loads(outcome_of_findings(findings, TABLE))


def test_a_finding_is_an_issue_with_its_rule_what_to_do_and_where() -> None:
    (issue,) = outcome(DANGLING)["issue"]

    assert (issue["severity"], issue["code"]) == ("error", "not-found")
    assert issue["details"]["coding"] == [{"system": "urn:priorauth:finding", "code": "PAS-REFERENCE-DANGLING"}]
    assert issue["details"]["text"] == TABLE[FindingCode.PAS_REFERENCE_DANGLING].text
    assert issue["diagnostics"].startswith("expected: a resource; ")
    assert issue["expression"] == ["Bundle.entry[0].resource.insurer.reference"]


def test_all_findings_are_in_one_outcome_and_what_refuses_comes_first() -> None:
    found = outcome(ALIKE, DANGLING)

    assert found["resourceType"] == "OperationOutcome"
    assert [issue["severity"] for issue in found["issue"]] == ["error", "warning"]


@pytest.mark.parametrize("code", CHECKED)
def test_every_rule_of_fhir_has_an_issue_type_of_fhir_and_no_server_error(code: FindingCode) -> None:
    found = finding(code, "Bundle")
    (issue,) = outcome(found)["issue"]

    assert issue["code"] in ISSUE_TYPES
    assert 400 <= status_of_findings([found.with_severity(Severity.ERROR)], TABLE) < 500


def test_what_fhir_itself_forbids_is_a_400_and_what_only_a_profile_forbids_a_422() -> None:
    assert status_of_findings([DANGLING], TABLE) == 422
    assert status_of_findings([DANGLING, EMPTY, ALIKE], TABLE) == 400


@pytest.mark.parametrize("fault", Fault)
def test_bytes_that_are_no_resource_are_a_fatal_issue_about_the_whole_bundle(fault: Fault) -> None:
    found = finding_of_fault(FhirSyntaxError(fault))
    (issue,) = outcome(found)["issue"]

    assert issue["severity"] == "fatal"
    assert issue["expression"] == ["Bundle"]
    assert status_of_findings([found], TABLE) == 400


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"resourceType": "Bundle",\n  "entry": [', "line 2, column 13: "),
        (b'{"resourceType": "Bundle",\n  "entry": [1 2]}', "line 2, column 15: "),
        (b'\xef\xbb\xbf{"resourceType" "Bundle"}', "line 1, column 18: "),
        ('{"a": "Zoë"'.encode("latin-1"), "line 1, column 10: "),
        (b'{"a": 1}\n{"a": 2}', "line 2, column 1: "),
        (b"", "line 1, column 1: "),
    ],
)
def test_what_is_no_json_is_told_by_line_and_column(body: bytes, where: str) -> None:
    with pytest.raises(FhirSyntaxError) as raised:
        read_resource(body)
    (issue,) = outcome(finding_of_fault(raised.value))["issue"]

    assert issue["diagnostics"].startswith(where)


def test_an_outcome_does_not_grow_without_limit() -> None:
    issues = outcome(*[DANGLING] * 1000)["issue"]

    assert len(issues) == MOST_ISSUES + 1
    assert issues[-1]["code"] == "informational"
