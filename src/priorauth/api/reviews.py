"""`/reviews`: what is known of a review, its events, route and original messages."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Query, Request, Response

from priorauth.api.bodies import json_response
from priorauth.api.packs import deciding_pack
from priorauth.api.problems import not_found
from priorauth.api.security import TheCaller, not_yours, own_partner, require_own_review
from priorauth.bootstrap import Gateway
from priorauth.domain.access import CallerKind
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.routing.clock_documents import clocks_json
from priorauth.routing.documents import explain_json, route_json
from priorauth.services.ports import Message, NotKnown
from priorauth.translate.events import EVENTS_TOPIC, payer_topic

OWN = [Depends(require_own_review)]

router = APIRouter(prefix="/reviews", tags=["reviews"])

MEDIA_TYPES = {
    "x12": "application/edi-x12",
    "event": "application/cloudevents+json",
    "pas-2.2.1": "application/fhir+json",
    "pas-2.0.1": "application/fhir+json",
}


@router.get("", summary="The newest reviews")
async def list_reviews(
    request: Request,
    caller: TheCaller,
    partner: str = Query(default="", description="of this partner; by default the caller's, an operator's all"),
    limit: int = Query(default=50, ge=1, le=500),
    after: str = Query(default="", description="the `next` of the page before"),
) -> Response:
    gateway: Gateway = request.app.state.gateway
    if not partner and caller.kind is not CallerKind.OPERATOR:
        partner = own_partner(request).id
    if partner and not caller.is_for(CallerKind.PARTNER, partner):
        raise not_yours("the reviews are another's")
    try:
        page = await gateway.describe_review.newest(
            partner=PartnerId(partner) if partner else None, limit=limit, after=after
        )
    except NotKnown:
        raise not_found("review to continue after") from None
    return json_response(page)


@router.get("/{review_id}", dependencies=OWN, summary="One review: items, legs, replies")
async def get_review(request: Request, review_id: str) -> Response:
    gateway: Gateway = request.app.state.gateway
    try:
        return json_response(await gateway.describe_review(ReviewId(review_id)))
    except NotKnown:
        raise not_found("review") from None


@router.get("/{review_id}/route", dependencies=OWN, summary="Where each item went and why, with the rules that lost")
async def get_route(request: Request, review_id: str) -> Response:
    gateway: Gateway = request.app.state.gateway
    async with gateway.unit_of_work.reading() as work:
        route = await work.route(ReviewId(review_id))
    if route is None:
        raise not_found("route of a review")
    pack = await deciding_pack(gateway, route)
    return json_response({**route_json(route), "explanation": explain_json(route), "pack": pack})


@router.get("/{review_id}/events", dependencies=OWN, summary="What happened to the review, in order")
async def get_events(request: Request, review_id: str) -> Response:
    """The CloudEvents of the review in their full form."""
    gateway: Gateway = request.app.state.gateway
    try:
        async with gateway.unit_of_work.reading() as work:
            review = await work.review(ReviewId(review_id))
            stored = await work.events_of(ReviewId(review_id))
    except NotKnown:
        raise not_found("review") from None
    topic = payer_topic(review.payer) if review.payer else EVENTS_TOPIC
    return Response(
        b'{"events":[' + b",".join(event.body for event in stored if event.topic == topic) + b"]}",
        media_type="application/json",
    )


@router.get("/{review_id}/messages", dependencies=OWN, summary="The original messages, as received and sent")
async def get_messages(request: Request, review_id: str) -> Response:
    gateway: Gateway = request.app.state.gateway
    try:
        found = await gateway.describe_review.messages(ReviewId(review_id))
    except NotKnown:
        raise not_found("review") from None
    return json_response({"messages": [described(review_id, role, message) for role, message in found]})


def described(review_id: str, role: str, message: Message) -> dict[str, object]:
    """A message with its text. The exact bytes are at `href`."""
    return {
        "id": message.id,
        "role": role,
        "direction": message.direction,
        "counterpart": message.counterpart,
        "format": message.format,
        "at": message.at,
        "sha256": message.sha256,
        "text": message.body.decode("utf-8", errors="replace"),
        "href": f"/reviews/{review_id}/messages/{message.id}",
    }


@router.get("/{review_id}/messages/{message_id}", dependencies=OWN, summary="One original message, byte for byte")
async def get_message(request: Request, review_id: str, message_id: str) -> Response:
    gateway: Gateway = request.app.state.gateway
    try:
        found = await gateway.describe_review.messages(ReviewId(review_id))
    except NotKnown:
        raise not_found("review") from None
    for _, message in found:
        if message.id == message_id:
            return Response(message.body, media_type=MEDIA_TYPES.get(message.format, "application/octet-stream"))
    raise not_found("message of that review")


@router.get("/{review_id}/clocks", dependencies=OWN, summary="By when what must be done, and how that stands")
async def get_clocks(request: Request, review_id: str) -> Response:
    gateway: Gateway = request.app.state.gateway
    try:
        clocks, weighed = await gateway.run_clocks.show(ReviewId(review_id))
    except NotKnown:
        raise not_found("review with clocks") from None
    return json_response(clocks_json(clocks, weighed, gateway.now()))


@router.get(
    "/{review_id}/lineage", dependencies=OWN, summary="Which position of the request each fact of the review came from"
)
async def get_lineage(request: Request, review_id: str) -> Response:
    gateway: Gateway = request.app.state.gateway
    try:
        return json_response({"lineage": await gateway.lineage_of(ReviewId(review_id))})
    except NotKnown:
        raise not_found("review") from None
