"""Which use case an event leads to: one table. Everything here may happen twice and has effect once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from priorauth.bootstrap import Gateway
from priorauth.domain.events import DeterminationRecorded, LegDeclined, ReviewReceived, ReviewRouted
from priorauth.domain.exchange import Answer
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegState, ReviewId
from priorauth.services.catch_up import CatchUp
from priorauth.services.dispatch_leg import DispatchLeg
from priorauth.services.ports import BusMessage, EventBus, UnitOfWork
from priorauth.services.record_determination import RecordDetermination
from priorauth.services.return_determination import ReturnDetermination
from priorauth.services.route_review import RouteReview
from priorauth.translate.events import EVENTS_TOPIC, determinations_topic

GROUP = "gateway"
CATCH_UP_SECONDS = 0.5

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
    destinations: tuple[DestinationId, ...]
    now: Callable[[], datetime]
    count: Callable[[str, str], None]  # event type, outcome

    async def run(self) -> None:
        """Work until the bus is stopped."""
        await self.bus.run(GROUP, [EVENTS_TOPIC], self.handle_event)

    async def run_answers(self) -> None:
        """Take in what destinations answer on their topics, until the bus is stopped."""
        answered_by = {determinations_topic(destination): destination for destination in self.destinations}

        async def record(message: BusMessage) -> None:
            answer = Answer(destination=answered_by[message.topic], format="event", body=message.body, at=self.now())
            await self.record_determination(answer)
            self.count(message.type, "done")

        await self.bus.run(GROUP, list(answered_by), record)

    async def run_catch_up(self) -> None:
        """Do what is due, again and again, until cancelled. A failure is logged and tried again."""
        while True:
            try:
                await self.catch_up()
            except Exception:
                log.exception("catch_up_failed")
            await asyncio.sleep(CATCH_UP_SECONDS)

    async def handle_event(self, message: BusMessage) -> None:
        """The use case for this event, if it leads to one."""
        step = self.steps().get(message.type)
        if step is not None:
            await step(ReviewId(message.key))
            self.count(message.type, "done")

    def steps(self) -> Mapping[str, Callable[[ReviewId], Awaitable[None]]]:
        return {
            ReviewReceived.type: self.route_review,
            ReviewRouted.type: self.dispatch_planned_legs,
            LegDeclined.type: self.dispatch_planned_legs,
            DeterminationRecorded.type: self.return_news,
        }

    async def return_news(self, review_id: ReviewId) -> None:
        """Reply where there is something new to say, and to the mailbox where nobody waits for it any more."""
        await self.return_determination(review_id)
        await self.catch_up.deliver_news(review_id)

    async def dispatch_planned_legs(self, review_id: ReviewId) -> None:
        """Send every leg that was not sent yet, at the same time; then answer what needs no waiting."""
        async with self.unit_of_work.reading() as work:
            planned = [leg.id for leg in await work.legs(review_id) if leg.state is LegState.PLANNED]
        await asyncio.gather(*(self.dispatch_leg(leg_id) for leg_id in planned))
        await self.return_news(review_id)


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
        destinations=tuple(gateway.destinations),
        now=gateway.now,
        count=lambda event_type, outcome: gateway.metrics.events.labels(event_type, outcome).inc(),
    )


@asynccontextmanager
async def working(gateway: Gateway) -> AsyncIterator[None]:
    """The background work of a gateway, for as long as the block lasts. Its health is part of the gateway's."""
    worker = build_worker(gateway)
    tasks = [
        asyncio.create_task(worker.run(), name="events"),
        asyncio.create_task(worker.run_answers(), name="answers"),
        asyncio.create_task(worker.run_catch_up(), name="catch-up"),
    ]
    gateway.checks.append(lambda: "; ".join(f"the {task.get_name()} work ended" for task in tasks if task.done()))
    try:
        yield
    finally:
        gateway.stopping = True
        await gateway.bus.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
