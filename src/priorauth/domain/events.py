"""What happened to a review, as facts that others are told. Names end up as CloudEvents types."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from priorauth.domain.clocks import ClockKind, OnBreach
from priorauth.domain.determinations import Determination, Reply
from priorauth.domain.findings import Finding
from priorauth.domain.information import InformationTask, TaskId
from priorauth.domain.notices import DueNotice
from priorauth.domain.parties import DestinationId, PartnerId, PayerId
from priorauth.domain.remarks import Remark
from priorauth.domain.reviews import Format, Leg, LegId, MessageId, ReviewId, ServiceReview
from priorauth.domain.routes import Route
from priorauth.domain.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event holds. `id` is unique and stays the same when the event is sent again."""

    type: ClassVar[str]

    id: str
    at: datetime
    review_id: ReviewId
    payer: PayerId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReceived(Event):
    """A request was accepted and saved."""

    type: ClassVar[str] = "priorauth.review.received.v1"
    review: ServiceReview
    message_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRouted(Event):
    """Every item has a destination or an answer, and the legs are planned."""

    type: ClassVar[str] = "priorauth.review.routed.v1"
    route: Route
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDispatched(Event):
    """A leg was handed to its destination. `review` holds that destination's lines only."""

    type: ClassVar[str] = "priorauth.leg.dispatched.v1"
    leg: Leg
    review: ServiceReview
    format: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDeclined(Event):
    """A destination said a leg is not theirs; the payer's desk takes it over."""

    type: ClassVar[str] = "priorauth.leg.declined.v1"
    leg_id: LegId
    declined_by: DestinationId
    reason: str
    taken_over_by: Leg | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationRecorded(Event):
    """A destination's answer was recorded."""

    type: ClassVar[str] = "priorauth.determination.recorded.v1"
    determination: Determination


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationRequested(Event):
    """A destination still needs something of the requester before it decides."""

    type: ClassVar[str] = "priorauth.information.requested.v1"
    leg_id: LegId
    requested_by: DestinationId
    tasks: tuple[InformationTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationSupplied(Event):
    """The requester brought what was asked for; `leg` takes it to the destination."""

    type: ClassVar[str] = "priorauth.information.supplied.v1"
    leg: Leg
    tasks: tuple[TaskId, ...]
    message_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationReturned(Event):
    """A reply went back to the requester: at once, to its mailbox, or to whoever subscribed to it."""

    type: ClassVar[str] = "priorauth.determination.returned.v1"
    reply: Reply
    format: Format
    channel: str  # "response", "mailbox" or "notification"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent(Event):
    """What happened to a clock that binds: which rule, for which items, and since when it ran until when."""

    clock: str  # the rule's id
    title: str
    citation: str
    kind: ClockKind
    sequences: tuple[int, ...]
    started_at: datetime
    due_at: datetime
    on_breach: OnBreach


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarned(ClockEvent):
    """Most of a clock's time is over, and what it is on is not done."""

    type: ClassVar[str] = "priorauth.clock.warned.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBreached(ClockEvent):
    """A clock's time is over, and what it is on is not done."""

    type: ClassVar[str] = "priorauth.clock.breached.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecorded(Event):
    """Something was done about a decision: a talk, a notice, a reconsideration, an appeal."""

    type: ClassVar[str] = "priorauth.step.recorded.v1"
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDue(Event):
    """A notice must be given, or must not be: to whom, how, by when, with what in it."""

    type: ClassVar[str] = "priorauth.notice.due.v1"
    notice: DueNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationRemarked(Event):
    """A determination stands as it is, and something about it is for people to look at."""

    type: ClassVar[str] = "priorauth.determination.remarked.v1"
    determination_id: str
    decided_by: DestinationId
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRejected(Event):
    """A message was refused before it became a review. `review_id` is empty."""

    type: ClassVar[str] = "priorauth.message.rejected.v1"
    partner: PartnerId
    format: Format
    message_id: MessageId
    findings: tuple[Finding, ...] = field(default=())
