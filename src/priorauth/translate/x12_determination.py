"""A delegate's 278 response (005010X217) to the determination of its leg; and replies to 278 responses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    Determination,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
)
from priorauth.domain.findings import Finding, FindingCode, Position, Severity, SnipType
from priorauth.domain.reviews import Leg, ReviewItem, ServiceReview, Trace
from priorauth.translate.x12_authorized import read_authorized, read_span, with_event_dates
from priorauth.translate.x12_matching import UnknownTrace, match_levels
from priorauth.translate.x12_reading import PROVIDER, read_attachments
from priorauth.translate.x12_rejections import read_rejections
from priorauth.translate.x12_reply import reply_to_x12
from priorauth.x12.tree import LoopNode

__all__ = ["determination_from_x12", "reply_to_x12"]

_ACTIONS = {action.value: action for action in CertificationAction}


def determination_from_x12(
    tree: LoopNode,
    *,
    component: str,
    repetition: str,
    leg: Leg,
    review: ServiceReview,
    determination_id: str,
    decided_at: datetime,
) -> Determination | tuple[Finding, ...]:
    """What a response says of a leg's items, or the findings that keep it from being read.

    `review` holds the leg's items only. A rejection of the whole leg is on each of its items, so that it does not speak
    for another leg's. A 278 cannot say who reviewed: `reviewer` stays None, for the delegate's file to attest.
    """
    reading = _Reading(component, repetition, review)
    upper = tuple(_upper_rejections(tree))
    events = [event for patient in _patient_levels(tree) for event in patient.loops("2000E")]
    if not events:
        items = tuple(ItemDecision(sequence=item.sequence, action=None, rejections=upper) for item in review.items)
    else:
        matched = match_levels([level for event in events for level in event.loops("2000F")], review.items, component)
        if isinstance(matched, UnknownTrace):
            return (_finding(FindingCode.DETERMINATION_TRACE_UNKNOWN, "2000F", "TRN", matched.number),)
        items = tuple(reading.item(item, matched[item.sequence], events[0], upper) for item in review.items)
    if not any(item.action or item.rejections for item in items):
        return (_finding(FindingCode.DETERMINATION_MISSING, "2000E", "HCR", 0),)
    determination = Determination(
        id=determination_id,
        review_id=leg.review_id,
        leg_id=leg.id,
        decided_by=leg.destination,
        decided_at=decided_at,
        items=tuple(replace(item, decided_by=leg.destination) for item in items),
    )
    return reading.with_event(determination, events[0]) if events else determination


@dataclass(frozen=True, slots=True)
class _Said:
    """HCR and what stands beside it."""

    action: CertificationAction | None
    number: str
    administrative: str
    reasons: tuple[str, ...]
    second_opinion: bool | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one response with its separators, for the items of one leg."""

    component: str
    repetition: str
    review: ServiceReview

    def item(
        self, item: ReviewItem, levels: Sequence[LoopNode], event: LoopNode, upper: tuple[Rejection, ...]
    ) -> ItemDecision:
        """The decision on one item: its own level's, else the event's."""
        whole = self._said(event)
        rejections = (*upper, *_event_rejections(event))
        own = levels[0] if levels else None
        said = self._said(own) if own else whole
        if own:
            rejections = (*rejections, *_service_rejections(own, item.sequence))
        action = None if rejections else self._action_of(item, said, whole)
        return ItemDecision(
            sequence=item.sequence,
            action=action,
            certification_number=said.number or (whole.number if _certifies(action) else ""),
            administrative_number=said.administrative,
            reason_codes=said.reasons or (whole.reasons if said.action is None else ()),
            second_opinion=said.second_opinion,
            authorized=with_event_dates(self._authorized(item, own, event), event) if _certifies(action) else None,
            spans=self._spans(item, levels, whole, action),
            information=self._information(own, "2010FB") if own else None,
            message=own.segment("MSG")[1] if own else "",
            traces=tuple(_assigned_traces(own)) if own else (),
            rejections=rejections,
        )

    def _action_of(self, item: ReviewItem, said: _Said, whole: _Said) -> CertificationAction | None:
        """The item's action. Of a lone item an event's A2 says more than the A6 that its own level may carry."""
        action = _action(said, whole)
        is_lone = len(self.review.items) == 1
        partly = whole.action is CertificationAction.CERTIFIED_PARTIALLY and action is CertificationAction.MODIFIED
        return whole.action if item.stands_for_event or (is_lone and partly) else action

    def with_event(self, determination: Determination, event: LoopNode) -> Determination:
        """The determination with what the event's level says of all items."""
        said = self._said(event)
        return replace(
            determination,
            certification_number=said.number,
            administrative_number=said.administrative,
            information=self._information(event, "2010EB"),
            message=event.segment("MSG")[1],
            traces=tuple(_assigned_traces(event)),
        )

    def _said(self, level: LoopNode) -> _Said:
        hcr = level.segment("HCR")
        codes = hcr[3].split(self.repetition) if hcr[3] and self.repetition else [hcr[3]]
        return _Said(
            action=_ACTIONS.get(hcr[1]),
            number=hcr[2],
            administrative=level.segment("REF/NT")[2],
            reasons=tuple(code for code in codes if code),
            second_opinion=hcr[4] == "Y" if hcr[4] else None,
        )

    def _authorized(self, item: ReviewItem, own: LoopNode | None, event: LoopNode) -> Authorized | None:
        asked = self.review.event
        if own:
            dates = item.service_dates or asked.event_dates
            return read_authorized(own, item.service, item.delivery, dates, self.component)
        if not item.stands_for_event:
            return None
        dates = asked.event_dates or asked.admission_dates
        return read_authorized(event, None, asked.delivery, dates, self.component)

    def _spans(
        self, item: ReviewItem, levels: Sequence[LoopNode], whole: _Said, action: CertificationAction | None
    ) -> tuple[DaySpan, ...]:
        """Spans of days, where more than one level is about the item, or levels are about the event's days."""
        if action is None or not (len(levels) > 1 or (levels and item.stands_for_event)):
            return ()
        said = [(level, self._said(level)) for level in levels]
        spans = (
            read_span(item, level, _action(one, whole) or action, one.reasons, self.component) for level, one in said
        )
        return tuple(span for span in spans if span)

    def _information(self, level: LoopNode, contact_loop: str) -> InformationRequest | None:
        attachments = read_attachments(level, self.component)
        asked = [text.split(self.component) for text in level.segment("HI")[1:13] if text]
        codes = tuple(parts[1] for parts in asked if parts[0] == "LOI" and len(parts) > 1)
        contacts = level.loops(contact_loop)
        if not attachments and not codes and not contacts:
            return None
        information = InformationRequest(attachments=attachments, loinc_codes=codes)
        if not contacts:
            return information
        receiver = contacts[0].read(PROVIDER, self.component)
        return replace(
            information,
            contact_name=receiver.name,
            contact_identifier=receiver.identifier,
            contact_address=receiver.address,
            contact=receiver.contact,
        )


