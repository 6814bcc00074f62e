"""Client assertions (SMART Backend Services, RFC 7523): a JWT that a client signs to prove who it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from priorauth.adapters.clients import Clients, RegisteredClient
from priorauth.adapters.key_sets import KeySets, PublicKey
from priorauth.domain.access import ClientId
from priorauth.services.issue_token import Assertion, TokenError, TokenRefused

ALGORITHMS = ("RS384", "ES384")
LONGEST_ASSERTION = 8 * 1024
LONGEST_ID = 255
LIFETIME = timedelta(minutes=5)
SKEW = timedelta(seconds=30)
"""How far the client's clock may be ahead of ours."""


class SignedAssertions:
    """Verifies assertions for one token endpoint. Satisfies `issue_token.Assertions`.

    Until the signature is verified nothing of an assertion is believed: its issuer only says whose keys to look at.
    """

    def __init__(self, clients: Clients, key_sets: KeySets, *, audience: str, now: Callable[[], datetime]) -> None:
        self._clients = clients
        self._key_sets = key_sets
        self._audience = audience
        self._now = now

    async def verify(self, assertion: str) -> Assertion:
        """What the assertion says and the client's key proves. Raises TokenRefused or Retryable."""
        header, claimed = unverified(assertion)
        registered = self._clients.by_id.get(ClientId(str(claimed.get("iss"))))
        if registered is None:
            refuse("iss names no client that is registered here")
        key = await self._key(registered, header)
        try:
            claims = jwt.decode(assertion, key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):
            refuse("the signature is not by the key that kid names")
        return self._asserted(registered, claims)

    async def _key(self, registered: RegisteredClient, header: Mapping[str, object]) -> PublicKey:
        """The key that the header names, of those registered: a key or URL in the header itself counts for nothing."""
        if header.get("alg") not in ALGORITHMS:
            refuse(f"alg is not one of {', '.join(ALGORITHMS)}")
        if header.get("typ", "JWT") != "JWT" or "crit" in header:
            refuse("the header is not that of a client assertion")
        if "jku" in header and header["jku"] != registered.keys_url:
            refuse("jku is not the URL that is registered")
        kid = header.get("kid")
        if not isinstance(kid, str):
            refuse("the header needs a kid")
        if registered.keys_url:
            key = await self._key_sets.key(registered.keys_url, kid)
        else:
            key = registered.keys.get(kid)
        if key is None:
            refuse("kid names no key of the client")
        return key

    def _asserted(self, registered: RegisteredClient, claims: Mapping[str, object]) -> Assertion:
        now = self._now()
        if claims.get("sub") != registered.client.id or claims.get("iss") != registered.client.id:
            refuse("iss and sub need to be the client's id")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            refuse("aud is not the URL of this token endpoint")
        expires_at, begins_at = moment(claims, "exp"), moment(claims, "nbf")
        if expires_at is None or expires_at <= now:
            refuse("the assertion has expired")
        if expires_at > now + LIFETIME + SKEW:
            refuse("exp is more than five minutes ahead")
        if begins_at is not None and begins_at > now + SKEW:
            refuse("the assertion is not valid yet")
        id = claims.get("jti")
        if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
            refuse("the assertion needs a jti of its own")
        return Assertion(client=registered.client, id=id, expires_at=expires_at)


def unverified(assertion: str) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Header and claims as anybody could have written them."""
    if len(assertion) > LONGEST_ASSERTION:
        refuse("the assertion is too long")
    try:
        extracted = extract_compact(assertion.encode())
        claims = json.loads(extracted.payload)
    except (JoseError, ValueError, RecursionError):
        refuse("the assertion is not a signed JWT")
    if not isinstance(claims, dict):
        refuse("the assertion is not a signed JWT")
    return extracted.headers(), claims


def moment(claims: Mapping[str, object], name: str) -> datetime | None:
    """A NumericDate (RFC 7519), or None where there is none."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def refuse(reason: str) -> NoReturn:
    raise TokenRefused(TokenError.INVALID_CLIENT, reason)
