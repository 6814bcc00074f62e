"""The event stream of a target as a consumer reads it: from Kafka where the target has it, else as server-sent events.

A stream begins at the end of what there is: open it before whatever is to be told.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from priorauth.conformance.calling import Run

EVENTS = "priorauth.events"
DEAD_LETTERS = "priorauth.dead-letters"
READER = "events"
"""The client of a target that reads events, where there is one of that name."""
POLL_MILLISECONDS = 200


@dataclass(frozen=True, slots=True)
class Delivered:
    """One event as it came. A key, a partition and headers are Kafka's; `position` is the offset or the SSE id."""

    body: str
    position: int
    kind: str  # what stands beside the event: `event:` of a server-sent one, the header ce_type of a record
    key: str = ""
    partition: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def event(self) -> dict[str, Any]:
        return parsed(self.body)

    @property
    def type(self) -> str:
        return str(self.event.get("type", ""))

    @property
    def data(self) -> dict[str, Any]:
        found = self.event.get("data")
        return found if isinstance(found, dict) else {}


@lru_cache(maxsize=10_000)
def parsed(body: str) -> dict[str, Any]:
    """An event's JSON. Stories look at each event many times, and at those of other stories too."""
    found = json.loads(body)
    assert isinstance(found, dict)
    return found


class Stream(Protocol):
    """What is new on one topic since one asked last."""

    async def new(self) -> list[Delivered]: ...


def topic_of(payer: str) -> str:
    """The topic of one payer's events in full; without a payer that of all in their minimal form."""
    return f"priorauth.payer.{payer.lower()}" if payer else EVENTS


def reader(run: Run) -> str:
    """The client that reads events."""
    return READER if READER in run.target.clients else "default"


@asynccontextmanager
async def opened(run: Run, payer: str = "", *, topic: str = "") -> AsyncIterator[Stream]:
    """The stream of a payer, or of everything; or a topic by its name, which only Kafka has."""
    if run.target.kafka is None:
        yield ServerSent(run, payer, await last_position(run, payer))
        return
    from aiokafka import AIOKafkaConsumer

    name = f"{run.target.kafka.prefix}{topic or topic_of(payer)}"
    consumer = AIOKafkaConsumer(
        name, bootstrap_servers=run.target.kafka.bootstrap, auto_offset_reset="latest", group_id=None
    )
    await consumer.start()
    try:
        await consumer.seek_to_end()
        for partition in consumer.assignment():
            await consumer.position(partition)
        yield Records(consumer)
    finally:
        await consumer.stop()


async def last_position(run: Run, payer: str) -> int:
    """The position of the last server-sent event that there is; a run reads on from what it knows."""
    stream = ServerSent(run, payer, run.shared.get(end_of(payer), 0))
    await stream.new()
    return stream.after


def end_of(payer: str) -> str:
    return f"end of the events of {payer or 'all'}"


class ServerSent:
    """Events by `GET /events`, a poll at a time."""

    def __init__(self, run: Run, payer: str, after: int) -> None:
        self._run = run
        self._payer = payer
        self.after = after

    async def new(self) -> list[Delivered]:
        found = await read_after(self._run, self._payer, self.after)
        if found:
            self.after = found[-1].position
            name = end_of(self._payer)
            self._run.shared[name] = max(self.after, self._run.shared.get(name, 0))
        return found


class Records:
    """Events of a Kafka topic."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer

    async def new(self) -> list[Delivered]:
        batches = await self._consumer.getmany(timeout_ms=POLL_MILLISECONDS)
        return [as_delivered(record) for records in batches.values() for record in records]


def as_delivered(record: Any) -> Delivered:
    """A Kafka record as it came."""
    headers = {name: value.decode("utf-8", errors="replace") for name, value in record.headers}
    return Delivered(
        body=record.value.decode("utf-8", errors="replace"),
        position=record.offset,
        kind=headers.get("ce_type", ""),
        key=(record.key or b"").decode("utf-8", errors="replace"),
        partition=record.partition,
        headers=headers,
    )


async def read_after(
    run: Run, payer: str, after: int | str, *, headers: Mapping[str, str | None] | None = None
) -> list[Delivered]:
    """Every event there is after a position. What came is noted by who asked, not poll by poll."""
    path = f"{run.target.paths.get('events', '/events')}?after={after}&follow=false" + (
        f"&payer={payer}" if payer else ""
    )
    seen = await run.request("GET", path, headers=headers, client=reader(run))
    run.check(seen, {"status": 200}, {"content-type": "text/event-stream"}) or run.fail(
        "the stream", "can be read", str(seen.got.status)
    )
    run.exchanges.pop()
    return read_server_sent(seen.got.text)


def read_server_sent(text: str) -> list[Delivered]:
    """The messages of a stream, blocks of lines that an empty one ends; comments and what has no data are none."""
    found = []
    *blocks, _ = text.replace("\r\n", "\n").split("\n\n")
    for block in blocks:
        fields = dict(line.partition(":")[::2] for line in block.split("\n") if line and not line.startswith(":"))
        said = {name: value.removeprefix(" ") for name, value in fields.items()}
        if "data" in said:
            position = said.get("id", "")
            found.append(Delivered(said["data"], int(position) if position.isdigit() else -1, said.get("event", "")))
    return found


async def put(run: Run, topic: str, key: str, body: str) -> None:
    """Put a record on a topic of the target, as another system does."""
    from aiokafka import AIOKafkaProducer

    assert run.target.kafka is not None
    producer = AIOKafkaProducer(bootstrap_servers=run.target.kafka.bootstrap)
    await producer.start()
    try:
        headers = [("content-type", b"application/cloudevents+json")]
        name = f"{run.target.kafka.prefix}{topic}"
        await producer.send_and_wait(name, body.encode(), key=key.encode(), headers=headers)
    finally:
        await producer.stop()
