"""Print the story of a review from Kafka: what happened to it, in order.

    pip install aiokafka
    python story.py BOOTSTRAP TOPIC REVIEW_ID [--to-the-end]

TOPIC is `priorauth.payer.<payer>`. Without --to-the-end it waits for what is still to come.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer

ACTIONS = {"A1": "certified", "A2": "certified in part", "A3": "not certified", "A4": "pended", "A6": "modified"}


def tell(event: dict[str, Any]) -> str:
    """One event in a line. An event of a type that we do not know is no error: more may be added."""
    data, kind = event["data"], event["type"].removeprefix("priorauth.").removesuffix(".v1")
    match kind:
        case "review.received":
            says = f"{len(data['review']['items'])} services requested"
        case "review.routed":
            says = "; ".join(
                f"service {item['sequence']}: {item['outcome']} {item['destination'] or ''} by {item['rule']}"
                for item in data["route"]["items"]
            )
        case "leg.dispatched":
            says = f"services {', '.join(map(str, data['leg']['sequences']))} sent to {data['leg']['destination']}"
        case "leg.declined":
            heir = data["taken_over_by"]
            says = f"declined by {data['declined_by']}, taken over by {heir['destination'] if heir else 'nobody'}"
        case "determination.recorded":
            says = f"{data['determination']['decided_by']}: {decisions(data['determination']['items'])}"
        case "determination.returned":
            says = f"reply {data['reply']['number']} to the requester: {decisions(data['reply']['items'])}"
        case "information.requested":
            says = f"{data['requested_by']} asks for {'; '.join(task['kind'] for task in data['tasks'])}"
        case "information.supplied":
            says = f"brought by the requester, goes to {data['leg']['destination']}"
        case "clock.warned" | "clock.breached":
            says = f"{data['title']}, due {data['due_at']} ({data['clock']})"
        case _:
            says = ""
    return f"{event['time']} {kind}: {says}"


def decisions(items: list[dict[str, Any]]) -> str:
    """What was decided of each service."""
    return "; ".join(f"service {each['sequence']} {ACTIONS.get(each['action'], each['action'])}" for each in items)


async def story(bootstrap: str, topic: str, review_id: str, *, to_the_end: bool) -> AsyncIterator[dict[str, Any]]:
    """The events of a review, each once: the key is its id, and an event that comes twice has the same id."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    seen: set[str] = set()
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while True:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    event = json.loads(record.value)
                    if record.key == review_id.encode() and event["id"] not in seen:
                        seen.add(event["id"])
                        yield event
            if to_the_end and all([await consumer.position(each) >= end for each, end in ends.items()]):
                return
    finally:
        await consumer.stop()


async def main() -> None:
    bootstrap, topic, review_id, *options = sys.argv[1:]
    async for event in story(bootstrap, topic, review_id, to_the_end="--to-the-end" in options):
        print(tell(event), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
