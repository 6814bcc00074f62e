"""Messages on their way to Kafka: acknowledged by all replicas, never reordered, by a client that can be replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTopicError, MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError

from priorauth.adapters.kafka.cluster import AWAY, Cluster, Connection, Topics, now, only_our_cancellations
from priorauth.adapters.kafka.records import headers_of
from priorauth.services.bus import BusMessage
from priorauth.services.ports import Retryable

SEND_SECONDS = 15.0
START_SECONDS = 30.0
CLOSE_SECONDS = 5.0

POISON = (InvalidTopicError, MessageSizeTooLargeError, RecordListTooLargeError, RecordTooLargeError)


class Unsendable(Exception):
    """The broker will never take this message."""


class Producer:
    """Sends one message at a time per caller. Any failure but the message's own replaces the client.

    A client is made by nobody's time: many wait for it while the brokers are away, and if one of them ran out of
    patience over the making, or put off the next, there might never be one again.
    """

    def __init__(
        self,
        cluster: Cluster,
        topics: Topics,
        new_client: Callable[..., AIOKafkaProducer] = AIOKafkaProducer,
        patience: float = SEND_SECONDS,
    ) -> None:
        self.connection = Connection("producer")
        self._cluster = cluster
        self._topics = topics
        self._new_client = new_client
        self._patience = patience
        self._client: AIOKafkaProducer | None = None
        self._making: asyncio.Task[AIOKafkaProducer] | None = None
        self._make_after = 0.0
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, message: BusMessage) -> None:
        """Return when every replica in sync has the message. Raises Retryable, or Unsendable where it is at fault."""
        client = None
        try:
            with only_our_cancellations():
                async with asyncio.timeout(self._patience):
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
        if self._making:
            self._making.cancel()
            await asyncio.gather(self._making, return_exceptions=True)
        client, self._client = self._client, None
        if client:
            await close(client)
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _ready(self) -> AIOKafkaProducer:
        if self._client is not None:
            return self._client
        if self._making is None:
            self._making = asyncio.create_task(self._make(), name="making a producer")
            self._making.add_done_callback(self._made)
        return await asyncio.shield(self._making)

    def _made(self, making: asyncio.Task[AIOKafkaProducer]) -> None:
        self._making = None
        if making.cancelled():
            return
        if error := making.exception():
            self._make_after = now() + self.connection.failed(error)
        else:
            self._client = making.result()

    async def _make(self) -> AIOKafkaProducer:
        await asyncio.sleep(self._make_after - now())
        client = self._new_client(
            **self._cluster.client(),
            acks="all",
            enable_idempotence=True,
            max_request_size=self._cluster.largest_message,
            linger_ms=2,
        )
        started = False
        try:
            with only_our_cancellations():
                async with asyncio.timeout(START_SECONDS):
                    await client.start()
            started = True
        finally:
            if not started:
                await close(client)
        return client

    def _replace(self, client: AIOKafkaProducer | None, error: BaseException) -> None:
        """Let go of the client that failed; the next message makes another. Of many at once the first counts."""
        if client is None or client is not self._client:
            return
        self._make_after = now() + self.connection.failed(error)
        self._client = None
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
