"""A broker that dies or stands still: both clients are replaced or recover, and nothing is lost or out of order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import left_out
from databases import KEY, open_store
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.inbox import Deliveries
from priorauth.adapters.kafka.bus import KafkaBus
from priorauth.adapters.kafka.cluster import Cluster
from priorauth.observability import Metrics
from priorauth.services.bus import BusMessage
from priorauth.services.ports import Retryable
from testbed.kafka import ADDRESS, Kafka
from testbed.service import Unavailable

pytestmark = pytest.mark.real

TOPIC = "priorauth.delegate.one.determinations"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Broker:
    """A broker of this module's own, which may be killed."""

    def __init__(self, folder: Path) -> None:
        self.server = Kafka()
        self._folder = folder
        self.address = self.start()

    def start(self) -> str:
        try:
            return self.server.start(self._folder)[ADDRESS]
        except Unavailable as reason:
            left_out.skip("a real Kafka broker", str(reason))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("kafka"))
    yield made
    made.server.stop()


class Running:
    """A bus with one group consuming, and what it handled."""

    def __init__(self, bus: KafkaBus) -> None:
        self.bus = bus
        self.ids: list[str] = []

    async def handle(self, message: BusMessage) -> None:
        self.ids.append(message.id)

    async def publish(self, id: str) -> None:
        """Publish for as long as it takes, as the relay does."""
        message = BusMessage(topic=TOPIC, key="rev-1", id=id, type="type", body=id.encode())
        while True:
            try:
                return await self.bus.publish(message)
            except Retryable:
                await asyncio.sleep(0.1)

    async def until(self, id: str) -> None:
        async with asyncio.timeout(90):
            while id not in self.ids:
                await asyncio.sleep(0.01)


@pytest.fixture
async def running(broker: Broker, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Running]:
    url = f"sqlite:///{tmp_path}/priorauth.db"
    async with open_store(url):
        database = Database(url)
        cluster = Cluster(
            bootstrap=broker.address,
            instance="one",
            prefix=f"{request.node.name}.",
            partitions=3,
            session=timedelta(seconds=3),
        )
        bus = KafkaBus(cluster, Deliveries(database, Seal(KEY)), lambda: NOON, Metrics())
        made = Running(bus)
        run = asyncio.create_task(bus.run("gateway", [TOPIC], made.handle))
        yield made
        await bus.stop()
        await run
        await database.close()


async def test_after_the_broker_was_killed_and_started_again_both_clients_go_on(
    broker: Broker, running: Running
) -> None:
    await running.publish("before")
    await running.until("before")

    broker.server.kill()
    meanwhile = asyncio.create_task(running.publish("while it is away"))
    await asyncio.sleep(5)
    await asyncio.to_thread(broker.start)
    await meanwhile
    await running.publish("after")
    await running.until("after")

    assert list(dict.fromkeys(running.ids)) == ["before", "while it is away", "after"]


async def test_after_the_broker_stood_still_for_longer_than_a_session_both_clients_go_on(
    broker: Broker, running: Running
) -> None:
    await running.publish("before")
    await running.until("before")

    broker.server.freeze()
    meanwhile = asyncio.create_task(running.publish("while it stands still"))
    await asyncio.sleep(6)
    broker.server.thaw()
    await meanwhile
    await running.publish("after")
    await running.until("after")

    assert list(dict.fromkeys(running.ids)) == ["before", "while it stands still", "after"]
