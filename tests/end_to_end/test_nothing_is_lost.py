"""`kill -9` at random moments under load: what was accepted is there once, and gets its determination."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from interchanges import elements_of, forcing, renumbered, sample, segments_of, with_trace
from served import Served

ROUNDS = 3
CLIENTS = 6
ANSWERS_A_ROUND = 4
LOAD_SECONDS = 30
"""How long a round waits for its answers; then, at a random moment within a second, the gateway is killed."""
SETTLE_SECONDS = 60
PROGRAMMES = ("nicu-admission", "msk-spine-and-pain", "imaging-mri", "split-imaging-and-surgery")
FORCED = ("CERTIFY", "PARTIAL", "MODIFY", "DENY", "LATER", "REJECT", "FULL", "DECLINE", "GARBAGE")
DECIDED_LATER = {"", "LATER", "DECLINE", "GARBAGE"}
"""Behaviours that may be answered A4 first: these are looked at once more when everything has settled."""


@dataclass
class Sent:
    """One request: what was sent, and every answer that came back to it."""

    body: bytes
    trace: str
    behaviour: str
    answers: list[httpx2.Response] = field(default_factory=list)

    @property
    def review_ids(self) -> set[str]:
        return {response.headers["x-review-id"] for response in self.answers}


class Load:
    """Clients that send one request after another, until told to end. A request that breaks off is kept unanswered."""

    def __init__(self, url: str, chance: random.Random) -> None:
        self.sent: list[Sent] = []
        self._url = url
        self._chance = chance
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._client) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def wait_for_answers(self, number: int) -> None:
        """Wait until so many requests were answered."""
        deadline = time.monotonic() + LOAD_SECONDS
        while sum(bool(request.answers) for request in self.sent) < number and time.monotonic() < deadline:
            time.sleep(0.02)

    def end(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _client(self) -> None:
        with httpx2.Client(base_url=self._url, timeout=30) as http:
            while not self._ending.is_set():
                request = a_request(self._chance)
                self.sent.append(request)
                try:
                    request.answers.append(http.post("/x12", content=request.body))
                except httpx2.TransportError:
                    return


def a_request(chance: random.Random) -> Sent:
    """A request of one of the programmes: as the sandbox answers by itself, or forced."""
    name, behaviour = chance.choice(PROGRAMMES), chance.choice(("", *FORCED))
    body = forcing(name, behaviour) if behaviour else renumbered(sample(name))
    if not behaviour:
        body = with_trace(body, f"CRASH-{body[90:99].decode()}")
    body = re.sub(rb"(BHT\*0007\*13\*)[^*]+", rb"\g<1>BHT-" + body[90:99], body)
    trace = elements_of(segments_of(body, "TRN"), 2)[0]
    return Sent(body, trace, behaviour)


def test_a_gateway_that_is_killed_again_and_again_loses_nothing_and_decides_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(278)
    sent: list[Sent] = []
    with Served(tmp_path, wait_seconds="3") as gateway:
        for _ in range(ROUNDS):
            load = Load(gateway.url, chance)
            load.wait_for_answers(ANSWERS_A_ROUND)
            time.sleep(chance.uniform(0, 1))
            gateway.kill()
            load.end()
            sent += load.sent
            gateway.start()

        with httpx2.Client(base_url=gateway.url, timeout=30) as http:
            answered = [request for request in sent if request.answers]
            for request in sent:
                request.answers.append(http.post("/x12", content=request.body))
            wait_until_settled(http, sent)

            assert len(answered) >= ROUNDS * ANSWERS_A_ROUND, "the load was too light to show anything"
            assert len(answered) < len(sent), "no request was broken off"
            check_requests(http, sent)
            check_mailbox(http, sent)
            check_events(http, sent)


def wait_until_settled(http: httpx2.Client, sent: list[Sent]) -> None:
    """Wait until every request that can be decided is: those of `DECLINE` and `GARBAGE` stay with people."""
    waiting = {request.trace: request for request in sent if request.behaviour in ("", "LATER")}
    deadline = time.monotonic() + SETTLE_SECONDS
    while waiting and time.monotonic() < deadline:
        for trace, request in list(waiting.items()):
            review = http.get(f"/reviews/{next(iter(request.review_ids))}").json()
            legs = [leg for leg in review["legs"] if not leg["destination"].endswith("-um")]
            if all(leg["state"] == "decided" for leg in legs):
                del waiting[trace]
        time.sleep(0.1)
    assert not waiting, f"not decided: {[(each.behaviour, each.review_ids) for each in waiting.values()]}"


def check_requests(http: httpx2.Client, sent: list[Sent]) -> None:
    """One review each, one message a leg, the sender's own numbers in every answer."""
    assert Counter(len(request.review_ids) for request in sent) == {1: len(sent)}
    assert len({review_id for request in sent for review_id in request.review_ids}) == len(sent)
    for request in sent:
        assert [response.status_code for response in request.answers] == [200] * len(request.answers)
        for response in request.answers:
            [bht] = segments_of(response.content, "BHT")
            assert bht.split("*")[3] == f"BHT-{request.body[90:99].decode()}"
            assert f"TRN*2*{request.trace}*" in response.text
        review_id = next(iter(request.review_ids))
        check_legs(http, review_id)


def check_legs(http: httpx2.Client, review_id: str) -> None:
    review = http.get(f"/reviews/{review_id}").json()
    assert review["state"] in ("determined", "pended"), review
    messages = http.get(f"/reviews/{review_id}/messages").json()["messages"]
    requests = Counter(message["role"] for message in messages if message["role"].endswith(" request"))
    assert requests == {f"leg {leg['number']} request": 1 for leg in review["legs"]}
    assert [message["role"] for message in messages if message["role"] == "request"] == ["request"]


def check_mailbox(http: httpx2.Client, sent: list[Sent]) -> None:
    """What came later than its answer waits in the mailbox; every determination got to its requester one way."""
    waiting = http.get("/x12/mailbox", params={"limit": 1000}).json()["waiting"]
    later = {entry["review_ids"][0]: http.get(entry["href"]).text for entry in waiting}
    entries = Counter(entry["review_ids"][0] for entry in waiting)
    for request in sent:
        review_id = next(iter(request.review_ids))
        review = http.get(f"/reviews/{review_id}").json()
        assert all(reply["channel"] for reply in review["replies"]), review
        assert entries[review_id] == sum(reply["channel"] == "mailbox" for reply in review["replies"]), review
        returned = [response.text for response in request.answers] + [later.get(review_id, "")]
        for item in review["items"]:
            if item["certification_number"]:
                assert any(item["certification_number"] in text for text in returned), review


def check_events(http: httpx2.Client, sent: list[Sent]) -> None:
    """Each review was received, routed and each leg dispatched once; no id was given twice."""
    text = http.get("/events", params={"follow": "false"}).text
    ids = re.findall(r'"id":"(evt-[^"]+)"', text)
    assert len(ids) == len(set(ids))
    told: Counter[tuple[str, str]] = Counter()
    for event, data in re.findall(r"event: (\S+)\ndata: (.*)", text):
        told[event, re.findall(r'"subject":"([^"]*)"', data)[0]] += 1
    for request in sent:
        review_id: Any = next(iter(request.review_ids))
        assert told["priorauth.review.received.v1", review_id] == 1
        assert told["priorauth.review.routed.v1", review_id] == 1
