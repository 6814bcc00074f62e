"""What every event bus promises producers and consumers, whether a broker carries it or not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import pytest

from contracts.examples import NOON
from databases import KEY, database_url, open_store
from kafka_cluster import a_cluster
from memory.bus import MOST_SET_ASIDE, MemoryBus, MemoryLog
from memory.store import MemoryStore
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.inbox import Deliveries
from priorauth.adapters.embedded_bus import EmbeddedBus
from priorauth.adapters.kafka.bus import KafkaBus
from priorauth.adapters.lanes import Pace
from priorauth.observability import Metrics
from priorauth.services.bus import BusMessage, EventBus, TooManySetAside
from priorauth.services.ports import Retryable, UnitOfWork

TOPIC = "priorauth.events"
OTHER_TOPIC = "priorauth.payer.bcbsm"
QUICK = Pace(first_pause=0.01, longest_pause=0.05, attempts=3, save_after=0.0, most_set_aside=MOST_SET_ASIDE)
Handle = Callable[[BusMessage], Awaitable[object]]


class Installation(Protocol):
    """A place where a bus runs, is stopped, and is started again with what it had."""

    unit_of_work: UnitOfWork

    def start(self) -> EventBus: ...


class InMemory:
    def __init__(self) -> None:
        self.unit_of_work: UnitOfWork = MemoryStore()
        self._log = MemoryLog()

    def start(self) -> EventBus:
        return MemoryBus(self._log, self.unit_of_work, lambda: NOON)


class Embedded:
    def __init__(self, unit_of_work: UnitOfWork, database: Database) -> None:
        self.unit_of_work = unit_of_work
        self._database = database

    def start(self) -> EventBus:
        return EmbeddedBus(self._database, Seal(KEY), lambda: NOON, QUICK)


class Kafka:
    """A real broker, with topics and groups of this test's own."""

    def __init__(self, unit_of_work: UnitOfWork, database: Database) -> None:
        self.unit_of_work = unit_of_work
        self._deliveries = Deliveries(database, Seal(KEY))
        self._cluster = a_cluster()

    def start(self) -> EventBus:
        return KafkaBus(self._cluster, self._deliveries, lambda: NOON, Metrics(), QUICK)


@pytest.fixture(
    params=[
        "memory",
        "embedded",
        pytest.param("embedded on postgresql", marks=pytest.mark.real),
        pytest.param("kafka", marks=pytest.mark.real),
    ]
)
async def installation(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Installation]:
    if request.param == "memory":
        yield InMemory()
        return
    engine = "postgresql" if "postgresql" in request.param else "sqlite"
    async with database_url(engine, tmp_path) as url, open_store(url) as unit_of_work:
        database = Database(url)
        yield Kafka(unit_of_work, database) if request.param == "kafka" else Embedded(unit_of_work, database)
        await database.close()


def a_message(id: str, key: str = "rev-1", topic: str = TOPIC) -> BusMessage:
    return BusMessage(topic=topic, key=key, id=id, type="priorauth.review.received.v1", body=id.encode())


