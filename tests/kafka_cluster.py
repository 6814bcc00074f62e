"""The broker of the test run, with topics and groups that nobody else has; and what is on topics, seen from outside."""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

import left_out
from priorauth.adapters.kafka.cluster import Cluster

READ_SECONDS = 120.0


def broker() -> str:
    """Where the broker of the test run is; leaves the test out where there is none."""
    address = os.environ.get("PRIORAUTH_TEST_KAFKA", "")
    return address or left_out.skip("a real Kafka broker", "PRIORAUTH_TEST_KAFKA is not set")


def prefix_of_its_own() -> str:
    return f"test-{uuid.uuid4().hex[:8]}."


def a_cluster(instance: str = "test", **said: object) -> Cluster:
    """The test run's broker as one test sees it."""
    settings = {"prefix": prefix_of_its_own(), "partitions": 3, "session": timedelta(seconds=3), **said}
    return Cluster(bootstrap=broker(), instance=instance, **settings)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Record:
    """One record of a topic."""

    topic: str
    key: str
    body: bytes
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


def records(address: str, *topics: str) -> list[Record]:
    """Everything on these topics, in the order of each partition."""
    return asyncio.run(_records(address, topics))


def put(address: str, record: Record) -> None:
    """Put a record on its topic, as another system does."""
    asyncio.run(_put(address, record))


async def _records(address: str, topics: tuple[str, ...]) -> list[Record]:
    consumer = AIOKafkaConsumer(
        *topics, bootstrap_servers=address, auto_offset_reset="earliest", group_id=None, enable_auto_commit=False
    )
    found: list[Record] = []
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        async with asyncio.timeout(READ_SECONDS):
            while any([await consumer.position(partition) < end for partition, end in ends.items()]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += [
                        Record(each.topic, (each.key or b"").decode(), each.value, tuple(each.headers))
                        for each in batch
                    ]
    finally:
        await consumer.stop()
    return found


async def _put(address: str, record: Record) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address)
    await producer.start()
    try:
        await producer.send_and_wait(record.topic, record.body, key=record.key.encode(), headers=list(record.headers))
    finally:
        await producer.stop()
