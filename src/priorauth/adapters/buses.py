"""The bus of a gateway: the embedded one, or Kafka around it; and how both are measured."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.inbox import Deliveries
from priorauth.adapters.database.stream import Stream
from priorauth.adapters.database.unit_of_work import Committed
from priorauth.adapters.embedded_bus import EmbeddedBus
from priorauth.adapters.kafka.bus import KafkaBus
from priorauth.adapters.kafka.cluster import Cluster
from priorauth.adapters.kafka.outward import RELAY_GROUP, OutwardBus
from priorauth.adapters.lanes import Pace
from priorauth.domain.parties import PayerId
from priorauth.observability import Metrics
from priorauth.services.bus import EventBus
from priorauth.services.delegate_ports import Destination
from priorauth.settings import Settings
from priorauth.translate.events import DEAD_LETTERS_TOPIC, EVENTS_TOPIC, STEPS_TOPIC, payer_topic, requests_topic

RELAY_PACE = Pace(concurrency=200, read_ahead=500, linger=0.01)
STEPS_GROUP = "gateway"
LEAST_KEPT = timedelta(days=14)
"""Brokers delete whole segments, which by default are written to for a week."""
AWAY_SECONDS = 5.0
"""How long the brokers may be away before readiness mentions it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buses:
    """The bus, what reads the outbox, and what runs and is watched beside it."""

    bus: EventBus
    embedded: tuple[EmbeddedBus, ...]  # those that read the outbox
    measure: Callable[[], Awaitable[None]]
    notice: Callable[[], str]  # what is not as it should be, and keeps no request from being taken
    relay: Callable[[], Coroutine[Any, Any, None]] | None = None

    @property
    def committed(self) -> tuple[Committed, ...]:
        """Who is to be told of commits."""
        return tuple(each.committed for each in self.embedded)


def outward_topics(payers: Sequence[PayerId], destinations: Sequence[Destination]) -> tuple[str, ...]:
    """What of the outbox others read: every event, each payer's own, the legs of delegates on Kafka, dead letters."""
    legs = [requests_topic(each.id) for each in destinations if each.transport == "kafka_topic"]
    return (EVENTS_TOPIC, *map(payer_topic, payers), *legs, DEAD_LETTERS_TOPIC)


def open_buses(
    settings: Settings,
    database: Database,
    seal: Seal,
    now: Callable[[], datetime],
    metrics: Metrics,
    *,
    payers: Sequence[PayerId],
    destinations: Sequence[Destination],
) -> Buses:
    """The buses that the settings ask for."""
    steps = EmbeddedBus(database, seal, now)
    readers: dict[str, tuple[str, ...]] = {STEPS_GROUP: (EVENTS_TOPIC, STEPS_TOPIC)}
    measure = Measured(Stream(database, seal), readers, now, metrics)
    if not settings.kafka_bootstrap:
        return Buses(bus=steps, embedded=(steps,), measure=measure, notice=lambda: "")
    kafka = KafkaBus(cluster(settings), Deliveries(database, seal), now, metrics)
    relayed = EmbeddedBus(database, seal, now, RELAY_PACE)
    topics = outward_topics(payers, destinations)
    readers[RELAY_GROUP] = topics
    outward = OutwardBus(steps=steps, relayed=relayed, kafka=kafka, topics=topics)
    return Buses(
        bus=outward,
        embedded=(steps, relayed),
        measure=measure,
        notice=lambda: away(kafka),
        relay=outward.relay,
    )


def receipts_kept(settings: Settings) -> timedelta:
    """For how long a delivery may come again: what a topic keeps, and as much once more until a broker deletes it."""
    return max(2 * timedelta(days=settings.kafka_retention_days), LEAST_KEPT)


def cluster(settings: Settings) -> Cluster:
    """The cluster of the settings."""
    return Cluster(
        bootstrap=settings.kafka_bootstrap,
        instance=settings.kafka_instance or f"{socket.gethostname()}-{settings.port}",
        prefix=settings.kafka_prefix,
        partitions=settings.kafka_partitions,
        replication=settings.kafka_replication,
        retention=timedelta(days=settings.kafka_retention_days),
        largest_message=settings.kafka_largest_message,
        security=settings.kafka_security,
        sasl=settings.kafka_sasl,
        username=settings.kafka_username,
        password=settings.kafka_password.get_secret_value(),
        ca_file=str(settings.kafka_ca_file or ""),
    )


def away(kafka: KafkaBus) -> str:
    """Which clients the brokers do not answer; empty where all is well."""
    silent = [f"{client} for {seconds:.0f} s" for client, seconds in kafka.away() if seconds > AWAY_SECONDS]
    return f"Kafka does not answer: {', '.join(silent)}; what is for others waits in the outbox" if silent else ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Puts into the metrics how much of the outbox waits for each of its readers, and since when."""

    stream: Stream
    readers: dict[str, tuple[str, ...]]
    now: Callable[[], datetime]
    metrics: Metrics

    async def __call__(self) -> None:
        for reader, topics in self.readers.items():
            waiting, oldest = await self.stream.backlog(reader, topics)
            age = max((self.now() - oldest).total_seconds(), 0.0) if oldest else 0.0
            self.metrics.outbox.labels(reader).set(waiting)
            self.metrics.outbox_age.labels(reader).set(age)
