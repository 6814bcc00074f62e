"""The gateway's bus where there is a Kafka cluster: its own steps read the outbox, the world outside reads Kafka.

So a request is routed, dispatched over HTTP and answered while the brokers are away; what is for others waits in the
outbox. Why: docs/decisions/0016-own-steps-read-the-outbox.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from priorauth.adapters.embedded_bus import EmbeddedBus
from priorauth.adapters.lanes import Handle, Pace, happens
from priorauth.services.bus import BusMessage, EventBus
from priorauth.services.ports import Retryable
from priorauth.services.settle_dead_letters import RETRIES, run_with_retries
from priorauth.translate.events import EVENTS_TOPIC, STEPS_TOPIC

RELAY_GROUP = "kafka"
WHILE_AWAY = Pace(first_pause=0.2, longest_pause=5.0)


class Brokers(EventBus, Protocol):
    """The bus over a cluster, as seen from here."""

    async def prepare(self, topics: Sequence[str]) -> None:
        """Make these topics, if the brokers are there."""


class OutwardBus:
    """The EventBus port over the outbox and a cluster. `relay` brings the one to the other."""

    def __init__(self, *, steps: EmbeddedBus, relayed: EmbeddedBus, kafka: Brokers, topics: Sequence[str]) -> None:
        self._steps = steps
        self._relayed = relayed
        self._kafka = kafka
        self._topics = tuple(topics)
        self._stopping = asyncio.Event()

    async def publish(self, message: BusMessage) -> None:
        """Put a message on its topic. Raises Retryable where the brokers are away."""
        await self._kafka.publish(message)

    async def run(self, group: str, topics: Sequence[str], handle: Handle) -> None:
        """Consume these topics for the group until `stop`: the gateway's own from the outbox, others from Kafka.

        Its own are its events, and what an operator hands over again.
        """
        own = [topic for topic in topics if topic in (EVENTS_TOPIC, STEPS_TOPIC) or topic.startswith(RETRIES)]
        others = [topic for topic in topics if topic not in own]
        runs = [bus.run(group, found, handle) for bus, found in ((self._steps, own), (self._kafka, others)) if found]
        await asyncio.gather(*runs)  # where one has to stop by itself, the caller stops the other

    async def relay(self) -> None:
        """Publish the outbox, in order per review, until `stop`. What is not acknowledged is sent again.

        So is what was set aside, once an operator says so: on its own topic, under its own key and id.
        """
        await self._kafka.prepare(self._topics)
        await run_with_retries(self._relayed, RELAY_GROUP, self._topics, self._forward)

    async def stop(self) -> None:
        """End every run, and send what is on its way."""
        self._stopping.set()
        await asyncio.gather(self._steps.stop(), self._relayed.stop())
        await self._kafka.stop()

    async def _forward(self, message: BusMessage) -> None:
        """Return when the brokers have the message, so that what is behind it is not even read while they are away."""
        attempts = 0
        while True:
            attempts += 1
            try:
                return await self._kafka.publish(message)
            except Retryable:
                await happens(self._stopping, WHILE_AWAY.pause(attempts))
                if self._stopping.is_set():
                    raise
