"""What the relay does with a message that the brokers would not take, once an operator says that they should."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from contracts.examples import NOON, an_event
from databases import KEY
from memory.store import NAMES_ONLY
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import migrate
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.adapters.embedded_bus import EmbeddedBus
from priorauth.adapters.kafka.outward import RELAY_GROUP, OutwardBus
from priorauth.adapters.kafka.producing import Unsendable
from priorauth.adapters.lanes import Handle, Pace
from priorauth.services.bus import BusMessage, DeadLetter
from priorauth.services.record_determination import Recorded
from priorauth.services.settle_dead_letters import SettleDeadLetters
from priorauth.translate.events import EVENTS_TOPIC

QUICK = Pace(poll=60.0, save_after=0.0, first_pause=0.001, attempts=2)


class Brokers:
    """A cluster that refuses some messages by id, and keeps the others."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.taken: list[BusMessage] = []
        self.came = asyncio.Event()

    async def prepare(self, topics: Sequence[str]) -> None: ...

    async def publish(self, message: BusMessage) -> None:
        if message.id in self.refused:
            raise Unsendable("too large")
        self.taken.append(message)
        self.came.set()

    async def run(self, group: str, topics: Sequence[str], handle: Handle) -> None: ...

    async def stop(self) -> None: ...


class Relaying:
    """A relay between a database and those brokers, and the operator's side of it."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.brokers = Brokers()
        relayed = EmbeddedBus(self.database, Seal(KEY), lambda: NOON, QUICK)
        self.bus = OutwardBus(
            steps=EmbeddedBus(self.database, Seal(KEY), lambda: NOON),
            relayed=relayed,
            kafka=self.brokers,
            topics=[EVENTS_TOPIC],
        )
        self.unit_of_work = DatabaseUnitOfWork(self.database, Seal(KEY), NAMES_ONLY, [relayed.committed])
        self.settling = SettleDeadLetters(
            unit_of_work=self.unit_of_work,
            record_determination=nothing_recorded,
            return_news=nothing_returned,
            now=lambda: NOON,
        )

    async def publish(self, id: str) -> None:
        async with self.unit_of_work() as work:
            await work.publish(an_event(id))

    async def letter(self) -> DeadLetter:
        """The one message that was set aside, as soon as it is."""
        async with asyncio.timeout(30):
            while not (waiting := await self.settling.waiting(10)):
                await asyncio.sleep(0.01)
        (letter,) = waiting
        return letter


async def nothing_recorded(_answer: object) -> Recorded:
    raise AssertionError("no answer is read here")


async def nothing_returned(_review_id: object) -> None: ...


@pytest.fixture
async def relaying(tmp_path: Path) -> AsyncIterator[Relaying]:
    url = f"sqlite:///{tmp_path}/priorauth.db"
    await migrate(url)
    made = Relaying(url)
    relay = asyncio.create_task(made.bus.relay())
    yield made
    await made.bus.stop()
    await relay
    await made.database.close()


async def test_a_message_that_was_set_aside_is_published_as_it_was_once_an_operator_retries_it(
    relaying: Relaying,
) -> None:
    relaying.brokers.refused = {"too large"}
    await relaying.publish("too large")
    letter = await relaying.letter()
    relaying.brokers.refused = set()
    relaying.brokers.came.clear()

    await relaying.settling.retry(letter.id, "operations")

    await asyncio.wait_for(relaying.brokers.came.wait(), 30)
    (published,) = relaying.brokers.taken
    assert letter.consumer_group == RELAY_GROUP
    assert published == letter.message
    assert (published.topic, published.id) == (EVENTS_TOPIC, "too large")


async def test_what_is_refused_again_is_set_aside_again_and_can_be_retried_again(relaying: Relaying) -> None:
    relaying.brokers.refused = {"too large"}
    await relaying.publish("too large")
    first = await relaying.letter()
    await relaying.settling.retry(first.id, "operations")
    second = await relaying.letter()
    relaying.brokers.refused = set()

    await relaying.settling.retry(second.id, "operations")

    await asyncio.wait_for(relaying.brokers.came.wait(), 30)
    assert second.id != first.id
    assert relaying.brokers.taken == [first.message]
