"""A gateway around a real broker: delegates answer over topics, payers read their stream. Its absence: tests/chaos."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from typer.testing import CliRunner

from counterparts import Counterpart
from interchanges import elements_of, renumbered, sample, segments_of, with_trace
from kafka_cluster import broker, prefix_of_its_own, put, records
from priorauth.cli.sandbox_commands import app as sandbox
from priorauth.conformance.commands import app as conformance
from served import Served
from subscribers import eventually

pytestmark = pytest.mark.real

OVER_A_TOPIC = "nicu-admission"
OVER_HTTP = "msk-spine-and-pain"
CONSUMER = Path(__file__).parents[2] / "samples" / "consumers" / "python" / "story.py"
LEAST_CASES_OVER_KAFKA = 50
MEMBER = next(each for each in elements_of(segments_of(sample(OVER_A_TOPIC), "NM1"), 9) if each.startswith("MEM"))
STORY = [
    "priorauth.review.received.v1",
    "priorauth.review.routed.v1",
    "priorauth.notice.due.v1",  # to case management, of the admission
    "priorauth.leg.dispatched.v1",
    "priorauth.determination.recorded.v1",
    "priorauth.notice.due.v1",  # a level of care was lowered
    "priorauth.determination.remarked.v1",
    "priorauth.determination.returned.v1",
]


@pytest.fixture(scope="module")
def prefix() -> str:
    return f"test-{uuid.uuid4().hex[:8]}."


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory, prefix: str) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("gateway")
    with Served(folder, kafka_bootstrap=broker(), kafka_prefix=prefix, kafka_partitions="3") as gateway:
        yield gateway


def post(gateway: Served, name: str, number: int) -> httpx2.Response:
    body = renumbered(with_trace(sample(name), f"KAFKA-{number}"), number)
    return httpx2.post(f"{gateway.url}/x12", content=body, timeout=30)


def test_a_delegate_on_a_topic_answers_the_open_request(around: Served) -> None:
    response = post(around, OVER_A_TOPIC, 1)

    assert is_decided(response)


def test_a_payer_reads_a_reviews_whole_story_in_order_and_everybody_its_outline(around: Served, prefix: str) -> None:
    review_id = post(around, OVER_A_TOPIC, 2).headers["x-review-id"]

    full = read(f"{prefix}priorauth.payer.bcbsma", review_id)
    minimal = read(f"{prefix}priorauth.events", review_id)

    assert [type for type in types_of(full) if type in STORY] == STORY
    assert ids_of(minimal) == ids_of(full)
    assert b"patient" not in b"".join(minimal)


def test_the_sample_consumer_prints_the_story_of_a_request_that_was_just_answered(around: Served, prefix: str) -> None:
    review_id = post(around, OVER_A_TOPIC, 3).headers["x-review-id"]
    topic = f"{prefix}priorauth.payer.bcbsma"
    read(topic, review_id)

    consumer = [sys.executable, str(CONSUMER), broker(), topic, review_id, "--to-the-end"]
    printed = subprocess.run(consumer, capture_output=True, text=True, check=True, timeout=60).stdout

    told = [line.split(maxsplit=2)[1].removesuffix(":") for line in printed.splitlines()]
    kinds = [f"priorauth.{kind}.v1" for kind in told]
    assert [kind for kind in kinds if kind in STORY] == STORY


def test_what_is_published_again_comes_on_the_topic_once_more_the_same_bytes_in_order(
    around: Served, prefix: str
) -> None:
    review_id = post(around, OVER_A_TOPIC, 4).headers["x-review-id"]
    topic = f"{prefix}priorauth.payer.bcbsma"
    once = read(topic, review_id)

    order = {"kind": "redeliver", "parts": ["events"], "review_ids": [review_id], "dry_run": False}
    assert httpx2.post(f"{around.url}/replays", json=order).status_code == 202

    assert read(topic, review_id, times=2) == once * 2


def test_readiness_and_metrics_tell_of_the_bus(around: Served) -> None:
    ready = httpx2.get(f"{around.url}/health/ready").json()
    metrics = httpx2.get(f"{around.url}/metrics").text

    assert ready == {"status": "ready"}
    for reader in ("gateway", "kafka"):
        assert f'priorauth_outbox_age_seconds{{reader="{reader}"}}' in metrics
    assert 'priorauth_consumer_lag{group="gateway"' in metrics


def test_the_contract_of_the_event_stream_holds_for_a_kafka_consumer(
    around: Served, prefix: str, tmp_path: Path
) -> None:
    target = {
        "name": "a gateway with Kafka",
        "base-url": around.url,
        "claims": ["x12-278", "pas-2.2.1", "events", "kafka", "sandbox", "clock"],
        "kafka": {"bootstrap": broker(), "prefix": prefix},
    }
    file = tmp_path / "target.yaml"
    file.write_text(json.dumps(target))

    done = CliRunner().invoke(conformance, ["run", "--target", str(file), "--suite", "events", "--json"])

    verdicts = {case["name"]: case["verdict"] for case in json.loads(done.stdout)["cases"]}
    assert done.exit_code == 0, done.stderr
    assert {verdict for name, verdict in verdicts.items() if name.startswith(("events/record", "events/topic"))} == {
        "pass"
    }
    assert list(verdicts.values()).count("pass") >= LEAST_CASES_OVER_KAFKA


def test_a_payer_that_is_played_prints_the_story_of_a_review_without_anybody_in_it(around: Served, prefix: str) -> None:
    review_id = post(around, OVER_A_TOPIC, 5).headers["x-review-id"]
    read(f"{prefix}priorauth.payer.bcbsma", review_id)

    asked = ["payer", "--payer", "BCBSMA", "--kafka", broker(), "--topic-prefix", prefix, "--no-follow"]
    printed, shown = CliRunner().invoke(sandbox, asked), CliRunner().invoke(sandbox, [*asked, "--show"])

    assert printed.exit_code == 0, printed.stderr
    story = [line for line in printed.stdout.splitlines() if review_id in line]
    assert len(story) >= len(STORY)
    assert MEMBER in shown.stdout
    assert MEMBER not in printed.stdout


def test_a_delegate_that_is_played_by_itself_answers_the_legs_on_its_topic(
    around: Served, prefix: str, tmp_path: Path
) -> None:
    requests, answers = (f"priorauth.delegate.progenyhealth.{each}" for each in ("requests", "determinations"))
    review_id = post(around, OVER_A_TOPIC, 6).headers["x-review-id"]
    leg = next(each for each in records(broker(), f"{prefix}{requests}") if review_id in each.body.decode())
    alone = prefix_of_its_own()  # where the gateway's own delegate is not
    asyncio.run(make_topics(alone, requests, answers))
    put(broker(), replace(leg, topic=f"{alone}{requests}"))

    at = ("--kafka", broker(), "--topic-prefix", alone)
    with Counterpart(tmp_path, "delegate", "delegate", "progenyhealth", *at) as delegate:
        delegate.wait_for("consuming the requests of progenyhealth")
        eventually(lambda: records(broker(), f"{alone}{answers}"), "a determination")

    (answer,) = records(broker(), f"{alone}{answers}")
    assert answer.event["data"]["leg_id"] == leg.event["data"]["leg"]["id"]


async def make_topics(prefix: str, *names: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker())
    await admin.start()
    try:
        await admin.create_topics([NewTopic(f"{prefix}{name}", 1, 1) for name in names])
    finally:
        await admin.close()


def is_decided(response: httpx2.Response) -> bool:
    """True where every decision in a response is final."""
    assert response.status_code == 200, response.text
    actions = elements_of(segments_of(response.content, "HCR"), 1)
    return bool(actions) and "A4" not in actions


def read(topic: str, review_id: str, times: int = 1) -> list[bytes]:
    """The events of a review on a topic as they came, until it was returned so many times."""
    return asyncio.run(_read(broker(), topic, review_id, times))


async def _read(address: str, topic: str, review_id: str, times: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=address, auto_offset_reset="earliest", group_id=None)
    found: list[bytes] = []
    await consumer.start()
    try:
        async with asyncio.timeout(60):
            while types_of(found).count(STORY[-1]) < times:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        if record.key == review_id.encode():
                            headers = dict(record.headers)
                            assert headers["ce_id"].decode() == json.loads(record.value)["id"]
                            assert headers["content-type"] == b"application/cloudevents+json"
                            assert headers["traceparent"].startswith(b"00-")
                            found.append(record.value)
    finally:
        await consumer.stop()
    return found


def types_of(events: list[bytes]) -> list[str]:
    return [json.loads(event)["type"] for event in events]


def ids_of(events: list[bytes]) -> list[str]:
    return [json.loads(event)["id"] for event in events]
