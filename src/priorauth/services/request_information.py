"""Turn what a destination still needs into tasks for the requester; what is no longer asked for is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from priorauth.domain.determinations import Determination
from priorauth.domain.events import InformationRequested
from priorauth.domain.information import (
    QUESTIONNAIRE,
    InformationTask,
    TaskId,
    TaskKind,
    TaskState,
    asks,
    by_kind,
    contexts,
)
from priorauth.domain.reviews import Leg, ServiceReview
from priorauth.services.ports import Work


async def request_information(
    work: Work,
    review: ServiceReview,
    leg: Leg,
    said: Determination,
    *,
    is_decided: bool,
    now: datetime,
    new_id: Callable[[str], str],
) -> None:
    """Bring the open tasks of a leg in line with what was said of it, in the transaction that records it.

    What is asked for anew replaces what was asked for of that kind, and a decision ends it. A leg that is only said to
    be worked on goes on asking.
    """
    earlier = await work.tasks(review.id)
    of_leg = [task for task in earlier if task.leg_id == leg.root]
    wanted = by_kind(asks(said.information, {item.sequence: item.information for item in said.items}))
    for task in of_leg:
        is_other = wanted[task.kind] != task.asked if task.kind in wanted else is_decided
        if task.state.is_open and is_other:
            await work.save_task(task.move(TaskState.CANCELLED, now))
    still_open = {task.kind for task in of_leg if task.state.is_open and wanted.get(task.kind) == task.asked}
    root = leg if leg.root == leg.id else await work.leg(leg.root)
    made: list[InformationTask] = []
    for kind, asked in wanted.items():
        if kind in still_open:
            continue
        task = InformationTask(
            id=next_id(review, root, kind, of_leg),
            review_id=review.id,
            leg_id=root.id,
            kind=kind,
            asked=asked,
            requested_at=now,
            changed_at=now,
            contexts=contexts(review, asked, {item.sequence: item.traces for item in said.items}, said.traces),
        )
        await work.add_task(task, review.partner, names(review, task))
        made.append(task)
    if made:
        await work.publish(
            InformationRequested(
                id=new_id("evt"),
                at=now,
                review_id=review.id,
                payer=review.payer,
                leg_id=root.id,
                requested_by=leg.destination,
                tasks=tuple(made),
            )
        )


def asked_of_items(said: Determination, review: ServiceReview) -> Determination:
    """The determination; where it is of some of the items only, with what it asks of the event asked of these.

    The event is that of all items, and nobody asks anything of those that another decides. What is decided is not asked
    about, and a questionnaire keeps its context.
    """
    asked, own = said.information, {item.sequence for item in said.items}
    if asked is None or all(item.sequence in own for item in review.items):
        return said
    waiting = {item.sequence for item in said.items if not item.is_final} or own
    context = said.traces[:1] if QUESTIONNAIRE in asked.loinc_codes else ()
    items = tuple(
        replace(
            item,
            information=item.information.with_more(asked) if item.information else asked,
            traces=tuple(dict.fromkeys((*context, *item.traces))),
        )
        if item.sequence in waiting
        else item
        for item in said.items
    )
    return replace(said, items=items, information=None)


def next_id(review: ServiceReview, leg: Leg, kind: TaskKind, of_leg: Sequence[InformationTask]) -> TaskId:
    """The id of the next task of a leg and kind: what is asked for again is another task."""
    rounds = sum(task.kind is kind for task in of_leg)
    return TaskId(f"{review.id}-{leg.number}-{kind}" + (f"-{rounds + 1}" if rounds else ""))


def names(review: ServiceReview, task: InformationTask) -> list[str]:
    """What a requester may call a task by: its id, the request's own traces, our id of it, or a control number."""
    controls = [each.attachment.control_number for each in task.asked if each.attachment]
    contexts = [context for _, context in task.contexts]
    found = [task.id, review.id, *(trace.number for trace in review.traces), *controls, *contexts]
    return [each for each in dict.fromkeys(found) if each]
