"""Single messages looked at from outside, nothing stored: what `validate`, `translate` and `route` say of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from priorauth.adapters.second_opinions.disagreements import Disagreement, compare
from priorauth.adapters.second_opinions.pyx12_check import Opinion, second_opinion
from priorauth.bootstrap import EVENT_SOURCE, INSPECTOR, OURSELVES, Tools
from priorauth.domain.events import ReviewReceived
from priorauth.domain.exchange import InboundMessage, Part
from priorauth.domain.parties import TradingPartner
from priorauth.domain.reviews import MessageId
from priorauth.routing.documents import explain_json
from priorauth.translate.events import write_full
from priorauth.translate.losses import Loss, Losses
from priorauth.translate.report_rendering import PLAIN, ReportStyle, report_document
from priorauth.translate.reports import InterchangeReport, SetReport, report_interchange, report_set
from priorauth.translate.x12_review import review_to_x12
from priorauth.x12.agreed_findings import with_severities
from priorauth.x12.excerpts import Excerpts
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.validation import SetResult, Tolerances, validate_interchange, validate_stream
from priorauth.x12.verdicts import judge_set
from priorauth.x12.writing import OutboundGroup, OutboundInterchange, OutboundSet, write_interchange


class NotReadable(Exception):
    """A message that cannot be inspected as asked; the text says why, without a value of it."""


class Target(StrEnum):
    """What a message can be translated to."""

    X12 = "x12"
    EVENT = "event"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A message in another format, and what could not cross."""

    body: bytes = field(repr=False)
    losses: Sequence[Loss]


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


def validation_document(tools: Tools, body: bytes, *, second_opinion: bool, quote: bool = True) -> dict[str, object]:
    """The report of `validate --json`: findings, and the second opinion where it was asked."""
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


def read_requests(tools: Tools, body: bytes, *, received_at: datetime | None = None) -> Sequence[Part]:
    """The requests of a message. Raises NotReadable where it has none, saying where to look."""
    inbound = InboundMessage(
        format="x12", partner=INSPECTOR.id, body=body, received_at=received_at or datetime.now(UTC)
    )
    try:
        parts = tools.inspect_message.read(inbound).parts
    except X12SyntaxError as fault:
        raise NotReadable(str(fault)) from None
    readable = [part for part in parts if part.review is not None]
    if not readable:
        raise NotReadable("the message has no request that can be read; `priorauth validate` says what is wrong")
    return readable


def translate_message(tools: Tools, body: bytes, to: Target) -> Translated:
    """The first request of a message as an event, or written anew as X12. Raises NotReadable."""
    review = read_requests(tools, body)[0].review
    assert review is not None
    if to is Target.EVENT:
        event = ReviewReceived(
            id="evt-translated",
            at=review.received_at,
            review_id=review.id,
            payer=review.payer,
            review=review,
            message_id=MessageId("msg-translated"),
        )
        return Translated(body=write_full(event, source=EVENT_SOURCE), losses=())
    losses = Losses()
    sender = tools.codec.sender_of(body)
    group = OutboundGroup(
        functional="HI",
        transaction="278",
        guide="005010X217",
        control_number=1,
        sets=[OutboundSet(control_number="0001", segments=review_to_x12(review, losses=losses))],
    )
    written = write_interchange(
        OutboundInterchange(
            sender=replace(sender, group_id=sender.id),
            receiver=OURSELVES,
            control_number=1,
            made_at=review.received_at,
            is_test=True,
            groups=[group],
        )
    )
    return Translated(body=written, losses=losses.found)


async def route_documents(
    tools: Tools, body: bytes, *, given: Mapping[str, object] | None = None, as_of: date | None = None
) -> list[dict[str, object]]:
    """Where each item of each request would go and why. Raises NotReadable."""
    read_requests(tools, body)
    inbound = InboundMessage(format="x12", partner=INSPECTOR.id, body=body, received_at=datetime.now(UTC))
    _, routes = await tools.inspect_message.route(inbound, given=given, as_of=as_of)
    if not routes:
        raise NotReadable("the payer that the message names (NM1 in 2010A, qualifier PI) has no pack here")
    return [dict(explain_json(route)) for route in routes]
