"""`/replays`: have reviews routed again, or what was sent of them sent again; see how far that came; cancel it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from priorauth.api.bodies import json_response
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import TheCaller
from priorauth.bootstrap import Gateway
from priorauth.domain.replays import Part, Replay, ReplayId, ReplayKind, ReplayStep, Selection
from priorauth.domain.reviews import ReviewId, ReviewState
from priorauth.services.ports import NotKnown
from priorauth.services.replay_reviews import NotRunning, OrderReplays

router = APIRouter(prefix="/replays", tags=["operation"])

Name = Annotated[str, Field(max_length=100)]


class Order(BaseModel):
    """What is to be done again, for which reviews. Without `dry_run: false` nothing is done but said."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    kind: ReplayKind
    dry_run: bool = True
    parts: tuple[Part, ...] = Field(default=tuple(Part), min_length=1, description="what is redelivered")
    review_ids: tuple[Name, ...] = Field(default=(), max_length=1000)
    payer: Name = ""
    destination: Name = Field(default="", description="has or had a leg of the review")
    states: tuple[ReviewState, ...] = Field(default=(), description="of a reroute: the open ones")
    since: AwareDatetime | None = Field(default=None, description="received then or later")
    until: AwareDatetime | None = Field(default=None, description="received before or then")

    @property
    def selection(self) -> Selection:
        return Selection(
            review_ids=tuple(map(ReviewId, self.review_ids)),
            payer=self.payer,
            destination=self.destination,
            states=self.states,
            since=self.since,
            until=self.until,
        )


@router.post("", summary="Order a replay", status_code=HTTPStatus.ACCEPTED)
async def order(request: Request, asked: Order, caller: TheCaller) -> Response:
    """202: it begins at once, in the background, with the reviews that there are now."""
    if asked.selection == Selection():
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "say which reviews", "by id, payer, destination, state or time")
    replay = await use_case(request)(asked.kind, asked.selection, asked.parts, is_dry=asked.dry_run, by=caller.client)
    return json_response(described(replay), HTTPStatus.ACCEPTED, headers={"Location": f"/replays/{replay.id}"})


@router.get("", summary="The replays, newest first")
async def list_replays(request: Request, limit: int = Query(default=20, ge=1, le=200)) -> Response:
    return json_response({"replays": [described(replay) for replay in await use_case(request).newest(limit)]})


@router.get("/{id}", summary="How far a replay came, and what it did")
async def get_replay(
    request: Request,
    id: str,
    after: int = Query(default=0, ge=0, description="the number of the last step that you have"),
    limit: int = Query(default=200, ge=0, le=1000),
) -> Response:
    """Each step is one review. In a dry run, `done` is what would be done."""
    try:
        replay, steps = await use_case(request).one(ReplayId(id), after=after, limit=limit)
    except NotKnown:
        raise not_found("replay") from None
    return json_response({**described(replay), "steps": [described_step(step) for step in steps]})


@router.delete("/{id}", summary="Cancel a replay")
async def cancel(request: Request, id: str) -> Response:
    """The review that is being done is done to its end, or not at all; what was done stays done."""
    try:
        return json_response(described(await use_case(request).cancel(ReplayId(id))))
    except NotKnown:
        raise not_found("replay") from None
    except NotRunning:
        raise Problem(HTTPStatus.CONFLICT, "the replay has ended", "there is nothing to cancel") from None


def use_case(request: Request) -> OrderReplays:
    gateway: Gateway = request.app.state.gateway
    return gateway.replaying.order


def described(replay: Replay) -> dict[str, object]:
    """A replay without its steps."""
    return {
        "id": replay.id,
        "kind": replay.kind,
        "dry_run": replay.is_dry,
        "parts": replay.parts if replay.kind is ReplayKind.REDELIVER else (),
        "state": replay.state,
        "total": replay.total,
        "done": replay.done,
        "changed": replay.changed,
        "failed": replay.failed,
        "asked_by": replay.asked_by,
        "asked_at": replay.asked_at,
        "ended_at": replay.ended_at,
        "selection": {
            "review_ids": replay.selection.review_ids,
            "payer": replay.selection.payer or None,
            "destination": replay.selection.destination or None,
            "states": replay.selection.states,
            "since": replay.selection.since,
            "until": replay.selection.until,
        },
    }


def described_step(step: ReplayStep) -> dict[str, object]:
    return {"number": step.number, "review_id": step.review_id, "effects": step.effects}
