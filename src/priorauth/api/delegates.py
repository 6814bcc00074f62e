"""`POST /delegates/{delegate}/determinations`: a determination or a decline, whenever the delegate has it."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from priorauth.api.bodies import json_response, read_body
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import TheCaller, not_yours
from priorauth.bootstrap import Gateway
from priorauth.domain.access import CallerKind
from priorauth.domain.exchange import Answer
from priorauth.domain.findings import Finding
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Format
from priorauth.services.delegate_ports import Destination
from priorauth.translate.fhir_legs import is_resource
from priorauth.translate.finding_rules import FindingRule

HOW_TO_NAME_A_LEG = "return the leg's id as leg_id, or our trace of it in TRN*2 or in the ClaimResponse"
PAS_VERSIONS = (Format.PAS_2_2_1, Format.PAS_2_0_1)

router = APIRouter(tags=["delegates"])


@router.post("/delegates/{delegate}/determinations", summary="Return a determination or a decline")
async def post_determination(request: Request, caller: TheCaller, delegate: str) -> Response:
    """A 278 response interchange, a PAS response Bundle, or JSON of the event schemas.

    The same answer sent twice is recorded once.
    """
    gateway: Gateway = request.app.state.gateway
    if not caller.is_for(CallerKind.DELEGATE, delegate):
        raise not_yours("this is another delegate's door")
    if DestinationId(delegate) not in gateway.destinations:
        raise not_found("delegate")
    body = await read_body(request)
    format = format_of(body, gateway.destinations[DestinationId(delegate)])
    recorded = await gateway.record_determination(
        Answer(destination=DestinationId(delegate), format=format, body=body, at=gateway.now())
    )
    if not recorded.accepted:  # nothing was announced, but nobody needs to be waited for any more
        for review_id in recorded.review_ids:
            await gateway.return_determination(review_id)
    if recorded.refused or recorded.findings:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "the answer cannot be read" if recorded.findings else recorded.refused,
            "" if recorded.findings or recorded.legs else HOW_TO_NAME_A_LEG,
            findings=[found(each, gateway.tools.codec.findings[each.code]) for each in recorded.findings],
        )
    if not recorded.legs:
        raise Problem(HTTPStatus.NOT_FOUND, "the answer names no leg that is with this delegate", HOW_TO_NAME_A_LEG)
    return json_response({"legs": recorded.legs}, status=HTTPStatus.ACCEPTED)


def found(finding: Finding, rule: FindingRule) -> dict[str, object]:
    """What is wrong with an answer, where, and what to do about it."""
    at = finding.at
    where = at.path or (f"{at.segment_id} (segment {at.segment})" if at.segment else "")
    expected = {"expected": finding.expected} if finding.expected else {}
    return {"finding": finding.code, "where": where, "problem": rule.text, **expected, "fix": rule.fix}


def format_of(body: bytes, destination: Destination) -> str:
    """What an answer is written in. A PAS Bundle is of the version that the destination speaks, else of the newest."""
    if body.lstrip()[:1] != b"{":
        return "x12"
    if not is_resource(body):
        return "event"
    return destination.format.value if destination.format in PAS_VERSIONS else Format.PAS_2_2_1.value
