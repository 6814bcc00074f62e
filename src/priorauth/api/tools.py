"""`/validate`, `/translate`, `/route` and `/clocks`: what the command line says of a message. Nothing is stored."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from priorauth.api.bodies import json_response, read_body
from priorauth.api.problems import Problem
from priorauth.bootstrap import Gateway
from priorauth.inspection import NotReadable, Target, route_documents, translate_message, validation_document
from priorauth.inspection.supposing import clock_documents, read_supposition

router = APIRouter(tags=["tools"])

MEDIA_TYPES = {
    Target.X12: "application/edi-x12",
    Target.FHIR: "application/fhir+json",
    Target.EVENT: "application/cloudevents+json",
}
PasVersion = Annotated[
    Literal["2.2.1", "2.0.1"] | None, Query(description="version of PAS; default what the message says, or 2.2.1")
]


@router.post("/validate", summary="Everything wrong with a message, by rule and position")
async def validate(
    request: Request,
    second_opinion: bool = Query(
        default=False, description="ask pyx12, or of FHIR fhir.resources, of the same bytes too"
    ),
    version: PasVersion = None,
) -> Response:
    """The report of `priorauth validate` on X12 or FHIR. 200 whether the message is valid or not."""
    gateway: Gateway = request.app.state.gateway
    body = await read_body(request)
    try:
        return json_response(validation_document(gateway.tools, body, second_opinion=second_opinion, version=version))
    except NotReadable as problem:
        raise Problem(HTTPStatus.BAD_REQUEST, str(problem)) from None


@router.post("/translate", summary="A message in another format")
async def translate(request: Request, to: Target, version: PasVersion = None) -> Response:
    """The document of `priorauth translate`. Problem 422 where the message has errors that keep it from being read."""
    gateway: Gateway = request.app.state.gateway
    body = await read_body(request)
    try:
        translated = translate_message(gateway.tools, body, to, version=version)
    except NotReadable as problem:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(problem)) from None
    headers = {"X-Losses": str(len(translated.losses))}
    return Response(translated.body, media_type=MEDIA_TYPES[to], headers=headers)


@router.post("/route", summary="Where each item of a request would go, and why")
async def route(request: Request, as_of: date | None = None, version: PasVersion = None) -> Response:
    """The answer of `priorauth route` with its explanation, for each request. `as_of` is the day of receipt.

    The body is the message, or JSON with `message` and `facts`, which then stand for the directory's whole answer.
    """
    gateway: Gateway = request.app.state.gateway
    body = await read_body(request)
    try:
        asked = read_supposition(body)
        routes = await route_documents(gateway.tools, asked.body, given=asked.facts, as_of=as_of, version=version)
    except NotReadable as problem:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(problem)) from None
    return json_response({"routes": routes})


@router.post("/clocks", summary="By when what would have to be done about a request, and by which rule")
async def clocks(request: Request, version: PasVersion = None) -> Response:
    """The clocks of each request. The body is the message, or JSON with `message` and what is supposed of it.

    `facts` as in `/route`; `received_at`; `happened`: when what happened after it, such as `decision` (`information`
    is complete on receipt unless said otherwise; null: not yet); `decided`: approval or denial.
    """
    gateway: Gateway = request.app.state.gateway
    body = await read_body(request)
    try:
        found = await clock_documents(gateway.tools, read_supposition(body), gateway.now(), version=version)
    except NotReadable as problem:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(problem)) from None
    return json_response({"reviews": found})
