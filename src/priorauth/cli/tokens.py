"""`token`: what a client's system does to get an access token, done by hand."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from priorauth.cli.output import COULD_NOT_RUN, fail, say, say_json

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME_SECONDS = 120
TIMEOUT_SECONDS = 10.0


def get_token(gateway: str, client: str, key_file: Path, scope: str, *, as_json: bool) -> int:
    """Sign an assertion, exchange it for a token and print that."""
    key = read_private_key(key_file)
    try:
        configuration = httpx2.get(f"{gateway}/.well-known/smart-configuration", timeout=TIMEOUT_SECONDS)
        endpoint = configuration.raise_for_status().json()["token_endpoint"]
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion(client, key, endpoint),
            "scope": scope,
        }
        response = httpx2.post(f"{gateway}/oauth/token", data=form, timeout=TIMEOUT_SECONDS)
    except (httpx2.HTTPError, ValueError, KeyError):
        fail(f"no gateway gives out tokens at {gateway}", COULD_NOT_RUN)
    if not response.is_success:
        fail(f"the gateway gives no token: {reason(response)}")
    said = response.json()
    if as_json:
        say_json(said)
    else:
        say(said["access_token"])
    return 0


def reason(response: httpx2.Response) -> str:
    try:
        said = response.json()
        return f"{said['error']}: {said['error_description']}"
    except (ValueError, KeyError, TypeError):
        return f"it answered {response.status_code}"


def read_private_key(path: Path) -> RSAKey | ECKey:
    """The key in a JWK file; ends the command where it is none to sign with."""
    text = path.read_text(encoding="utf-8")
    key = imported(RSAKey, text) or imported(ECKey, text)
    if key is None:
        fail(f"{path}: it is not a private RSA or EC key as a JWK with a kid", COULD_NOT_RUN)
    return key


def imported(key_type: type[RSAKey | ECKey], text: str) -> RSAKey | ECKey | None:
    try:
        key = key_type.import_key(msgspec.json.decode(text, type=dict[str, str | list[str]]))
    except (JoseError, ValueError, KeyError, msgspec.DecodeError):
        return None
    return key if key.is_private and key.kid else None


def assertion(client: str, key: RSAKey | ECKey, endpoint: str) -> str:
    """What proves to the token endpoint that the key's owner asks."""
    algorithm = "RS384" if isinstance(key, RSAKey) else "ES384"
    claims = {
        "iss": client,
        "sub": client,
        "aud": endpoint,
        "exp": int(time.time()) + LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(24),
    }
    return jwt.encode({"alg": algorithm, "kid": key.kid, "typ": "JWT"}, claims, key, algorithms=[algorithm])
