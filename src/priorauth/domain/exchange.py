"""What is exchanged with partners and destinations, and the ids it goes out under."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.determinations import Rejection
from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.reviews import Format, LegId, MessageId, ServiceReview

X12 = "x12"
"""The format of an interchange, whatever stands in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """A message as it came in, from an authenticated partner."""

    format: str  # "x12", "pas-2.2.1" or "pas-2.0.1"
    partner: PartnerId
    body: bytes = field(repr=False)
    received_at: datetime
    idempotency_key: str = field(default="", repr=False)

    @property
    def reviews_arrive_as(self) -> Format:
        """The format of the reviews in it."""
        return Format.X12_278 if self.format == X12 else Format(self.format)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One request of a message: a review, or none where the part was refused by an acknowledgment.

    `rejections` answer it at once, without routing (an AAA, never a 999).
    """

    number: int
    group_number: int
    control_number: str
    identifier: str = field(repr=False)
    review: ServiceReview | None
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseIdentity:
    """What makes a response its own: a number from the gateway's series, of interchange and group, and its time.

    The number is 0 in a format that has none.
    """

    control_number: int
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LegIdentity:
    """The ids a leg is sent under. They are stored with it, so that a repeat is the same message."""

    trace: str
    identifier: str
    control_number: int
    made_at: datetime
    event_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a destination sent back, at once or later, before it is read. Under one receipt it is taken in once."""

    destination: DestinationId
    format: str  # "x12", "event", "pas-2.2.1" or "pas-2.0.1"
    body: bytes = field(repr=False)
    at: datetime
    in_reply_to: LegId | None = None  # where it came back on the call that sent the leg
    archived_as: MessageId | None = None  # where it is read once more
    receipt: str = ""  # names the delivery, where it may be delivered again


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """A destination says that a leg is not theirs."""

    id: str
    leg_id: LegId
    declined_by: DestinationId
    reason: str
    at: datetime
