"""The same on PostgreSQL and Kafka: `kill -9`, and what is committed, leased or on a topic comes to its end once."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from databases import KEY
from interchanges import forcing
from kafka_cluster import Record, broker, prefix_of_its_own, records
from mortal import PATIENCE_SECONDS, STORY, Mortal
from postgresql import a_database_for_processes
from served import Served
from subscribers import eventually

pytestmark = pytest.mark.real

POINTS = [
    "committing priorauth.review.received.v1",
    "what was committed has no position yet",
    "the review was routed",
    "committing priorauth.determination.returned.v1",
    "the reply was made",
]
"""Some points where no lease is held; the legs of a replica that died holding one come later."""


@pytest.fixture(scope="module")
def prefix() -> str:
    return prefix_of_its_own()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, prefix: str) -> Iterator[Mortal]:
    with (
        a_database_for_processes() as url,
        Served(
            tmp_path_factory.mktemp("killed"),
            prepared_by="killable",
            wait_seconds="20",
            database_url=url,
            archive_key=base64.b64encode(KEY).decode(),
            kafka_bootstrap=broker(),
            kafka_prefix=prefix,
            kafka_partitions="2",
        ) as served,
    ):
        yield Mortal(served)


@pytest.mark.parametrize("point", POINTS)
def test_a_278_survives_the_end_of_a_replica(gateway: Mortal, point: str) -> None:
    before = gateway.reviews_received()
    body = forcing("msk-knee-replacement", "CERTIFY")

    answer = gateway.post_through_its_end(point, "/x12", body)
    again = gateway.post("/x12", body)

    assert "HCR*A1*" in answer.text
    assert again.content == answer.content
    review_id = answer.headers["x-review-id"]
    assert gateway.reviews_received() == before + 1
    assert gateway.story_of(review_id) == STORY
    assert len(gateway.sent_of(review_id)) == 1


def test_a_leg_whose_sender_died_is_sent_by_another_when_its_lease_is_over(gateway: Mortal) -> None:
    body = forcing("msk-knee-replacement", "CERTIFY")
    before = gateway.review_ids()
    gateway.post_until_it_ends("the destination has answered the leg", "/x12", body)
    [review_id] = gateway.review_ids() - before

    gateway.let_leases_end()
    eventually(lambda: "determination.recorded" in gateway.story_of(review_id), "the decision", PATIENCE_SECONDS)
    answer = gateway.post("/x12", body)

    assert answer.headers["x-review-id"] == review_id
    sent = gateway.sent_of(review_id)
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert [event for event in gateway.story_of(review_id) if event != "determination.returned"] == STORY[:4]


@pytest.mark.parametrize("point", ["the brokers have the event", "the answer on the topic was recorded"])
def test_what_is_on_topics_may_come_again_with_the_same_bytes_and_has_effect_once(
    gateway: Mortal, prefix: str, point: str
) -> None:
    body = forcing("nicu-admission", "CERTIFY")

    answer = gateway.post_through_its_end(point, "/x12", body)

    assert "HCR*A1*" in answer.text
    review_id = answer.headers["x-review-id"]
    whole = [*STORY[:2], "notice.due", *STORY[2:]]  # case management is told of the admission
    eventually(lambda: len(set(ids(told(prefix, "events", review_id)))) == len(whole), "the story", PATIENCE_SECONDS)
    assert gateway.story_of(review_id) == whole
    stories = [told(prefix, topic, review_id) for topic in ("events", "payer.bcbsma")]
    legs = told(prefix, "delegate.progenyhealth.requests", review_id)
    for story in stories:
        assert list(dict.fromkeys(ids(story).values())) == [f"priorauth.{event}.v1" for event in whole]
    assert len(ids(legs)) == 1
    everything = [*stories[0], *stories[1], *legs]
    assert len({(record.topic, record.body) for record in everything}) == 2 * len(whole) + 1
    assert len(everything) > 2 * len(whole) + 1 or point != "the brokers have the event"


def told(prefix: str, topic: str, review_id: str) -> list[Record]:
    """What is on a topic of a review, each time that it came."""
    found = records(broker(), f"{prefix}priorauth.{topic}")
    return [record for record in found if record.key == review_id]


def ids(story: list[Record]) -> dict[str, str]:
    """The distinct ids in order, with the type of each."""
    return {record.event["id"]: record.event["type"] for record in story}
