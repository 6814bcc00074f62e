"""Subscriptions to later answers: what owners ask for, how they come to be active or not, and who is told what."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId, Provider
from priorauth.domain.reviews import Format, MessageId, ReviewId, ServiceReview

SubscriptionId = NewType("SubscriptionId", str)

HANDSHAKES_ALLOWED = 3
"""How often an endpoint is asked whether it is there before the subscription is in error."""
SHORTEST_TIMEOUT, USUAL_TIMEOUT, LONGEST_TIMEOUT = (timedelta(seconds=seconds) for seconds in (1, 10, 30))


class SubscriptionState(StrEnum):
    """Where a subscription stands, in the codes of FHIR. Moves are those of `MOVES` and no others."""

    REQUESTED = "requested"  # its endpoint has not answered the handshake yet
    ACTIVE = "active"
    ERROR = "error"  # its endpoint failed too often; nothing is sent until its owner updates it
    OFF = "off"  # its end has come, or its owner wants nothing at present


MOVES: Mapping[SubscriptionState, AbstractSet[SubscriptionState]] = {
    SubscriptionState.REQUESTED: {SubscriptionState.ACTIVE, SubscriptionState.ERROR, SubscriptionState.OFF},
    SubscriptionState.ACTIVE: {SubscriptionState.ERROR, SubscriptionState.OFF},
    SubscriptionState.ERROR: {SubscriptionState.OFF},
    SubscriptionState.OFF: set(),
}
"""What happens by itself. Its owner may ask for it anew from every state."""


class NotificationKind(StrEnum):
    """What a notification is about, in the codes of the Subscriptions backport."""

    HANDSHAKE = "handshake"
    HEARTBEAT = "heartbeat"
    EVENT = "event-notification"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the owner of a subscription asks for.

    `organizations` are the filters: a review is wanted where each of them has an identifier of its requester.
    `resource` is the resource as the owner wrote it.
    """

    endpoint: str = field(repr=False)
    resource: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    organizations: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    media_type: str = "application/fhir+json"
    heartbeat: timedelta | None = None
    timeout: timedelta = USUAL_TIMEOUT
    end: datetime | None = None
    is_off: bool = False

    def until(self, now: datetime) -> Terms:
        """The terms as they hold: an end that is over already is none."""
        return replace(self, end=None) if self.end and self.end <= now else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription of one system to the later answers to its partner's reviews, in one version of PAS."""

    id: SubscriptionId
    owner: ClientId
    partner: PartnerId
    version: Format
    terms: Terms
    state: SubscriptionState
    asked_at: datetime  # when its owner last created or updated it
    changed_at: datetime
    was_active: bool = False
    failures: int = 0  # in a row
    error: str = ""  # the last failure: a fixed text
    revision: int = 1

    @property
    def is_told(self) -> bool:
        """Whether events count for it: from its first activation on, also while its endpoint is in error."""
        return self.was_active and self.state is not SubscriptionState.OFF

    def wants(self, review: ServiceReview) -> bool:
        """Whether answers to this review are what it asks for (PAS spec-57, spec-58)."""
        if review.partner != self.partner or review.arrived_as is not self.version:
            return False
        known = organization_identifiers(review)
        return all(not known.isdisjoint(wanted) for wanted in self.terms.organizations)

    def asked_again(self, terms: Terms, now: datetime) -> Subscription:
        """As its owner wants it from now on. Its endpoint has to answer a handshake first."""
        return replace(self, terms=terms, state=first_state(terms), asked_at=now, changed_at=now, failures=0, error="")

    def answered(self, now: datetime) -> Subscription:
        """Its endpoint took what was sent."""
        calm = replace(self, failures=0, error="")
        if self.state is SubscriptionState.REQUESTED:
            return replace(calm._moved(SubscriptionState.ACTIVE, now), was_active=True)
        return calm

    def failed(self, error: str, now: datetime, *, attempts_allowed: int) -> Subscription:
        """Its endpoint did not take what was sent: once more, or once too often."""
        tried = replace(self, failures=self.failures + 1, error=error)
        allowed = HANDSHAKES_ALLOWED if self.state is SubscriptionState.REQUESTED else attempts_allowed
        return tried if tried.failures < allowed else tried._moved(SubscriptionState.ERROR, now)

    def ended(self, now: datetime) -> Subscription:
        """Its end has come."""
        return self._moved(SubscriptionState.OFF, now)

    def is_over(self, now: datetime) -> bool:
        """Whether its end has come and it does not know yet."""
        end = self.terms.end
        return end is not None and end <= now and self.state is not SubscriptionState.OFF

    def due(self, *, waiting: bool) -> NotificationKind | None:
        """What its endpoint is to be sent once its time has come; `waiting` where an event has not been told yet."""
        if self.state is SubscriptionState.REQUESTED:
            return NotificationKind.HANDSHAKE
        if self.state is not SubscriptionState.ACTIVE:
            return None
        if waiting:
            return NotificationKind.EVENT
        return NotificationKind.HEARTBEAT if self.terms.heartbeat else None

    def due_next(self, now: datetime, *, waiting: bool) -> datetime | None:
        """When there is something to do for it after its endpoint took the last notification just now."""
        times = [self.terms.end] if self.terms.end and self.state is not SubscriptionState.OFF else []
        kind = self.due(waiting=waiting)
        if kind is NotificationKind.HEARTBEAT:
            assert self.terms.heartbeat is not None
            times.append(now + self.terms.heartbeat)
        elif kind is not None:
            times.append(now)
        return min(times, default=None)

    def _moved(self, there: SubscriptionState, now: datetime) -> Subscription:
        if there not in MOVES[self.state]:
            raise ValueError(f"a subscription may not move from {self.state} to {there}")
        return replace(self, state=there, changed_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One event told to one subscription: the archived notification Bundle, under the number of the event."""

    id: str
    subscription_id: SubscriptionId
    number: int
    at: datetime
    review_id: ReviewId
    message_id: MessageId
    delivered_at: datetime | None = None


def first_state(terms: Terms) -> SubscriptionState:
    """The state of a subscription that was just asked for."""
    return SubscriptionState.OFF if terms.is_off else SubscriptionState.REQUESTED


def organization_identifiers(review: ServiceReview) -> frozenset[str]:
    """By what the organization that asks for a review may be named: its identifiers, and the ISA06 of its system."""
    sender = review.transmission.interchange_sender.strip() if review.transmission else ""
    return frozenset((*_identifiers(review.requester), *([sender] if sender else [])))


def _identifiers(provider: Provider) -> list[str]:
    own = (provider.identifier,) if provider.identifier else ()
    return [each.value.strip() for each in (*own, *provider.supplemental) if each.value.strip()]
