"""`GET /fhir/{version}/ClaimResponse/{id}` and `Bundle/{id}`: answers that were given, for whoever asked."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from priorauth.api.fhir_bodies import TheAnswerType, ThePas, fhir_response
from priorauth.api.problems import not_found
from priorauth.api.security import TheCaller
from priorauth.bootstrap import Gateway
from priorauth.domain.access import Caller, CallerKind
from priorauth.domain.determinations import Reply
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.services.ports import Message, NotKnown
from priorauth.translate.fhir_message import PasCodec

_LONGEST_NUMBER = 9
router = APIRouter(prefix="/fhir/{version}", tags=["PAS"])


@router.get("/ClaimResponse/{id}", summary="The present answer to a request")
async def get_claim_response(
    request: Request, pas: ThePas, caller: TheCaller, media_type: TheAnswerType, id: str
) -> Response:
    """The ClaimResponse as it stands now."""
    answer = await answer_of(request.app.state.gateway, caller, pas, ReviewId(id), None)
    if answer is None:
        raise not_found("ClaimResponse")
    return fhir_response(write_resource(Bundle(read_resource(answer)).first().element), media_type)


@router.get("/Bundle/{id}", summary="One response Bundle as it was given")
async def get_bundle(request: Request, pas: ThePas, caller: TheCaller, media_type: TheAnswerType, id: str) -> Response:
    """The response Bundle that has this id: the review's id and the number of the reply."""
    review_id, _, number = id.rpartition("-")
    answer = None
    if number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER:
        answer = await answer_of(request.app.state.gateway, caller, pas, ReviewId(review_id), int(number))
    if answer is None:
        raise not_found("Bundle")
    return fhir_response(answer, media_type)


async def answer_of(
    gateway: Gateway, caller: Caller, pas: PasCodec, review_id: ReviewId, number: int | None
) -> bytes | None:
    """The response Bundle of one reply, or of the last; None where there is none that the caller may see here."""
    found = await own_review(gateway, caller, pas, review_id)
    if found is None:
        return None
    review, message, replies = found
    wanted = [reply for reply in replies if number is None or reply.number == number]
    return pas.answer(message.body, review, wanted[-1]) if wanted else None


async def own_review(
    gateway: Gateway, caller: Caller, pas: PasCodec, review_id: ReviewId
) -> tuple[ServiceReview, Message, list[Reply]] | None:
    """A review of the caller's that came in this version of PAS, with its request and replies."""
    try:
        async with gateway.unit_of_work.reading() as work:
            record = await work.review_record(review_id)
            if record.review.arrived_as is not pas.version:
                return None
            if not caller.is_for(CallerKind.PARTNER, record.review.partner):
                return None
            message = await work.message(record.message_id)
            return record.review, message, [each.reply for each in await work.replies(review_id)]
    except NotKnown:
        return None