def _action(said: _Said, whole: _Said) -> CertificationAction | None:
    """The level's action, else the event's; one of several items is still pended where the event says only `partly`."""
    action = said.action or whole.action
    if action is CertificationAction.CERTIFIED_PARTIALLY:
        return CertificationAction.MODIFIED if said.action else CertificationAction.PENDED
    return action


def _certifies(action: CertificationAction | None) -> bool:
    return action is not None and action.certifies


def _patient_levels(tree: LoopNode) -> Iterator[LoopNode]:
    """The levels below which a patient event may stand."""
    for umo in tree.loops("2000A"):
        for requester in umo.loops("2000B"):
            for subscriber in requester.loops("2000C"):
                yield subscriber
                yield from subscriber.loops("2000D")


def _upper_rejections(tree: LoopNode) -> Iterator[Rejection]:
    for umo in tree.loops("2000A"):
        yield from read_rejections(umo, RejectionLevel.TRANSACTION)
        yield from _rejections_of(umo, "2010A", RejectionLevel.UMO)
        for requester in umo.loops("2000B"):
            yield from _rejections_of(requester, "2010B", RejectionLevel.REQUESTER)
            for subscriber in requester.loops("2000C"):
                yield from _rejections_of(subscriber, "2010C", RejectionLevel.SUBSCRIBER)
                for dependent in subscriber.loops("2000D"):
                    yield from _rejections_of(dependent, "2010D", RejectionLevel.DEPENDENT)


def _event_rejections(event: LoopNode) -> Iterator[Rejection]:
    yield from read_rejections(event, RejectionLevel.EVENT)
    yield from _rejections_of(event, "2010EA", RejectionLevel.EVENT_PROVIDER)
    yield from _rejections_of(event, "2010EC", RejectionLevel.TRANSPORT)


def _service_rejections(level: LoopNode, sequence: int) -> Iterator[Rejection]:
    for rejection in (
        *read_rejections(level, RejectionLevel.SERVICE),
        *_rejections_of(level, "2010FA", RejectionLevel.SERVICE_PROVIDER),
    ):
        yield replace(rejection, sequence=sequence)


def _rejections_of(node: LoopNode, loop: str, level: RejectionLevel) -> Iterator[Rejection]:
    at_place = level in (RejectionLevel.EVENT_PROVIDER, RejectionLevel.TRANSPORT, RejectionLevel.SERVICE_PROVIDER)
    for place, inner in enumerate(node.loops(loop)):
        yield from read_rejections(inner, level, provider=place if at_place else None)


def _assigned_traces(level: LoopNode) -> Iterator[Trace]:
    """The traces that the decider assigned (TRN*1)."""
    for trn in level.segments("TRN"):
        if trn[1] == "1":
            yield Trace(trn[2], trn[3], trn[4])


def _finding(code: FindingCode, loop: str, segment_id: str, number: int) -> Finding:
    at = Position(segment=number, loop=loop, segment_id=segment_id, path=f"{loop}/{segment_id}")
    return Finding(code=code, severity=Severity.ERROR, snip=SnipType.PARTNER, at=at)
