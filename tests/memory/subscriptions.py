"""Subscriptions and notifications of one transaction in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from memory.rows import add, known
from memory.tables import SubscriptionRow, Tables
from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.domain.subscriptions import Notification, Subscription, SubscriptionId
from priorauth.services.ports import Conflict


class MemorySubscriptions:
    """The part of the Work port that `subscription_ports.SubscriptionStore` describes."""

    tables: Tables

    async def add_subscription(self, subscription: Subscription, due_at: datetime | None) -> None:
        add(self.tables.subscriptions, subscription.id, SubscriptionRow(subscription, due_at))

    async def subscription(self, subscription_id: SubscriptionId) -> Subscription:
        return known(self.tables.subscriptions, subscription_id).subscription

    async def subscriptions_of(self, owner: ClientId) -> Sequence[Subscription]:
        return [each for each in self._subscriptions() if each.owner == owner]

    async def subscriptions_for(self, partner: PartnerId) -> Sequence[Subscription]:
        return [each for each in self._subscriptions() if each.partner == partner]

    async def save_subscription(self, subscription: Subscription) -> None:
        row = known(self.tables.subscriptions, subscription.id)
        if row.subscription.revision != subscription.revision:
            raise Conflict
        saved = replace(subscription, revision=subscription.revision + 1)
        self.tables.subscriptions[subscription.id] = replace(row, subscription=saved)

    async def delete_subscription(self, subscription_id: SubscriptionId) -> None:
        known(self.tables.subscriptions, subscription_id)
        del self.tables.subscriptions[subscription_id]
        for notification in list(self.tables.notifications.values()):
            if notification.subscription_id == subscription_id:
                del self.tables.notifications[notification.id]

    async def subscriptions_due(self, now: datetime, limit: int) -> Sequence[SubscriptionId]:
        due = sorted(
            (row.due_at, id) for id, row in self.tables.subscriptions.items() if row.due_at and is_due(row, now)
        )
        return [id for _, id in due[:limit]]

    async def hold_subscription(self, subscription_id: SubscriptionId, now: datetime, until: datetime) -> bool:
        row = self.tables.subscriptions.get(subscription_id)
        if row is None or not is_due(row, now):
            return False
        self.tables.subscriptions[subscription_id] = replace(row, held_until=until)
        return True

    async def release_subscription(
        self,
        subscription_id: SubscriptionId,
        held_until: datetime,
        *,
        due_at: datetime | None,
        events: int,
        pause_until: datetime | None = None,
    ) -> None:
        row = self.tables.subscriptions.get(subscription_id)
        if row is None or row.held_until != held_until:
            return
        due = due_at if row.events == events else row.due_at
        self.tables.subscriptions[subscription_id] = replace(row, due_at=due, held_until=pause_until)

    async def wake_subscription(self, subscription_id: SubscriptionId, due_at: datetime | None) -> None:
        row = known(self.tables.subscriptions, subscription_id)
        self.tables.subscriptions[subscription_id] = replace(row, due_at=due_at, held_until=None)

    async def count_event(self, subscription_id: SubscriptionId, at: datetime) -> int:
        row = known(self.tables.subscriptions, subscription_id)
        self.tables.subscriptions[subscription_id] = replace(row, due_at=at, events=row.events + 1)
        return row.events + 1

    async def events_counted(self, subscription_id: SubscriptionId) -> int:
        return known(self.tables.subscriptions, subscription_id).events

    async def add_notification(self, notification: Notification) -> None:
        known(self.tables.subscriptions, notification.subscription_id)
        known(self.tables.messages, notification.message_id)
        known(self.tables.reviews, notification.review_id)
        if await self.notifications(notification.subscription_id, notification.number, notification.number, 1):
            raise Conflict
        add(self.tables.notifications, notification.id, notification)

    async def notifications(
        self, subscription_id: SubscriptionId, first: int, last: int, limit: int
    ) -> Sequence[Notification]:
        return [each for each in self._notifications(subscription_id) if first <= each.number <= last][:limit]

    async def waiting_notification(self, subscription_id: SubscriptionId) -> Notification | None:
        return next((each for each in self._notifications(subscription_id) if each.delivered_at is None), None)

    async def notifications_of(self, review_id: ReviewId) -> Sequence[Notification]:
        own = [each for each in self.tables.notifications.values() if each.review_id == review_id]
        return sorted(own, key=lambda each: (each.subscription_id, each.number))

    async def tell_again(self, notification_id: str) -> None:
        notification = self.tables.notifications[notification_id]
        self.tables.notifications[notification_id] = replace(notification, delivered_at=None)

    async def mark_delivered(self, notification_id: str, at: datetime) -> None:
        notification = self.tables.notifications.get(notification_id)
        if notification is not None and notification.delivered_at is None:
            self.tables.notifications[notification_id] = replace(notification, delivered_at=at)

    def _subscriptions(self) -> list[Subscription]:
        return [row.subscription for _, row in sorted(self.tables.subscriptions.items())]

    def _notifications(self, subscription_id: SubscriptionId) -> list[Notification]:
        own = [each for each in self.tables.notifications.values() if each.subscription_id == subscription_id]
        return sorted(own, key=lambda each: each.number)


def is_due(row: SubscriptionRow, now: datetime) -> bool:
    return row.due_at is not None and row.due_at <= now and (row.held_until is None or row.held_until <= now)
