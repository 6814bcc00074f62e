"""The event bus without a broker: the outbox table is the log, and a commit wakes the consumers at once.

Each consumer group reads from its offset on. What this process commits is handled within milliseconds; what another
does, when it announces it or by the poll behind that. Replicas on one PostgreSQL share each group's work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from priorauth.adapters.archive import Seal
from priorauth.adapters.consumer import Consumer
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.outbox import shard_of
from priorauth.adapters.database.stream import Stream
from priorauth.adapters.database.unit_of_work import Committed
from priorauth.adapters.lanes import Handle, Pace, Reading
from priorauth.adapters.shared_run import SharedRun
from priorauth.domain.reviews import ReviewId
from priorauth.services.bus import BusMessage


class EmbeddedBus:
    """The EventBus port within one process, over its database."""

    def __init__(self, database: Database, seal: Seal, now: Callable[[], datetime], pace: Pace | None = None) -> None:
        self._stream = Stream(database, seal)
        self._now = now
        self._pace = pace or Pace()
        self._database = database
        self.announce: Committed | None = None  # tells other replicas
        self._consumers: set[Consumer | SharedRun] = set()

    def committed(self, review_ids: AbstractSet[ReviewId], topics: AbstractSet[str]) -> None:
        """Wake the consumers of these topics. The unit of work calls this after each commit."""
        for consumer in self._consumers:
            if topics.isdisjoint(consumer.topics):
                continue
            if isinstance(consumer, SharedRun):
                consumer.wake({shard_of(review_id) for review_id in review_ids} or None)
            else:
                consumer.wake()

    async def publish(self, message: BusMessage) -> None:
        """Put a message on its topic. The same id again changes nothing."""
        await self._stream.put(message, self._now())
        for tell in filter(None, (self.committed, self.announce)):
            tell({ReviewId(message.key)}, {message.topic})

    async def run(self, group: str, topics: Sequence[str], handle: Callable[[BusMessage], Awaitable[object]]) -> None:
        """Consume these topics for the group until `stop`. One run per group and topic at a time."""
        taken = {topic for consumer in self._consumers if consumer.group == group for topic in consumer.topics}
        if not taken.isdisjoint(topics):
            raise ValueError("the group consumes one of these topics already")
        consumer = self._consumer(group, tuple(topics), handle)
        self._consumers.add(consumer)
        try:
            await consumer.run()
        finally:
            self._consumers.discard(consumer)

    def _consumer(self, group: str, topics: tuple[str, ...], handle: Handle) -> Consumer | SharedRun:
        """All of it where this process is alone; a share of it where other replicas have the same database."""
        reading = Reading(group=group, topics=topics, handle=handle, now=self._now, pace=self._pace)
        if self._database.dialect == "sqlite":
            return Consumer(self._stream, reading)
        return SharedRun(self._database, self._stream, reading)

    async def stop(self) -> None:
        """End every run when its present messages are handled."""
        await asyncio.gather(*(consumer.stop() for consumer in tuple(self._consumers)))
