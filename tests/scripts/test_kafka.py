"""The broker of a test run: it takes messages, and has them again after a crash or a standstill."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

import left_out
from testbed.kafka import ADDRESS, Kafka
from testbed.processes import noted
from testbed.service import Unavailable

pytestmark = pytest.mark.real

TOPIC = "kept"


@pytest.fixture(scope="module")
def broker() -> Iterator[Kafka]:
    server = Kafka()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kafka")


def started(broker: Kafka, folder: Path) -> str:
    try:
        return broker.start(folder)[ADDRESS]
    except Unavailable as reason:
        left_out.skip("the Kafka broker", str(reason))


async def test_a_broker_that_is_frozen_or_killed_comes_back_with_what_it_acknowledged(
    broker: Kafka, folder: Path
) -> None:
    address = started(broker, folder)
    await make_topic(address)
    await send(address, b"before")

    broker.freeze()
    broker.thaw()
    await send(address, b"between")
    broker.kill()
    assert not broker.runs
    again = started(broker, folder)

    assert again == address
    assert await everything(address) == [b"before", b"between"]


def test_a_stopped_broker_leaves_no_process(broker: Kafka, folder: Path) -> None:
    if not broker.runs:
        started(broker, folder)
    assert noted(folder)

    broker.stop()

    assert not noted(folder)


async def make_topic(address: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, num_partitions=1, replication_factor=1)])
    await admin.close()


async def send(address: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all", enable_idempotence=True)
    await producer.start()
    await producer.send_and_wait(TOPIC, value)
    await producer.stop()


async def everything(address: str) -> list[bytes]:
    """Every message of the topic, in order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=address)
    await consumer.start()
    partition = TopicPartition(TOPIC, 0)
    consumer.assign([partition])
    await consumer.seek_to_beginning()
    end = (await consumer.end_offsets([partition]))[partition]
    values: list[bytes] = []
    while len(values) < end:
        values += [record.value async for record in taken(consumer)]
    await consumer.stop()
    return values


async def taken(consumer: AIOKafkaConsumer) -> AsyncIterator[ConsumerRecord]:
    for records in (await consumer.getmany(timeout_ms=500)).values():
        for record in records:
            yield record
