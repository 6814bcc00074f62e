"""Send subscribers what is due: handshakes, events in order, heartbeats. Again after a failure, the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from priorauth.domain.reviews import Format
from priorauth.domain.subscriptions import (
    Notification,
    NotificationKind,
    Subscription,
    SubscriptionId,
)
from priorauth.services.circuits import Circuits, HeldBack
from priorauth.services.dispatch_leg import pause_after
from priorauth.services.ports import NotKnown, Retryable, UnitOfWork, Work
from priorauth.services.subscription_ports import Delivery, Webhooks
from priorauth.services.turns import again_on_conflict
from priorauth.translate.fhir_notification import write_handshake, write_heartbeat

BATCH = 100
MARGIN = timedelta(seconds=5)
"""How much longer than its call a subscription is held, for writing down what came of it."""
EVENTS_AT_ONCE = 20
"""How many events are sent, one after the other, before it is written down which of them were taken."""
ATTEMPTS_ALLOWED = 8
"""How often one notification is tried, with growing pauses of some two minutes in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is being sent to one subscription, in order. `events` are the notifications, where it is of events."""

    subscription: Subscription
    kind: NotificationKind
    held_until: datetime
    bodies: tuple[bytes, ...] = field(repr=False)
    events: tuple[Notification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came of one notification; `error` is empty where the endpoint took it."""

    subscription: Subscription
    kind: NotificationKind
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotifications:
    """Each subscription is held by one sender at a time. Where that one dies, another takes over after the call's time.

    `tell` is told what came of each notification.
    """

    unit_of_work: UnitOfWork
    webhooks: Webhooks
    bases: Mapping[Format, str]
    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    tell: Callable[[Sent], None]
    circuits: Circuits
    attempts_allowed: int = ATTEMPTS_ALLOWED

    async def due(self) -> Sequence[SubscriptionId]:
        """The subscriptions for which there is something to do now."""
        async with self.unit_of_work.glancing() as work:
            return await work.subscriptions_due(self.now(), BATCH)

    async def __call__(self, subscription_id: SubscriptionId) -> None:
        """Send a subscription everything that is due, one after the other, until it is done or has failed."""
        sending = await self._begin(subscription_id)
        while sending:
            try:
                taken, error = await self._post(sending)
            except HeldBack as circuit:
                await self._hold_back(sending, circuit)
                return
            sending = await self._settle(sending, taken, error)

    @again_on_conflict
    async def _begin(self, subscription_id: SubscriptionId) -> Sending | None:
        async with self.unit_of_work() as work:
            return await self._take(work, subscription_id, self.now())

    async def _take(self, work: Work, subscription_id: SubscriptionId, now: datetime) -> Sending | None:
        """Hold the subscription and find what to send it; None where it is not due, or another sender has it."""
        try:
            subscription = await work.subscription(subscription_id)
        except NotKnown:
            return None  # deleted meanwhile
        until = now + subscription.terms.timeout + MARGIN
        if not await work.hold_subscription(subscription_id, now, until):
            return None
        subscription = await work.subscription(subscription_id)  # as it is now that it is held
        if subscription.is_over(now):
            await work.save_subscription(subscription.ended(now))
            subscription = await work.subscription(subscription_id)
        waiting = await work.waiting_notification(subscription_id)
        kind = subscription.due(waiting=waiting is not None)
        if kind is None:
            await self._release(work, subscription, until, now)
            return None
        if kind is NotificationKind.EVENT and waiting is not None:
            first = waiting.number
            next_ones = await work.notifications(subscription_id, first, first + EVENTS_AT_ONCE - 1, EVENTS_AT_ONCE)
            events = tuple(event for event in next_ones if event.delivered_at is None)
            bodies = tuple([(await work.message(event.message_id)).body for event in events])
        else:
            events, bodies = (), (await self._body(work, subscription, kind),)
        return Sending(subscription=subscription, kind=kind, held_until=until, bodies=bodies, events=events)

    async def _body(self, work: Work, subscription: Subscription, kind: NotificationKind) -> bytes:
        base = self.bases[subscription.version]
        events = await work.events_counted(subscription.id)
        if kind is NotificationKind.HANDSHAKE:
            return write_handshake(subscription, events, base=base)
        return write_heartbeat(subscription, events, base=base, id=self.new_id("ntf"), at=self.now())

    async def _post(self, sending: Sending) -> tuple[int, str]:
        """How many the endpoint took, and why it did not take the one after; empty where it was not sent."""
        taken = 0
        for body in sending.bodies:
            if taken and not await self._may_go_on(sending):
                break
            try:
                error = await self._post_one(sending.subscription, body)
            except HeldBack:
                if taken:
                    break  # its circuit opened meanwhile; what it took is written down first
                raise
            self.tell(Sent(subscription=sending.subscription, kind=sending.kind, error=error))
            if error:
                return taken, error
            taken += 1
        return taken, ""

    async def _may_go_on(self, sending: Sending) -> bool:
        """Whether there is time for one more before another sender may take over, and its owner still wants it."""
        if self.now() + sending.subscription.terms.timeout + MARGIN / 5 > sending.held_until:
            return False
        async with self.unit_of_work.reading() as work:
            try:
                return is_as_it_was(await work.subscription(sending.subscription.id), sending.subscription)
            except NotKnown:
                return False

    async def _post_one(self, subscription: Subscription, body: bytes) -> str:
        """Why the endpoint did not take it, or empty. Raises HeldBack where its host is left alone."""
        terms = subscription.terms
        delivery = Delivery(
            endpoint=terms.endpoint,
            headers=terms.headers,
            media_type=terms.media_type,
            body=body,
            timeout=terms.timeout,
        )
        try:
            with self.circuits.calling(self.webhooks.host(terms.endpoint), subscription.id):
                await self.webhooks.post(delivery)
        except Retryable as problem:
            return str(problem)
        return ""

    @again_on_conflict
    async def _hold_back(self, sending: Sending, circuit: HeldBack) -> None:
        """Come again when the host may be called. That was no attempt."""
        id = sending.subscription.id
        async with self.unit_of_work() as work:
            try:
                events = await work.events_counted(id)
            except NotKnown:
                return  # deleted meanwhile
            await work.release_subscription(
                id, sending.held_until, due_at=circuit.until, events=events, pause_until=circuit.until
            )

    @again_on_conflict
    async def _settle(self, sending: Sending, taken: int, error: str) -> Sending | None:
        """Write down what came of it, and take up what is due after it."""
        now = self.now()
        id = sending.subscription.id
        async with self.unit_of_work() as work:
            for event in sending.events[:taken]:
                await work.mark_delivered(event.id, now)
            try:
                before = await work.subscription(id)
            except NotKnown:
                return None  # deleted meanwhile
            if is_as_it_was(before, sending.subscription):
                after = before.answered(now) if taken else before
                if error:
                    after = after.failed(error, now, attempts_allowed=self.attempts_allowed)
                if after != before:
                    await work.save_subscription(after)
                await self._release(work, after, sending.held_until, now)
            return await self._take(work, id, now)

    async def _release(self, work: Work, subscription: Subscription, held_until: datetime, now: datetime) -> None:
        waiting = await work.waiting_notification(subscription.id)
        due = subscription.due_next(now, waiting=waiting is not None)
        pause = None
        if subscription.failures and subscription.due(waiting=waiting is not None):
            due = pause = now + pause_after(subscription.failures)
        events = await work.events_counted(subscription.id)
        await work.release_subscription(subscription.id, held_until, due_at=due, events=events, pause_until=pause)


def is_as_it_was(now: Subscription, before: Subscription) -> bool:
    """Whether neither its owner nor another sender has changed where a subscription stands."""
    return now.asked_at == before.asked_at and now.state is before.state
