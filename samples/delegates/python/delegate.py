"""A delegate over Kafka: reads the legs it is asked to decide, and answers each with a determination.

    pip install aiokafka
    python delegate.py BOOTSTRAP DELEGATE_ID [--first N]

It certifies everything as requested; put your own decision into `decide`. With --first it ends after so many legs.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

DISPATCHED = "priorauth.leg.dispatched.v1"
DETERMINATION = "priorauth.determination.recorded.v1"


def decide(leg: dict[str, Any], review: dict[str, Any]) -> dict[str, Any]:
    """The determination of a leg: JSON of the schema `delegate.determination.v1`. Here: certified in total."""
    return {
        "leg_id": leg["id"],
        "id": f"det-{leg['id']}",  # of the leg, so that a leg that comes twice is decided once
        "decided_at": datetime.now(UTC).isoformat(),
        "certification_number": f"SAMPLE-{leg['number']}",
        "items": [{"sequence": item["sequence"], "action": "A1"} for item in review["items"]],
    }


def cloud_event(delegate: str, review_id: str, determination: dict[str, Any]) -> dict[str, Any]:
    """The determination as a CloudEvent. `id` holds nothing of the patient: ids are written to logs."""
    return {
        "specversion": "1.0",
        "id": determination["id"],
        "source": f"urn:priorauth:delegate:{delegate}",
        "type": DETERMINATION,
        "subject": review_id,
        "time": determination["decided_at"],
        "datacontenttype": "application/json",
        "data": determination,
    }


async def work(bootstrap: str, delegate: str, first: int | None) -> None:
    """Answer legs for ever, or so many. A leg is committed when its answer is acknowledged by Kafka."""
    consumer = AIOKafkaConsumer(
        f"priorauth.delegate.{delegate}.requests",
        bootstrap_servers=bootstrap,
        group_id=f"{delegate}-desk",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await consumer.start()
    await producer.start()
    try:
        answered = 0
        async for record in consumer:
            event = json.loads(record.value)
            if event["type"] == DISPATCHED:
                determination = decide(event["data"]["leg"], event["data"]["review"])
                answer = cloud_event(delegate, event["subject"], determination)
                await producer.send_and_wait(
                    f"priorauth.delegate.{delegate}.determinations",
                    key=record.key,  # the review's id, as it came: answers to one review stay in order
                    value=json.dumps(answer).encode(),
                    headers=[("content-type", b"application/cloudevents+json")],
                )
                answered += 1
                print(f"answered {event['data']['leg']['id']}", flush=True)
            await consumer.commit()
            if first is not None and answered >= first:
                return
    finally:
        await producer.stop()
        await consumer.stop()


def main() -> None:
    bootstrap, delegate, *options = sys.argv[1:]
    asyncio.run(work(bootstrap, delegate, int(options[1]) if options[:1] == ["--first"] else None))


if __name__ == "__main__":
    main()
