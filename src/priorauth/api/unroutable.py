"""`/unroutable`: items that nobody could route, each with the desk that owns it and what would have to be known."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response

from priorauth.api.bodies import json_response
from priorauth.bootstrap import Gateway
from priorauth.services.list_unroutable import Unroutable

router = APIRouter(tags=["operation"])


@router.get("/unroutable", summary="Items at a desk because nobody could say where they belong")
async def list_unroutable(
    request: Request,
    payer: str = Query(default="", description="of this payer"),
    owner: str = Query(default="", description="at this desk"),
    limit: int = Query(default=200, ge=1, le=1000),
) -> Response:
    """They are no failures: the desk decides them, or the review is routed again once the rules or facts are there."""
    gateway: Gateway = request.app.state.gateway
    found = await gateway.list_unroutable(limit, payer=payer, owner=owner)
    return json_response({"unroutable": [described(item) for item in found]})


def described(item: Unroutable) -> dict[str, object]:
    return {
        "review_id": item.review_id,
        "leg_id": item.leg_id,
        "sequence": item.sequence,
        "payer": item.payer,
        "owner": item.owner,
        "queue": item.queue or None,
        "state": item.state,
        "rule": item.rule,
        "reason": item.reason,
        "unknown": item.unknown,
        "since": item.since,
    }
