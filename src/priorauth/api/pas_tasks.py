"""`/fhir/{version}/Task`: what destinations still ask for, read and searched by whoever is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from priorauth.api.fhir_bodies import TheAnswerType, ThePas, fhir_response
from priorauth.api.problems import Problem, not_found
from priorauth.api.security import TheCaller, own_partner
from priorauth.bootstrap import Gateway
from priorauth.domain.access import Caller, CallerKind
from priorauth.domain.determinations import Reply
from priorauth.domain.information import InformationTask, TaskId
from priorauth.domain.reviews import Format, ServiceReview
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.elements import Element, Value
from priorauth.services.ports import Message, NotKnown, Work
from priorauth.translate.fhir_message import PasCodec
from priorauth.translate.fhir_reading import child, children, text
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_response import ResponseOptions, task_resource
from priorauth.translate.fhir_vocabulary import compact

router = APIRouter(prefix="/fhir/{version}", tags=["PAS"])

MOST = 200
"""So many tasks are looked through for one search, the newest first."""


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A task with what is needed to write it."""

    task: InformationTask
    review: ServiceReview
    request: Message
    reply: Reply


@router.get("/Task/{id}", summary="What is asked for, as it stands now")
async def get_task(request: Request, pas: ThePas, caller: TheCaller, media_type: TheAnswerType, id: str) -> Response:
    """A task of a review of the caller's, on whichever rail the review came."""
    gateway: Gateway = request.app.state.gateway
    async with gateway.unit_of_work.reading() as work:
        found = await own_task(work, caller, pas, id)
    return fhir_response(write_resource(written(found, pas)), media_type)


@router.get("/Task", summary="What is asked of the caller")
async def search_tasks(request: Request, pas: ThePas, caller: TheCaller, media_type: TheAnswerType) -> Response:
    """The caller's own tasks, the newest first: by `_id`, `identifier`, `status` and `code`."""
    gateway: Gateway = request.app.state.gateway
    partner = own_partner(request)
    asked = {name: value for name, value in request.query_params.items() if name in SEARCHED}
    identifier = asked.get("identifier", "").rpartition("|")[2]
    async with gateway.unit_of_work.reading() as work:
        tasks = await (work.tasks_by_key(partner.id, identifier) if identifier else work.tasks_of(partner.id, MOST))
        newest = sorted(tasks, key=lambda task: (task.requested_at, task.id), reverse=True)
        own = [found for each in newest if (found := await visible(work, caller, pas, each))]
    resources = [each for found in own if matches(each := written(found, pas), asked)]
    entries: list[Value] = [
        {"fullUrl": f"{pas.base}/Task/{each['id']}", "resource": each, "search": {"mode": "match"}}
        for each in resources
    ]
    bundle = compact({"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries})
    return fhir_response(write_resource(bundle), media_type)


SEARCHED = ("_id", "identifier", "status", "code")


def matches(task: Element, asked: dict[str, str]) -> bool:
    """True where the task is what the other parameters ask for; each takes several values with commas between."""
    codes = {text(each, "code") for each in children(child(task, "code"), "coding")}
    known = {"_id": {text(task, "id")}, "status": {text(task, "status")}, "code": codes}
    return all(
        known[name] & {each.rpartition("|")[2] for each in value.split(",")}
        for name, value in asked.items()
        if name in known
    )


async def own_task(work: Work, caller: Caller, pas: PasCodec, id: str) -> OwnTask:
    """A task that the caller may see here. Problem 404 where there is none, or it is another's."""
    try:
        found = await visible(work, caller, pas, await work.task(TaskId(id)))
    except NotKnown:
        found = None
    if found is None:
        raise not_found("Task")
    return found


async def visible(work: Work, caller: Caller, pas: PasCodec, task: InformationTask) -> OwnTask | None:
    """The task, where its review is the caller's and came in this version of PAS or on the other rail."""
    record = await work.review_record(task.review_id)
    review = record.review
    if review.arrived_as not in (pas.version, Format.X12_278):
        return None
    if not caller.is_for(CallerKind.PARTNER, review.partner):
        return None
    replies: Sequence[Reply] = [each.reply for each in await work.replies(review.id)]
    reply = replies[-1] if replies else Reply(review_id=review.id, number=1, made_at=task.changed_at, items=())
    return OwnTask(task, review, await work.message(record.message_id), reply)


def written(found: OwnTask, pas: PasCodec) -> Element:
    """The Task of the guide."""
    return task_resource(
        request_of(found, pas),
        found.review,
        found.reply,
        found.task,
        crosswalks=pas.crosswalks,
        options=ResponseOptions(version=pas.version, base=pas.base),
    )


def request_of(found: OwnTask, pas: PasCodec) -> Bundle:
    """The request as it came, or of a 278 as it would be in this version of PAS."""
    if found.review.arrived_as is not Format.X12_278:
        return Bundle(read_resource(found.request.body))
    return Bundle(
        read_resource(write_resource(review_to_fhir(found.review, crosswalks=pas.crosswalks, version=pas.version)))
    )


def unprocessable(title: str, detail: str = "") -> Problem:
    """Problem 422: sending it again does not help."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, title, detail)
