"""Access tokens for the clients of a target: SMART Backend Services, a signed assertion for a token."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey, import_key

from priorauth.conformance.folders import ConformanceFault, read_text
from priorauth.conformance.targets import Client, Target

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EARLY = 30.0


class Tokens:
    """The tokens of a run, one a client, asked for again before they end."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._held: dict[str, tuple[str, float]] = {}

    async def token(self, http: httpx2.AsyncClient, name: str) -> str:
        """A token of this client; nothing where the target is open."""
        if not self._target.clients:
            return ""
        if name not in self._target.clients:
            raise ConformanceFault(f"the target has no client {name}")
        held, until = self._held.get(name, ("", 0.0))
        if time.monotonic() > until:
            held, until = await ask_for_token(http, self._target, self._target.clients[name])
            self._held[name] = held, until
        return held


async def ask_for_token(http: httpx2.AsyncClient, target: Target, client: Client) -> tuple[str, float]:
    """A token and when to ask for the next one."""
    url = target.url(client.token_url)
    answer = await http.post(url, data=token_request(client, assertion(client, url)))
    if not answer.is_success:
        raise ConformanceFault(f"the target gives its client {client.client_id} no token: HTTP {answer.status_code}")
    told = answer.json()
    return str(told["access_token"]), time.monotonic() + float(told.get("expires_in", 300)) - EARLY


def token_request(client: Client, signed: str, scope: str = "") -> dict[str, str]:
    """The form that asks for a token with an assertion."""
    return {
        "grant_type": "client_credentials",
        "scope": scope or client.scope,
        "client_assertion_type": ASSERTION,
        "client_assertion": signed,
    }


def assertion(client: Client, audience: str, *, signed_by: ECKey | None = None, **changed: object) -> str:
    """A signed assertion of who asks; another key and `changed` claims are for cases that ask wrongly."""
    written = json.loads(read_text(client.key))
    key = signed_by or import_key(written)
    now = int(time.time())
    claims: Mapping[str, object] = {
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": audience,
        "iat": now,
        "exp": now + 240,
        "jti": uuid.uuid4().hex,
        **changed,
    }
    algorithm = "ES384" if key.key_type == "EC" else "RS384"
    return jwt.encode(
        {"alg": algorithm, "kid": written.get("kid", ""), "typ": "JWT"}, dict(claims), key, algorithms=[algorithm]
    )
