"""`POST /x12` and the mailbox: one interchange in, one interchange out."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Query, Request, Response

from priorauth.api.bodies import json_response, read_body
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import TheCaller, caller_of, not_a_sender, not_yours, own_partner, require_partner
from priorauth.bootstrap import Gateway
from priorauth.domain.access import ANYBODY, Caller, CallerKind
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.services.ports import MailboxEntry, NotKnown, Work
from priorauth.translate.x12_interchange import X12Message
from priorauth.x12.faults import X12SyntaxError

EDI = "application/edi-x12"
MOST_SETS = 20
INLINE_BYTES = 64 * 1024
"""Larger bodies are read in a thread, so that they do not hold up other requests."""

router = APIRouter(tags=["X12"])


@router.post("/x12", summary="Send one X12 interchange and get its answer", response_class=Response)
async def post_x12(request: Request) -> Response:
    """Real time: a 278 response, a 999 or a TA1, in one interchange. Up to 20 transaction sets."""
    gateway: Gateway = request.app.state.gateway
    inbound, partner = await read_inbound(request, gateway)
    decoded = await decode(gateway, inbound)
    if caller_of(request) is not ANYBODY and not all(map(partner.groups_as, decoded.group_senders)):
        raise not_a_sender("a group of this interchange has a sender (GS02) that is not the caller's", "GS02")
    gateway.metrics.received(decoded)
    if decoded.acknowledges:
        await gateway.record_acknowledgment(inbound, decoded)
        if not decoded.parts:
            return Response(status_code=HTTPStatus.ACCEPTED)
    if len(decoded.parts) > MOST_SETS:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"more than {MOST_SETS} transaction sets in one real-time interchange",
            f"send at most {MOST_SETS} in one interchange; /x12/batch, for larger files, is not there yet",
        )
    answer_by = inbound.received_at + (partner.wait or gateway.settings.wait)
    received = await gateway.receive_review(
        inbound, decoded, answer_by=answer_by, refuse_duplicates=partner.refuses_duplicates
    )
    answered = await gateway.answer_message(inbound, decoded, received, answer_by=answer_by)
    if not received.resend:
        gateway.opinions.ask_later(partner, inbound, received.message_id)
    headers = {"X-Review-Id": ",".join(answered.review_ids)} if answered.review_ids else {}
    return Response(answered.body, media_type=EDI, headers=headers)


async def read_inbound(request: Request, gateway: Gateway) -> tuple[InboundMessage, TradingPartner]:
    """The body with the partner that its ISA names. Problem 400 where no control number can be read."""
    body = await read_body(request)
    try:
        sender = gateway.tools.codec.sender_of(body)
    except X12SyntaxError as fault:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            "the body is not a readable X12 interchange",
            str(fault),
            fault=fault.fault.name,
            segment=fault.segment,
        ) from None
    partner = gateway.tools.knowledge.partners.sender(sender.qualifier, sender.id)
    if partner is None:
        raise not_a_sender("the sender of this interchange is not a trading partner of this gateway", "ISA06")
    require_partner(caller_of(request), partner.id)
    inbound = InboundMessage(
        format="x12",
        partner=partner.id,
        body=body,
        received_at=gateway.now(),
        idempotency_key=request.headers.get("idempotency-key", ""),
    )
    return inbound, partner


async def decode(gateway: Gateway, inbound: InboundMessage) -> X12Message:
    if len(inbound.body) <= INLINE_BYTES:
        return gateway.tools.codec.decode(inbound, gateway.new_review_id)
    return await asyncio.to_thread(gateway.tools.codec.decode, inbound, gateway.new_review_id)


@router.get("/x12/mailbox", summary="Interchanges that wait to be picked up")
async def list_mailbox(
    request: Request,
    caller: TheCaller,
    partner: str = Query(default="", description="whose mailbox; by default the caller's"),
    limit: int = Query(default=100, ge=1, le=1000),
) -> Response:
    """The partner's waiting interchanges, oldest first. Each stays listed until it is acknowledged."""
    gateway: Gateway = request.app.state.gateway
    owner = PartnerId(partner) if partner else own_partner(request).id
    if not caller.is_for(CallerKind.PARTNER, owner):
        raise not_yours("the mailbox is another's")
    async with gateway.unit_of_work.reading() as work:
        waiting = []
        for entry in await work.mailbox(owner, limit):
            reviews = await work.reviews_of(entry.message_id)
            waiting.append({"id": entry.id, "at": entry.at, "review_ids": reviews, "href": f"/x12/mailbox/{entry.id}"})
    return json_response({"waiting": waiting})


@router.get("/x12/mailbox/{entry_id}", summary="Pick up one interchange", response_class=Response)
async def get_from_mailbox(request: Request, caller: TheCaller, entry_id: str) -> Response:
    """The interchange itself. It stays in the mailbox until it is acknowledged."""
    gateway: Gateway = request.app.state.gateway
    async with gateway.unit_of_work.reading() as work:
        entry = await own_entry(work, caller, entry_id)
        message = await work.message(entry.message_id)
        reviews = await work.reviews_of(entry.message_id)
    return Response(message.body, media_type=EDI, headers={"X-Review-Id": ",".join(reviews)})


@router.post("/x12/mailbox/{entry_id}/ack", summary="Say that an interchange was picked up", status_code=204)
async def acknowledge(request: Request, caller: TheCaller, entry_id: str) -> Response:
    """Take the interchange off the list. Doing so twice is no error."""
    gateway: Gateway = request.app.state.gateway
    async with gateway.unit_of_work() as work:
        await own_entry(work, caller, entry_id)
        await work.acknowledge_mailbox_entry(entry_id, gateway.now())
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def own_entry(work: Work, caller: Caller, entry_id: str) -> MailboxEntry:
    """An entry of the caller's mailbox. Problem 404 where it is another's, as where there is none."""
    try:
        entry = await work.mailbox_entry(entry_id)
    except NotKnown:
        raise not_found("mailbox entry") from None
    if not caller.is_for(CallerKind.PARTNER, entry.partner):
        raise not_found("mailbox entry")
    return entry
