"""A simulated payer: consumes its stream of events, over HTTP or from Kafka, and tells each in a line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator

import httpx2

from priorauth.sandbox.counterparts.telling import event_line

CONNECT_SECONDS = 10.0

Say = Callable[[str], None]


class StreamAway(Exception):
    """The stream cannot be had; the text says why."""


def told(position: str, body: bytes, *, show: bool) -> str:
    """One event as a line: its codes, or with `show` the whole of it, which is about people."""
    try:
        event = json.loads(body)
    except ValueError:
        return f"{position:>8}  not JSON"
    if show:
        return f"{position:>8}  {json.dumps(event, ensure_ascii=False)}"
    return event_line(position, event) if isinstance(event, dict) else f"{position:>8}  no event"


def from_gateway(gateway: str, payer: str, *, after: int, follow: bool, token: str = "") -> Iterator[tuple[str, bytes]]:
    """The payer's events by position, from a gateway's server-sent events. Raises StreamAway."""
    query: dict[str, str | int] = {"after": after, "payer": payer, "follow": str(follow).lower()}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    timeout = httpx2.Timeout(CONNECT_SECONDS, read=None)
    try:
        with httpx2.stream(
            "GET", f"{gateway.rstrip('/')}/events", params=query, headers=headers, timeout=timeout
        ) as response:
            if not response.is_success:
                raise StreamAway(refusal_in(response))
            position = ""
            for line in response.iter_lines():
                if line.startswith("id: "):
                    position = line.removeprefix("id: ")
                elif line.startswith("data: "):
                    yield position, line.removeprefix("data: ").encode()
    except httpx2.HTTPError:
        raise StreamAway("no gateway answers there") from None


def refusal_in(response: httpx2.Response) -> str:
    """What a gateway says of a stream that it does not give."""
    response.read()
    try:
        problem = json.loads(response.content)
    except ValueError:
        problem = None
    said = [problem.get(name) for name in ("title", "detail")] if isinstance(problem, dict) else []
    return ": ".join((f"the gateway answered {response.status_code}", *(str(words) for words in said if words)))


async def from_kafka(
    bootstrap: str, payer: str, *, prefix: str, group: str, follow: bool
) -> AsyncIterator[tuple[str, bytes]]:
    """The payer's events by partition and offset, from its topic. Without `follow` it ends where the topic ends now."""
    from aiokafka import AIOKafkaConsumer
    from aiokafka.errors import KafkaError

    from priorauth.domain.parties import PayerId
    from priorauth.translate.events import payer_topic

    consumer = AIOKafkaConsumer(
        f"{prefix}{payer_topic(PayerId(payer))}",
        bootstrap_servers=bootstrap,
        group_id=group or None,
        auto_offset_reset="earliest",
    )
    try:
        await consumer.start()
    except KafkaError:
        await consumer.stop()
        raise StreamAway("no Kafka cluster answers there") from None
    try:
        while True:
            batches = await consumer.getmany(timeout_ms=1000)
            for partition, records in batches.items():
                for record in records:
                    yield f"{partition.partition}@{record.offset}", record.value or b""
            if not batches and not follow:
                return
    finally:
        await consumer.stop()
