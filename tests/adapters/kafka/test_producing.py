"""A producer whose brokers are away: its client is made again, however many wait for it and however impatiently."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiokafka.errors import KafkaConnectionError

from priorauth.adapters.kafka.cluster import Cluster, Topics
from priorauth.adapters.kafka.producing import Producer
from priorauth.services.bus import BusMessage
from priorauth.services.ports import Retryable

CLUSTER = Cluster(bootstrap="nowhere:9092", instance="one")
MANY = 32


class KnownTopics(Topics):
    """Every topic is there."""

    async def ensure(self, names: Iterable[str]) -> None:
        pass


@dataclass
class Brokers:
    """Stands for the brokers: whether they are there, and what they took."""

    start_seconds: float = 0.0
    are_away: bool = False
    clients: int = 0
    taken: list[bytes] = field(default_factory=list)

    def new_client(self, **_settings: Any) -> Any:
        self.clients += 1
        return Client(self)


class Client:
    """One client of these brokers."""

    def __init__(self, brokers: Brokers) -> None:
        self._brokers = brokers

    async def start(self) -> None:
        await asyncio.sleep(self._brokers.start_seconds)
        self._reach()

    async def stop(self) -> None:
        pass

    async def send_and_wait(self, _topic: str, *, value: bytes, **_rest: Any) -> None:
        self._reach()
        self._brokers.taken.append(value)

    def _reach(self) -> None:
        if self._brokers.are_away:
            raise KafkaConnectionError


async def send(producer: Producer, number: int) -> bool:
    """Try to send once; whether the brokers have it."""
    message = BusMessage(topic="topic", key=str(number), id=str(number), type="type", body=str(number).encode())
    try:
        await producer.send(message)
    except Retryable:
        return False
    return True


async def send_until_taken(producer: Producer, number: int) -> None:
    while not await send(producer, number):
        await asyncio.sleep(0.001 * number)


async def test_a_client_is_made_though_nobody_waits_for_as_long_as_that_takes() -> None:
    brokers = Brokers(start_seconds=0.1)
    producer = Producer(CLUSTER, KnownTopics(CLUSTER), brokers.new_client, patience=0.02)

    async with asyncio.timeout(30):
        await asyncio.gather(*(send_until_taken(producer, number) for number in range(MANY)))
    await producer.close()

    assert len(brokers.taken) == MANY
    assert brokers.clients == 1


async def test_many_that_fail_at_once_put_off_the_next_client_once() -> None:
    brokers = Brokers()
    producer = Producer(CLUSTER, KnownTopics(CLUSTER), brokers.new_client, patience=5)
    assert await send(producer, 0)

    brokers.are_away = True
    first = await asyncio.gather(*(send(producer, number) for number in range(MANY)))
    second = await asyncio.gather(*(send(producer, number) for number in range(MANY)))
    brokers.are_away = False
    async with asyncio.timeout(5):
        await asyncio.gather(*(send_until_taken(producer, number) for number in range(MANY)))
    await producer.close()

    assert not any(first)
    assert not any(second)
    assert brokers.clients == 4, "the one that broke, one for each time that many failed, and one that works"
    assert len(brokers.taken) == MANY + 1
    assert producer.connection.seconds_away == 0.0


async def test_closing_ends_the_making_of_a_client() -> None:
    brokers = Brokers(start_seconds=3600)
    producer = Producer(CLUSTER, KnownTopics(CLUSTER), brokers.new_client, patience=0.01)
    assert not await send(producer, 0)

    async with asyncio.timeout(5):
        await producer.close()
