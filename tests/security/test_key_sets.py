"""Public keys: which are good for assertions, and how they are fetched."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey

from access import new_key
from priorauth.adapters.key_sets import (
    FRESH,
    LARGEST_KEY_SET,
    MOST_KEYS,
    PAUSE,
    STALE,
    KeySetFault,
    KeySets,
    read_key_set,
)
from priorauth.services.ports import Retryable

URL = "https://keys.example/jwks.json"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def published(*keys: Any, **members: Any) -> dict[str, Any]:
    return {"keys": [{**key.as_dict(private=False), **members} for key in keys]}


# Reading


def test_the_keys_for_both_algorithms_are_read() -> None:
    keys = new_key("RS384"), new_key("ES384")

    assert set(read_key_set(published(*keys))) == {key.kid for key in keys}


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize(
    "document",
    [
        {
            "keys": [
                {"kty": "RSA", "kid": "short", "n": urlsafe_b64encode(b"\xff" * 128).decode().rstrip("="), "e": "AQAB"}
            ]
        },
        published(ECKey.generate_key("P-256", {"kid": "another curve"})),
        published(new_key("ES384"), use="enc"),
        published(new_key("ES384"), kid=""),
        published(new_key("ES384"), kid=7),
        published(new_key("ES384"), x="!"),
        published(new_key("ES384"), x=None),
        {"keys": [new_key("ES384").as_dict(private=True)]},
        {"keys": [OctKey.generate_key(256, {"kid": "a secret"}).as_dict()]},
        {"keys": [{"kty": "RSA", "kid": "empty"}, "x", None]},
        {"keys": []},
        {"keys": "x"},
        {},
        [],
        None,
        {"keys": published(new_key("ES384"))["keys"] * (MOST_KEYS + 1)},
    ],
    ids=range(16),
)
def test_a_set_without_a_key_that_is_good_for_us_is_refused(document: object) -> None:
    with pytest.raises(KeySetFault):
        read_key_set(document)


# Fetching


class Site:
    """What answers at the URL, and how often it was asked."""

    def __init__(self) -> None:
        self.key = new_key("ES384")
        self.now = NOON
        self.asked = 0
        self.answer: Callable[[], httpx2.Response] = self.publish

    def publish(self) -> httpx2.Response:
        return httpx2.Response(200, json=published(self.key))

    def respond(self, request: httpx2.Request) -> httpx2.Response:
        assert str(request.url) == URL
        self.asked += 1
        return self.answer()

    async def key_now(self, sets: KeySets, after: timedelta, kid: str = "") -> bool:
        """Whether the key of this or the site's kid is had, so long after the last time."""
        self.now += after
        return await sets.key(URL, kid or str(self.key.kid)) is not None


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def sets(site: Site) -> AsyncIterator[KeySets]:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(site.respond)) as http:
        yield KeySets(http, ["keys.example"], now=lambda: site.now)


async def test_a_set_is_fetched_once_while_it_is_fresh(site: Site, sets: KeySets) -> None:
    assert [await site.key_now(sets, timedelta()) for _ in range(3)] == [True] * 3
    assert site.asked == 1

    assert await site.key_now(sets, FRESH)
    assert site.asked == 2


async def test_a_new_key_is_found_at_once_and_guesses_cost_one_fetch(site: Site, sets: KeySets) -> None:
    await site.key_now(sets, timedelta())
    site.key = new_key("ES384")

    assert await site.key_now(sets, PAUSE)
    assert [await site.key_now(sets, timedelta(), f"guess {number}") for number in range(5)] == [False] * 5
    assert site.asked == 2


async def test_a_withdrawn_key_no_longer_works_when_its_set_is_renewed(site: Site, sets: KeySets) -> None:
    old = str(site.key.kid)
    await site.key_now(sets, timedelta())
    site.key = new_key("ES384")

    assert await site.key_now(sets, FRESH - timedelta(seconds=1), old)
    assert not await site.key_now(sets, timedelta(seconds=1), old)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: httpx2.Response(500),
        lambda: httpx2.Response(302, headers={"Location": "https://keys.example/other"}),
        lambda: httpx2.Response(200, content=b"not JSON"),
        lambda: httpx2.Response(200, content=b'{"keys": []}'),
        lambda: httpx2.Response(200, content=b" " * (LARGEST_KEY_SET + 1)),
    ],
    ids=["defect", "redirect", "not JSON", "empty", "too large"],
)
async def test_a_set_that_cannot_be_had_is_asked_for_again_after_a_pause(
    site: Site, sets: KeySets, answer: Callable[[], httpx2.Response]
) -> None:
    site.answer = answer
    for _ in range(2):
        with pytest.raises(Retryable):
            await site.key_now(sets, timedelta())
    assert site.asked == 1

    site.answer = site.publish
    assert await site.key_now(sets, PAUSE)


async def test_a_known_set_outlives_an_outage_for_a_while(site: Site, sets: KeySets) -> None:
    await site.key_now(sets, timedelta())
    site.answer = lambda: httpx2.Response(503)

    assert await site.key_now(sets, STALE - timedelta(seconds=1))
    with pytest.raises(Retryable):
        await site.key_now(sets, timedelta(seconds=1))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        (URL, True),
        ("https://KEYS.example:8443/x", True),
        ("http://keys.example/jwks.json", False),
        ("https://other.example/jwks.json", False),
        ("https://keys.example.other.example/", False),
        ("https://keys.example@other.example/", False),
        ("https://user@keys.example/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
async def test_only_https_to_a_listed_host_is_fetched(sets: KeySets, url: str, allowed: bool) -> None:
    assert sets.allows(url) is allowed
