"""`PUT Task/{id}` and `$submit-attachment`: what a requester brings, taken to whoever asked for it."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from fastapi import APIRouter, Request, Response

from priorauth.api.bodies import read_body
from priorauth.api.fhir_bodies import TheAnswerType, ThePas, fhir_response, require_json
from priorauth.api.pas_tasks import own_task, written
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import TheCaller, own_partner
from priorauth.bootstrap import Gateway
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.information import TaskId
from priorauth.domain.parties import PartnerId
from priorauth.fhir.bundles import FhirSyntaxError, read_resource, write_resource
from priorauth.fhir.elements import Element
from priorauth.services.ports import NotKnown
from priorauth.services.supply_information import NothingAsked, Submission
from priorauth.translate.fhir_message import PasCodec
from priorauth.translate.fhir_reading import text
from priorauth.translate.fhir_supply import Fault, read_attachments, read_task

router = APIRouter(prefix="/fhir/{version}", tags=["PAS"])


@router.put("/Task/{id}", summary="Answer what is asked for")
async def put_task(request: Request, pas: ThePas, caller: TheCaller, media_type: TheAnswerType, id: str) -> Response:
    """Completed with outputs, the documents go to whoever asked. Of the rest of the Task nothing is changed."""
    gateway: Gateway = request.app.state.gateway
    async with gateway.unit_of_work.reading() as work:
        found = await own_task(work, caller, pas, id)
    body, resource = await read_json(request)
    if text(resource, "resourceType") != "Task" or text(resource, "id") not in ("", id):
        raise refused(Fault("Task.id", "the body is not this Task"))
    said = read_task(resource)
    if isinstance(said, Fault):
        raise refused(said)
    state, documents = said
    try:
        await gateway.supply_information.update(
            inbound(gateway, pas, found.review.partner, body), TaskId(id), state, documents
        )
    except NothingAsked:
        raise Problem(HTTPStatus.CONFLICT, "nothing is asked for by this Task any more") from None
    async with gateway.unit_of_work.reading() as work:
        return fhir_response(write_resource(written(await own_task(work, caller, pas, id), pas)), media_type)


@router.post("/$submit-attachment", summary="Bring documents for a request")
async def post_attachment(request: Request, pas: ThePas, media_type: TheAnswerType) -> Response:
    """The documents go to the tasks that ask for them, and with the last of them to whoever asked (CDex)."""
    gateway: Gateway = request.app.state.gateway
    partner = own_partner(request)
    body, resource = await read_json(request)
    said = read_attachments(resource)
    if isinstance(said, Fault):
        raise refused(said)
    submission = Submission(tracking=said.tracking, member=said.member, documents=said.documents, final=said.final)
    try:
        await gateway.supply_information.submit(inbound(gateway, pas, partner.id, body), submission)
    except NotKnown:
        raise not_found("request that asks for something under this TrackingId for this MemberId") from None
    except NothingAsked:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "nothing is asked for under this TrackingId any more") from None
    return fhir_response(ACCEPTED, media_type)


ACCEPTED = msgspec.json.encode(
    {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "information", "code": "informational", "details": {"text": "the documents are accepted"}}
        ],
    }
)


async def read_json(request: Request) -> tuple[bytes, Element]:
    """The body and the resource in it. Problem 400 where there is none."""
    require_json(request)
    body = await read_body(request)
    try:
        return body, read_resource(body)
    except FhirSyntaxError as unreadable:
        raise Problem(HTTPStatus.BAD_REQUEST, str(unreadable)) from None


def inbound(gateway: Gateway, pas: PasCodec, partner: PartnerId, body: bytes) -> InboundMessage:
    return InboundMessage(format=pas.version.value, partner=partner, body=body, received_at=gateway.now())


def refused(fault: Fault) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, fault.text, expression=[fault.path])
