"""`$submit` and `$inquire` of `/fhir/{version}/Claim`: a Bundle in, its answer out, within the waiting time."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from priorauth.api.bodies import read_body
from priorauth.api.fhir_bodies import TheAnswerType, ThePas, fhir_response, require_json
from priorauth.api.security import own_partner
from priorauth.bootstrap import Gateway
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.findings import Finding
from priorauth.fhir.bundles import FhirSyntaxError
from priorauth.fhir.outcomes import finding_of_fault, status_of_findings
from priorauth.translate.fhir_message import PasCodec, PasMessage

INLINE_BYTES = 64 * 1024
"""Larger bodies are read in a thread, so that they do not hold up other requests."""

router = APIRouter(prefix="/fhir/{version}", tags=["PAS"])


@router.post("/Claim/$submit", summary="Send one PAS request Bundle and get its response Bundle")
async def post_submit(request: Request, pas: ThePas, media_type: TheAnswerType) -> Response:
    """Decided where that is known in time, else pended. What cannot be read is one OperationOutcome."""
    gateway: Gateway = request.app.state.gateway
    partner = own_partner(request)
    require_json(request)
    inbound = InboundMessage(
        format=pas.version.value,
        partner=partner.id,
        body=await read_body(request),
        received_at=gateway.now(),
        idempotency_key=request.headers.get("idempotency-key", ""),
    )
    try:
        decoded = await decode(gateway, pas, inbound)
    except FhirSyntaxError as unreadable:
        return refusal(pas, finding_of_fault(unreadable), media_type)
    gateway.metrics.received(decoded)
    answer_by = inbound.received_at + (partner.wait or gateway.settings.wait)
    received = await gateway.receive_review(inbound, decoded, answer_by=answer_by)
    answered = await gateway.answer_message(inbound, decoded, received, answer_by=answer_by)
    if not received.resend:
        gateway.opinions.ask_later(partner, inbound, received.message_id)
    status = status_of_findings(decoded.findings, pas.findings) if decoded.refused else HTTPStatus.OK
    return fhir_response(answered.body, media_type, status, X_Review_Id=",".join(answered.review_ids))


@router.post("/Claim/$inquire", summary="Ask for the present results of earlier requests")
async def post_inquire(request: Request, pas: ThePas, media_type: TheAnswerType) -> Response:
    """Parameters with a Bundle for each request that was found; in 2.0.1 one Bundle."""
    gateway: Gateway = request.app.state.gateway
    partner = own_partner(request)
    require_json(request)
    body = await read_body(request)
    inbound = InboundMessage(format=pas.version.value, partner=partner.id, body=body, received_at=gateway.now())
    try:
        answered = await gateway.answer_inquiry(inbound)
    except FhirSyntaxError as unreadable:
        return refusal(pas, finding_of_fault(unreadable), media_type)
    status = status_of_findings(answered.refused, pas.findings) if answered.refused else HTTPStatus.OK
    return fhir_response(answered.body, media_type, status, X_Review_Id=",".join(answered.review_ids))


async def decode(gateway: Gateway, pas: PasCodec, inbound: InboundMessage) -> PasMessage:
    if len(inbound.body) <= INLINE_BYTES:
        return pas.decode(inbound, gateway.new_review_id)
    return await asyncio.to_thread(pas.decode, inbound, gateway.new_review_id)


def refusal(pas: PasCodec, finding: Finding, media_type: str) -> Response:
    """The refusal of bytes from which nothing can be read, so that there is nothing to keep either."""
    found = (finding,)
    return fhir_response(pas.outcome(found), media_type, status_of_findings(found, pas.findings))
