"""Events without PHI: identifiers and status only, nothing that says who the patient is or what is asked for.

No field here may hold free text of a message, a code of a diagnosis or service, a date, or a number that a payer or a
delegate assigned to the patient's case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from priorauth.domain.clocks import ClockKind, OnBreach
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.events import (
    ClockBreached,
    ClockEvent,
    ClockWarned,
    DeterminationRecorded,
    DeterminationRemarked,
    DeterminationReturned,
    Event,
    InformationRequested,
    InformationSupplied,
    LegDeclined,
    LegDispatched,
    MessageRejected,
    NoticeDue,
    ReviewReceived,
    ReviewRouted,
    StepRecorded,
)
from priorauth.domain.findings import FindingCode, Severity
from priorauth.domain.information import TaskKind, TaskState
from priorauth.domain.reviews import CertificationType, Format, Leg, LegState, Purpose, ReviewState
from priorauth.domain.routes import Outcome
from priorauth.translate.minimal_form import Minimal
from priorauth.translate.minimal_steps import (
    MinimalDeterminationRemarked,
    MinimalNoticeDue,
    MinimalStepRecorded,
    minimal_notice,
    minimal_remarked,
    minimal_step,
)


class ReceivedItem(msgspec.Struct, kw_only=True):
    """An item by its place in the request."""

    sequence: int


class MinimalReviewReceived(Minimal, kw_only=True):
    """A request was accepted and saved."""

    partner: str
    format: Format
    state: ReviewState
    purpose: Purpose
    certification: CertificationType
    items: tuple[ReceivedItem, ...]


class RoutedItem(msgspec.Struct, kw_only=True):
    """Where one item goes, and by which rule."""

    sequence: int
    outcome: Outcome
    destination: str | None
    queue: str | None
    rule: str


class RoutedLeg(msgspec.Struct, kw_only=True):
    """The part of a review that one destination decides."""

    id: str
    number: int
    destination: str
    sequences: tuple[int, ...]


class MinimalReviewRouted(Minimal, kw_only=True):
    """Every item has a destination or an answer, and the legs are planned."""

    pack_version: str
    items: tuple[RoutedItem, ...]
    legs: tuple[RoutedLeg, ...]


class MinimalLegDispatched(Minimal, kw_only=True):
    """A leg was handed to its destination."""

    leg_id: str
    destination: str
    sequences: tuple[int, ...]
    state: LegState
    format: Format


class MinimalLegDeclined(Minimal, kw_only=True):
    """A destination said a leg is not theirs; another took it over."""

    leg_id: str
    declined_by: str
    taken_over_by: RoutedLeg | None


class DecidedItem(msgspec.Struct, kw_only=True):
    """How one item stands. `action` is null where it was rejected instead of decided."""

    sequence: int
    action: CertificationAction | None
    final: bool


class MinimalDeterminationRecorded(Minimal, kw_only=True):
    """A destination's answer was recorded."""

    leg_id: str
    determination_id: str
    decided_by: str
    decided_at: datetime
    items: tuple[DecidedItem, ...]


class MinimalDeterminationReturned(Minimal, kw_only=True):
    """A reply went back to the requester."""

    number: int
    action: CertificationAction | None
    more_to_come: bool
    format: Format
    channel: str
    items: tuple[DecidedItem, ...]


class RequestedTask(msgspec.Struct, kw_only=True):
    """What kind of thing is asked for, and how many of them."""

    id: str
    kind: TaskKind
    state: TaskState
    count: int


class MinimalInformationRequested(Minimal, kw_only=True):
    """A destination still needs something of the requester before it decides."""

    leg_id: str
    requested_by: str
    tasks: tuple[RequestedTask, ...]


class MinimalInformationSupplied(Minimal, kw_only=True):
    """The requester brought what was asked for."""

    leg: RoutedLeg
    tasks: tuple[str, ...]
    message_id: str


class MinimalClockEvent(Minimal, kw_only=True):
    """Which clock, for which items, and when it is due."""

    clock: str
    kind: ClockKind
    sequences: tuple[int, ...]
    due_at: datetime
    on_breach: OnBreach


class MinimalFinding(msgspec.Struct, kw_only=True):
    """Which rule was broken and where."""

    code: FindingCode
    severity: Severity
    path: str


class MinimalMessageRejected(Minimal, kw_only=True):
    """A message was refused before it became a review."""

    partner: str
    format: Format
    message_id: str
    findings: tuple[MinimalFinding, ...]


def minimal(event: Event) -> Minimal:
    """The event without PHI."""
    return _FORMS[event.type](event)


def _received(event: ReviewReceived) -> MinimalReviewReceived:
    review = event.review
    return MinimalReviewReceived(
        review_id=event.review_id,
        payer=event.payer,
        partner=review.partner,
        format=review.arrived_as,
        state=review.state,
        purpose=review.transaction.purpose,
        certification=review.event.certification,
        items=tuple(ReceivedItem(sequence=item.sequence) for item in review.items),
    )