class Handled:
    """A handler that lists what it was given, and may be told to fail or to wait."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.bodies: list[bytes] = []
        self.failing: dict[str, Exception] = {}
        self.held: dict[str, asyncio.Event] = {}

    async def __call__(self, message: BusMessage) -> None:
        self.ids.append(message.id)
        if message.id in self.held:
            await self.held[message.id].wait()
        if message.id in self.failing:
            raise self.failing[message.id]
        self.bodies.append(message.body)

    async def until(self, count: int) -> None:
        """Wait until so many messages were handled to their end."""
        async with asyncio.timeout(30):
            while len(self.bodies) < count:
                await asyncio.sleep(0.002)

    async def seen(self, id: str, times: int = 1) -> None:
        """Wait until a message was handed over so many times."""
        async with asyncio.timeout(30):
            while self.ids.count(id) < times:
                await asyncio.sleep(0.002)


@asynccontextmanager
async def running(bus: EventBus, group: str, topics: list[str], handle: Handle) -> AsyncIterator[None]:
    """Consume while the block lasts; stopped orderly."""
    run = asyncio.create_task(bus.run(group, topics, handle))
    try:
        yield
    finally:
        await asyncio.sleep(0)
        await bus.stop()
        await run


async def test_each_group_gets_every_message_of_its_topics(installation: Installation) -> None:
    bus, first, second = installation.start(), Handled(), Handled()
    await bus.publish(a_message("before"))

    async with running(bus, "second", [TOPIC, OTHER_TOPIC], second), running(bus, "first", [TOPIC], first):
        await bus.publish(a_message("elsewhere", topic=OTHER_TOPIC))
        await bus.publish(a_message("after"))
        await first.until(2)
        await second.until(3)

    assert first.ids == ["before", "after"]
    assert [id for id in second.ids if id != "elsewhere"] == ["before", "after"]
    assert "elsewhere" in second.ids
    assert first.bodies == [b"before", b"after"]


async def test_messages_of_one_key_come_in_order(installation: Installation) -> None:
    bus, handled = installation.start(), Handled()

    async with running(bus, "group", [TOPIC], handled):
        for number in range(40):
            await bus.publish(a_message(f"{number % 4}-{number // 4}", key=f"rev-{number % 4}"))
        await handled.until(40)

    for key in range(4):
        assert [id for id in handled.ids if id.startswith(f"{key}-")] == [f"{key}-{place}" for place in range(10)]


async def test_a_key_that_takes_long_holds_up_itself_and_no_other(installation: Installation) -> None:
    bus, handled = installation.start(), Handled()
    handled.held["slow"] = asyncio.Event()

    async with running(bus, "group", [TOPIC], handled):
        await bus.publish(a_message("slow", key="a"))
        await bus.publish(a_message("behind it", key="a"))
        await bus.publish(a_message("beside it", key="b"))
        await handled.seen("slow")
        await handled.until(1)
        assert sorted(handled.ids) == ["beside it", "slow"]

        handled.held["slow"].set()
        await handled.until(3)

    assert handled.bodies == [b"beside it", b"slow", b"behind it"]


async def test_what_is_retryable_comes_again_until_it_succeeds_and_nothing_of_its_key_overtakes_it(
    installation: Installation,
) -> None:
    bus, handled = installation.start(), Handled()
    handled.failing["again"] = Retryable("not there yet")

    async with running(bus, "group", [TOPIC], handled):
        await bus.publish(a_message("again", key="a"))
        await bus.publish(a_message("behind it", key="a"))
        await bus.publish(a_message("beside it", key="b"))
        await handled.seen("again", times=QUICK.attempts + 3)
        assert "behind it" not in handled.ids
        assert "beside it" in handled.ids

        handled.failing.clear()
        await handled.until(3)

    assert handled.bodies == [b"beside it", b"again", b"behind it"]
    async with installation.unit_of_work.reading() as work:
        assert list(await work.dead_letters(10)) == []


async def test_a_poisoned_message_is_set_aside_without_its_text_and_the_next_one_comes(
    installation: Installation,
) -> None:
    bus, handled = installation.start(), Handled()
    handled.failing["poison"] = ValueError("the member is called Synthetic")

    async with running(bus, "group", [TOPIC], handled):
        await bus.publish(a_message("poison"))
        await bus.publish(a_message("next"))
        await handled.until(1)

    assert handled.ids == ["poison"] * QUICK.attempts + ["next"]
    async with installation.unit_of_work.reading() as work:
        (letter,) = await work.dead_letters(10)
    assert (letter.kind, letter.subject, letter.at) == ("event", "poison", NOON)
    assert letter.reason == "the message could not be handled: ValueError"


async def test_a_group_goes_on_where_it_left_off(installation: Installation) -> None:
    bus, handled = installation.start(), Handled()
    async with running(bus, "group", [TOPIC], handled):
        await bus.publish(a_message("first"))
        await handled.until(1)
    await bus.publish(a_message("second"))

    bus, handled = installation.start(), Handled()
    async with running(bus, "group", [TOPIC], handled):
        await bus.publish(a_message("third"))
        await handled.until(2)

    assert handled.ids == ["second", "third"]


async def test_what_was_done_beside_an_unfinished_message_is_not_done_again_after_a_restart(
    installation: Installation,
) -> None:
    bus, handled = installation.start(), Handled()
    handled.failing["stuck"] = Retryable("not there yet")
    async with running(bus, "group", [TOPIC], handled):
        await bus.publish(a_message("stuck", key="a"))
        await bus.publish(a_message("done", key="b"))
        await handled.until(1)
        await handled.seen("stuck")

    bus, handled = installation.start(), Handled()
    async with running(bus, "group", [TOPIC], handled):
        await handled.until(1)
        await bus.publish(a_message("new", key="b"))
        await handled.until(2)

    assert handled.ids == ["stuck", "new"]


async def test_stop_lets_the_present_message_finish(installation: Installation) -> None:
    bus, handled = installation.start(), Handled()
    handled.held["slow"] = asyncio.Event()
    run = asyncio.create_task(bus.run("group", [TOPIC], handled))
    await bus.publish(a_message("slow"))
    await handled.seen("slow")

    stop = asyncio.create_task(bus.stop())
    await asyncio.sleep(0.02)
    handled.held["slow"].set()
    await stop
    await run

    assert handled.bodies == [b"slow"]


async def test_a_group_that_can_handle_nothing_stops_and_leaves_the_messages_where_they_are(
    installation: Installation,
) -> None:
    bus, broken = installation.start(), Handled()
    ids = [f"message {number}" for number in range(MOST_SET_ASIDE + 3)]
    broken.failing = {id: ValueError("a bad deployment") for id in ids}
    for id in ids:
        await bus.publish(a_message(id))

    with pytest.raises(TooManySetAside):
        await asyncio.wait_for(bus.run("group", [TOPIC], broken), 30)
    await bus.stop()

    async with installation.unit_of_work.reading() as work:
        assert {letter.subject for letter in await work.dead_letters(100)} == set(ids[:MOST_SET_ASIDE])
    bus, mended = installation.start(), Handled()
    async with running(bus, "group", [TOPIC], mended):
        await mended.until(3)
    assert mended.ids == ids[MOST_SET_ASIDE:]
