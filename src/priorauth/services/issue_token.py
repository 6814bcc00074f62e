"""Give a registered client an access token for what it asserts with its key. Each assertion works once."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from priorauth.domain.access import Client, read_scopes
from priorauth.services.ports import Conflict, UnitOfWork


class TokenError(StrEnum):
    """Why no token is given (RFC 6749, 5.2)."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"


class TokenRefused(Exception):
    """No token is given. The reason is a fixed text, for the client to read."""

    def __init__(self, error: TokenError, reason: str) -> None:
        super().__init__(reason)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a client asserted and its key proved. `id` is its `jti`."""

    client: Client
    id: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """An access token as the client gets it."""

    value: str = field(repr=False)
    lifetime: timedelta
    scopes: frozenset[str]


class Assertions(Protocol):
    """Reads the assertions of clients."""

    async def verify(self, assertion: str) -> Assertion:
        """What it asserts. Raises TokenRefused where it proves nothing, Retryable where the keys cannot be had now."""


class AccessTokens(Protocol):
    """Makes access tokens."""

    def issue(self, client: Client, scopes: AbstractSet[str], *, thumbprint: str) -> IssuedToken:
        """A token of the client for these scopes; with a thumbprint, good only beside that client certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueToken:
    """SMART Backend Services: an assertion signed by the client's private key for a token that lasts minutes."""

    unit_of_work: UnitOfWork
    assertions: Assertions
    tokens: AccessTokens
    now: Callable[[], datetime]

    async def __call__(self, assertion: str, scope: str, *, thumbprint: str = "") -> IssuedToken:
        """A token for those of the scopes asked for that the client may have. Raises TokenRefused."""
        asserted = await self.assertions.verify(assertion)
        granted = read_scopes(scope.split()) & asserted.client.scopes
        async with self.unit_of_work() as work:
            await work.forget_assertions(self.now())
            try:
                await work.use_assertion(asserted.client.id, asserted.id, asserted.expires_at)
            except Conflict:
                raise TokenRefused(
                    TokenError.INVALID_CLIENT, "the assertion was used before: its jti is known"
                ) from None
        if not granted:
            raise TokenRefused(TokenError.INVALID_SCOPE, "the client may have none of the scopes asked for")
        return self.tokens.issue(asserted.client, granted, thumbprint=thumbprint)
