"""Take in what a requester brings for a decision, once, and plan the leg that takes it to whoever asked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from priorauth.domain.events import InformationSupplied
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.information import InformationTask, SuppliedDocument, TaskId, TaskState
from priorauth.domain.reviews import Leg, LegId, LegState, MessageId, ReviewId, ServiceReview
from priorauth.services.ports import Direction, Message, NotKnown, UnitOfWork, Work
from priorauth.services.turns import again_on_conflict

RESEND_WINDOW = timedelta(days=7)
ROLE = "information"


class NothingAsked(Exception):
    """There is such a task, and nothing is asked for by it any more. Sending it again does not help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What `$submit-attachment` brings: by which name of the request, about which member, and whether more follows."""

    tracking: str
    member: str
    documents: tuple[SuppliedDocument, ...]
    final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyInformation:
    """Records documents and plans their leg. The same message delivered twice is taken in once."""

    unit_of_work: UnitOfWork
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    @again_on_conflict
    async def submit(self, inbound: InboundMessage, submission: Submission) -> None:
        """Documents for whatever is asked for under a name. NotKnown where that is nothing of this member's."""
        async with self.unit_of_work() as work:
            if await self._is_repeated(work, inbound):
                return
            known = await work.tasks_by_key(inbound.partner, submission.tracking)
            own = [task for task in known if is_about(await work.review(task.review_id), submission.member)]
            if not own:
                raise NotKnown("nothing is asked for under that name")
            wanted = [task for task in own if task.state.is_open]
            if not wanted:
                raise NothingAsked
            for task, documents in shared_out(wanted, submission.documents):
                state = TaskState.COMPLETED if submission.final else TaskState.IN_PROGRESS
                await work.save_task(brought(task, documents, state, self.now()))
            await self._plan(work, inbound, {task.review_id for task in wanted})

    @again_on_conflict
    async def update(
        self, inbound: InboundMessage, task_id: TaskId, state: TaskState, documents: Sequence[SuppliedDocument]
    ) -> None:
        """A task as the requester leaves it. A task that is done already and said to be done again is left alone."""
        async with self.unit_of_work() as work:
            task = await work.task(task_id)
            if await self._is_repeated(work, inbound) or (state is TaskState.COMPLETED and state is task.state):
                return
            if not task.state.is_open:
                raise NothingAsked
            await work.save_task(brought(task, documents, state, self.now()))
            await self._plan(work, inbound, {task.review_id})

    async def _is_repeated(self, work: Work, inbound: InboundMessage) -> bool:
        since = inbound.received_at - RESEND_WINDOW
        return await work.resend_of(inbound.partner, keys_of(inbound), since) is not None

    async def _plan(self, work: Work, inbound: InboundMessage, review_ids: set[ReviewId]) -> None:
        """Archive the message, and plan one leg to each destination whose task is complete now."""
        message = Message(
            id=MessageId(self.new_id("msg")),
            direction=Direction.RECEIVED,
            counterpart=inbound.partner,
            format=inbound.format,
            at=inbound.received_at,
            body=inbound.body,
        )
        await work.archive(message)
        await work.remember_keys(inbound.partner, keys_of(inbound), message.id, inbound.received_at)
        for review_id in review_ids:
            await work.link(review_id, message.id, ROLE)
            done: dict[LegId, list[InformationTask]] = {}
            for task in await work.tasks(review_id):
                if task.state is TaskState.COMPLETED and task.answered_by is None:
                    done.setdefault(task.leg_id, []).append(task)
            for leg_id, tasks in done.items():
                await self._take_along(work, await work.leg(leg_id), tasks, message.id)

    async def _take_along(
        self, work: Work, asking: Leg, tasks: Sequence[InformationTask], message_id: MessageId
    ) -> None:
        review = await work.review(asking.review_id)
        leg = Leg(
            id=LegId(self.new_id("leg")),
            review_id=review.id,
            number=len(await work.legs(review.id)) + 1,
            destination=asking.destination,
            sequences=asking.sequences,
            queue=asking.queue,
            state=LegState.PLANNED,
            awaited=False,
            adds_to=asking.id,
        )
        await work.add_leg(leg)
        for task in tasks:
            await work.save_task(replace(task, answered_by=leg.id))
        await work.publish(
            InformationSupplied(
                id=self.new_id("evt"),
                at=self.now(),
                review_id=review.id,
                payer=review.payer,
                leg=leg,
                tasks=tuple(task.id for task in tasks),
                message_id=message_id,
            )
        )


def keys_of(inbound: InboundMessage) -> Sequence[str]:
    """What makes a message a repeated one: its exact bytes."""
    return [f"{inbound.format}:{ROLE}:sha256:" + hashlib.sha256(inbound.body).hexdigest()]


def is_about(review: ServiceReview, member: str) -> bool:
    """True where the review is about the member with that identifier: the subscriber, or the patient."""
    return member in {review.subscriber.identifier.value, getattr(review.patient.identifier, "value", "")}


def shared_out(
    tasks: Sequence[InformationTask], documents: Sequence[SuppliedDocument]
) -> list[tuple[InformationTask, list[SuppliedDocument]]]:
    """Each task with its documents: one with a code that is asked for goes where it is, another one everywhere."""
    codes = {task.id: {asked.code for asked in task.asked} for task in tasks}
    everywhere = [each for each in documents if not any(each.code in asked for asked in codes.values())]
    found = [(task, [each for each in documents if each.code in codes[task.id]] + everywhere) for task in tasks]
    return [(task, own) for task, own in found if own]


def brought(
    task: InformationTask, documents: Sequence[SuppliedDocument], state: TaskState, now: datetime
) -> InformationTask:
    return replace(task.move(state, now), documents=(*task.documents, *documents))
