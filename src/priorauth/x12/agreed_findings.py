"""Findings as bad as was agreed with a trading partner, whose file may lower or raise them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from priorauth.domain.findings import Finding, Severity

from .validation import GroupResult, InterchangeResult, SetResult

Severities = Mapping[str, Severity]
"""By rule id, or `SNIP 5` for all of a type; the rule id counts where both are given."""


def with_severities(result: InterchangeResult, severities: Severities) -> InterchangeResult:
    """The result with every finding as bad as the partner's file says."""
    if not severities:
        return result
    return replace(
        result,
        findings=agreed(result.findings, severities),
        groups=tuple(_group_with_severities(group, severities) for group in result.groups),
    )


def _group_with_severities(group: GroupResult, severities: Severities) -> GroupResult:
    return replace(
        group,
        findings=agreed(group.findings, severities),
        sets=tuple(set_with_severities(each, severities) for each in group.sets),
    )


def set_with_severities(result: SetResult, severities: Severities) -> SetResult:
    """One set with its findings as bad as the partner's file says."""
    return replace(result, findings=agreed(result.findings, severities)) if severities else result


def agreed(findings: Iterable[Finding], severities: Severities) -> tuple[Finding, ...]:
    """The findings, each as bad as the partner's file says."""
    return tuple(each.with_severity(_severity(each, severities)) for each in findings)


def _severity(finding: Finding, severities: Severities) -> Severity:
    """What is fatal stays so: nothing behind it was read."""
    if finding.severity is Severity.FATAL:
        return Severity.FATAL
    by_type = severities.get(f"SNIP {int(finding.snip)}", finding.severity)
    return severities.get(finding.code, by_type)
