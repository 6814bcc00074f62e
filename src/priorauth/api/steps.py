"""`/reviews/{id}/steps`: what people do about a decision, as operators record it."""

from __future__ import annotations

import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from priorauth.api.bodies import json_response
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import TheCaller, require_own_review
from priorauth.bootstrap import Gateway
from priorauth.domain.reviews import ReviewId
from priorauth.domain.steps import Channel, Party, Step, StepKind, StepOutcome
from priorauth.services.ports import NotKnown
from priorauth.services.record_step import StepRefused

router = APIRouter(prefix="/reviews", tags=["reviews"])

Short = Annotated[str, StringConstraints(max_length=80)]
Long = Annotated[str, StringConstraints(max_length=2000)]


class StepBody(BaseModel):
    """A step. Without `items` it is about all of the review; without `happened_at` it happened now."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: StepKind
    happened_at: Annotated[datetime.datetime, Field(json_schema_extra={"format": "date-time"})] | None = None
    items: list[Annotated[int, Field(ge=1)]] = []
    by: Party | None = None
    to: Party | None = None
    channel: Channel | None = None
    outcome: StepOutcome | None = None
    notice: Short = ""
    clock: Short = ""
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    corrects: Short = ""
    linked_to: Short = ""
    person: Short = ""
    reason: Long = ""


@router.post("/{review_id}/steps", summary="Record a talk, a notice, a reconsideration, an appeal")
async def post_step(request: Request, caller: TheCaller, review_id: str, body: StepBody) -> Response:
    """Refused with 409 where the payer's documents do not have it. What was recorded is corrected by another step."""
    gateway: Gateway = request.app.state.gateway
    happened_at = body.happened_at or gateway.now()
    if happened_at.tzinfo is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "happened_at needs a time zone")
    said = body.model_dump(exclude={"items", "happened_at"})
    step = Step(**said, happened_at=happened_at, sequences=tuple(body.items), recorded_by=caller.client)
    try:
        event = await gateway.record_step(ReviewId(review_id), step)
    except NotKnown:
        raise not_found("review") from None
    except StepRefused as why:
        raise Problem(HTTPStatus.CONFLICT, "the step cannot be recorded", str(why)) from None
    return json_response({"event": event.id, "step": event.step}, status=HTTPStatus.CREATED)


@router.get("/{review_id}/steps", dependencies=[Depends(require_own_review)], summary="The steps of a review")
async def get_steps(request: Request, review_id: str) -> Response:
    gateway: Gateway = request.app.state.gateway
    try:
        return json_response({"steps": await gateway.record_step.of(ReviewId(review_id))})
    except NotKnown:
        raise not_found("review") from None
