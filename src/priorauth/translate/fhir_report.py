"""What a validation of a FHIR document found, for people and for programs: as for X12, with FHIRPaths for segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from priorauth.domain.findings import Finding
from priorauth.fhir.locating import Locator
from priorauth.translate.finding_rules import FindingRule, FindingTable
from priorauth.translate.report_replies import UNANSWERED, ReplyCodes, reply_codes
from priorauth.x12.verdicts import Reply

_INDENT = "   "
_QUOTED = 110  # characters of a line that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirFinding:
    """A finding with the rule it broke and the reply that says so."""

    finding: Finding
    rule: FindingRule
    answer: ReplyCodes


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirReport:
    """One document: the version and profile it was held against, and what is wrong with it."""

    version: str
    profile: str
    findings: tuple[FhirFinding, ...]

    @property
    def is_valid(self) -> bool:
        """True where nothing rejects it, neither in an OperationOutcome nor in an error of the response."""
        return not any(each.finding.rejects for each in self.findings)

    @property
    def is_accepted(self) -> bool:
        """True where the exchange takes it: what is wrong with its values is answered in a response Bundle."""
        return not any(each.finding.rejects and each.answer.reply is Reply.OUTCOME for each in self.findings)


def report_fhir(
    findings: Sequence[Finding], table: FindingTable, *, version: str, profile: str, body: bytes
) -> FhirReport:
    """The report of one document, each finding with its place in the bytes."""
    locator = Locator(body) if findings else None
    located = [_located(each, locator) if locator else each for each in findings]
    return FhirReport(
        version=version,
        profile=profile,
        findings=tuple(
            FhirFinding(finding=each, rule=table[each.code], answer=answer_of(each, table[each.code]))
            for each in located
        ),
    )


def answer_of(finding: Finding, rule: FindingRule) -> ReplyCodes:
    """An OperationOutcome with its status and code; an AAA, as an error of the ClaimResponse, for a content rule."""
    if not finding.rejects:
        return UNANSWERED
    if rule.acknowledgment.reply is Reply.OUTCOME:
        return ReplyCodes(Reply.OUTCOME, {"status": str(rule.http), "code": rule.issue})
    return reply_codes(finding, rule)


def _located(finding: Finding, locator: Locator) -> Finding:
    place = locator.find(finding.at.path)
    if place is None or finding.at.line:  # it says more than its path does
        return finding
    at = replace(finding.at, offset=place.offset, line=place.line, column=place.column)
    return replace(finding, at=at)


def fhir_lines(report: FhirReport, body: bytes | None) -> Iterator[str]:
    """The report for a terminal; `body` quotes the line of each finding, for the sender's own eyes."""
    refused = [each for each in report.findings if each.finding.rejects and each.answer.reply is Reply.OUTCOME]
    verdict = f"OperationOutcome {min(each.rule.http for each in refused)}" if refused else "accepted"
    yield f"{f'PAS {report.version} {report.profile}':<64}  {verdict}"
    lines = body.decode("utf-8", errors="replace").split("\n") if body is not None else []
    for each in report.findings:
        yield ""
        yield from _block(each, lines)
    if report.findings:
        yield ""


def _block(reported: FhirFinding, lines: Sequence[str]) -> Iterator[str]:
    finding, rule, at = reported.finding, reported.rule, reported.finding.at
    place = f" · line {at.line}, column {at.column}" if at.line else ""
    yield f"{finding.severity.value:<7} {finding.code}  SNIP {int(finding.snip)}{place} · {at.path or 'the body'}"
    yield f"{_INDENT}{rule.text}"
    yield from (_INDENT + line for line in quote(lines, at.line, at.column))
    if finding.expected:
        yield f"{_INDENT}expected: {finding.expected}"
    if reported.answer.codes:
        yield f"{_INDENT}answered: {_answer(reported.answer)}"
    yield f"{_INDENT}fix: {rule.fix}"


def quote(lines: Sequence[str], line: int, column: int) -> Iterator[str]:
    """The text around a place and a caret below it; nothing where there is no such line."""
    if not 0 < line <= len(lines):
        return
    start = max(column - 1 - _QUOTED // 2, 0) if len(lines[line - 1]) > _QUOTED else 0
    shown = lines[line - 1][start : start + _QUOTED].rstrip()
    stripped = shown.lstrip()
    before = column - 1 - start - (len(shown) - len(stripped))
    yield "".join(character if character.isprintable() else "·" for character in stripped)
    yield " " * max(before, 0) + "^"


def _answer(answer: ReplyCodes) -> str:
    """`OperationOutcome status 422 code required`, `AAA in 2010B AAA03 43 AAA04 C`."""
    codes = dict(answer.codes)
    place = f" in {codes.pop('loop')}" if answer.reply is Reply.REJECTION else ""
    return answer.reply.value + place + "".join(f" {name} {code}" for name, code in codes.items())


def fhir_document(report: FhirReport, body: bytes | None) -> dict[str, object]:
    """The report as a JSON object."""
    lines = body.decode("utf-8", errors="replace").split("\n") if body is not None else []
    return {
        "format": f"pas-{report.version}",
        "profile": report.profile,
        "valid": report.is_valid,
        "accepted": report.is_accepted,
        "findings": [_finding_document(each, lines) for each in report.findings],
    }


def _finding_document(reported: FhirFinding, lines: Sequence[str]) -> dict[str, object]:
    finding, at = reported.finding, reported.finding.at
    reply: Mapping[str, str] = reported.answer.codes
    document: dict[str, object] = {
        "rule": finding.code.value,
        "severity": finding.severity.value,
        "snip": int(finding.snip),
        "expression": at.path,
        "offset": at.offset,
        "line": at.line,
        "column": at.column,
        "text": reported.rule.text,
        "expected": finding.expected,
        "reply": {"kind": reported.answer.reply.value, **reply},
        "fix": reported.rule.fix,
    }
    if lines:
        document["excerpt"] = list(quote(lines, at.line, at.column))
    return document
