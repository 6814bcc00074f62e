"""All simulated destinations of one gateway: started and stopped with it, and decided by hand on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import httpx2
import structlog

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format, Leg, LegId, ReviewId
from priorauth.sandbox.behaviours import Behaviour
from priorauth.sandbox.calls import GatewayDoor
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.caseworker import TICK_SECONDS, Caseworker, Outlet
from priorauth.sandbox.event_delegates import GROUP, EventDelegates, TopicOutlet
from priorauth.sandbox.pas_delegates import PasDelegates, PasOutlet, PasWords
from priorauth.sandbox.tables import read_behaviours
from priorauth.sandbox.x12_delegates import X12Delegates, X12Outlet
from priorauth.services.bus import EventBus
from priorauth.services.delegate_ports import Destination
from priorauth.services.ports import Codec, NotKnown, UnitOfWork
from priorauth.services.settle_dead_letters import run_with_retries
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.events import requests_topic

ARRIVAL = timedelta(seconds=5)
"""How long a decision by hand waits for its leg, which may still be on its way to the desk."""
CALL_SECONDS = 10.0

ACTIONS: Mapping[str, Behaviour] = {
    "A1": Behaviour.CERTIFY,
    "A2": Behaviour.PARTIAL,
    "A3": Behaviour.DENY,
    "A4": Behaviour.PEND,
    "A6": Behaviour.MODIFY,
    "C": Behaviour.CANCEL,
    "CT": Behaviour.CONTACT,
    "NA": Behaviour.NOT_NEEDED,
    **{behaviour.upper(): behaviour for behaviour in Behaviour if not behaviour.is_of_leg},
}
"""What may be decided by hand: an action as HCR01 codes it, or a behaviour of the table."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of a review is with a simulated destination: the case's leg and the line's number there."""

    destination: DestinationId
    leg_id: LegId
    sequence: int


class Sandbox:
    """The simulated destinations. An asynchronous context manager: they live as long as the block."""

    def __init__(
        self,
        *,
        bus: EventBus,
        unit_of_work: UnitOfWork,
        destinations: Mapping[DestinationId, Destination],
        codec: Codec,
        crosswalks: Crosswalks,
        tables: Path,
        casebook: Casebook,
        gateway_url: str,
        now: Callable[[], datetime],
        arrival: timedelta = ARRIVAL,
    ) -> None:
        self._bus = bus
        self._arrival = arrival
        self._unit_of_work = unit_of_work
        self._client = httpx2.AsyncClient(timeout=CALL_SECONDS)
        formats = {id: destination.format for id, destination in destinations.items()}
        door, words = GatewayDoor(self._client, gateway_url), PasWords(formats, crosswalks, gateway_url)
        topic_outlet = TopicOutlet(bus)
        by_format: Mapping[Format, Outlet] = {
            Format.EVENT: topic_outlet,
            Format.X12_278: X12Outlet(door, codec),
            Format.PAS_2_2_1: PasOutlet(door, words),
            Format.PAS_2_0_1: PasOutlet(door, words),
        }
        outlets = {id: by_format[format] for id, format in formats.items()}
        self._casebook = casebook
        self._caseworker = Caseworker(table=read_behaviours(tables), casebook=self._casebook, outlets=outlets, now=now)
        self._events = EventDelegates(self._caseworker, topic_outlet, now)
        self._topics = [requests_topic(id) for id, format in formats.items() if format is Format.EVENT]
        self._tasks: list[asyncio.Task[None]] = []
        self.x12 = X12Delegates(self._caseworker, codec, now)
        self.pas = PasDelegates(self._caseworker, words, now)
        self.stopping = asyncio.Event()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Begin to take in legs, and to decide what falls due."""
        self._tasks = [
            asyncio.create_task(
                run_with_retries(self._bus, GROUP, self._topics, self._events.handle), name="sandbox-legs"
            ),
            asyncio.create_task(self._caseworker.settle_forever(), name="sandbox-due"),
        ]
        for task in self._tasks:
            task.add_done_callback(_tell_of_failure)

    async def stop(self) -> None:
        """Take in nothing more. What is open stays in the casebook."""
        self.stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()
        self._casebook.close()

    def speaks_pas(self, destination: DestinationId) -> bool:
        """True for a simulated destination that takes its legs by `$submit`."""
        return self.pas.words.versions.get(destination) in (Format.PAS_2_2_1, Format.PAS_2_0_1)

    async def decide(self, review_id: ReviewId, actions: Mapping[int, str]) -> None:
        """Decide lines of a review as people would. NotKnown where a line is with no simulated destination.

        Raises ValueError where an action is none of `ACTIONS`.
        """
        behaviours = {sequence: behaviour_named(action) for sequence, action in actions.items()}
        places = await self._places(review_id, behaviours)
        chosen: dict[tuple[DestinationId, LegId], dict[int, Behaviour]] = {}
        for sequence, behaviour in behaviours.items():
            place = places[sequence]
            chosen.setdefault((place.destination, place.leg_id), {})[place.sequence] = behaviour
        for (destination, leg_id), lines in chosen.items():
            await self._caseworker.decide(destination, leg_id, lines)

    async def _places(self, review_id: ReviewId, wanted: Mapping[int, Behaviour]) -> Mapping[int, Place]:
        """Where each wanted line is, waiting a little for legs that are on their way."""
        deadline = asyncio.get_running_loop().time() + self._arrival.total_seconds()
        while True:
            places = await self._places_now(review_id)
            if wanted.keys() <= places.keys():
                return places
            if asyncio.get_running_loop().time() > deadline:
                raise NotKnown("no simulated destination has an open case of that line")
            await asyncio.sleep(TICK_SECONDS)

    async def _places_now(self, review_id: ReviewId) -> Mapping[int, Place]:
        places: dict[int, Place] = {}
        async with self._unit_of_work.reading() as work:
            await work.review(review_id)
            for leg in await work.legs(review_id):
                dispatch = await work.dispatch(leg.id)
                if dispatch is not None:
                    places |= self._places_of(leg, LegId(dispatch.trace))
        return places

    def _places_of(self, leg: Leg, trace: LegId) -> Mapping[int, Place]:
        """The lines of a leg, known by its id where it came as an event, else by our trace.

        They are in the order in which they went out; a 278 numbers them anew.
        """
        for name in (leg.id, trace):
            if opened := self._casebook.find(leg.destination, name):
                pairs = zip(leg.sequences, opened.case.review.items, strict=False)
                return {sequence: Place(leg.destination, name, item.sequence) for sequence, item in pairs}
        return {}


def behaviour_named(action: str) -> Behaviour:
    """The behaviour that an action names. ValueError where it is none of `ACTIONS`."""
    try:
        return ACTIONS[action.upper()]
    except KeyError:
        raise ValueError(f"an action is one of {', '.join(sorted(ACTIONS))}") from None


def _tell_of_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("sandbox_task_failed", task=task.get_name(), exc_info=task.exception())
