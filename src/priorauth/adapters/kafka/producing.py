"""Messages on their way to Kafka: acknowledged by all replicas, never reordered, by a client that can be replaced."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTopicError, MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError

from priorauth.adapters.kafka.cluster import AWAY, Cluster, Connection, Topics, only_our_cancellations
from priorauth.adapters.kafka.records import headers_of
from priorauth.services.bus import BusMessage
from priorauth.services.ports import Retryable

SEND_SECONDS = 15.0
CLOSE_SECONDS = 5.0

POISON = (InvalidTopicError, MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError)


class Unsendable(Exception):
    """The broker will never take this message."""


class Producer:
    """Sends one message at a time per caller. Any failure but the message's own replaces the client."""

    def __init__(self, cluster: Cluster, topics: Topics) -> None:
        self.connection = Connection("producer")
        self._cluster = cluster
        self._topics = topics
        self._client: AIOKafkaProducer | None = None
        self._making = asyncio.Lock()
        self._make_after = 0.0
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, message: BusMessage) -> None:
        """Return when every replica in sync has the message. Raises Retryable, or Unsendable where it is at fault."""
        client = None
        try:
            with only_our_cancellations():
                async with asyncio.timeout(SEND_SECONDS):
                    client = await self._ready()
                    await self._topics.ensure([message.topic])
                    await client.send_and_wait(
                        f"{self._cluster.prefix}{message.topic}",
                        key=message.key.encode(),
                        value=message.body,
                        headers=headers_of(message),
                    )
        except POISON as error:
            raise Unsendable(type(error).__name__) from None
        except AWAY as error:
            self._replace(client, error)
            raise Retryable("the broker did not take the message") from None
        self.connection.works()

    async def close(self) -> None:
        """Send what is on its way, and close."""
        client, self._client = self._client, None
        if client:
            await close(client)
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _ready(self) -> AIOKafkaProducer:
        async with self._making:
            if self._client is None:
                await asyncio.sleep(max(self._make_after - asyncio.get_running_loop().time(), 0))
                self._client = await self._make()
            return self._client

    async def _make(self) -> AIOKafkaProducer:
        client = AIOKafkaProducer(
            **self._cluster.client(),
            acks="all",
            enable_idempotence=True,
            max_request_size=self._cluster.largest_message,
            linger_ms=2,
        )
        started = False
        try:
            await client.start()
            started = True
        finally:
            if not started:
                await close(client)
        return client

    def _replace(self, client: AIOKafkaProducer | None, error: BaseException) -> None:
        """Let go of the client that failed; the next message makes another. Of many at once the first counts."""
        if client is not self._client:
            return
        self._make_after = asyncio.get_running_loop().time() + self.connection.failed(error)
        self._client = None
        if client:
            task = asyncio.create_task(close(client))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


async def close(client: AIOKafkaProducer) -> None:
    """Close a client, by force where it waits for a broker that is away."""
    with suppress(*AWAY), only_our_cancellations():
        await asyncio.wait_for(client.stop(), CLOSE_SECONDS)
        return
    with suppress(*AWAY), only_our_cancellations():
        await asyncio.wait_for(client.client.close(), CLOSE_SECONDS)
