"""`/deadletters`: what was set aside, for operators: look, have it tried again, discard."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Query, Request, Response

from priorauth.api.bodies import json_response
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import TheCaller
from priorauth.bootstrap import Gateway
from priorauth.services.bus import DeadLetter
from priorauth.services.ports import NotKnown
from priorauth.services.settle_dead_letters import NotSettled, SettleDeadLetters

router = APIRouter(prefix="/deadletters", tags=["operation"])


@router.get("", summary="What was set aside, newest first")
async def list_dead_letters(
    request: Request,
    kind: str = Query(default="", description="leg, event or determination"),
    destination: str = Query(default="", description="of this delegate or desk"),
    decided: bool = Query(default=False, description="those that were retried or discarded, too"),
    limit: int = Query(default=100, ge=1, le=1000),
) -> Response:
    found = await use_case(request).waiting(limit, kind=kind, destination=destination, decided=decided)
    return json_response({"dead_letters": [described(letter) for letter in found]})


@router.get("/{id:path}/raw", summary="The bytes that could not be handled or delivered")
async def get_raw(request: Request, id: str) -> Response:
    """Original bytes, which may hold protected health information."""
    try:
        return Response(await use_case(request).body(id), media_type="application/octet-stream")
    except NotKnown:
        raise not_found("body of a dead letter") from None


@router.get("/{id:path}", summary="One of them")
async def get_dead_letter(request: Request, id: str) -> Response:
    try:
        return json_response(described(await use_case(request).one(id)))
    except NotKnown:
        raise not_found("dead letter") from None


@router.post("/{id:path}/retry", summary="Have it tried again")
async def retry(request: Request, id: str, caller: TheCaller) -> Response:
    """A leg is sent again with the same bytes, a message handed over again once, an answer read again."""
    try:
        return json_response(described(await use_case(request).retry(id, caller.client)))
    except NotKnown:
        raise not_found("dead letter") from None
    except NotSettled as why:
        raise Problem(HTTPStatus.CONFLICT, "the dead letter cannot be tried again", str(why)) from None


@router.delete("/{id:path}", summary="Discard it")
async def discard(request: Request, id: str, caller: TheCaller) -> Response:
    """It is kept with who decided so and when; nothing is done about it."""
    try:
        return json_response(described(await use_case(request).discard(id, caller.client)))
    except NotKnown:
        raise not_found("dead letter") from None
    except NotSettled as why:
        raise Problem(HTTPStatus.CONFLICT, "the dead letter cannot be discarded", str(why)) from None


def use_case(request: Request) -> SettleDeadLetters:
    gateway: Gateway = request.app.state.gateway
    return gateway.settle_dead_letters


def described(letter: DeadLetter) -> dict[str, object]:
    """A dead letter without its bytes."""
    return {
        "id": letter.id,
        "kind": letter.kind,
        "subject": letter.subject,
        "reason": letter.reason,
        "at": letter.at,
        "review_id": letter.review_id,
        "destination": letter.destination or None,
        "origin": letter.origin or None,
        "decision": letter.decision,
        "decided_at": letter.decided_at,
        "decided_by": letter.decided_by or None,
    }
