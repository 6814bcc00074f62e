"""Single messages looked at from outside, nothing stored: what `validate`, `translate` and `route` say of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from priorauth.adapters.second_opinions.disagreements import Disagreement, compare
from priorauth.adapters.second_opinions.pyx12_check import Opinion, second_opinion
from priorauth.domain.parties import TradingPartner
from priorauth.inspection.envelopes import Target, Translated
from priorauth.inspection.fhir import (
    FhirValidation,
    fhir_validation_document,
    models_document,
    models_lines,
    validate_fhir,
)
from priorauth.inspection.reading import NotReadable, inbound, is_fhir, read_requests
from priorauth.inspection.translation import translate_message
from priorauth.routing.documents import explain_json
from priorauth.tools import Tools
from priorauth.translate.report_rendering import PLAIN, ReportStyle, report_document
from priorauth.translate.reports import InterchangeReport, SetReport, report_interchange, report_set
from priorauth.x12.agreed_findings import with_severities
from priorauth.x12.excerpts import Excerpts
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.validation import SetResult, Tolerances, validate_interchange, validate_stream
from priorauth.x12.verdicts import judge_set

__all__ = [
    "FhirValidation",
    "NotReadable",
    "Target",
    "Translated",
    "Validation",
    "is_fhir",
    "models_document",
    "models_lines",
    "opinion_document",
    "read_requests",
    "route_documents",
    "translate_message",
    "validate_fhir",
    "validate_file",
    "validate_message",
    "validation_document",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Everything wrong with a message, and what the second opinion makes of it (None where it was not asked)."""

    report: InterchangeReport
    excerpts: Excerpts
    opinion: Opinion | None
    disagreements: Sequence[Disagreement]

    @property
    def is_valid(self) -> bool:
        return self.report.is_valid

    @property
    def unexplained(self) -> Sequence[Disagreement]:
        """Where the two opinions differ and nothing known of pyx12 says why."""
        return [each for each in self.disagreements if not each.reason]


def validate_message(
    tools: Tools, body: bytes, *, partner: TradingPartner | None = None, ask_pyx12: bool = True
) -> Validation:
    """Validate one interchange. Raises NotReadable where it is none."""
    try:
        result = validate_interchange(body, tolerances_of(partner))
    except X12SyntaxError as fault:
        raise NotReadable(str(fault)) from None
    result = with_severities(result, partner.severities if partner else {})
    opinion = second_opinion(body) if ask_pyx12 else None
    return Validation(
        report=report_interchange(result, tools.knowledge.findings, partner_rules=partner is not None),
        excerpts=Excerpts(body, result.interchange.delimiters),
        opinion=opinion,
        disagreements=compare(result, opinion) if opinion else (),
    )


def validate_file(
    tools: Tools, chunks: Iterable[bytes], *, partner: TradingPartner | None = None
) -> Iterator[SetReport]:
    """Validate a file of any size, one set at a time, with flat memory. Raises NotReadable where it is no X12."""
    table = tools.knowledge.findings
    try:
        for part in validate_stream(chunks, tolerances_of(partner)):
            if isinstance(part, SetResult):
                yield report_set(part, judge_set(part, table.acknowledgments), table, partner_rules=partner is not None)
    except X12SyntaxError as fault:
        raise NotReadable(str(fault)) from None


def tolerances_of(partner: TradingPartner | None) -> Tolerances:
    return Tolerances(chained_services=partner.tolerates_chained_services) if partner else Tolerances()


def validation_document(
    tools: Tools, body: bytes, *, second_opinion: bool, quote: bool = True, version: str | None = None
) -> Mapping[str, object]:
    """The report of `validate --json`: findings, and the second opinion where it was asked."""
    if is_fhir(body):
        return fhir_validation_document(tools, body, second_opinion=second_opinion, version=version, quote=quote)
    validation = validate_message(tools, body, ask_pyx12=second_opinion)
    style = ReportStyle(excerpts=validation.excerpts, shows_consequences=True) if quote else PLAIN
    return {**report_document(validation.report, style), "second_opinion": opinion_document(validation)}


def opinion_document(validation: Validation) -> Mapping[str, object] | None:
    """What pyx12 says, and each difference with the reason known for it."""
    if validation.opinion is None:
        return None
    return {
        "by": "pyx12",
        "accepted": validation.opinion.accepted,
        "not_given": validation.opinion.reason or None,
        "agrees": not validation.unexplained,
        "disagreements": [
            {
                "only": each.side,
                "rule": each.ours or None,
                "pyx12": each.pyx12 or None,
                "set": each.set,
                "segment": each.segment,
                "segment_id": each.segment_id,
                "reason": each.reason or None,
            }
            for each in validation.disagreements
        ],
    }


async def route_documents(
    tools: Tools,
    body: bytes,
    *,
    given: Mapping[str, object] | None = None,
    as_of: date | None = None,
    version: str | None = None,
    what_if: Mapping[str, object] | None = None,
) -> list[dict[str, object]]:
    """Where each item of each request would go and why. Raises NotReadable."""
    read_requests(tools, body, version=version)
    message = inbound(body, version=version)
    _, routes = await tools.inspect_message.route(message, given=given, as_of=as_of, what_if=what_if)
    if not routes:
        named = "the insurer's identifier" if is_fhir(body) else "NM1 in 2010A, qualifier PI"
        raise NotReadable(f"the payer that the message names ({named}) has no pack here")
    return [dict(explain_json(route)) for route in routes]
