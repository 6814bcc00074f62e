"""The sandbox's HTTP paths: where simulated delegates that are called take legs, and where a tester decides by hand."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from priorauth.adapters.clock import Clock
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import ReviewId
from priorauth.fhir.bundles import FhirSyntaxError
from priorauth.sandbox.runtime import Sandbox
from priorauth.services.ports import NotKnown
from priorauth.x12.faults import X12SyntaxError

LOOK_SECONDS = 0.2
HOLD_SECONDS = 30.0
"""How long a call that is never answered is held open at most."""
MOST_SECONDS_AT_ONCE = 366 * 24 * 3600
PROBLEM_MEDIA_TYPE = "application/problem+json"


class ItemToDecide(BaseModel):
    """A line of a review and what to decide: an action as HCR01 codes it, or a behaviour of the sandbox's table."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    sequence: int = Field(ge=1)
    action: str


class Decision(BaseModel):
    """Decisions to make as people at a desk or a delegate would."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    items: list[ItemToDecide] = Field(min_length=1)


class ToDecide(Decision):
    """The same, of a review that a gateway has."""

    review_id: str


class ClockMove(BaseModel):
    """How many seconds to move the gateway's clock on."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    advance: float = Field(ge=0, le=MOST_SECONDS_AT_ONCE)


def sandbox_router(sandbox: Sandbox, clock: Clock) -> APIRouter:
    """The paths under `/sandbox`."""
    router = APIRouter(prefix="/sandbox", tags=["sandbox"])

    @router.post("/delegates/{delegate}/x12", summary="A simulated delegate's door for X12 legs")
    async def take_leg(request: Request, delegate: str) -> Response:
        try:
            answer = sandbox.x12.answer(DestinationId(delegate), await request.body())
        except X12SyntaxError:
            return problem(HTTPStatus.BAD_REQUEST, "the body is not a readable X12 interchange")
        if answer.body is None:
            return await hold(request, sandbox.stopping)
        return Response(answer.body, media_type=answer.media_type)

    @router.post("/delegates/{delegate}/fhir/Claim/$submit", summary="A simulated delegate's door for PAS legs")
    async def submit_leg(request: Request, delegate: str) -> Response:
        if not sandbox.speaks_pas(DestinationId(delegate)):
            return problem(HTTPStatus.NOT_FOUND, "no simulated delegate of that name speaks PAS")
        try:
            answer = sandbox.pas.answer(DestinationId(delegate), await request.body())
        except FhirSyntaxError as fault:
            return problem(HTTPStatus.BAD_REQUEST, str(fault))
        if answer.body is None:
            return await hold(request, sandbox.stopping)
        return Response(answer.body, media_type=answer.media_type)

    @router.post("/decide", summary="Decide lines of a review as people would", status_code=HTTPStatus.NO_CONTENT)
    async def decide(decision: ToDecide) -> Response:
        actions = {item.sequence: item.action for item in decision.items}
        try:
            await sandbox.decide(ReviewId(decision.review_id), actions)
        except NotKnown:
            return problem(HTTPStatus.NOT_FOUND, "no simulated destination has an open case of that review and line")
        except ValueError as fault:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(fault))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.get("/clock", summary="The gateway's time")
    async def show_clock() -> Response:
        return JSONResponse({"now": clock.now().isoformat()})

    @router.post("/clock", summary="Move the gateway's clock on, with every timer")
    async def advance_clock(move: ClockMove) -> Response:
        return JSONResponse({"now": clock.advance(timedelta(seconds=move.advance)).isoformat()})

    return router


async def hold(request: Request, stopping: asyncio.Event) -> Response:
    """Hold the call until the caller gives up, all stops or nobody can be expected to wait any longer."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + HOLD_SECONDS
    while loop.time() < deadline and not stopping.is_set() and not await request.is_disconnected():
        await asyncio.sleep(LOOK_SECONDS)
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "this simulated delegate does not answer")


def problem(status: HTTPStatus, detail: str) -> Response:
    """What is wrong with a call."""
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    return JSONResponse(problem, status_code=status, media_type=PROBLEM_MEDIA_TYPE)
