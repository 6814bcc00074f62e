"""The event bus without a broker: the outbox table is the log, and a commit wakes the relay at once.

The relay gives what was committed its position in the stream; each consumer group reads from its offset on. What one
process commits is delivered within milliseconds; what another does, by the poll behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime

import structlog

from priorauth.adapters.archive import Seal
from priorauth.adapters.consumer import Consumer, Pace
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.stream import Stream
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import BusMessage, Retryable

log = structlog.get_logger()

RELAY_POLL_SECONDS = 0.25


class EmbeddedBus:
    """The EventBus port within one process, over its database."""

    def __init__(self, database: Database, seal: Seal, now: Callable[[], datetime], pace: Pace | None = None) -> None:
        self._stream = Stream(database, seal)
        self._now = now
        self._pace = pace or Pace()
        self._consumers: set[Consumer] = set()
        self._relay: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    def committed(self, _review_ids: AbstractSet[ReviewId], topics: AbstractSet[str]) -> None:
        """Wake the relay. The unit of work calls this after each commit."""
        if topics:
            self._news.set()

    async def publish(self, message: BusMessage) -> None:
        """Put a message on its topic. The same id again changes nothing."""
        await self._stream.put(message, self._now())
        self._news.set()

    async def run(self, group: str, topics: Sequence[str], handle: Callable[[BusMessage], Awaitable[object]]) -> None:
        """Consume these topics for the group until `stop`. One run per group and topic at a time."""
        taken = {topic for consumer in self._consumers if consumer.group == group for topic in consumer.topics}
        if taken & set(topics):
            raise ValueError("the group consumes one of these topics already")
        consumer = Consumer(self._stream, group, tuple(topics), handle, self._now, self._pace)
        self._consumers.add(consumer)
        if self._relay is None:
            self._relay = asyncio.create_task(self._publish_new())
        try:
            await consumer.run()
        finally:
            self._consumers.discard(consumer)

    async def stop(self) -> None:
        """End every run when its present messages are handled, and the relay."""
        await asyncio.gather(*(consumer.stop() for consumer in tuple(self._consumers)))
        if self._relay is not None:
            self._relay.cancel()
            with suppress(asyncio.CancelledError):
                await self._relay
            self._relay = None

    async def publish_new(self) -> AbstractSet[str]:
        """Give what was committed its position now, and wake its consumers; the topics that there was news on."""
        topics = await self._stream.publish_new()
        for consumer in self._consumers:
            if topics & set(consumer.topics):
                consumer.wake()
        return topics

    async def _publish_new(self) -> None:
        """Publish after each commit, and at times what another process committed. A failure is tried again."""
        while True:
            self._news.clear()
            try:
                if await self.publish_new():
                    continue
            except Retryable:
                log.warning("relay_waits")
            except Exception:
                log.exception("relay_failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), RELAY_POLL_SECONDS)