def _routed(event: ReviewRouted) -> MinimalReviewRouted:
    return MinimalReviewRouted(
        review_id=event.review_id,
        payer=event.payer,
        pack_version=event.route.pack_version,
        items=tuple(
            RoutedItem(
                sequence=item.sequence,
                outcome=item.outcome,
                destination=item.destination,
                queue=item.queue,
                rule=item.rule,
            )
            for item in event.route.items
        ),
        legs=tuple(_leg(leg) for leg in event.legs),
    )


def _leg(leg: Leg) -> RoutedLeg:
    return RoutedLeg(id=leg.id, number=leg.number, destination=leg.destination, sequences=leg.sequences)


def _dispatched(event: LegDispatched) -> MinimalLegDispatched:
    return MinimalLegDispatched(
        review_id=event.review_id,
        payer=event.payer,
        leg_id=event.leg.id,
        destination=event.leg.destination,
        sequences=event.leg.sequences,
        state=event.leg.state,
        format=event.format,
    )


def _declined(event: LegDeclined) -> MinimalLegDeclined:
    return MinimalLegDeclined(
        review_id=event.review_id,
        payer=event.payer,
        leg_id=event.leg_id,
        declined_by=event.declined_by,
        taken_over_by=_leg(event.taken_over_by) if event.taken_over_by else None,
    )


def _recorded(event: DeterminationRecorded) -> MinimalDeterminationRecorded:
    determination = event.determination
    return MinimalDeterminationRecorded(
        review_id=event.review_id,
        payer=event.payer,
        leg_id=determination.leg_id,
        determination_id=determination.id,
        decided_by=determination.decided_by,
        decided_at=determination.decided_at,
        items=tuple(_decided(item) for item in determination.items),
    )


def _returned(event: DeterminationReturned) -> MinimalDeterminationReturned:
    reply = event.reply
    return MinimalDeterminationReturned(
        review_id=event.review_id,
        payer=event.payer,
        number=reply.number,
        action=reply.action,
        more_to_come=reply.more_to_come,
        format=event.format,
        channel=event.channel,
        items=tuple(_decided(item) for item in reply.items),
    )


def _requested(event: InformationRequested) -> MinimalInformationRequested:
    return MinimalInformationRequested(
        review_id=event.review_id,
        payer=event.payer,
        leg_id=event.leg_id,
        requested_by=event.requested_by,
        tasks=tuple(
            RequestedTask(id=task.id, kind=task.kind, state=task.state, count=len(task.asked)) for task in event.tasks
        ),
    )


def _supplied(event: InformationSupplied) -> MinimalInformationSupplied:
    return MinimalInformationSupplied(
        review_id=event.review_id,
        payer=event.payer,
        leg=_leg(event.leg),
        tasks=event.tasks,
        message_id=event.message_id,
    )


def _clock(event: ClockEvent) -> MinimalClockEvent:
    return MinimalClockEvent(
        review_id=event.review_id,
        payer=event.payer,
        clock=event.clock,
        kind=event.kind,
        sequences=event.sequences,
        due_at=event.due_at,
        on_breach=event.on_breach,
    )


def _decided(item: ItemDecision) -> DecidedItem:
    return DecidedItem(sequence=item.sequence, action=item.action, final=item.is_final)


def _rejected(event: MessageRejected) -> MinimalMessageRejected:
    return MinimalMessageRejected(
        review_id=event.review_id,
        payer=event.payer,
        partner=event.partner,
        format=event.format,
        message_id=event.message_id,
        findings=tuple(
            MinimalFinding(code=finding.code, severity=finding.severity, path=finding.at.path)
            for finding in event.findings
        ),
    )


_FORMS: Mapping[str, Callable[[Any], Minimal]] = {
    ReviewReceived.type: _received,
    ReviewRouted.type: _routed,
    LegDispatched.type: _dispatched,
    LegDeclined.type: _declined,
    DeterminationRecorded.type: _recorded,
    DeterminationReturned.type: _returned,
    InformationRequested.type: _requested,
    InformationSupplied.type: _supplied,
    ClockWarned.type: _clock,
    ClockBreached.type: _clock,
    StepRecorded.type: minimal_step,
    NoticeDue.type: minimal_notice,
    DeterminationRemarked.type: minimal_remarked,
    MessageRejected.type: _rejected,
}

MINIMAL_FORMS: Mapping[str, type[Minimal]] = {
    ReviewReceived.type: MinimalReviewReceived,
    ReviewRouted.type: MinimalReviewRouted,
    LegDispatched.type: MinimalLegDispatched,
    LegDeclined.type: MinimalLegDeclined,
    DeterminationRecorded.type: MinimalDeterminationRecorded,
    DeterminationReturned.type: MinimalDeterminationReturned,
    InformationRequested.type: MinimalInformationRequested,
    InformationSupplied.type: MinimalInformationSupplied,
    ClockWarned.type: MinimalClockEvent,
    ClockBreached.type: MinimalClockEvent,
    StepRecorded.type: MinimalStepRecorded,
    NoticeDue.type: MinimalNoticeDue,
    DeterminationRemarked.type: MinimalDeterminationRemarked,
    MessageRejected.type: MinimalMessageRejected,
}
"""The minimal form of every event type."""
