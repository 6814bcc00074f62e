"""Access tokens: JWTs (RFC 9068) that this gateway signs for itself, under a key derived from the archive key.

They last minutes and hold the client's id and scopes, nothing else (docs/decisions, 0012).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from priorauth.adapters.archive import derived
from priorauth.domain.access import Client, ClientId, read_scopes, write_scopes
from priorauth.services.issue_token import IssuedToken

ALGORITHM = "HS256"
TYPE = "at+jwt"
LIFETIME = timedelta(minutes=5)
LONGEST_TOKEN = 4 * 1024


class TokenNotValid(Exception):
    """A token that proves nothing (any more). The text says why and has nothing of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenClaims:
    """What a token of ours says. With a thumbprint it is good only beside that client certificate (RFC 8705)."""

    client: ClientId
    scopes: frozenset[str]
    thumbprint: str


class SignedAccessTokens:
    """Makes and reads tokens. Satisfies `issue_token.AccessTokens`."""

    def __init__(
        self, archive_key: bytes, *, issuer: str, now: Callable[[], datetime], new_id: Callable[[str], str]
    ) -> None:
        self._key = OctKey.import_key(derived(archive_key, b"priorauth access tokens"))
        self._issuer = issuer
        self._now = now
        self._new_id = new_id

    def issue(self, client: Client, scopes: AbstractSet[str], *, thumbprint: str) -> IssuedToken:
        """A token of the client for these scopes."""
        now = self._now()
        claims: dict[str, object] = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": client.id,
            "client_id": client.id,
            "scope": write_scopes(scopes),
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "jti": self._new_id("token"),
        }
        if thumbprint:
            claims["cnf"] = {"x5t#S256": written_thumbprint(thumbprint)}
        value = jwt.encode({"alg": ALGORITHM, "typ": TYPE}, claims, self._key, algorithms=[ALGORITHM])
        return IssuedToken(value=value, lifetime=LIFETIME, scopes=frozenset(scopes))

    def read(self, token: str) -> TokenClaims:
        """What a token says. Raises TokenNotValid where it is not ours or has expired."""
        if len(token) > LONGEST_TOKEN:
            raise TokenNotValid("it is not a token of this gateway")
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
        except (JoseError, ValueError):
            raise TokenNotValid("it is not a token of this gateway") from None
        claims = decoded.claims
        if decoded.header.get("typ") != TYPE or (claims["iss"], claims["aud"]) != (self._issuer, self._issuer):
            raise TokenNotValid("it is a token for another gateway")
        if datetime.fromtimestamp(claims["exp"], UTC) <= self._now():
            raise TokenNotValid("it has expired")
        return TokenClaims(
            client=ClientId(claims["client_id"]),
            scopes=read_scopes(claims["scope"].split()),
            thumbprint=read_thumbprint(claims.get("cnf", {}).get("x5t#S256", "")),
        )


def written_thumbprint(thumbprint: str) -> str:
    """A thumbprint as RFC 8705 writes it: the bytes in base64url, unpadded."""
    return base64.urlsafe_b64encode(bytes.fromhex(thumbprint)).rstrip(b"=").decode()


def read_thumbprint(written: str) -> str:
    """A thumbprint in hexadecimal; empty where there is none."""
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).hex()
