"""Faults one after another under load, on both rails: nothing is lost, nothing has effect twice. See docs/testing.md.

`PRIORAUTH_CHAOS=whole`, as `make chaos` sets it, sends more, and the broker is away for a minute.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from accounts import notified, take_accounts
from estate import Estate, Load, Request, an_estate, until
from interchanges import forcing
from kafka_cluster import Record
from pas_requests import FHIR, pas_forcing
from subscribers import Subscriber
from subscribing import subscription_resource

WHOLE = os.environ.get("PRIORAUTH_CHAOS") == "whole"
BATCH = 64 if WHOLE else 20
"""Requests while one fault is injected; there are six of them."""
CLIENTS = 12
WAIT_SECONDS = "3"
"""How long an open request waits for its determination."""
FROZEN_SECONDS = 20.0 if WHOLE else 3.0
AWAY_SECONDS = 60.0 if WHOLE else 0.0  # and until the gateways say so
LEASE_SECONDS = 150.0
"""More than a leg rests whose sender died: the sandbox's clock is moved on by so much."""
LOOKS_A_LEASE = 20
PAYERS = ("bcbsma", "bcbsm", "allways")
ON_TOPICS = ("evicore", "progenyhealth")
X12_SAMPLES = ("imaging-mri", "msk-knee-replacement", "nicu-admission", "split-imaging-and-sleep")
PAS_SAMPLES = ("imaging-mri", "msk-spine-and-pain", "split-imaging-and-sleep")
BEHAVIOURS = ("CERTIFY", "LATER", "DECLINE", "CERTIFY", "GARBAGE", "CERTIFY", "TIMEOUT", "DENY", "CERTIFY", "PEND")
"""Delegates that decide, answer late, decline, answer garbage or not at all. Answering twice comes after the load."""
DECIDED_BY_HAND = ("DECLINE", "GARBAGE", "TIMEOUT", "PEND")
"""Where no simulated delegate ever decides: a declined leg is with a desk of people."""
ANSWERED_TWICE = 5
WITHOUT_LEGS = "SELECT id FROM reviews WHERE id NOT IN (SELECT review_id FROM legs)"
OPEN_LEGS = """SELECT review_id, destination, state, attempts, next_attempt_at FROM legs
    WHERE state NOT IN ('decided', 'declined')"""
EVENT = {"Content-Type": "application/cloudevents+json"}


class Traffic:
    """What hospitals send: both rails in turn, every behaviour on each."""

    def __init__(self, estate: Estate) -> None:
        self.sent: list[Request] = []
        self._replicas = estate.replicas

    def begin(self, count: int) -> Load:
        return self.send([request(number) for number in range(len(self.sent), len(self.sent) + count)])

    def send(self, batch: list[Request]) -> Load:
        self.sent += batch
        return Load(self._replicas, batch, CLIENTS)


