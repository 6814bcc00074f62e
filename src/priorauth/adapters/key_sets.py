"""The public keys that clients sign with: read from a key set (RFC 7517), or fetched from where it is published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx2
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from priorauth.services.ports import Retryable

PublicKey = RSAKey | ECKey
Members = dict[str, str | list[str]]

LARGEST_KEY_SET = 64 * 1024
MOST_KEYS = 50
FETCH_SECONDS = 5.0
RSA_BITS = range(2048, 8193)
"""Weaker keys are refused; larger ones would cost us more than they protect."""
CURVE = "P-384"

FRESH = timedelta(minutes=10)
"""How long a fetched set is used without asking again."""
PAUSE = timedelta(seconds=30)
"""How long at least between two fetches of one set, whatever keys are named meanwhile."""
STALE = timedelta(hours=1)
"""How long a set is used while it cannot be fetched again. A key that was withdrawn works no longer than this."""


class KeySetFault(Exception):
    """A key set cannot be used. The text says why and never has a value of it."""


def read_key_set(document: object) -> dict[str, PublicKey]:
    """The usable keys of a key set by their `kid`. Raises KeySetFault where there is none.

    Keys for encryption, of other types, too short or without `kid` are left out.
    """
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise KeySetFault("it is not a key set")
    found = {each["kid"]: key for each in listed if isinstance(each, dict) and (key := _public_key(each))}
    if not found:
        raise KeySetFault(f"it has no public RSA key of at least {RSA_BITS.start} bits or EC key on {CURVE} with a kid")
    return found


def _public_key(jwk: Mapping[str, object]) -> PublicKey | None:
    """The key, where it is a public one to verify RS384 or ES384 with."""
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not kid or jwk.get("use", "sig") != "sig" or "d" in jwk:
        return None
    members: Members = {name: value for name, value in jwk.items() if isinstance(value, str)}
    try:
        if members.get("kty") == "RSA":
            rsa = RSAKey.import_key(members)
            return rsa if rsa.public_key.key_size in RSA_BITS else None
        if members.get("kty") == "EC" and members.get("crv") == CURVE:
            return ECKey.import_key(members)
    except (JoseError, ValueError, KeyError):
        return None
    return None


@dataclass(slots=True)
class _Fetched:
    """A key set as last seen at its URL."""

    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def within(self, age: timedelta, now: datetime) -> bool:
        return self.fetched_at is not None and now - self.fetched_at < age


class KeySets:
    """Key sets published at URLs: https, allowed hosts and no redirects; fetched seldom, however often needed."""

    def __init__(self, http: httpx2.AsyncClient, hosts: Sequence[str], *, now: Callable[[], datetime]) -> None:
        self._http = http
        self._hosts = frozenset(host.lower() for host in hosts)
        self._now = now
        self._sets: dict[str, _Fetched] = {}

    def allows(self, url: str) -> bool:
        """Whether a key set may be fetched from there."""
        parts = urlsplit(url)
        return parts.scheme == "https" and (parts.hostname or "") in self._hosts and not parts.username

    async def key(self, url: str, kid: str) -> PublicKey | None:
        """The key of that set, fetched again for a `kid` not in it. Raises Retryable where it cannot be had now."""
        known = self._sets.setdefault(url, _Fetched())
        async with known.lock:
            now = self._now()
            is_current = known.within(FRESH, now) and kid in known.keys
            may_ask = known.tried_at is None or now - known.tried_at >= PAUSE
            if not is_current and may_ask:
                known.tried_at = now
                await self._renew(known, url, now)
            if not known.within(STALE, now):
                raise Retryable("the key set of the client cannot be had now")
            return known.keys.get(kid)

    async def _renew(self, known: _Fetched, url: str, now: datetime) -> None:
        """Fetch a set; where that fails, what is known of it stays."""
        if not self.allows(url):
            return
        try:
            keys = read_key_set(await self._fetch(url))
        except (KeySetFault, TimeoutError, httpx2.HTTPError, msgspec.DecodeError):
            return
        known.keys, known.fetched_at = keys, now

    async def _fetch(self, url: str) -> object:
        body = b""
        async with (
            asyncio.timeout(FETCH_SECONDS),
            self._http.stream("GET", url, headers={"Accept": "application/json"}, follow_redirects=False) as response,
        ):
            if response.status_code != HTTPStatus.OK:
                raise KeySetFault("it is not at its URL")
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > LARGEST_KEY_SET:
                    raise KeySetFault("it is too large")
        document: object = msgspec.json.decode(body)
        return document
