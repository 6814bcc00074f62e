"""What the use cases of subscriptions need from outside. The store's part is a part of `ports.Work`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.domain.subscriptions import Notification, Subscription, SubscriptionId


class SubscriptionStore(Protocol):
    """Subscriptions and their notifications, within one transaction.

    Beside each subscription stand when it is due, until when it is held (being sent to, or pausing after a failure),
    and how many events it has been told of.
    """

    async def add_subscription(self, subscription: Subscription, due_at: datetime | None) -> None: ...
    async def subscription(self, subscription_id: SubscriptionId) -> Subscription: ...
    async def subscriptions_of(self, owner: ClientId) -> Sequence[Subscription]: ...
    async def subscriptions_for(self, partner: PartnerId) -> Sequence[Subscription]: ...
    async def save_subscription(self, subscription: Subscription) -> None: ...
    async def delete_subscription(self, subscription_id: SubscriptionId) -> None: ...

    # What is due, for whom of several senders
    async def subscriptions_due(self, now: datetime, limit: int) -> Sequence[SubscriptionId]: ...
    async def hold_subscription(self, subscription_id: SubscriptionId, now: datetime, until: datetime) -> bool: ...
    async def release_subscription(
        self,
        subscription_id: SubscriptionId,
        held_until: datetime,
        *,
        due_at: datetime | None,
        events: int,
        pause_until: datetime | None = None,
    ) -> None: ...
    async def wake_subscription(self, subscription_id: SubscriptionId, due_at: datetime | None) -> None: ...

    # Events
    async def count_event(self, subscription_id: SubscriptionId, at: datetime) -> int: ...
    async def events_counted(self, subscription_id: SubscriptionId) -> int: ...
    async def add_notification(self, notification: Notification) -> None: ...
    async def notifications(
        self, subscription_id: SubscriptionId, first: int, last: int, limit: int
    ) -> Sequence[Notification]: ...
    async def waiting_notification(self, subscription_id: SubscriptionId) -> Notification | None: ...
    async def mark_delivered(self, notification_id: str, at: datetime) -> None: ...
    async def notifications_of(self, review_id: ReviewId) -> Sequence[Notification]: ...
    async def tell_again(self, notification_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notification on its way to one endpoint."""

    endpoint: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    media_type: str
    body: bytes = field(repr=False)
    timeout: timedelta


class Webhooks(Protocol):
    """Endpoints of subscribers."""

    def allows(self, endpoint: str) -> bool:
        """Whether notifications may go there."""

    def host(self, endpoint: str) -> str:
        """What the circuit of an endpoint is called: its host, for those of one host fail together."""

    async def post(self, delivery: Delivery) -> None:
        """Hand a notification over. Raises Retryable, with a fixed text, where the endpoint did not take it."""
