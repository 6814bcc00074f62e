"""What was decided: per item, per day span, or a rejection of the request itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from priorauth.domain.information import InformationRequest as InformationRequest
from priorauth.domain.information import InformationTask
from priorauth.domain.parties import Contact, DestinationId
from priorauth.domain.reviews import DatePeriod, Delivery, LegId, Procedure, ReviewId, Trace


class CertificationAction(StrEnum):
    """The decision, as X12 data element 306 codes it; PAS carries the same codes."""

    CERTIFIED_IN_TOTAL = "A1"
    CERTIFIED_PARTIALLY = "A2"  # of an event only: look at its items
    NOT_CERTIFIED = "A3"
    PENDED = "A4"
    MODIFIED = "A6"
    CANCELLED = "C"
    CONTACT_PAYER = "CT"
    NO_ACTION_REQUIRED = "NA"

    @property
    def is_final(self) -> bool:
        """False where a decision is still to come."""
        return self is not CertificationAction.PENDED

    @property
    def certifies(self) -> bool:
        """True where something was authorized."""
        return self in _CERTIFYING


_CERTIFYING = {
    CertificationAction.CERTIFIED_IN_TOTAL,
    CertificationAction.CERTIFIED_PARTIALLY,
    CertificationAction.MODIFIED,
}


class RejectionLevel(StrEnum):
    """Which level of the request a rejection is about. The value is the response loop that carries the AAA."""

    TRANSACTION = "2000A"
    UMO = "2010A"
    REQUESTER = "2010B"
    SUBSCRIBER = "2010C"
    DEPENDENT = "2010D"
    EVENT = "2000E"
    EVENT_PROVIDER = "2010EA"
    TRANSPORT = "2010EC"
    SERVICE = "2000F"
    SERVICE_PROVIDER = "2010FA"

    @property
    def ends_reply(self) -> bool:
        """True where the reply stops at this level: nothing below it could be reviewed (X217 response HL04)."""
        return self in _ENDING


_ENDING = {
    RejectionLevel.TRANSACTION,
    RejectionLevel.UMO,
    RejectionLevel.REQUESTER,
    RejectionLevel.SUBSCRIBER,
    RejectionLevel.DEPENDENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """The request could not be reviewed: why (AAA03) and what to do (AAA04). Never a clinical decision.

    `sequence` is the item for SERVICE levels, `provider` the place (from 0) of the provider at a provider level.
    """

    level: RejectionLevel
    reason: str
    follow_up: str
    sequence: int | None = None
    provider: int | None = None
    finding: str = ""  # the rule id that caused it, where one did


class ReviewerRole(StrEnum):
    """Who decided. A medical-necessity denial needs PHYSICIAN (um-catalogue G-08)."""

    PHYSICIAN = "physician"
    NURSE = "nurse"
    PHARMACIST = "pharmacist"
    AUTOMATION = "automation"
    ADMINISTRATIVE = "administrative"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """What was asked and what was authorized for a span of days: a NICU level of care is a revenue code."""

    start: date = field(repr=False)
    end: date = field(repr=False)
    action: CertificationAction
    requested_revenue_code: str = field(default="", repr=False)
    authorized_revenue_code: str = field(default="", repr=False)
    days: Decimal | None = None
    reason_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorized:
    """What was authorized, where it is stated; an empty field says nothing, not that nothing was authorized."""

    service_dates: DatePeriod | None = None
    procedure: Procedure | None = None
    revenue_code: str = field(default="", repr=False)
    unit: str = ""
    quantity: Decimal | None = None
    delivery: Delivery | None = None
    issued: date | None = None  # DTP 102
    expires: date | None = None  # DTP 036
    effective: DatePeriod | None = None  # DTP 007


@dataclass(frozen=True, slots=True, kw_only=True)
class NextReview:
    """When a stay is reviewed next, and what the facility is to tell then."""

    day: date = field(repr=False)
    needed: tuple[str, ...] = field(default=(), repr=False)

    @property
    def text(self) -> str:
        """In words: neither a 278 nor a PAS response has an element for it."""
        needed = f" with {', '.join(self.needed)}" if self.needed else ""
        return f"Next review {self.day.isoformat()}{needed}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rationale:
    """What a written denial must explain (um-catalogue DET-AWH-10). An empty text was not given."""

    specific_information: str = field(default="", repr=False)
    condition_and_treatment: str = field(default="", repr=False)
    alternatives: str = field(default="", repr=False)
    criteria: str = field(default="", repr=False)
    reviewer_contact: str = field(default="", repr=False)
    appeal_rights: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDecision:
    """The decision on one item. `action` is None where the item was rejected instead of decided."""

    sequence: int
    action: CertificationAction | None
    certification_number: str = field(default="", repr=False)  # HCR02, preAuthRef
    administrative_number: str = field(default="", repr=False)  # REF NT
    reason_codes: tuple[str, ...] = ()  # HCR03, up to five
    second_opinion: bool | None = None  # HCR04
    authorized: Authorized | None = None
    spans: tuple[DaySpan, ...] = ()
    information: InformationRequest | None = None
    message: str = field(default="", repr=False)
    traces: tuple[Trace, ...] = ()  # traces that the decider assigned (TRN*1 of the response)
    rejections: tuple[Rejection, ...] = ()
    reviewer: ReviewerRole | None = None
    medical_necessity: bool | None = None  # of a denial: True needs a physician reviewer
    decided_by: DestinationId | None = None
    next_review: NextReview | None = None
    rationale: Rationale | None = None

    @property
    def is_final(self) -> bool:
        """True where nothing more is to come for this item."""
        return bool(self.rejections) if self.action is None else self.action.is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """What one destination said of its leg. Final once every item is; a pended one only says it is being worked on."""

    id: str  # ours; deterministic for a repeated delivery
    review_id: ReviewId
    leg_id: LegId
    decided_by: DestinationId
    decided_at: datetime
    items: tuple[ItemDecision, ...]
    rejections: tuple[Rejection, ...] = ()  # of the leg as a whole, above its items
    certification_number: str = field(default="", repr=False)  # of the event
    administrative_number: str = field(default="", repr=False)  # of the event
    information: InformationRequest | None = None
    message: str = field(default="", repr=False)
    traces: tuple[Trace, ...] = ()  # of the event, assigned by the decider (TRN*1 of the response)
    reviewer_name: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.decided_at.tzinfo is None:
            raise ValueError("decided_at needs a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Everything that goes back to the requester at one moment: every item, in the original order.

    `more_to_come` is true while an item is pended (BHT06 19, else 18). `tasks` are those that are open.
    """

    review_id: ReviewId
    number: int  # 1 for the first reply to a review, then up
    made_at: datetime
    items: tuple[ItemDecision, ...]
    rejections: tuple[Rejection, ...] = ()
    certification_number: str = field(default="", repr=False)
    administrative_number: str = field(default="", repr=False)
    information: InformationRequest | None = None
    message: str = field(default="", repr=False)
    traces: tuple[Trace, ...] = ()  # of the event, assigned by the deciders
    umo_contact: Contact | None = None
    tasks: tuple[InformationTask, ...] = ()

    @property
    def more_to_come(self) -> bool:
        """True while an item is pended. Nothing follows a request that could not be reviewed."""
        return not any(each.level.ends_reply for each in self.rejections) and any(
            item.action is CertificationAction.PENDED for item in self.items
        )

    @property
    def action(self) -> CertificationAction | None:
        """The event's action, which sums up its items'; None where no item was decided."""
        return summarize(item.action for item in self.items)


def summarize(actions: Iterable[CertificationAction | None]) -> CertificationAction | None:
    """The event action for these item actions: pended while any is, the same where all agree, partial where mixed."""
    found = {action for action in actions if action is not None}
    if not found:
        return None
    if CertificationAction.PENDED in found:
        return CertificationAction.PENDED
    if len(found) == 1:
        return found.pop()
    decisive = found - {CertificationAction.NO_ACTION_REQUIRED}
    if len(decisive) == 1:
        return decisive.pop()
    if decisive == {CertificationAction.CERTIFIED_IN_TOTAL, CertificationAction.MODIFIED}:
        return CertificationAction.MODIFIED
    if any(action.certifies for action in decisive):
        return CertificationAction.CERTIFIED_PARTIALLY
    if CertificationAction.CONTACT_PAYER in decisive:
        return CertificationAction.CONTACT_PAYER
    return CertificationAction.NOT_CERTIFIED
