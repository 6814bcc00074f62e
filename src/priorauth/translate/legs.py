"""Legs on their way to a destination, and its answers on their way back: in X12 and as events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from priorauth.domain.determinations import Determination
from priorauth.domain.events import LegDispatched
from priorauth.domain.exchange import Answer, Decline, LegIdentity
from priorauth.domain.findings import Finding
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, Leg, LegState, ServiceReview, Trace
from priorauth.translate.delegate_answers import PostedDecline, determination_from_json, read_answer, unreadable
from priorauth.translate.events import write_full
from priorauth.translate.x12_determination import determination_from_x12
from priorauth.translate.x12_review import review_to_x12
from priorauth.x12.envelope import read_header
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.tree import LoopNode
from priorauth.x12.validation import SetResult, validate_interchange
from priorauth.x12.writing import Address, OutboundGroup, OutboundInterchange, OutboundSet, write_interchange

TRACE_ASSIGNER = "9PRIORAUTH"
"""TRN03 of the traces that the gateway assigns: ten characters."""
RECEIVED_TRACE = "2"  # TRN01: the trace that came with the request


@dataclass(frozen=True, slots=True, kw_only=True)
class X12LegCodec:
    """Legs as 278 requests, answers as 278 responses. Satisfies `ports.LegCodec`."""

    gateway: Address
    destinations: Mapping[DestinationId, Address]
    is_test: bool

    def encode(self, review: ServiceReview, leg: Leg, identity: LegIdentity) -> bytes:
        """An interchange with one request: the requester's first trace and ours, our own BHT03 and numbers."""
        segments = review_to_x12(
            review,
            identifier=identity.identifier,
            created=identity.made_at,
            extra_trace=Trace(identity.trace, TRACE_ASSIGNER),
        )
        group = OutboundGroup(
            functional="HI",
            transaction="278",
            guide="005010X217",
            control_number=identity.control_number,
            sets=[OutboundSet(control_number="0001", segments=segments)],
        )
        return write_interchange(
            OutboundInterchange(
                sender=self.gateway,
                receiver=self.destinations[leg.destination],
                control_number=identity.control_number,
                made_at=identity.made_at,
                is_test=self.is_test,
                groups=[group],
            )
        )

    def traces(self, body: bytes) -> Sequence[str]:
        """Every trace that the responses return as received (TRN*2), once each."""
        return tuple(dict.fromkeys(trace for each in responses(body) for trace in returned_traces(each)))

    def faults(self, body: bytes) -> tuple[Finding, ...]:
        """What is wrong with the responses, where there are any, or that the bytes are no interchange."""
        try:
            read_header(body)
        except X12SyntaxError:
            return (unreadable(),)
        return tuple(finding for each in responses(body) for finding in each.findings if finding.rejects)

    def read(
        self, answer: Answer, trace: str, leg: Leg, review: ServiceReview
    ) -> Determination | Decline | tuple[Finding, ...]:
        """The determination in the response that returns this trace, or the findings that keep it from being read."""
        for each in responses(answer.body):
            if trace not in returned_traces(each) or each.tree is None:
                continue
            if errors := tuple(finding for finding in each.findings if finding.rejects):
                return errors
            return determination_from_x12(
                each.tree,
                component=each.delimiters.component,
                repetition=each.delimiters.repetition,
                leg=leg,
                review=review,
                determination_id=answer_id(leg, answer.body),
                decided_at=answer.at,
            )
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLegCodec:
    """Legs as CloudEvents, answers as the JSON that delegates post. Satisfies `ports.LegCodec`."""

    source: str

    def encode(self, review: ServiceReview, leg: Leg, identity: LegIdentity) -> bytes:
        """The full `LegDispatched` event, with that destination's lines only and our own identifier (BHT03)."""
        ours = replace(review.transaction, identifier=identity.identifier)
        event = LegDispatched(
            id=identity.event_id,
            at=identity.made_at,
            review_id=leg.review_id,
            payer=review.payer,
            leg=replace(leg, state=LegState.DISPATCHED),
            review=replace(review, transaction=ours),
            format=Format.EVENT,
        )
        return write_full(event, source=self.source)

    def traces(self, body: bytes) -> Sequence[str]:
        """The id of the leg that is answered."""
        posted = read_answer(body)
        return () if isinstance(posted, tuple) else (posted.leg_id,)

    def faults(self, body: bytes) -> tuple[Finding, ...]:
        """Where the JSON is not of the schema for delegates."""
        posted = read_answer(body)
        return posted if isinstance(posted, tuple) else ()

    def read(
        self, answer: Answer, trace: str, leg: Leg, review: ServiceReview
    ) -> Determination | Decline | tuple[Finding, ...]:
        """The determination or the decline that was posted, or the findings that keep it from being read."""
        posted = read_answer(answer.body)
        if isinstance(posted, tuple):
            return posted
        assert posted.leg_id == trace
        if isinstance(posted, PostedDecline):
            return Decline(
                id=answer_id(leg, answer.body),
                leg_id=leg.id,
                declined_by=answer.destination,
                reason=posted.reason,
                at=answer.at,
            )
        return determination_from_json(
            posted,
            leg=leg,
            review=review,
            determination_id=answer_id(leg, posted.id.encode() or answer.body),
            received_at=answer.at,
        )


def answer_id(leg: Leg, distinct: bytes) -> str:
    """The id of an answer to a leg: the same for the same answer delivered again."""
    return f"det-{leg.id}-{hashlib.sha256(distinct).hexdigest()[:16]}"


def responses(body: bytes) -> Iterator[SetResult]:
    """The 278 responses of an interchange, readable or not; none where it is not an interchange."""
    try:
        result = validate_interchange(body)
    except X12SyntaxError:
        return
    for group in result.groups:
        for each in group.sets:
            if each.guide is not None and each.guide.guide.direction == "response":
                yield each


def returned_traces(each: SetResult) -> tuple[str, ...]:
    """The traces of the request that a response returns, at any level."""
    if each.tree is None:
        return ()
    return tuple(
        trn[2] for node in nodes(each.tree) for trn in node.segments("TRN") if trn[1] == RECEIVED_TRACE and trn[2]
    )


def nodes(node: LoopNode) -> Iterator[LoopNode]:
    """A loop and every loop below it."""
    yield node
    for child in node.children():
        yield from nodes(child)
