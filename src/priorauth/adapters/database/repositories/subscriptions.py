"""Subscriptions, when each is due and who is at it, and the notifications of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, and_, bindparam, case, delete, or_, select, update

from priorauth.adapters.database.subscription_tables import notifications, subscriptions
from priorauth.adapters.database.transaction import Queries, Transaction
from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.domain.subscriptions import Notification, Subscription, SubscriptionId
from priorauth.services.ports import Conflict, NotKnown

_ROW = (subscriptions.c.id, subscriptions.c.document)
_moment = subscriptions.c.due_at.type
_is_free = or_(subscriptions.c.held_until.is_(None), subscriptions.c.held_until <= bindparam("now", type_=_moment))
_is_due = and_(subscriptions.c.due_at <= bindparam("now", type_=_moment), _is_free)

SUBSCRIPTION = select(*_ROW).where(subscriptions.c.id == bindparam("id"))
OF_OWNER = select(*_ROW).where(subscriptions.c.owner == bindparam("owner")).order_by(subscriptions.c.id)
FOR_PARTNER = select(*_ROW).where(subscriptions.c.partner == bindparam("partner")).order_by(subscriptions.c.id)
SAVE = update(subscriptions).where(
    subscriptions.c.id == bindparam("subscription"), subscriptions.c.revision == bindparam("was")
)
DUE = select(subscriptions.c.id).where(_is_due).order_by(subscriptions.c.due_at).limit(bindparam("limit"))
HOLD = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("subscription"), _is_due)
    .values(held_until=bindparam("until", type_=_moment))
)
RELEASE = (
    update(subscriptions)
    .where(
        subscriptions.c.id == bindparam("subscription"),
        subscriptions.c.held_until == bindparam("held", type_=_moment),
    )
    .values(
        held_until=bindparam("pause", type_=_moment),
        # An event that was counted meanwhile made it due at once, and must not be overlooked.
        due_at=case(
            (subscriptions.c.events == bindparam("seen"), bindparam("due", type_=_moment)),
            else_=subscriptions.c.due_at,
        ),
    )
)
WAKE = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("subscription"))
    .values(due_at=bindparam("due", type_=_moment), held_until=None)
)
COUNT = (
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("subscription"))
    .values(events=subscriptions.c.events + 1, due_at=bindparam("due", type_=_moment))
)
COUNTED = select(subscriptions.c.events).where(subscriptions.c.id == bindparam("id"))
DELETE = delete(subscriptions).where(subscriptions.c.id == bindparam("subscription"))
DELETE_NOTIFICATIONS = delete(notifications).where(notifications.c.subscription_id == bindparam("subscription"))
NOTIFICATIONS = (
    select(notifications)
    .where(
        notifications.c.subscription_id == bindparam("id"),
        notifications.c.number.between(bindparam("first"), bindparam("last")),
    )
    .order_by(notifications.c.number)
    .limit(bindparam("limit"))
)
WAITING = (
    select(notifications)
    .where(notifications.c.subscription_id == bindparam("id"), notifications.c.delivered_at.is_(None))
    .order_by(notifications.c.number)
    .limit(1)
)
OF_REVIEW = (
    select(notifications)
    .where(notifications.c.review_id == bindparam("review_id"))
    .order_by(notifications.c.subscription_id, notifications.c.number)
)
TELL_AGAIN = update(notifications).where(notifications.c.id == bindparam("notification")).values(delivered_at=None)
DELIVERED = (
    update(notifications)
    .where(notifications.c.id == bindparam("notification"), notifications.c.delivered_at.is_(None))
    .values(delivered_at=bindparam("now", type_=_moment))
)

DOCUMENT = msgspec.json.Decoder(Subscription)


class Subscriptions(Queries):
    """What systems are to be told, and what they have been told."""

    async def add_subscription(self, subscription: Subscription, due_at: datetime | None) -> None:
        """Save a new subscription; Conflict where its id is taken."""
        added = await self.transaction.add(
            subscriptions,
            id=subscription.id,
            owner=subscription.owner,
            partner=subscription.partner,
            events=0,
            due_at=due_at,
            held_until=None,
            **changing(self.transaction, subscription),
        )
        if not added:
            raise Conflict("there is such a subscription")

    async def subscription(self, subscription_id: SubscriptionId) -> Subscription:
        """A subscription in its latest state; NotKnown where there is none."""
        return read(self.transaction, await self.transaction.row(SUBSCRIPTION, id=subscription_id))

    async def subscriptions_of(self, owner: ClientId) -> Sequence[Subscription]:
        """The subscriptions of one system, oldest first."""
        return [read(self.transaction, row) for row in await self.transaction.rows(OF_OWNER, owner=owner)]

    async def subscriptions_for(self, partner: PartnerId) -> Sequence[Subscription]:
        """The subscriptions to answers to one partner, whichever of its systems owns them."""
        return [read(self.transaction, row) for row in await self.transaction.rows(FOR_PARTNER, partner=partner)]

    async def save_subscription(self, subscription: Subscription) -> None:
        """Save a subscription as its next revision; Conflict where another change was first."""
        changed = await self.transaction.change(
            SAVE,
            subscription=subscription.id,
            was=subscription.revision,
            **changing(self.transaction, replace(subscription, revision=subscription.revision + 1)),
        )
        if not changed:
            await self.transaction.row(SUBSCRIPTION, id=subscription.id)
            raise Conflict("the subscription was changed meanwhile")

    async def delete_subscription(self, subscription_id: SubscriptionId) -> None:
        """Delete a subscription with its notifications. The messages that they were stay in the archive."""
        await self.wake_subscription(subscription_id, None)  # from here on nobody else tells it of an event
        await self.transaction.change(DELETE_NOTIFICATIONS, subscription=subscription_id)
        await self.transaction.change(DELETE, subscription=subscription_id)

    # What is due, for whom of several senders

    async def subscriptions_due(self, now: datetime, limit: int) -> Sequence[SubscriptionId]:
        """The subscriptions for which there is something to do and which nobody holds, the longest overdue first."""
        return [row.id for row in await self.transaction.rows(DUE, now=now, limit=limit)]

    async def hold_subscription(self, subscription_id: SubscriptionId, now: datetime, until: datetime) -> bool:
        """Take a subscription that is due, until then; False where it is not due or another sender has it."""
        return await self.transaction.change(HOLD, subscription=subscription_id, now=now, until=until) > 0

    async def release_subscription(
        self,
        subscription_id: SubscriptionId,
        held_until: datetime,
        *,
        due_at: datetime | None,
        events: int,
        pause_until: datetime | None = None,
    ) -> None:
        """Give back a subscription that was held until then, with when it is due next and until when it pauses.

        It stays due where an event was counted beyond `events`. Where it is held otherwise by now, nothing changes.
        """
        await self.transaction.change(
            RELEASE, subscription=subscription_id, held=held_until, pause=pause_until, due=due_at, seen=events
        )

    async def wake_subscription(self, subscription_id: SubscriptionId, due_at: datetime | None) -> None:
        """Make a subscription due then, whoever holds it."""
        if not await self.transaction.change(WAKE, subscription=subscription_id, due=due_at):
            raise NotKnown("there is no such subscription")

    # Events

    async def count_event(self, subscription_id: SubscriptionId, at: datetime) -> int:
        """The number of the next event of a subscription, from 1, which is due to be told of it."""
        if not await self.transaction.change(COUNT, subscription=subscription_id, due=at):
            raise NotKnown("there is no such subscription")
        return await self.events_counted(subscription_id)

    async def events_counted(self, subscription_id: SubscriptionId) -> int:
        """How many events a subscription has had."""
        events: int = (await self.transaction.row(COUNTED, id=subscription_id)).events
        return events

    async def add_notification(self, notification: Notification) -> None:
        """Keep what is to be told; Conflict where the event of that number is kept already."""
        added = await self.transaction.add(
            notifications,
            id=notification.id,
            subscription_id=notification.subscription_id,
            number=notification.number,
            at=notification.at,
            review_id=notification.review_id,
            message_id=notification.message_id,
            delivered_at=notification.delivered_at,
        )
        if not added:
            raise Conflict("there is such a notification")

    async def notifications(
        self, subscription_id: SubscriptionId, first: int, last: int, limit: int
    ) -> Sequence[Notification]:
        """The notifications of the events with these numbers, both included, in order."""
        rows = await self.transaction.rows(NOTIFICATIONS, id=subscription_id, first=first, last=last, limit=limit)
        return [Notification(**row._mapping) for row in rows]

    async def waiting_notification(self, subscription_id: SubscriptionId) -> Notification | None:
        """The earliest event that the endpoint has not taken yet."""
        row = await self.transaction.row_or_none(WAITING, id=subscription_id)
        return Notification(**row._mapping) if row else None

    async def notifications_of(self, review_id: ReviewId) -> Sequence[Notification]:
        """The notifications of answers to one review, by subscription, in order."""
        rows = await self.transaction.rows(OF_REVIEW, review_id=review_id)
        return [Notification(**row._mapping) for row in rows]

    async def tell_again(self, notification_id: str) -> None:
        """Let a notification wait as if the endpoint had not taken it."""
        await self.transaction.change(TELL_AGAIN, notification=notification_id)

    async def mark_delivered(self, notification_id: str, at: datetime) -> None:
        """The endpoint took a notification. The first time counts."""
        await self.transaction.change(DELIVERED, notification=notification_id, now=at)


def changing(transaction: Transaction, subscription: Subscription) -> dict[str, object]:
    """The columns that follow a subscription's state."""
    return {
        "state": subscription.state,
        "revision": subscription.revision,
        "document": transaction.document(row_of(subscription.id), subscription),
    }


def read(transaction: Transaction, row: Row[Any]) -> Subscription:
    return transaction.read(row_of(row.id), row.document, DOCUMENT)


def row_of(subscription_id: SubscriptionId) -> str:
    return f"subscription {subscription_id}"
