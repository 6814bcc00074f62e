"""The event bus without a broker: the outbox table is the log, and a commit wakes the consumers at once.

Each consumer group reads from its offset on. What this process commits is handled within milliseconds; what another
does, by the poll behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from priorauth.adapters.archive import Seal
from priorauth.adapters.consumer import Consumer
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.stream import Stream
from priorauth.adapters.lanes import Pace
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import BusMessage


class EmbeddedBus:
    """The EventBus port within one process, over its database."""

    def __init__(self, database: Database, seal: Seal, now: Callable[[], datetime], pace: Pace | None = None) -> None:
        self._stream = Stream(database, seal)
        self._now = now
        self._pace = pace or Pace()
        self._consumers: set[Consumer] = set()

    def committed(self, _review_ids: AbstractSet[ReviewId], topics: AbstractSet[str]) -> None:
        """Wake the consumers of these topics. The unit of work calls this after each commit."""
        for consumer in self._consumers:
            if not topics.isdisjoint(consumer.topics):
                consumer.wake()

    async def publish(self, message: BusMessage) -> None:
        """Put a message on its topic. The same id again changes nothing."""
        await self._stream.put(message, self._now())
        self.committed(frozenset(), {message.topic})

    async def run(self, group: str, topics: Sequence[str], handle: Callable[[BusMessage], Awaitable[object]]) -> None:
        """Consume these topics for the group until `stop`. One run per group and topic at a time."""
        taken = {topic for consumer in self._consumers if consumer.group == group for topic in consumer.topics}
        if not taken.isdisjoint(topics):
            raise ValueError("the group consumes one of these topics already")
        consumer = Consumer(self._stream, group, tuple(topics), handle, self._now, self._pace)
        self._consumers.add(consumer)
        try:
            await consumer.run()
        finally:
            self._consumers.discard(consumer)

    async def stop(self) -> None:
        """End every run when its present messages are handled."""
        await asyncio.gather(*(consumer.stop() for consumer in tuple(self._consumers)))
