"""The request for authorization: its event, its items, the legs it is split into, and the states it moves through."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from priorauth.domain.carried import CarriedResource, EntryNumber, ResourceUrl, Transmission
from priorauth.domain.carried import CarriedSegment as CarriedSegment
from priorauth.domain.parties import (
    Dependent,
    DestinationId,
    Identifier,
    PartnerId,
    Patient,
    PayerId,
    Provider,
    Subscriber,
    Umo,
)

ReviewId = NewType("ReviewId", str)
LegId = NewType("LegId", str)
MessageId = NewType("MessageId", str)
"""An archived message, as received or sent."""


class Format(StrEnum):
    """How a message is written; each has one codec."""

    X12_278 = "x12-278"
    PAS_2_2_1 = "pas-2.2.1"
    PAS_2_0_1 = "pas-2.0.1"
    EVENT = "event"


class Purpose(StrEnum):
    """What the transaction asks for (BHT02)."""

    CANCELLATION = "01"
    REQUEST = "13"
    AUTHORITY_TO_DEDUCT = "36"


class CertificationType(StrEnum):
    """What kind of request it is (UM02)."""

    APPEAL_IMMEDIATE = "1"
    APPEAL_STANDARD = "2"
    CANCEL = "3"
    EXTENSION = "4"
    INITIAL = "I"
    RECONSIDERATION = "N"
    RENEWAL = "R"
    REVISED = "S"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionIdentity:
    """What the sender calls this transaction (BHT). Echoed in the reply; never a key: senders repeat it."""

    purpose: Purpose
    identifier: str = field(repr=False)
    created: str = field(default="", repr=False)  # BHT04 and BHT05, as sent
    reservation: bool = False  # BHT06 RU: a medical services reservation


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace number and who assigned it (TRN02, TRN03, TRN04)."""

    number: str = field(repr=False)
    assigner: str = field(repr=False)
    additional: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DatePeriod:
    """A day or an inclusive period of days (DTP D8 or RD8). `end` is None for a single day."""

    start: date = field(repr=False)
    end: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class FacilityLocation:
    """Where: a place of service (qualifier B) or the first two digits of a type of bill (qualifier A) (UM04)."""

    code: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Accident:
    """Related causes (UM05): up to three codes, with the state and country of an auto accident."""

    causes: tuple[str, ...]
    state: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis with its role and code system, as the HI qualifier says both (ABK principal ICD-10, BF ICD-9 ...)."""

    qualifier: str
    code: str = field(repr=False)
    diagnosed: date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How much and how often (HSD)."""

    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    measure: str = ""
    modulus: Decimal | None = None
    period: str = ""
    period_count: int | None = None
    frequency: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Type, source and status of an institutional stay (CL1)."""

    type: str = ""
    source: str = ""
    patient_status: str = ""
    nursing_home_status: str = ""


class Change(StrEnum):
    """What an update does to an item or a document of the request that it follows (PAS spec-69 to spec-72)."""

    ADDED = "added"
    CHANGED = "changed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A document that exists or is asked for (PWK): report type, how it travels, control number, description.

    `resource` is the url of the resource that is the document, where it came along.
    """

    report_type: str
    transmission: str
    control_number: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    change: Change | None = None
    resource: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRequest:
    """The request that an update follows: the fullUrl of its Claim and its identifiers (PAS spec-65)."""

    url: str = field(default="", repr=False)
    traces: tuple[Trace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientEvent:
    """What the review is about: the 2000E level of X217. Items override what they state themselves."""

    category: str  # UM01: AR admission, HS health services, IN individual, SC specialty care
    certification: CertificationType
    service_type: str = ""
    location: FacilityLocation | None = None
    accident: Accident | None = None
    level_of_service: str = ""  # UM06: 03 emergency, E elective, U urgent
    health_condition: str = ""
    prognosis: str = ""
    release: str = ""
    delay_reason: str = ""
    traces: tuple[Trace, ...] = ()
    previous_authorization: str = field(default="", repr=False)  # REF BB
    previous_administrative: str = field(default="", repr=False)  # REF NT
    accident_date: date | None = field(default=None, repr=False)
    last_menstrual_period: date | None = field(default=None, repr=False)
    estimated_birth: date | None = field(default=None, repr=False)
    onset: date | None = field(default=None, repr=False)
    event_dates: DatePeriod | None = None
    admission_dates: DatePeriod | None = None
    discharge_date: date | None = field(default=None, repr=False)
    diagnoses: tuple[Diagnosis, ...] = ()
    delivery: Delivery | None = None
    admission: Admission | None = None
    attachments: tuple[Attachment, ...] = ()
    message: str = field(default="", repr=False)
    providers: tuple[Provider, ...] = ()
    carried: tuple[CarriedSegment, ...] = ()


class ServiceKind(StrEnum):
    """Which kind of service line states the service."""

    PROFESSIONAL = "SV1"
    INSTITUTIONAL = "SV2"
    DENTAL = "SV3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A procedure or product code with its code system (data element 235) and modifiers; `last` ends a range."""

    qualifier: str
    code: str = field(repr=False)
    modifiers: tuple[str, ...] = ()
    description: str = field(default="", repr=False)
    last: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is to be done (SV1, SV2 or SV3). The rest of a dental line travels in the item's `carried`."""

    kind: ServiceKind
    procedure: Procedure | None = None
    revenue_code: str = field(default="", repr=False)
    amount: Decimal | None = field(default=None, repr=False)
    unit: str = ""
    quantity: Decimal | None = None
    rate: Decimal | None = field(default=None, repr=False)
    diagnosis_pointers: tuple[int, ...] = ()
    epsdt: str = ""
    nursing_home_status: str = ""
    nursing_home_level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One service asked for: a 2000F level. `sequence` counts from 1 in the order received.

    Where the request has no service level, one item with `stands_for_event` takes its place, so that everything can
    be routed and decided by item; it has no service level in a reply.
    """

    sequence: int
    stands_for_event: bool = False
    traces: tuple[Trace, ...] = ()
    category: str = ""
    certification: CertificationType | None = None
    service_type: str = ""
    location: FacilityLocation | None = None
    previous_authorization: str = field(default="", repr=False)
    previous_administrative: str = field(default="", repr=False)
    service_dates: DatePeriod | None = None
    service: Service | None = None
    delivery: Delivery | None = None
    attachments: tuple[Attachment, ...] = ()
    message: str = field(default="", repr=False)
    providers: tuple[Provider, ...] = ()
    carried: tuple[CarriedSegment, ...] = ()
    change: Change | None = None  # None where the review is no update, or leaves the item as it was
    order: str = field(default="", repr=False)  # url of the resource that orders the service


class ReviewState(StrEnum):
    """Where a review stands. Moves are those of `MOVES` and no others."""

    RECEIVED = "received"
    REJECTED = "rejected"  # answered with AAA before routing
    ROUTED = "routed"
    PENDED = "pended"  # at least one item waits for a decision
    DETERMINED = "determined"  # every item has a final decision
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """True while a decision is still to come: the same request sent again is then this review, not a new one."""
        return self in (ReviewState.RECEIVED, ReviewState.ROUTED, ReviewState.PENDED)


MOVES: Mapping[ReviewState, AbstractSet[ReviewState]] = {
    ReviewState.RECEIVED: {ReviewState.REJECTED, ReviewState.ROUTED},
    ReviewState.REJECTED: set(),
    ReviewState.ROUTED: {ReviewState.PENDED, ReviewState.DETERMINED, ReviewState.CANCELLED},
    ReviewState.PENDED: {ReviewState.PENDED, ReviewState.DETERMINED, ReviewState.CANCELLED},
    ReviewState.DETERMINED: {ReviewState.DETERMINED, ReviewState.CANCELLED},
    ReviewState.CANCELLED: set(),
}
"""A determined review may be determined again: late corrections are new decisions, never edits."""


class MoveNotAllowed(Exception):
    """A review was asked to move where its state does not allow: a defect of ours, not of a message."""

    def __init__(self, review_id: ReviewId, here: ReviewState, there: ReviewState) -> None:
        super().__init__(f"review {review_id} may not move from {here} to {there}")
        self.review_id = review_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReview:
    """A request for authorization, whichever format it came in: the canonical service review."""

    id: ReviewId
    arrived_as: Format
    partner: PartnerId
    received_at: datetime
    transaction: TransactionIdentity
    umo: Umo
    requester: Provider
    subscriber: Subscriber
    event: PatientEvent
    items: tuple[ReviewItem, ...]
    dependent: Dependent | None = None
    payer: PayerId | None = None  # None: the UMO named is not one of ours
    state: ReviewState = ReviewState.RECEIVED
    prior: PriorRequest | None = None  # of an update that came as FHIR
    transmission: Transmission | None = None
    resources: tuple[CarriedResource, ...] = ()
    urls: tuple[ResourceUrl, ...] = ()
    numbers: tuple[EntryNumber, ...] = field(default=(), compare=False)  # how it was numbered, not what it says

    @property
    def patient(self) -> Patient:
        """The dependent where there is one, else the subscriber."""
        return self.dependent or self.subscriber

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The event's traces, then those of the items."""
        return self.event.traces + tuple(trace for item in self.items for trace in item.traces)

    def url(self, place: str) -> str:
        """The fullUrl that the request gave what stands at a place, or empty."""
        return next((each.url for each in self.urls if each.place == place), "")

    def item(self, sequence: int) -> ReviewItem:
        """The item with that sequence; KeyError where there is none."""
        for item in self.items:
            if item.sequence == sequence:
                return item
        raise KeyError(sequence)

    def move(self, there: ReviewState) -> ServiceReview:
        """The review in its new state; MoveNotAllowed where `MOVES` has no such move."""
        if there not in MOVES[self.state]:
            raise MoveNotAllowed(self.id, self.state, there)
        return replace(self, state=there)


class LegState(StrEnum):
    """Where a leg stands."""

    PLANNED = "planned"  # routed, not sent yet
    DISPATCHED = "dispatched"  # sent, not answered
    PENDED = "pended"  # the destination has it and decides later
    DECIDED = "decided"
    DECLINED = "declined"  # not theirs: another leg took over
    FAILED = "failed"  # could not be delivered; an operator is told
    CANCELLED = "cancelled"  # the requester cancelled the review, and that was confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The part of a review that one destination decides. `number` counts from 1 within the review.

    `awaited` says whether an open HTTP request waits for this leg: a desk of people is not waited for.
    """

    id: LegId
    review_id: ReviewId
    number: int
    destination: DestinationId
    sequences: tuple[int, ...]
    state: LegState = LegState.PLANNED
    queue: str = ""
    awaited: bool = True
    attempts: int = 0
    took_over: LegId | None = None  # the declined leg this one replaces
    adds_to: LegId | None = None  # the leg that this one brings documents to, at the same destination

    @property
    def root(self) -> LegId:
        """The leg that was sent first, where this one only brings documents to it."""
        return self.adds_to or self.id

    @property
    def is_open(self) -> bool:
        """True while a decision is still to come."""
        return self.state in (LegState.PLANNED, LegState.DISPATCHED, LegState.PENDED, LegState.FAILED)


def payer_identifier(umo: Umo) -> str:
    """The identifier by which the UMO may be one of our payers (qualifier PI), or empty."""
    return umo.identifier.value if umo.identifier.qualifier == Identifier.PAYER else ""
