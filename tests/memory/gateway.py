"""The use cases of a gateway over the store in memory: the shipped mappings, a clock that is held, legs kept for tests.

Nothing runs by itself: `settle` does what the worker would do until there is nothing left to do.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from memory.store import MemoryStore
from priorauth.adapters.database.confidentiality import nobody
from priorauth.adapters.database.outbox import cloud_events
from priorauth.adapters.delegates.kafka_topic import KafkaTopic
from priorauth.domain.determinations import ItemDecision, Reply
from priorauth.domain.events import (
    DeterminationRecorded,
    DeterminationReturned,
    InformationSupplied,
    LegDeclined,
    ReviewReceived,
    ReviewRouted,
)
from priorauth.domain.exchange import Answer, InboundMessage, ResponseIdentity
from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.reviews import Format, Leg, LegState, ReviewId, ServiceReview
from priorauth.services.answer_inquiry import AnsweredInquiry, AnswerInquiry
from priorauth.services.answer_message import Answered, AnswerMessage
from priorauth.services.catch_up import CatchUp
from priorauth.services.circuits import Circuits
from priorauth.services.delegate_ports import DelegateTransport, LegCodec
from priorauth.services.dispatch_leg import DispatchLeg
from priorauth.services.ports import Message, Retryable, Work
from priorauth.services.receive_review import ReceiveReview
from priorauth.services.record_acknowledgment import RecordAcknowledgment
from priorauth.services.record_determination import RecordDetermination, Recorded
from priorauth.services.record_step import RecordStep
from priorauth.services.return_determination import ReturnDetermination
from priorauth.services.route_review import RouteReview
from priorauth.services.run_clocks import RunClocks
from priorauth.services.tell_notices import TellNotices
from priorauth.settings import Settings
from priorauth.tools import OURSELVES, build_tools
from priorauth.translate.events import EVENT_SOURCE
from priorauth.translate.legs import EventLegCodec, X12LegCodec
from priorauth.translate.narrowing import narrow
from priorauth.wiring import addresses, answer_codecs, inquiry_codecs, pas_leg_codecs

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
WAIT = timedelta(seconds=10)
SANDBOX, LENIENT = PartnerId("sandbox"), PartnerId("sandbox-lenient")
TOOLS = build_tools(Settings(sandbox=True))


@dataclass
class Called:
    """A destination that is called. `replies` are its next answers: bytes, nothing, or a failure to raise."""

    now: datetime
    destination: DestinationId
    replies: list[bytes | Exception | None] = field(default_factory=list)
    received: list[Message] = field(default_factory=list)
    format: str = "x12"

    async def send(self, message: Message) -> Answer | None:
        self.received.append(message)
        reply = self.replies.pop(0) if self.replies else None
        if isinstance(reply, Exception):
            raise reply
        return Answer(destination=self.destination, format=self.format, body=reply, at=self.now) if reply else None


class MemoryGateway:
    """Every use case, wired as `bootstrap` wires it."""

    def __init__(self) -> None:
        self.time = NOON
        self.store = MemoryStore(cloud_events(EVENT_SOURCE, nobody))
        self.turningpoint = Called(NOON, DestinationId("turningpoint"))
        self._ids = itertools.count(1)
        self._handled = 0
        knowledge = TOOLS.knowledge
        codecs: Mapping[Format, LegCodec] = {
            Format.X12_278: X12LegCodec(
                gateway=OURSELVES, destinations=addresses(knowledge.destinations), is_test=True
            ),
            Format.EVENT: EventLegCodec(source=EVENT_SOURCE),
            **pas_leg_codecs(knowledge),
        }
        transports: dict[DestinationId, DelegateTransport] = {id: KafkaTopic(id) for id in knowledge.destinations}
        self.sleep = Called(NOON, DestinationId("sleep-management-solutions"), format="pas-2.2.1")
        transports |= {each.destination: each for each in (self.turningpoint, self.sleep)}
        made: dict[str, Any] = {"unit_of_work": self.store, "now": self.now, "new_id": self.new_id}
        self.receive = ReceiveReview(unit_of_work=self.store, new_id=self.new_id)
        self.clocks = RunClocks(**made, books=knowledge.clock_books, facts_of=knowledge.facts)
        books = knowledge.determination_books
        tell = TellNotices(
            books=books,
            clock_books=knowledge.clock_books,
            facts_of=knowledge.facts,
            now=self.now,
            new_id=self.new_id,
        )
        self.steps = RecordStep(**made, books=books, run_clocks=self.clocks, tell=tell)
        self.route = RouteReview(
            **made,
            directory=TOOLS.directory,
            router=knowledge.route,
            destinations=knowledge.destinations,
            desks=knowledge.desks,
            start_clocks=self.clocks.start,
            tell=tell.routed,
        )
        self.record = RecordDetermination(
            **made,
            destinations=knowledge.destinations,
            desks=knowledge.desks,
            codecs=answer_codecs(codecs),
            narrow=narrow,
            tell=tell.determined,
        )
        self.circuits = Circuits(now=self.now)
        self.dispatch = DispatchLeg(
            **made,
            destinations=knowledge.destinations,
            transports=transports,
            codecs=codecs,
            narrow=narrow,
            record_answer=self.record.within,
            circuits=self.circuits,
        )
        self.return_determination = ReturnDetermination(unit_of_work=self.store, now=self.now)
        self.answer = AnswerMessage(
            **made,
            codecs=TOOLS.codecs,
            return_determination=self.return_determination,
            signal=self.store.signal,
        )
        self.told: list[tuple[ReviewId, int, bytes]] = []
        self.catch_up = CatchUp(
            **made,
            codecs=TOOLS.codecs,
            return_determination=self.return_determination,
            enlist_notifications=self._tell_subscribers,
        )
        self.answer_inquiry = AnswerInquiry(
            **made, codecs=inquiry_codecs(Settings(sandbox=True), knowledge), partners=knowledge.partners.by_id
        )
        self.record_acknowledgment = RecordAcknowledgment(unit_of_work=self.store, new_id=self.new_id)

    def now(self) -> datetime:
        return self.time

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{next(self._ids):06d}"

    # What a trading partner does

    async def post(self, body: bytes, *, partner: PartnerId = SANDBOX, key: str = "", format: str = "x12") -> Answered:
        """Send a message and wait for its answer, while the worker works."""
        waiting = asyncio.create_task(self._post(body, partner, key, format))
        while not waiting.done():
            await self.settle()
            await asyncio.sleep(0)
            if not waiting.done() and await self._is_stuck():
                self.time += WAIT
                self.store.signal.look_again(set(self.store.tables.reviews))  # whoever waits looks at the clock
        return await waiting

    async def _post(self, body: bytes, partner: PartnerId, key: str, format: str) -> Answered:
        inbound = InboundMessage(format=format, partner=partner, body=body, received_at=self.now(), idempotency_key=key)
        decoded = TOOLS.codecs[format].decode(inbound, lambda: ReviewId(self.new_id("rev")))
        due = self.now() + WAIT
        received = await self.receive(inbound, decoded, answer_by=due)
        return await self.answer(inbound, decoded, received, answer_by=due)

    async def inquire(self, body: bytes, *, partner: PartnerId = SANDBOX, format: str = "pas-2.2.1") -> AnsweredInquiry:
        """Send an inquiry; its answer."""
        return await self.answer_inquiry(
            InboundMessage(format=format, partner=partner, body=body, received_at=self.now())
        )

    async def _is_stuck(self) -> bool:
        """True where only time can end the waiting."""
        for _ in range(5):
            await asyncio.sleep(0)
        replied = {review_id for review_id, _ in self.store.tables.replies}
        return self._handled == len(self.store.published) and not replied.issuperset(self.store.tables.reviews)

    # What the worker does

    async def settle(self) -> None:
        """Handle every event that was published, and what follows from them."""
        while self._handled < len(self.store.published):
            event = self.store.published[self._handled]
            self._handled += 1
            if event.type == ReviewReceived.type:
                await self.route(event.review_id)
            elif event.type in (ReviewRouted.type, LegDeclined.type, InformationSupplied.type):
                for leg in await self.legs(event.review_id):
                    await self.dispatch(leg.id)
                await self._return(event.review_id)
            elif event.type == DeterminationRecorded.type:
                await self._return(event.review_id)
            if event.type in (DeterminationReturned.type, InformationSupplied.type):
                await self.clocks.follow(event.review_id)

    async def pass_time(self, span: timedelta) -> None:
        """Let time pass, and do what it makes due."""
        self.time += span
        for leg in await self.catch_up.claim_legs_due():
            await self.dispatch(leg.id, claimed=True)
            await self._return(leg.review_id)
        await self.settle()
        await self.catch_up()
        await self.settle()
        while due := await self.clocks.due():
            for review_id in due:
                await self.clocks.look(review_id)
            await self.settle()

    async def _return(self, review_id: ReviewId) -> None:
        await self.return_determination(review_id)
        await self.catch_up.deliver_news(review_id)

    async def _tell_subscribers(self, work: Work, review: ServiceReview, reply: Reply, message: Message) -> None:  # noqa: ARG002
        self.told.append((review.id, reply.number, message.body))

    # What a destination does

    async def say(
        self, destination: str, leg: Leg, *items: Mapping[str, object], id: str = "d-1", **of_event: object
    ) -> Recorded:
        """A destination's determination in JSON."""
        body = {"leg_id": leg.id, "id": id, "decided_at": self.now(), "items": items, **of_event}
        return await self.post_answer(destination, body)

    async def decline(self, leg: Leg) -> Recorded:
        """A destination says that a leg is not theirs."""
        return await self.post_answer(leg.destination, {"leg_id": leg.id, "reason": "not reviewed here"})

    async def post_answer(self, destination: str, body: object) -> Recorded:
        return await self.say_bytes(destination, msgspec.json.encode(body), "event")

    async def say_bytes(self, destination: str, body: bytes, format: str) -> Recorded:
        recorded = await self.record(
            Answer(destination=DestinationId(destination), format=format, body=body, at=self.now())
        )
        for review_id in () if recorded.accepted else recorded.review_ids:
            await self._return(review_id)
        await self.settle()
        return recorded

    # What there is

    async def legs(self, review_id: ReviewId) -> Sequence[Leg]:
        async with self.store.reading() as work:
            return await work.legs(review_id)

    async def leg(self, review_id: ReviewId, number: int = 1) -> Leg:
        return (await self.legs(review_id))[number - 1]

    async def replies(self, review_id: ReviewId) -> Sequence[Reply]:
        async with self.store.reading() as work:
            return [record.reply for record in await work.replies(review_id)]

    async def channels(self, review_id: ReviewId) -> Sequence[str]:
        async with self.store.reading() as work:
            return [record.channel for record in await work.replies(review_id)]

    async def mailbox(self) -> Sequence[bytes]:
        async with self.store.reading() as work:
            return [(await work.message(entry.message_id)).body for entry in await work.mailbox(SANDBOX, 100)]

    async def dead_letters(self) -> Sequence[str]:
        async with self.store.reading() as work:
            return [letter.reason for letter in await work.dead_letters(100)]


def response_to(leg: Message, *items: ItemDecision, at: datetime = NOON) -> bytes:
    """The 278 response of a destination that speaks it to a leg's interchange."""
    inbound = InboundMessage(format="x12", partner=SANDBOX, body=leg.body, received_at=at)
    decoded = TOOLS.codec.decode(inbound, lambda: ReviewId("rev-theirs"))
    review = decoded.parts[0].review
    assert review is not None
    reply = Reply(review_id=review.id, number=1, made_at=at, items=items)
    return decoded.respond({1: (review, reply)}, ResponseIdentity(control_number=7, made_at=at))


async def not_reached(gateway: MemoryGateway, leg: Leg) -> None:
    """One attempt at a leg whose destination cannot be reached."""
    gateway.turningpoint.replies = [Retryable("the destination could not be reached")]
    with suppress(Retryable):
        await gateway.dispatch(leg.id)


__all__ = ["LENIENT", "NOON", "SANDBOX", "TOOLS", "WAIT", "LegState", "MemoryGateway", "not_reached", "response_to"]
