"""Which use case an event leads to: one table. Everything here may happen twice and has effect once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from opentelemetry.trace import SpanKind

from priorauth.bootstrap import Gateway
from priorauth.domain.events import (
    DeterminationRecorded,
    DeterminationReturned,
    InformationSupplied,
    LegDeclined,
    ReviewReceived,
    ReviewRouted,
)
from priorauth.domain.exchange import Answer
from priorauth.domain.parties import DestinationId
from priorauth.domain.replays import ReplayId
from priorauth.domain.reviews import Leg, LegId, LegState, ReviewId
from priorauth.domain.subscriptions import SubscriptionId
from priorauth.observability import Metrics
from priorauth.services.bus import BusMessage, EventBus
from priorauth.services.catch_up import CatchUp
from priorauth.services.dispatch_leg import LEASE, DispatchLeg
from priorauth.services.forget_old import ForgetOld
from priorauth.services.ports import Message, Retryable, UnitOfWork
from priorauth.services.record_determination import RecordDetermination
from priorauth.services.replay_reviews import RunReplays
from priorauth.services.return_determination import ReturnDetermination, is_unanswered
from priorauth.services.route_review import RouteReview
from priorauth.services.run_clocks import RunClocks
from priorauth.services.send_notifications import SendNotifications
from priorauth.services.settle_dead_letters import run_with_retries
from priorauth.tracing import span
from priorauth.translate.events import EVENTS_TOPIC, STEPS_TOPIC, determinations_topic

GROUP = "gateway"
CATCH_UP_SECONDS = 0.5
NOTIFY_SECONDS = 0.25
CLOCK_SECONDS = 0.5
FORGET_SECONDS = 3600.0
REPLAY_SECONDS = 0.5
NOTIFIED_AT_ONCE = 50
"""How many subscribers are being sent to at the same time."""
CALLS_AT_ONCE = 100
"""How many legs are being sent to one destination at the same time."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Consumes the gateway's own events and its destinations' answers, and does what time makes due."""

    bus: EventBus
    unit_of_work: UnitOfWork
    route_review: RouteReview
    dispatch_leg: DispatchLeg
    record_determination: RecordDetermination
    return_determination: ReturnDetermination
    catch_up: CatchUp
    run_clocks: RunClocks
    send_notifications: SendNotifications
    forget_old: ForgetOld
    replays: RunReplays
    destinations: tuple[DestinationId, ...]
    now: Callable[[], datetime]
    metrics: Metrics
    works_alone: bool = True
    sending: dict[LegId, asyncio.Task[None]] = field(default_factory=dict)
    notifying: dict[SubscriptionId, asyncio.Task[None]] = field(default_factory=dict)
    queues: dict[DestinationId, asyncio.Semaphore] = field(default_factory=dict)

    async def run(self) -> None:
        """Work until the bus is stopped."""
        await run_with_retries(self.bus, GROUP, [EVENTS_TOPIC, STEPS_TOPIC], self.handle)

    async def run_answers(self) -> None:
        """Take in what destinations answer on their topics, until the bus is stopped."""
        await self.bus.run(GROUP, list(self.answered_by), self.handle_answer)

    @property
    def answered_by(self) -> Mapping[str, DestinationId]:
        """Which destination answers on which topic."""
        return {determinations_topic(destination): destination for destination in self.destinations}

    async def handle(self, message: BusMessage) -> None:
        """An event; or an answer, where an operator hands one over again."""
        if message.topic in self.answered_by:
            await self.handle_answer(message)
        else:
            await self.handle_event(message)

    async def handle_answer(self, message: BusMessage) -> None:
        """Record what a destination answered on its topic."""
        destination = self.answered_by[message.topic]
        answer = Answer(
            destination=destination, format="event", body=message.body, at=self.now(), receipt=message.receipt
        )
        recorded = await self.record_determination(answer)
        if not recorded.accepted:  # nothing was announced, but nobody needs to be waited for any more
            for review_id in recorded.review_ids:
                await self.return_news(review_id)
        self.metrics.events.labels("answer", "done").inc()  # its type is what the destination says it is

    async def run_catch_up(self) -> None:
        """Do what is due, again and again, until cancelled. A failure is logged and tried again.

        Where nobody else works on the store, every leg is due at the start that was being sent when this gateway ended.
        """
        within = LEASE if self.works_alone else timedelta()
        while True:
            try:
                for leg in await self.catch_up.claim_legs_due(within):
                    await self.send(leg, claimed=True)
                within = timedelta()
                await self.catch_up()
            except Exception:
                log.exception("catch_up_failed")
            await asyncio.sleep(CATCH_UP_SECONDS)

    async def run_notifications(self) -> None:
        """Send subscribers what is due, again and again, until cancelled. Other replicas may do so too."""
        while True:
            try:
                for subscription_id in await self.send_notifications.due():
                    self.notify(subscription_id)
            except Exception:
                log.exception("notifying_failed")
            await asyncio.sleep(NOTIFY_SECONDS)

    def notify(self, subscription_id: SubscriptionId) -> None:
        """Begin to send to one subscriber, so that an endpoint that hangs holds up no other."""
        if subscription_id in self.notifying or len(self.notifying) >= NOTIFIED_AT_ONCE:
            return
        task = asyncio.create_task(self._notify(subscription_id), name=f"notifying {subscription_id}")
        self.notifying[subscription_id] = task
        task.add_done_callback(lambda _: self.notifying.pop(subscription_id))

    async def _notify(self, subscription_id: SubscriptionId) -> None:
        try:
            await self.send_notifications(subscription_id)
        except Exception:
            log.exception("notifying_failed", subscription_id=subscription_id)

    async def handle_event(self, message: BusMessage) -> None:
        """The use case for this event, if it leads to one."""
        step = self.steps().get(message.type)
        if step is not None:
            await step(ReviewId(message.key))
            self.metrics.events.labels(message.type, "done").inc()

    def steps(self) -> Mapping[str, Callable[[ReviewId], Awaitable[None]]]:
        return {
            ReviewReceived.type: self.route,
            ReviewRouted.type: self.dispatch_planned_legs,
            LegDeclined.type: self.dispatch_planned_legs,
            InformationSupplied.type: self.take_information,
            DeterminationRecorded.type: self.return_news,
            DeterminationReturned.type: self.run_clocks.follow,
        }

    async def route(self, review_id: ReviewId) -> None:
        """Route a review, and count where its items go."""
        if route := await self.route_review(review_id):
            for item in route.items:
                self.metrics.routes.labels(route.payer, item.outcome, item.destination or "").inc()

    async def return_news(self, review_id: ReviewId) -> None:
        """Reply where there is something new to say, and to the mailbox where nobody waits for it any more."""
        if await self.return_determination(review_id):
            await self.catch_up.deliver_news(review_id)

    async def dispatch_planned_legs(self, review_id: ReviewId) -> None:
        """Send every leg that was not sent yet; then answer what needs no waiting."""
        async with self.unit_of_work.reading() as work:
            legs = await work.legs(review_id)
            must_wait = await is_unanswered(work, review_id, legs)
        for leg in legs:
            if leg.state is LegState.PLANNED:
                await self.send(leg)
        if not must_wait:
            await self.return_news(review_id)

    async def take_information(self, review_id: ReviewId) -> None:
        """Take what a requester brought to its destination; clocks that run from it may be due earlier now."""
        await self.run_clocks.follow(review_id)
        await self.dispatch_planned_legs(review_id)

    async def keep_time(self) -> None:
        """Look at the clocks that need it, again and again, until cancelled. Other replicas may do so too."""
        while True:
            try:
                for review_id in await self.run_clocks.due():
                    for event in await self.run_clocks.look(review_id):
                        self.metrics.clock(event)
            except Exception:
                log.exception("keeping_time_failed")
            await asyncio.sleep(CLOCK_SECONDS)

    async def run_forgetting(self) -> None:
        """Delete what is too old to matter, again and again, until cancelled. Other replicas may do so too."""
        while True:
            try:
                await self.forget_old()
            except Exception:
                log.exception("forgetting_failed")
            await asyncio.sleep(FORGET_SECONDS)

    async def run_replays(self) -> None:
        """Do what operators ordered, again and again, until cancelled. Other replicas may do so too."""
        while True:
            try:
                for replay_id in await self.replays.claim():
                    await self.replay(replay_id)
            except Exception:
                log.exception("replaying_failed")
            await asyncio.sleep(REPLAY_SECONDS)

    async def replay(self, replay_id: ReplayId) -> None:
        """Go through a replay. A review that fails here is noted, and those behind it get past."""
        while True:
            try:
                await self.replays(replay_id)
                return
            except Retryable:  # the store is away: after the lease somebody goes on
                log.warning("replay_interrupted", replay_id=replay_id)
                return
            except Exception as error:
                log.exception("replay_step_failed", replay_id=replay_id)
                await self.replays.skip(replay_id, type(error).__name__)

    async def send(self, leg: Leg, *, claimed: bool = False) -> None:
        """Begin to send a leg, so that a destination that hangs holds up no other. Nothing is lost from here on."""
        if leg.id in self.sending:
            return
        message = await self.dispatch_leg.prepare(leg.id, claimed=claimed)
        if message is None or leg.id in self.sending:
            return
        task = asyncio.create_task(self._call(leg, message), name=f"sending {leg.id}")
        self.sending[leg.id] = task
        task.add_done_callback(lambda _: self.sending.pop(leg.id))

    async def _call(self, leg: Leg, message: Message) -> None:
        queue = self.queues.setdefault(leg.destination, asyncio.Semaphore(CALLS_AT_ONCE))
        try:
            async with queue:
                with span(
                    "send leg", SpanKind.CLIENT, ids={"destination": leg.destination, "review.id": leg.review_id}
                ):
                    is_news = await self.dispatch_leg.send(leg.id, message)
            if is_news:
                await self.return_news(leg.review_id)
        except Retryable:  # the store is away: what is due, is due again after its lease
            log.warning("sending_interrupted", leg_id=leg.id, destination=leg.destination)
        except Exception as error:
            log.exception("sending_failed", leg_id=leg.id, destination=leg.destination)
            await self._count_failure(leg, type(error).__name__)

    async def _count_failure(self, leg: Leg, kind: str) -> None:
        """Count an attempt that failed here; where it was the last one, whoever waits is told that it is pended."""
        try:
            if await self.dispatch_leg.failed(leg.id, kind):
                await self.return_news(leg.review_id)
        except Retryable:
            log.warning("sending_interrupted", leg_id=leg.id, destination=leg.destination)
        except Exception:
            log.exception("giving_up_failed", leg_id=leg.id, destination=leg.destination)

    async def stop(self) -> None:
        """Break off what is being sent: it is sent again after the next start, with the same bytes and ids."""
        calls = [*self.sending.values(), *self.notifying.values()]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)


