"""Who may call. The sandbox is open; outside it every path but the open ones needs a token or a known certificate.

The middleware says who calls and whether they may use the path at all. Whether a thing is theirs is asked by the
endpoint that has it, through the functions at the end of this file. Docs: companion guide, "Getting a token".
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from priorauth.adapters.access_tokens import TokenNotValid
from priorauth.api.certificates import presented_thumbprint
from priorauth.api.permissions import is_open, scope_needed
from priorauth.api.problems import Problem, not_found, problem_response
from priorauth.bootstrap import Gateway
from priorauth.domain.access import ANYBODY, Caller, CallerKind, Client
from priorauth.domain.findings import FindingCode
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import NotKnown

log = structlog.get_logger()

REALM = 'Bearer realm="priorauth"'


class RequireCaller:
    """Lets through who is known and may use the path, and refuses everybody else."""

    def __init__(self, app: ASGIApp, gateway: Gateway) -> None:
        self.app = app
        self.gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            caller = identify(request, self.gateway)
            require_scope(caller, scope_needed(scope["method"], scope["path"]))
        except Problem as refusal:
            await problem_response(refusal, scope["path"])(scope, receive, send)
            return
        request.state.caller = caller
        await self.app(scope, receive, send)


def identify(request: Request, gateway: Gateway) -> Caller:
    """Who calls: by the token, else by the client certificate. Problem 401 where neither proves anything."""
    clients = gateway.tools.knowledge.clients
    thumbprint = presented_thumbprint(request, gateway.settings)
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        if thumbprint and (client := clients.with_certificate(thumbprint)):
            return caller_as(client, client.scopes)
        raise unauthorized("a token is needed", "get one at /oauth/token", error="")
    try:
        claims = gateway.tokens.read(token.strip())
    except TokenNotValid as reason:
        raise unauthorized("the token is not valid", str(reason)) from None
    if claims.thumbprint and claims.thumbprint != thumbprint:
        raise unauthorized("the token is not valid", "it is bound to another client certificate")
    registered = clients.by_id.get(claims.client)
    if registered is None:
        raise unauthorized("the token is not valid", "its client is no longer registered")
    return caller_as(registered.client, claims.scopes & registered.client.scopes)


def caller_as(client: Client, scopes: frozenset[str]) -> Caller:
    return Caller(client=client.id, kind=client.kind, stands_for=client.stands_for, scopes=scopes)


def require_scope(caller: Caller, scope: str) -> None:
    """Problem 403 where the caller was not given the scope."""
    if not caller.may(scope):
        log.warning("scope_refused", client=caller.client, scope=scope)
        challenge = f'{REALM}, error="insufficient_scope", scope="{scope}"'
        raise Problem(
            HTTPStatus.FORBIDDEN,
            "the token does not allow this",
            f"it needs the scope {scope}",
            headers={"WWW-Authenticate": challenge},
        )


def unauthorized(title: str, detail: str, *, error: str = "invalid_token") -> Problem:
    challenge = f'{REALM}, error="{error}", error_description="{detail}"' if error else REALM
    return Problem(HTTPStatus.UNAUTHORIZED, title, detail, headers={"WWW-Authenticate": challenge})


# For endpoints


def caller_of(request: Request) -> Caller:
    """Who sent this request. In the sandbox that is anybody."""
    caller = getattr(request.state, "caller", None)
    if caller is None and request.app.state.gateway.settings.sandbox:
        return ANYBODY
    assert isinstance(caller, Caller), "a path that is open has no caller"
    return caller


TheCaller = Annotated[Caller, Depends(caller_of)]


def require_partner(caller: Caller, partner: PartnerId) -> None:
    """Problem 403 where the caller does not act for that partner."""
    if not caller.is_for(CallerKind.PARTNER, partner):
        log.warning("sender_refused", client=caller.client, partner=partner)
        raise not_a_sender("the sender of this interchange is not the caller", "ISA06")


def not_yours(title: str) -> Problem:
    """Problem 403: the thing is known to be another's, and saying so tells the caller nothing."""
    return Problem(HTTPStatus.FORBIDDEN, title)


def not_a_sender(title: str, where: str) -> Problem:
    """Problem 403 for an interchange that does not name a partner that may send it here. It gets no TA1."""
    finding = {"finding": FindingCode.INTERCHANGE_PARTNER_UNKNOWN, "where": where}
    return Problem(HTTPStatus.FORBIDDEN, title, findings=[finding])


def own_partner(request: Request) -> TradingPartner:
    """The partner that a request comes from where its body names no sender (FHIR). Problem 403 where it has none."""
    gateway: Gateway = request.app.state.gateway
    caller = caller_of(request)
    if caller is ANYBODY:
        partner = gateway.tools.knowledge.partners.anybody
    else:
        partner = gateway.tools.knowledge.partners.by_id.get(PartnerId(caller.stands_for))
    if partner is None or not caller.is_for(CallerKind.PARTNER, partner.id):
        raise not_yours("the caller is not a trading partner")
    return partner


async def require_own_review(request: Request, review_id: str) -> None:
    """For paths of one review: Problem 404 where it is another's, as where there is none."""
    gateway: Gateway = request.app.state.gateway
    caller = caller_of(request)
    if caller.kind is CallerKind.OPERATOR:
        return
    try:
        async with gateway.unit_of_work.reading() as work:
            review = await work.review(ReviewId(review_id))
    except NotKnown:
        raise not_found("review") from None
    if not caller.is_for(CallerKind.PARTNER, review.partner):
        log.warning("review_refused", client=caller.client, review_id=review.id)
        raise not_found("review")
