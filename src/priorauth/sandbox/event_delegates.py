"""Simulated destinations that take their legs from a topic and put their answers on another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from priorauth.domain.determinations import Determination
from priorauth.domain.events import DeterminationRecorded, LegDeclined, LegDispatched
from priorauth.domain.reviews import LegId
from priorauth.sandbox.answers import Decided, Declined, Garbage
from priorauth.sandbox.cases import Case, OpenCase
from priorauth.sandbox.caseworker import Caseworker
from priorauth.sandbox.posting import decline_id, post_decline, post_determination
from priorauth.services.bus import BusMessage
from priorauth.translate.events import determinations_topic, read_event

GROUP = "sandbox"

log = structlog.get_logger()


class Publishes(Protocol):
    """What puts messages on topics: an event bus, or a producer alone."""

    async def publish(self, message: BusMessage) -> None: ...


@dataclass(frozen=True, slots=True)
class TopicOutlet:
    """Puts determinations on the destination's topic. Satisfies `caseworker.Outlet`."""

    bus: Publishes

    async def deliver(self, opened: OpenCase) -> None:
        await self.put(opened.case, opened.said)

    async def put(self, case: Case, said: Determination) -> None:
        await self.post(case, said.id, DeterminationRecorded.type, post_determination(case, said))

    async def post(self, case: Case, id: str, type: str, body: bytes) -> None:
        topic = determinations_topic(case.destination)
        await self.bus.publish(BusMessage(topic=topic, key=case.review.id, id=id, type=type, body=body))


@dataclass(frozen=True, slots=True)
class EventDelegates:
    """Answers the legs on the request topics of the destinations that speak in events."""

    caseworker: Caseworker
    outlet: TopicOutlet
    now: Callable[[], datetime]

    async def handle(self, message: BusMessage) -> None:
        """Answer one leg. Handled again it gives the same answer under the same id."""
        event = read_event(message.body)
        if not isinstance(event, LegDispatched):
            log.warning("sandbox_request_not_a_leg", type=message.type)
            return
        case = Case(destination=event.leg.destination, leg_id=LegId(event.leg.id), review=event.review)
        answer = self.caseworker.receive(case)
        if isinstance(answer, Decided):
            await self.outlet.put(case, answer.determination)
        elif isinstance(answer, Declined):
            body = post_decline(case, answer.reason, self.now())
            await self.outlet.post(case, decline_id(case), LegDeclined.type, body)
        elif isinstance(answer, Garbage):
            await self.outlet.post(case, f"{case.leg_id}-garbage", DeterminationRecorded.type, answer.body)
