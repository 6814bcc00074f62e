"""Validation reports as lines for people and as documents for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from priorauth.domain.findings import Position
from priorauth.translate.report_replies import ReplyCodes
from priorauth.translate.reports import GroupReport, InterchangeReport, ReportedFinding, SetReport, Snip, SnipStatus
from priorauth.x12.excerpts import Excerpts
from priorauth.x12.guides.dictionary import COMPOSITES, DATA_ELEMENTS
from priorauth.x12.verdicts import Reply, Verdict

_INDENT = "   "


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStyle:
    """What a rendering shows. `excerpts` quotes the message: only for its own sender, never for a log or a store."""

    shows_consequences: bool = False
    excerpts: Excerpts | None = None


PLAIN = ReportStyle()


def report_lines(report: InterchangeReport, style: ReportStyle = PLAIN) -> Iterator[str]:
    """The report for a terminal: headers, then one block per finding under what it belongs to."""
    yield interchange_line(report)
    yield from finding_lines(report.findings, style)
    for group in report.groups:
        yield group_line(group)
        yield from finding_lines(group.findings, style)
        for each in group.sets:
            yield from set_lines(each, style)


def interchange_line(report: InterchangeReport) -> str:
    """`ISA 000000905    TA1 A`, with the reason where there is one."""
    verdict = report.verdict.verdict
    note = "" if verdict is Verdict.ACCEPTED else f" {report.verdict.note}"
    alone = " (so no 999 goes out)" if verdict is Verdict.REJECTED else ""
    return _header(f"ISA {report.control_number}", f"TA1 {verdict}{note}{alone}")


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


def finding_lines(findings: Sequence[ReportedFinding], style: ReportStyle) -> Iterator[str]:
    """One block per finding; what follows from one is counted, or shown below it."""
    for each in findings:
        yield ""
        yield from _block(each, style)
        below = list(each.all_consequences())
        if below and not style.shows_consequences:
            yield f"{_INDENT}{len(below)} more that follow from it (--all shows them)"
        for consequence in below if style.shows_consequences else ():
            yield ""
            yield f"{_INDENT}follows from it:"
            yield from (_INDENT + line for line in _block(consequence, style))
    if findings:
        yield ""


def _block(reported: ReportedFinding, style: ReportStyle) -> Iterator[str]:
    finding, rule = reported.finding, reported.rule
    yield f"{finding.severity.value:<7} {finding.code}  SNIP {int(finding.snip)} · {_where(finding.at)}"
    yield f"{_INDENT}{rule.text}"
    if style.excerpts:
        yield from (_INDENT + line for line in style.excerpts.quote(finding.at))
    if finding.expected:
        yield f"{_INDENT}expected: {finding.expected}"
    if reported.answer.codes:
        yield f"{_INDENT}answered: {_answer(reported.answer)}"
    yield f"{_INDENT}fix: {rule.fix}"


def _where(at: Position) -> str:
    parts = [f"segment {at.segment}" if at.segment else "", f"byte {at.offset}" if at.offset >= 0 else ""]
    if at.line:
        parts.append(f"line {at.line}, column {at.column}")
    parts.append(f"loop {at.loop}" if at.loop else "")
    named = ", ".join(filter(None, (element_name(at), at.data_element)))
    parts.append(at.path.rpartition("/")[2] + (f" ({named})" if named else ""))
    return " · ".join(filter(None, parts))


def element_name(at: Position) -> str:
    """Our name of the data element or composite at a position, empty where there is none."""
    if at.data_element in DATA_ELEMENTS:
        return DATA_ELEMENTS[at.data_element].name
    return COMPOSITES[at.data_element][0] if at.data_element in COMPOSITES else ""


def _answer(answer: ReplyCodes) -> str:
    """`999 IK304 8 IK403 7`, `AAA in 2010B AAA03 43 AAA04 C`, `TA1 TA105 022`."""
    codes = dict(answer.codes)
    place = f" in {codes.pop('loop')}" if answer.reply is Reply.REJECTION else ""
    return answer.reply.value + place + "".join(f" {name} {code}" for name, code in codes.items())


def report_document(report: InterchangeReport, style: ReportStyle = PLAIN) -> dict[str, object]:
    """The report as a JSON object."""
    return {
        "interchange": report.control_number,
        "valid": report.is_valid,
        "ta1": {"code": report.verdict.verdict.value, "note": report.verdict.note},
        "findings": [finding_document(each, style) for each in report.findings],
        "groups": [_group_document(group, style) for group in report.groups],
    }


def _group_document(report: GroupReport, style: ReportStyle) -> dict[str, object]:
    return {
        "functional": report.functional,
        "control_number": report.control_number,
        "version": report.version,
        "ak9": {"code": report.verdict.verdict.value, "errors": list(report.verdict.errors)},
        "findings": [finding_document(each, style) for each in report.findings],
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
        "findings": [finding_document(each, style) for each in report.findings],
    }


def finding_document(reported: ReportedFinding, style: ReportStyle) -> dict[str, object]:
    """One finding as a JSON object, with those that follow from it where they are shown, else their number."""
    finding, at = reported.finding, reported.finding.at
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
        "text": reported.rule.text,
        "expected": finding.expected,
        "reply": {"kind": reported.answer.reply.value, **reported.answer.codes},
        "fix": reported.rule.fix,
        "consequences": sum(1 for _ in reported.all_consequences()),
    }
    if style.excerpts:
        document["excerpt"] = list(style.excerpts.quote(at))
    if style.shows_consequences:
        document["follow_from_it"] = [finding_document(each, style) for each in reported.consequences]
    return document