def build_worker(gateway: Gateway) -> Worker:
    """The worker of a gateway."""
    return Worker(
        bus=gateway.bus,
        unit_of_work=gateway.unit_of_work,
        route_review=gateway.route_review,
        dispatch_leg=gateway.dispatch_leg,
        record_determination=gateway.record_determination,
        return_determination=gateway.return_determination,
        catch_up=gateway.catch_up,
        run_clocks=gateway.run_clocks,
        send_notifications=gateway.subscribing.send,
        forget_old=gateway.forget_old,
        replays=gateway.replaying.run,
        destinations=tuple(gateway.destinations),
        now=gateway.now,
        metrics=gateway.metrics,
        works_alone=gateway.database.dialect == "sqlite",
    )


@asynccontextmanager
async def working(gateway: Gateway) -> AsyncIterator[None]:
    """The background work of a gateway, for as long as the block lasts. Its health is part of the gateway's."""
    worker = build_worker(gateway)
    tasks = [
        asyncio.create_task(worker.run(), name="events"),
        asyncio.create_task(worker.run_answers(), name="answers"),
        asyncio.create_task(worker.run_catch_up(), name="catch-up"),
        asyncio.create_task(worker.run_notifications(), name="notifications"),
        asyncio.create_task(worker.keep_time(), name="clocks"),
        asyncio.create_task(worker.run_forgetting(), name="forgetting"),
        asyncio.create_task(worker.run_replays(), name="replays"),
    ]
    if gateway.buses.relay:
        tasks.append(asyncio.create_task(gateway.buses.relay(), name="relay"))
    for task in tasks:
        task.add_done_callback(partial(_tell_that_it_ended, gateway))
    gateway.checks.append(lambda: "; ".join(f"the {task.get_name()} work ended" for task in tasks if task.done()))
    try:
        yield
    finally:
        gateway.stopping = True
        await gateway.bus.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await worker.stop()


def _tell_that_it_ended(gateway: Gateway, task: asyncio.Task[None]) -> None:
    """Log why background work ended while the gateway goes on: it is not ready from then on."""
    if gateway.stopping:
        return
    error = None if task.cancelled() else task.exception()
    log.error("work_ended", task=task.get_name(), reason="cancelled" if task.cancelled() else "", exc_info=error)
