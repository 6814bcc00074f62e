"""What a validation found, as a value that people and programs read: verdicts, SNIP types, and each finding in full.

Values of the message never enter a report; `excerpts` quotes them, for the sender's own eyes, where a caller asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from priorauth.domain.findings import Finding, SnipType
from priorauth.translate.finding_rules import FindingRule, FindingTable
from priorauth.translate.report_replies import UNANSWERED, ReplyCodes, reply_codes
from priorauth.x12.segments import Delimiters
from priorauth.x12.validation import GroupResult, InterchangeResult, SetResult
from priorauth.x12.verdicts import (
    GroupVerdict,
    InterchangeVerdict,
    SetVerdict,
    judge,
)


class SnipStatus(StrEnum):
    """What is known of one SNIP type."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class SnipResult:
    """One SNIP type of one set: its status, and how many findings of it reject."""

    status: SnipStatus
    errors: int = 0


Snip = Mapping[SnipType, SnipResult]

_NEVER_APPLICABLE = frozenset((SnipType.BALANCING,))  # a 278 has no amounts that add up
_CHECKED = frozenset((SnipType.SYNTAX, SnipType.REQUIREMENT, SnipType.SITUATION, SnipType.CODE_SET))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """A finding with the rule it broke, the reply that says so, and the findings that follow from it."""

    finding: Finding
    rule: FindingRule
    answer: ReplyCodes
    consequences: tuple[ReportedFinding, ...] = ()

    def all_consequences(self) -> Iterator[ReportedFinding]:
        """Everything that follows from this finding, however far."""
        for each in self.consequences:
            yield each
            yield from each.all_consequences()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReport:
    """One transaction set: who it is, what becomes of it, its SNIP types and its findings."""

    number: int
    transaction: str
    control_number: str
    guide: str  # empty where there is none for it
    direction: str
    verdict: SetVerdict
    snip: Snip
    findings: tuple[ReportedFinding, ...]

    @property
    def is_valid(self) -> bool:
        """True where nothing rejects it, neither in a 999 nor in an AAA."""
        return not any(each.finding.rejects for each in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """One functional group."""

    functional: str
    control_number: str
    version: str
    verdict: GroupVerdict
    findings: tuple[ReportedFinding, ...]
    sets: tuple[SetReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeReport:
    """One interchange."""

    control_number: str
    verdict: InterchangeVerdict
    delimiters: Delimiters
    findings: tuple[ReportedFinding, ...]
    groups: tuple[GroupReport, ...]

    @property
    def is_valid(self) -> bool:
        """True where nothing in it rejects anything."""
        envelope = [self.findings, *(group.findings for group in self.groups)]
        return not any(each.finding.rejects for findings in envelope for each in findings) and all(
            each.is_valid for group in self.groups for each in group.sets
        )


def report_interchange(
    result: InterchangeResult, table: FindingTable, *, partner_rules: bool = False
) -> InterchangeReport:
    """The report of a whole interchange; `partner_rules` says that a partner's own rules (SNIP 7) were applied."""
    verdict = judge(result, table.acknowledgments)
    return InterchangeReport(
        control_number=result.interchange.header[13].strip(),
        verdict=verdict,
        delimiters=result.interchange.delimiters,
        findings=_envelope_findings(result.findings, table),
        groups=tuple(
            _group(group, judged, table, partner_rules)
            for group, judged in zip(result.groups, verdict.groups, strict=True)
        ),
    )


def _group(group: GroupResult, verdict: GroupVerdict, table: FindingTable, partner_rules: bool) -> GroupReport:
    header = group.group.header
    return GroupReport(
        functional=header[1],
        control_number=header[6],
        version=header[8],
        verdict=verdict,
        findings=_envelope_findings(group.findings, table),
        sets=tuple(
            report_set(each, judged, table, partner_rules=partner_rules)
            for each, judged in zip(group.sets, verdict.sets, strict=True)
        ),
    )


def report_set(
    result: SetResult, verdict: SetVerdict, table: FindingTable, *, partner_rules: bool = False
) -> SetReport:
    """The report of one set, for callers that read a long interchange set by set."""
    header = result.transaction.header
    guide = result.guide.guide if result.guide else None
    direction = guide.direction if guide else ""
    return SetReport(
        number=result.transaction.number,
        transaction=header[1],
        control_number=header[2],
        guide=guide.id if guide else "",
        direction=direction,
        verdict=verdict,
        snip=snip_results(result.findings, was_read=result.tree is not None, partner_rules=partner_rules),
        findings=tuple(_reported(each, table, result.transaction.rows, direction) for each in result.findings),
    )


def _envelope_findings(findings: Iterable[Finding], table: FindingTable) -> tuple[ReportedFinding, ...]:
    return tuple(_reported(each, table, (), "") for each in findings)


def _reported(finding: Finding, table: FindingTable, rows: Sequence[Sequence[str]], direction: str) -> ReportedFinding:
    rule = table[finding.code]
    return ReportedFinding(
        finding=finding,
        rule=rule,
        answer=reply_codes(finding, rule, rows, direction),
        consequences=tuple(_consequence(each, table) for each in finding.consequences),
    )


def _consequence(finding: Finding, table: FindingTable) -> ReportedFinding:
    """What follows from another finding: no reply says it."""
    below = tuple(_consequence(each, table) for each in finding.consequences)
    return ReportedFinding(finding=finding, rule=table[finding.code], answer=UNANSWERED, consequences=below)


def snip_results(findings: Iterable[Finding], *, was_read: bool, partner_rules: bool) -> Snip:
    """The seven SNIP types of one set. A type fails where a finding of it rejects; warnings let it pass."""
    errors = Counter(finding.snip for finding in findings if finding.rejects)
    return {snip: _snip_result(snip, errors[snip], was_read, partner_rules) for snip in SnipType}


def _snip_result(snip: SnipType, errors: int, was_read: bool, partner_rules: bool) -> SnipResult:
    if errors:
        return SnipResult(SnipStatus.FAIL, errors)
    if snip in _NEVER_APPLICABLE:
        return SnipResult(SnipStatus.NOT_APPLICABLE)
    if (was_read and snip in _CHECKED) or (snip is SnipType.PARTNER and partner_rules):
        return SnipResult(SnipStatus.PASS)
    return SnipResult(SnipStatus.NOT_CHECKED)
