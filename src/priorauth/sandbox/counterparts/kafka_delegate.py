"""A simulated delegate at a Kafka cluster: legs from its topic of requests, determinations to its other topic."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from priorauth.adapters.archive import KEY_BYTES, Seal
from priorauth.adapters.kafka.records import arrived, headers_of
from priorauth.domain.parties import DestinationId
from priorauth.sandbox.behaviours import BehaviourTable
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.caseworker import Caseworker
from priorauth.sandbox.event_delegates import EventDelegates, TopicOutlet
from priorauth.services.bus import BusMessage
from priorauth.translate.events import requests_topic


class RecordsOut:
    """Puts messages on topics. Satisfies what a `TopicOutlet` needs of an event bus."""

    def __init__(self, producer: Any, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix

    async def publish(self, message: BusMessage) -> None:
        """Put one message on its topic, and wait until the brokers have it."""
        await self._producer.send_and_wait(
            f"{self._prefix}{message.topic}",
            message.body,
            key=message.key.encode(),
            headers=headers_of(message),
        )


async def play_at_kafka(
    name: DestinationId,
    *,
    bootstrap: str,
    prefix: str,
    table: BehaviourTable,
    folder: Path,
    now: Callable[[], datetime],
    ready: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Consume and answer until it is to stop; `ready` is called when it begins. What breaks it is raised.

    A leg is committed when it is answered, so that a crash answers it again.
    """
    group = f"{prefix}sandbox-delegate-{name}"
    consumer = AIOKafkaConsumer(
        f"{prefix}{requests_topic(name)}",
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    outlet = TopicOutlet(RecordsOut(producer, prefix))
    casebook = Casebook(folder / f"{name}.cases", Seal(os.urandom(KEY_BYTES)))
    caseworker = Caseworker(table=table, casebook=casebook, outlets={name: outlet}, now=now)
    async with AsyncExitStack() as stack:
        stack.callback(casebook.close)
        for client in (producer, consumer):
            stack.push_async_callback(client.stop)
            await client.start()
        delegates = EventDelegates(caseworker, outlet, now)
        work = [
            asyncio.create_task(_take_legs(consumer, delegates, requests_topic(name), group)),
            asyncio.create_task(caseworker.settle_forever()),
            asyncio.create_task(stop.wait()),
        ]
        stack.push_async_callback(_ended, work)
        ready()
        done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _ended(work: Sequence[asyncio.Task[Any]]) -> None:
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)


async def _take_legs(consumer: Any, delegates: EventDelegates, topic: str, group: str) -> None:
    async for record in consumer:
        await delegates.handle(arrived(record, topic=topic, group=group).open())
        await consumer.commit()
