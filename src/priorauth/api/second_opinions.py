"""`/second-opinions`: where another engine's check of what partners sent differs from ours. Rule ids, never a value."""

from __future__ import annotations

from fastapi import APIRouter, Query, Request, Response

from priorauth.api.bodies import json_response
from priorauth.bootstrap import Gateway
from priorauth.services.list_second_opinions import Asked, Difference

router = APIRouter(tags=["operation"])


@router.get("/second-opinions", summary="Where pyx12 or fhir.resources differs from us over what partners sent")
async def list_second_opinions(
    request: Request,
    partner: str = Query(default="", description="on messages of this partner"),
    limit: int = Query(default=200, ge=1, le=1000, description="the newest so many messages that differ"),
) -> Response:
    """Of partners whose file says `asks_second_opinion`. What is known to be the other engine's fault is left out."""
    gateway: Gateway = request.app.state.gateway
    asked, differences = await gateway.list_second_opinions(limit, partner=partner)
    return json_response({"asked": list(map(_asked, asked)), "differences": list(map(_difference, differences))})


def _asked(asked: Asked) -> dict[str, object]:
    return {
        "by": asked.by,
        "partner": asked.partner,
        "messages": asked.count.asked,
        "differing": asked.count.differing,
        "not_given": asked.count.not_given,
    }


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "rule": difference.rule,
        "by": difference.by,
        "partner": difference.partner,
        "count": len(difference.messages),
        "messages": [
            {"message_id": each.opinion.message_id, "at": each.opinion.at, "review_ids": each.reviews}
            for each in difference.messages
        ],
    }