def request(number: int) -> Request:
    behaviour = BEHAVIOURS[number // 2 % len(BEHAVIOURS)]
    if number % 2:
        name = PAS_SAMPLES[number // 2 % len(PAS_SAMPLES)]
        return Request("/fhir/2.2.1/Claim/$submit", pas_forcing(name, behaviour), FHIR["Content-Type"], behaviour)
    name = X12_SAMPLES[number // 2 % len(X12_SAMPLES)]
    return Request("/x12", forcing(name, behaviour), "application/edi-x12", behaviour)


@pytest.mark.real
@pytest.mark.flaky(reruns=0)  # what is lost once is lost
def test_faults_one_after_another_lose_nothing_and_nothing_has_effect_twice(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    told = Diary(record_property)
    with Subscriber() as subscriber, an_estate(tmp_path, wait_seconds=WAIT_SECONDS) as estate:
        subscribe(estate, subscriber)
        traffic = Traffic(estate)
        told("everything started")
        for fault in (
            a_replica_dies,
            the_broker_dies,
            the_broker_hangs,
            the_database_restarts,
            both_replicas_die,
            the_other_replica_dies,
        ):
            load = traffic.begin(BATCH)
            load.wait_for_answers(BATCH // 8)
            noticed = fault(estate, traffic, load)
            load.join()
            told(f"{fault.__name__.replace('_', ' ')}: {noticed}{interrupted(load.batch)}")
        poison = answer_twice(estate)
        decide_what_waits_for_people(estate, traffic.sent)
        let_everything_settle(estate, traffic.sent, subscriber, poison)
        told("everything settled")

        accounts = take_accounts(estate, traffic.sent, subscriber, PAYERS, poison)
        told("accounts taken")
        for line in accounts.lines():
            told(line)
        accounts.check_accepted()
        accounts.check_legs()
        accounts.check_returned()
        accounts.check_stream()
        accounts.check_dead_letters()


class Diary:
    """Notes what happened and when, for the end of the test run."""

    def __init__(self, record: Callable[[str, object], None]) -> None:
        self._record = record
        self._began = time.monotonic()

    def __call__(self, line: str) -> None:
        self._record("counted", f"{time.monotonic() - self._began:5.1f} s  {line}")


# The faults. Each says what else was noticed.


def a_replica_dies(estate: Estate, _traffic: Traffic, _load: Load) -> str:
    return die_and_return(estate, 0)


def the_other_replica_dies(estate: Estate, _traffic: Traffic, _load: Load) -> str:
    return die_and_return(estate, 1)


def both_replicas_die(estate: Estate, _traffic: Traffic, _load: Load) -> str:
    return die_and_return(estate, 0, 1)


def die_and_return(estate: Estate, *places: int) -> str:
    for place in places:
        estate.replicas[place].kill()
    for place in places:
        estate.replicas[place].start()
    return ""


def the_broker_dies(estate: Estate, traffic: Traffic, load: Load) -> str:
    """While it is away every request is answered or pended, and what is for others waits; then the outbox drains."""
    estate.kafka.kill()
    end = time.monotonic() + AWAY_SECONDS
    load.join()
    answered = list(load.batch)
    while time.monotonic() < end:
        more = traffic.begin(CLIENTS)
        more.join()
        answered += more.batch
    decided_over_http(estate, traffic)
    for replica in estate.replicas:
        until(lambda: "Kafka does not answer" in httpx2.get(f"{replica.url}/health/ready").text, "a warning")  # noqa: B023
        assert httpx2.get(f"{replica.url}/health/ready").status_code == 200
    waiting = unpublished(estate)
    assert waiting > 0
    estate.start_broker()
    started = time.monotonic()
    until(lambda: unpublished(estate) == 0, "an outbox that drains")
    pended = sum(each.is_pended for each in answered)
    return (
        f"{len(answered)} answered without it, {pended} of them pended; {waiting} messages waited, "
        f"drained {time.monotonic() - started:.1f} s after its return; "
    )


def decided_over_http(estate: Estate, traffic: Traffic) -> None:
    """A delegate that is called by HTTP decides, and its determination is returned, without a broker."""
    asked = Request("/x12", forcing("msk-knee-replacement", "CERTIFY"), "application/edi-x12", "CERTIFY")
    traffic.send([asked]).join()
    until(lambda: estate.get(f"/reviews/{asked.review_id}").json()["state"] == "determined", "a determination")


def the_broker_hangs(estate: Estate, _traffic: Traffic, _load: Load) -> str:
    estate.kafka.freeze()
    time.sleep(FROZEN_SECONDS)  # the fault itself: how long nothing is answered
    estate.kafka.thaw()
    return ""


def the_database_restarts(estate: Estate, _traffic: Traffic, _load: Load) -> str:
    estate.restart_database()
    return ""


def interrupted(batch: list[Request]) -> str:
    broken, refused = sum(each.broken_off for each in batch), sum(each.refused for each in batch)
    return f"{len(batch)} requests, {broken} sends broken off, {refused} refused"


def unpublished(estate: Estate) -> int:
    """How much of the outbox is not on Kafka yet."""
    return round(max(estate.metric(each, 'priorauth_outbox_messages{reader="kafka"}') for each in estate.replicas))


# What is done besides


def subscribe(estate: Estate, subscriber: Subscriber) -> None:
    """Have PAS answers that come later sent to an endpoint of ours."""
    url = f"{estate.replicas[0].url}/fhir/2.2.1/Subscription"
    response = httpx2.post(url, json=subscription_resource(subscriber.url, filters=()), headers=FHIR)
    assert response.status_code == 201, response.text
    subscriber.wait_for("handshake")


def answer_twice(estate: Estate) -> int:
    """Bring answers of delegates once more, by topic and at the door, with poison behind each; how much poison."""
    poison = 0
    for delegate in ON_TOPICS:
        topic = f"priorauth.delegate.{delegate}.determinations"
        first = {each.key: each for each in estate.records(topic) if each.body.startswith(b"{")}
        assert len(first) > ANSWERED_TWICE
        for record in list(first.values())[:ANSWERED_TWICE]:
            door = f"{estate.replicas[0].url}/delegates/{delegate}/determinations"
            httpx2.post(door, content=record.body, headers=EVENT, timeout=60)
            estate.put(record)
            estate.put(Record(topic, record.key, b"no answer of anybody's"))
            poison += 1
    return poison


def decide_what_waits_for_people(estate: Estate, sent: list[Request]) -> None:
    """Let time pass until no lease or pause holds, and decide as people do what no simulated delegate decides."""
    by_hand = {each.review_id: each.behaviour for each in sent if each.behaviour in DECIDED_BY_HAND}
    decided: set[str] = set()
    looks = itertools.count()

    def is_done() -> bool:
        for replica in estate.replicas if next(looks) % LOOKS_A_LEASE == 0 else ():
            httpx2.post(f"{replica.url}/sandbox/clock", json={"advance": LEASE_SECONDS}).raise_for_status()
        waiting = {review_id for review_id, *_ in estate.query(OPEN_LEGS)}
        for review in estate.get_each([f"/reviews/{review_id}" for review_id in waiting & by_hand.keys()]):
            decide_by_hand(estate, review, decided, to_be_declined=by_hand[review["id"]] == "DECLINE")
        return not waiting and not estate.query(WITHOUT_LEGS)

    until(is_done, "every leg's decision", lambda: estate.query(OPEN_LEGS))


def decide_by_hand(estate: Estate, review: dict[str, Any], decided: set[str], *, to_be_declined: bool) -> None:
    """Certify, at its destination's door, each leg that is there, stays there, and was not certified before."""
    there = {leg_id for (leg_id,) in estate.query("SELECT leg_id FROM dispatches")}
    for leg in review["legs"]:
        stays = leg["state"] not in ("decided", "declined") and (leg["took_over"] or not to_be_declined)
        if stays and leg["id"] in there - decided:
            items = [{"sequence": item, "action": "A1"} for item in leg["items"]]
            said = {
                "leg_id": leg["id"],
                "id": f"by-hand-{leg['id']}",
                "decided_at": review["received_at"],
                "items": items,
            }
            door = f"{estate.replicas[0].url}/delegates/{leg['destination']}/determinations"
            assert httpx2.post(door, json=said, timeout=60).status_code == 202
            decided.add(leg["id"])


def let_everything_settle(estate: Estate, sent: list[Request], subscriber: Subscriber, poison: int) -> None:
    """Wait until nothing is on its way any more."""
    garbage = sum(each.behaviour == "GARBAGE" for each in sent)
    until(lambda: count(estate, "dead_letters") >= garbage + poison, "the poison")
    until(lambda: not count(estate, "replies WHERE channel IS NULL"), "replies")
    for replica in estate.replicas:
        until(lambda: estate.metric(replica, "priorauth_outbox_messages{") == 0, "an outbox that drains")  # noqa: B023
    told = "replies WHERE channel = 'notification'"
    until(lambda: len(notified(subscriber)) >= count(estate, told), "notifications")


def count(estate: Estate, what: str) -> int:
    [(number,)] = estate.query(f"SELECT count(*) FROM {what}")  # noqa: S608
    return int(number)
