"""The EventBus port over Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from priorauth.adapters.database.inbox import Deliveries
from priorauth.adapters.kafka.cluster import AWAY, Cluster, Topics, only_our_cancellations
from priorauth.adapters.kafka.consuming import GroupConsumer
from priorauth.adapters.kafka.producing import Producer
from priorauth.adapters.lanes import Handle, Pace
from priorauth.observability import Metrics
from priorauth.services.bus import BusMessage


class KafkaBus:
    """Publishes to and consumes from a cluster. Effects and dead letters are in the gateway's database."""

    def __init__(
        self,
        cluster: Cluster,
        deliveries: Deliveries,
        now: Callable[[], datetime],
        metrics: Metrics,
        pace: Pace | None = None,
    ) -> None:
        self._cluster = cluster
        self._topics = Topics(cluster)
        self._deliveries = deliveries
        self._now = now
        self._metrics = metrics
        self._pace = pace or Pace()
        self._producer = Producer(cluster, self._topics)
        self._consumers: set[GroupConsumer] = set()

    async def prepare(self, topics: Sequence[str]) -> None:
        """Make these topics now, if the brokers are there; else each is made before its first message."""
        with suppress(*AWAY), only_our_cancellations():
            await self._topics.ensure(topics)

    async def publish(self, message: BusMessage) -> None:
        """Put a message on its topic. Raises Retryable where the brokers are away."""
        await self._producer.send(message)

    async def run(self, group: str, topics: Sequence[str], handle: Handle) -> None:
        """Consume these topics for the group until `stop`."""
        taken = {topic for consumer in self._consumers if consumer.group == group for topic in consumer.names}
        if not taken.isdisjoint(topics):
            raise ValueError("the group consumes one of these topics already")
        consumer = GroupConsumer(
            cluster=self._cluster,
            topics=self._topics,
            deliveries=self._deliveries,
            group=group,
            names=topics,
            handle=handle,
            now=self._now,
            pace=self._pace,
            metrics=self._metrics,
        )
        self._consumers.add(consumer)
        try:
            await consumer.run()
        finally:
            self._consumers.discard(consumer)

    async def stop(self) -> None:
        """End every run when its present messages are handled, and send what is on its way."""
        await asyncio.gather(*(consumer.stop() for consumer in tuple(self._consumers)))
        await self._producer.close()

    def away(self) -> Sequence[tuple[str, float]]:
        """Which clients the brokers do not answer, and for how many seconds."""
        connections = [self._producer.connection, *(consumer.connection for consumer in self._consumers)]
        return [(each.client, each.seconds_away) for each in connections if each.failing_since is not None]
