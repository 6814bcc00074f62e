"""Where the brokers are, how topics are made there, and how often a broker that is away may be spoken of."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import random
from typing import Any

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    ConsumerStoppedError,
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    for_code,
)

from priorauth.adapters.kafka.rate import Seldom

REQUEST_MILLISECONDS = 10_000
THE_BROKERS_DEFAULT = -1
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A Kafka cluster as this replica uses it. `prefix` stands before the name of every topic and group."""

    bootstrap: str
    instance: str  # of this replica: its partitions wait for it while it restarts
    prefix: str = ""
    partitions: int = 12
    replication: int = 0  # 0: the broker's default
    retention: timedelta = timedelta(days=7)
    session: timedelta = timedelta(seconds=10)  # after which the partitions of a silent replica go to another
    largest_message: int = 1_000_000  # bytes: below what a broker takes by its defaults
    security: str = "PLAINTEXT"
    sasl: str = "PLAIN"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    def client(self) -> dict[str, Any]:
        """How any client connects."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "client_id": f"priorauth-{self.instance}",
            "request_timeout_ms": REQUEST_MILLISECONDS,
            "retry_backoff_ms": 200,
            "security_protocol": self.security,
        }
        if self.security.endswith("SSL"):
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca_file or None)
        if self.security.startswith("SASL"):
            options |= {
                "sasl_mechanism": self.sasl,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return options


class Topics:
    """Makes topics that are not there yet. Raises KafkaError or TimeoutError where the brokers are away."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._known: set[str] = set()
        self._making = asyncio.Lock()

    async def ensure(self, names: Iterable[str]) -> None:
        """Make those of these topics that are not there. One that we may not make is left to whoever may."""
        missing = set(names) - self._known
        if not missing:
            return
        async with self._making:
            missing -= self._known
            if missing:
                await self._make(sorted(missing))
                self._known |= missing

    async def _make(self, names: list[str]) -> None:
        admin = AIOKafkaAdminClient(**self._cluster.client())
        try:
            await admin.start()
            made = await admin.create_topics([self._topic(name) for name in names])
        finally:
            await admin.close()
        for name, code, *_ in made.topic_errors:
            error = for_code(code)
            if error is TopicAuthorizationFailedError:
                log.warning("topic_not_made", topic=name, reason="the gateway may not make topics here")
            elif code and error is not TopicAlreadyExistsError:
                raise error()

    def _topic(self, name: str) -> NewTopic:
        topic = NewTopic(
            f"{self._cluster.prefix}{name}",
            num_partitions=self._cluster.partitions,
            replication_factor=self._cluster.replication or 1,
            topic_configs={"retention.ms": str(round(self._cluster.retention.total_seconds() * 1000))},
        )
        if not self._cluster.replication:
            topic.replication_factor = THE_BROKERS_DEFAULT  # the constructor does not know it
        return topic


class Connection:
    """How one client's connection fares: pauses before it is made again, and what is said of it meanwhile."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.failing_since: float | None = None
        self._failures = 0
        self._said = Seldom()

    def works(self) -> None:
        """Note that the brokers answered."""
        if self.failing_since is not None:
            log.info("kafka_back", task=self.client, seconds=round(now() - self.failing_since))
        self.failing_since = None
        self._failures = 0

    def failed(self, error: BaseException) -> float:
        """Note a failure that needs a new client; how long to wait before making it."""
        self._failures += 1
        if self.failing_since is None:
            self.failing_since = now()
        if (count := self._said.count()) is not None:
            kind = type(error).__name__
            log.warning("kafka_client_rebuilt", task=self.client, error_type=kind, count=count)
        pause = min(FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10), LONGEST_PAUSE)
        return pause * (0.5 + random() / 2)

    @property
    def seconds_away(self) -> float:
        """For how long it has not worked."""
        return 0.0 if self.failing_since is None else now() - self.failing_since


def now() -> float:
    return asyncio.get_running_loop().time()


class Dropped(Exception):
    """The client library cancelled by itself what it was asked for."""


@contextmanager
def only_our_cancellations() -> Iterator[None]:
    """Raise Dropped where the block is cancelled from within: when a broker dies, the library lets its own escape.

    Left as they are, they would end whoever waits without a word.
    """
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise Dropped from None


AWAY = (KafkaError, ConsumerStoppedError, Dropped, TimeoutError, OSError)
"""What the client library raises where the brokers are away or will not have this client any more."""
