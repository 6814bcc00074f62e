"""The samples for consumers and delegates run as they are, against a real broker and what is published today."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from pathlib import Path

import jsonschema
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

import left_out
from kafka_cluster import broker
from priorauth.translate.delegate_answers import PostedDetermination, read_answer
from priorauth.translate.event_schemas import schemas
from testbed.kafka import find_jars
from testbed.service import Unavailable

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "schemas" / "events" / "examples"
PYTHON = ROOT / "samples" / "consumers" / "python" / "story.py"
JAVA = ROOT / "samples" / "consumers" / "java"
DELEGATE = ROOT / "samples" / "delegates" / "python" / "delegate.py"
REVIEW = "rev-1"
SECONDS = 120

pytestmark = pytest.mark.real

STORY = """\
2026-11-02T17:00:00Z review.received: 1 services requested
2026-11-02T17:00:00Z review.routed: service 1: route progenyhealth by RTE-BCMA-01
2026-11-02T17:00:00Z leg.dispatched: services 1 sent to progenyhealth
2026-11-02T17:00:00Z leg.declined: declined by progenyhealth, taken over by bcbsma-um
2026-11-02T17:00:00Z determination.recorded: progenyhealth: service 1 modified
2026-11-02T17:00:00Z information.requested: progenyhealth asks for reports
2026-11-02T17:00:00Z information.supplied: brought by the requester, goes to progenyhealth
2026-11-02T17:00:00Z clock.warned: Urgent determination, due 2026-11-05T17:00:00Z (REG-ST-01)
2026-11-02T17:00:00Z clock.breached: Urgent determination, due 2026-11-05T17:00:00Z (REG-ST-01)
2026-11-02T17:00:00Z determination.returned: reply 1 to the requester: service 1 modified
"""
TOLD = ["review.received", "review.routed", "leg.dispatched", "leg.declined",
        "determination.recorded", "information.requested", "information.supplied",
        "clock.warned", "clock.breached", "determination.returned"]  # fmt: skip


@pytest.fixture
def topic() -> str:
    """A payer's topic with the examples of our schemas on it, which are what the gateway writes; one came twice."""
    name = f"priorauth.payer.test-{uuid.uuid4().hex[:8]}"
    bodies = [(EXAMPLES / f"priorauth.{kind}.v1.full.json").read_bytes() for kind in TOLD]
    other = json.dumps({**json.loads(bodies[0]), "id": "evt-other"}).encode()
    asyncio.run(put(name, [(REVIEW, body) for body in (*bodies, bodies[2])] + [("rev-other", other)]))
    return name


def test_the_python_consumer_prints_a_reviews_whole_story(topic: str) -> None:
    assert run(sys.executable, PYTHON, broker(), topic, REVIEW, "--to-the-end") == STORY


def test_the_java_consumer_prints_a_reviews_whole_story(topic: str) -> None:
    try:
        jars = find_jars(JAVA / "pom.xml", "story")
    except Unavailable as reason:
        left_out.skip("the Java consumer", str(reason))

    printed = run("java", "-cp", f"{jars}/*", JAVA / "Story.java", broker(), topic, REVIEW, "--to-the-end")

    assert printed == STORY


def test_the_sample_delegate_answers_a_leg_with_a_determination_that_can_be_recorded() -> None:
    delegate = f"test-{uuid.uuid4().hex[:8]}"
    topics = f"priorauth.delegate.{delegate}"
    leg = (EXAMPLES / "priorauth.leg.dispatched.v1.full.json").read_bytes()
    asyncio.run(put(f"{topics}.determinations", []))
    asyncio.run(put(f"{topics}.requests", [(REVIEW, leg)]))

    printed = run(sys.executable, DELEGATE, broker(), delegate, "--first", "1")

    ((key, answer),) = asyncio.run(everything(f"{topics}.determinations", 1))
    assert printed == "answered leg-1\n"
    assert key == REVIEW.encode()
    jsonschema.validate(json.loads(answer)["data"], schemas()["delegate.determination.v1"])
    assert isinstance(read_answer(answer), PostedDetermination)


def run(*command: str | Path) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS).stdout


async def put(topic: str, messages: list[tuple[str, bytes]]) -> None:
    """Make a topic, and put messages on it in order."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker())
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=broker(), acks="all")
    await producer.start()
    for key, body in messages:
        await producer.send_and_wait(topic, key=key.encode(), value=body)
    await producer.stop()


async def everything(topic: str, count: int) -> list[tuple[bytes, bytes]]:
    """The first so many records of a topic."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=broker(), auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(SECONDS):
            return [(each.key, each.value) for each in [await consumer.getone() for _ in range(count)]]
    finally:
        await consumer.stop()
