"""Two hundred requests at once whose destinations take twenty seconds: each is answered in time, told of later once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pas_requests import FHIR, actions_in, pas_forcing
from served import Served
from subscribers import Subscriber, eventually
from subscribing import subscription_resource

AT_ONCE = 200
IN_TIME_SECONDS = 15.0  # PAS: in all, a slow destination included
SAMPLES = ("imaging-mri", "msk-spine-and-pain")  # one destination takes events, the other is called


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path, wait_seconds="8") as gateway:  # the tests beside it need time too
        yield gateway


async def submit_all(url: str, bodies: list[bytes]) -> list[tuple[float, httpx2.Response]]:
    """Submit everything at once; how long each took, and its answer."""
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits) as client:

        async def submit(body: bytes) -> tuple[float, httpx2.Response]:
            started = time.monotonic()
            response = await client.post("/fhir/2.2.1/Claim/$submit", content=body, headers=FHIR)
            return time.monotonic() - started, response

        return await asyncio.gather(*(submit(body) for body in bodies))


def test_each_is_answered_in_time_and_told_of_once_when_it_is_decided(served: Served) -> None:
    bodies = [pas_forcing(SAMPLES[number % 2], "SLOW") for number in range(AT_ONCE)]
    with Subscriber() as subscriber, httpx2.Client(base_url=served.url, timeout=30) as http:
        asked = subscription_resource(subscriber.url, filters=())
        created = http.post("/fhir/2.2.1/Subscription", json=asked, headers=FHIR).json()
        path = f"/fhir/2.2.1/Subscription/{created['id']}"
        eventually(lambda: http.get(path).json()["status"] == "active", "an active subscription")

        answered = asyncio.run(submit_all(served.url, bodies))

        assert {response.status_code for _, response in answered} == {200}
        assert {action for _, response in answered for action in actions_in(response.json())} == {"A4"}
        assert max(seconds for seconds, _ in answered) < IN_TIME_SECONDS
        reviews = {response.headers["x-review-id"] for _, response in answered}
        assert len(reviews) == AT_ONCE

        eventually(lambda: len(decided(subscriber)) >= AT_ONCE, "a notification of each decision", patience=120)
        time.sleep(2)  # for what would come too often

        told = decided(subscriber)
        assert set(told) == reviews
        assert set(told.values()) == {1}


def decided(subscriber: Subscriber) -> Counter[str]:
    """How many distinct notifications told of each review that it is decided, by the ids of their events."""
    ids = set()
    for received in list(subscriber.received):
        for entry in received.bundle["entry"][1:]:
            nested = entry["resource"]
            if nested["resourceType"] == "Bundle" and "A4" not in actions_in(nested):
                ids.add((received.event["event-number"], nested["id"].rpartition("-")[0]))
    return Counter(review_id for _, review_id in ids)
