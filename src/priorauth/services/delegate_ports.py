"""What delegates and desks are to the use cases: who they are, what their messages say, and how they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from priorauth.domain.determinations import Determination
from priorauth.domain.exchange import Answer, Decline, LegIdentity
from priorauth.domain.findings import Finding
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, Leg, ServiceReview
from priorauth.services.ports import Message, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A delegate or desk as its file in `mappings/delegates` says."""

    id: DestinationId
    name: str
    is_desk: bool
    format: Format  # what its legs are written in
    transport: str  # "x12_http", "fhir_pas" or "kafka_topic"
    url: str = ""
    interchange_qualifier: str = "ZZ"
    interchange_id: str = ""
    group_id: str = ""
    may_deny: bool = True
    denials_by_physician_only: bool = False  # the delegate attests it; its 278 answers cannot carry the reviewer
    administrative_reasons: frozenset[str] = frozenset()  # HCR03 codes of its administrative denials


class LegCodec(Protocol):
    """Writes legs for destinations and reads what they answer. Pure."""

    def encode(self, review: ServiceReview, leg: Leg, dispatch: LegIdentity) -> bytes:
        """The leg's message: that destination's lines only, the requester's first trace and one of ours."""

    def traces(self, body: bytes) -> Sequence[str]:
        """The leg ids or traces that an answer names, one per leg answered, to find the legs by."""

    def faults(self, body: bytes) -> tuple[Finding, ...]:
        """What keeps an answer from naming any leg, as far as that can be said."""

    def read(
        self, answer: Answer, trace: str, leg: Leg, review: ServiceReview
    ) -> Determination | Decline | tuple[Finding, ...]:
        """What the answer says of this leg, or the findings that keep it from being read."""


class Refused(Exception):
    """A destination refused a leg's message for good: sending the same bytes again will not help."""


@runtime_checkable
class DirectTransport(Protocol):
    """A destination that is called. Raises Retryable where it could not be reached, Refused where it said no."""

    async def send(self, message: Message) -> Answer | None:
        """Hand the leg over. An answer that comes back at once is returned; None: it answers later."""


class OutboxTransport(Protocol):
    """A destination that is told through the outbox: handed over when the transaction commits, so exactly once."""

    async def enlist(self, work: Work, leg: Leg, message: Message) -> None:
        """Put the leg's message where the relay sends it from."""

    async def again(self, work: Work, message: Message, at: datetime) -> bool:
        """Put it there once more, the same bytes and id; False where it never was."""


DelegateTransport = DirectTransport | OutboxTransport
