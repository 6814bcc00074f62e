"""Validation reports as lines for people and as documents for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from priorauth.domain.findings import Finding, Position
from priorauth.translate.finding_rules import FindingRule, FindingTable
from priorauth.translate.report_replies import element_name, reply_codes
from priorauth.translate.reports import GroupReport, InterchangeReport, SetReport, Snip, SnipStatus, flattened
from priorauth.x12.excerpts import Excerpts

_INDENT = "   "


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStyle:
    """What a rendering shows. `excerpts` quotes the message: only for its own sender, never for a log or a store."""

    table: FindingTable
    shows_consequences: bool = False
    excerpts: Excerpts | None = None


def report_lines(report: InterchangeReport, style: ReportStyle) -> Iterator[str]:
    """The report for a terminal: headers, then one block per finding under what it belongs to."""
    yield interchange_line(report)
    yield from finding_lines(report.findings, style)
    for group in report.groups:
        yield group_line(group)
        yield from finding_lines(group.findings, style)
        for each in group.sets:
            yield from set_lines(each, style)


def interchange_line(report: InterchangeReport) -> str:
    """`ISA 000000905    TA1 A`."""
    note = "" if report.verdict.verdict == "A" else f" {report.verdict.note}"
    return _header(f"ISA {report.control_number}", f"TA1 {report.verdict.verdict}{note}")


def group_line(report: GroupReport) -> str:
    """`GS 1 HI 005010X217    999 R`."""
    identity = " ".join(("GS", report.control_number, report.functional, report.version))
    return _header(f"  {identity}", " ".join(("999", report.verdict.verdict, *report.verdict.errors)))


def set_lines(report: SetReport, style: ReportStyle) -> Iterator[str]:
    """A set's header, its SNIP types and its findings."""
    identity = " ".join(filter(None, ("ST", report.control_number, report.transaction, report.direction)))
    yield _header(f"    {identity}", " ".join(("IK5", report.verdict.verdict, *report.verdict.errors)))
    yield "    SNIP  " + "  ".join(_snip_words(report.snip))
    yield from finding_lines(report.findings, style)


def _header(identity: str, verdict: str) -> str:
    return f"{identity:<48}  {verdict}"


def _snip_words(snip: Snip) -> Iterator[str]:
    for number, result in snip.items():
        status = "n/a" if result.status is SnipStatus.NOT_APPLICABLE else result.status.value
        yield f"{int(number)} {status}" + (f" {result.errors}" if result.errors else "")


def finding_lines(findings: Sequence[Finding], style: ReportStyle) -> Iterator[str]:
    """One block per finding; what follows from one is counted, or shown below it."""
    for finding in findings:
        yield ""
        yield from _block(finding, style)
        below = list(flattened(finding.consequences))
        if below and not style.shows_consequences:
            yield f"{_INDENT}{len(below)} that follow from it hidden (--all)"
        for each in below if style.shows_consequences else ():
            yield ""
            yield f"{_INDENT}follows from {finding.code} at segment {finding.at.segment}:"
            yield from (_INDENT + line for line in _block(each, style))
    if findings:
        yield ""


def _block(finding: Finding, style: ReportStyle) -> Iterator[str]:
    rule = style.table[finding.code]
    yield f"{finding.severity.value:<7} {finding.code}  SNIP {int(finding.snip)} · {_where(finding.at)}"
    yield f"{_INDENT}{rule.text}"
    if style.excerpts:
        yield from (_INDENT + line for line in style.excerpts.quote(finding.at))
    if finding.expected:
        yield f"{_INDENT}expected: {finding.expected}"
    if answer := _answer(rule, finding.at):
        yield f"{_INDENT}answered: {answer}"
    yield f"{_INDENT}fix: {rule.fix}"


def _where(at: Position) -> str:
    parts = [f"segment {at.segment}" if at.segment else "", f"byte {at.offset}" if at.offset >= 0 else ""]
    if at.line:
        parts.append(f"line {at.line}, column {at.column}")
    parts.append(f"loop {at.loop}" if at.loop else "")
    named = ", ".join(filter(None, (element_name(at), at.data_element)))
    parts.append(at.path.rpartition("/")[2] + (f" ({named})" if named else ""))
    return " · ".join(filter(None, parts))


def _answer(rule: FindingRule, at: Position) -> str:
    codes = reply_codes(rule, at)
    said = " ".join(f"{name} {code}" for name, code in codes.items())
    return f"{rule.acknowledgment.reply.value} with {said}" if codes else ""


def report_document(report: InterchangeReport, style: ReportStyle) -> dict[str, object]:
    """The report as a JSON object."""
    return {
        "interchange": report.control_number,
        "valid": report.is_valid,
        "ta1": {"code": report.verdict.verdict.value, "note": report.verdict.note},
        "findings": [finding_document(finding, style) for finding in report.findings],
        "groups": [_group_document(group, style) for group in report.groups],
    }


def _group_document(report: GroupReport, style: ReportStyle) -> dict[str, object]:
    return {
        "functional": report.functional,
        "control_number": report.control_number,
        "version": report.version,
        "ak9": {"code": report.verdict.verdict.value, "errors": list(report.verdict.errors)},
        "findings": [finding_document(finding, style) for finding in report.findings],
        "sets": [set_document(each, style) for each in report.sets],
    }


def set_document(report: SetReport, style: ReportStyle) -> dict[str, object]:
    """One set as a JSON object."""
    return {
        "number": report.number,
        "transaction": report.transaction,
        "control_number": report.control_number,
        "guide": report.guide or None,
        "direction": report.direction or None,
        "valid": report.is_valid,
        "ik5": {"code": report.verdict.verdict.value, "errors": list(report.verdict.errors)},
        "snip": {
            str(int(number)): {"status": result.status.value, "errors": result.errors}
            for number, result in report.snip.items()
        },
        "findings": [finding_document(finding, style) for finding in report.findings],
    }


def finding_document(finding: Finding, style: ReportStyle) -> dict[str, object]:
    """One finding as a JSON object, with those that follow from it where they are shown, else their number."""
    rule, at = style.table[finding.code], finding.at
    document: dict[str, object] = {
        "rule": finding.code.value,
        "severity": finding.severity.value,
        "snip": int(finding.snip),
        "segment": at.segment,
        "segment_id": at.segment_id,
        "offset": at.offset,
        "line": at.line,
        "column": at.column,
        "loop": at.loop,
        "element": at.element,
        "component": at.component,
        "repetition": at.repetition,
        "data_element": at.data_element,
        "element_name": element_name(at),
        "path": at.path,
        "text": rule.text,
        "expected": finding.expected,
        "reply": {"kind": rule.acknowledgment.reply.value, **reply_codes(rule, at)},
        "fix": rule.fix,
        "consequences": sum(1 for _ in flattened(finding.consequences)),
    }
    if style.excerpts:
        document["excerpt"] = list(style.excerpts.quote(at))
    if style.shows_consequences:
        document["follow_from_it"] = [finding_document(each, style) for each in finding.consequences]
    return document
