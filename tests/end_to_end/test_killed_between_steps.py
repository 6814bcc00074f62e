"""`kill -9` between any two steps of a message's path: nothing is lost, and what is sent again is the same again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from interchanges import forcing
from mortal import PATIENCE_SECONDS, STORY, SUBMIT, Mortal
from pas_requests import FHIR, actions_in, pas_forcing
from served import Served
from subscribers import Subscriber, eventually
from subscribing import subscription_resource

COMMITTING = [f"committing priorauth.{event}.v1" for event in STORY]
"""A step is done, and its transaction is not committed."""
OPEN_REQUEST = [
    "the request came in",
    "the request was accepted",
    "the review is to be routed",
    "the review was routed",
    "the leg is to be prepared",
    "the leg's message was made",
    "the destination has answered the leg",
    "the answer is to be recorded",
    "the answer is recorded and not committed",
    "the leg was sent and its answer recorded",
    "the reply was made",
    "the response was kept",
]
CALLED_TWICE = {
    "the destination has answered the leg",
    "the answer is to be recorded",
    "the answer is recorded and not committed",
    "committing priorauth.leg.dispatched.v1",
    "committing priorauth.determination.recorded.v1",
}
"""Where the destination has the leg and our database does not know it."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    with Served(tmp_path_factory.mktemp("killed"), prepared_by="killable", wait_seconds="20") as served:
        yield Mortal(served)


@pytest.mark.parametrize("point", [*COMMITTING, *OPEN_REQUEST])
def test_a_278_survives_the_end_of_the_process_at_any_point(gateway: Mortal, point: str) -> None:
    before = gateway.reviews_received()
    body = forcing("msk-knee-replacement", "CERTIFY")

    answer = gateway.post_through_its_end(point, "/x12", body)
    again = gateway.post("/x12", body)

    assert answer.status_code == 200
    assert "HCR*A1*" in answer.text
    assert (again.content, again.headers["x-review-id"]) == (answer.content, answer.headers["x-review-id"])
    review_id = answer.headers["x-review-id"]
    assert gateway.reviews_received() == before + 1
    assert gateway.story_of(review_id) == STORY
    roles = Counter(message["role"] for message in gateway.messages_of(review_id))
    assert (roles["request"], roles["leg 1 request"], roles["response"]) == (1, 1, 1)
    sent = gateway.sent_of(review_id)
    assert len(set(sent)) == 1, "sent again with another id or other bytes"
    assert len(sent) == (2 if point in CALLED_TWICE else 1)


@pytest.mark.parametrize("point", ["the destination has answered the leg", "the response was kept"])
def test_a_pas_request_survives_it_and_gets_the_bundle_that_was_made_for_it(gateway: Mortal, point: str) -> None:
    body = pas_forcing("msk-spine-and-pain", "CERTIFY")

    answer = gateway.post_through_its_end(point, SUBMIT, body)
    again = gateway.post(SUBMIT, body)

    assert answer.status_code == 200, answer.text
    assert set(actions_in(answer.json())) == {"A1"}
    assert again.content == answer.content
    assert again.json()["identifier"] == answer.json()["identifier"]
    review_id = answer.headers["x-review-id"]
    assert gateway.story_of(review_id) == STORY
    [response] = [each for each in gateway.messages_of(review_id) if each["role"] == "response"]
    assert response["text"].encode() == answer.content
    assert len(set(gateway.sent_of(review_id))) == 1


@pytest.mark.parametrize("point", ["the later reply was made", "the later reply was delivered"])
def test_what_comes_later_waits_in_the_mailbox_once(gateway: Mortal, point: str) -> None:
    pended = gateway.post("/x12", forcing("msk-knee-replacement", "PEND"))
    review_id = pended.headers["x-review-id"]
    assert "HCR*A4*" in pended.text

    gateway.arm(point)
    gateway.decide(review_id)
    gateway.start_again()

    eventually(lambda: gateway.story_of(review_id)[-1] == "determination.returned", "the reply", PATIENCE_SECONDS)
    eventually(lambda: gateway.waiting_for(review_id), "the mailbox entry", PATIENCE_SECONDS)
    [entry] = gateway.waiting_for(review_id)
    first, second = (gateway.http.get(entry["href"]) for _ in range(2))
    assert "HCR*A1*" in first.text
    assert first.content == second.content
    assert Counter(gateway.story_of(review_id))["determination.returned"] == 2


@pytest.mark.parametrize(
    "point",
    ["an answer came to the door", "the answer is recorded and not committed", "the answer at the door was recorded"],
)
def test_a_delegate_whose_call_breaks_off_answers_again_and_has_decided_once(gateway: Mortal, point: str) -> None:
    pended = gateway.post("/x12", forcing("msk-knee-replacement", "PEND"))
    review_id = pended.headers["x-review-id"]
    [leg] = gateway.http.get(f"/reviews/{review_id}").json()["legs"]
    said = {"leg_id": leg["id"], "id": "d-1", "decided_at": "2026-11-02T12:00:00Z"}
    body = json.dumps({**said, "items": [{"sequence": 1, "action": "A1"}]}).encode()

    answers = [
        gateway.post_through_its_end(point, "/delegates/turningpoint/determinations", body),
        gateway.post("/delegates/turningpoint/determinations", body),
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    eventually(lambda: gateway.waiting_for(review_id), "the mailbox entry", PATIENCE_SECONDS)
    assert len(gateway.waiting_for(review_id)) == 1
    decided = gateway.story_of(review_id).count("determination.recorded")
    assert decided == 2, "that it pended, and that it certified"
    assert len(gateway.sent_of(review_id)) == 1


@pytest.mark.parametrize("point", ["the notification is to be sent", "the notification was taken"])
def test_a_subscriber_is_told_of_a_determination_again_under_the_same_number(gateway: Mortal, point: str) -> None:
    with Subscriber() as subscriber:
        asked = subscription_resource(subscriber.url, filters=())
        created = gateway.http.post("/fhir/2.2.1/Subscription", json=asked, headers=FHIR)
        path = f"/fhir/2.2.1/Subscription/{created.json()['id']}"
        eventually(lambda: gateway.http.get(path).json()["status"] == "active", "activity", PATIENCE_SECONDS)
        pended = gateway.post(SUBMIT, pas_forcing("msk-spine-and-pain", "PEND"))
        assert "A4" in actions_in(pended.json())

        gateway.arm(point)
        gateway.decide(pended.headers["x-review-id"])
        gateway.start_again()
        gateway.let_leases_end()

        times = 2 if point == "the notification was taken" else 1
        eventually(lambda: len(subscriber.of_kind("event-notification")) >= times, "the notification", PATIENCE_SECONDS)
        told = subscriber.of_kind("event-notification")
        assert len({each.body for each in told}) == 1
        assert {each.event["event-number"] for each in told} == {"1"}
        gateway.http.delete(path)
