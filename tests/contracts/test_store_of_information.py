"""What every store promises of the tasks that ask a requester for information."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from contracts.examples import HOSPITAL, NOON, OTHER_HOSPITAL, REVIEW, SECOND, save_a_leg
from priorauth.domain.carried import CarriedResource
from priorauth.domain.information import Asked, InformationTask, SuppliedDocument, TaskId, TaskKind, TaskState
from priorauth.domain.reviews import Attachment, LegId
from priorauth.services.ports import Conflict, NotKnown, UnitOfWork


def a_task(id: str = "rev-1-1-reports", at: datetime = NOON) -> InformationTask:
    """A task with something in every kind of field."""
    document = CarriedResource("DocumentReference", "urn:uuid:1", '{"resourceType":"DocumentReference"}')
    return InformationTask(
        id=TaskId(id),
        review_id=REVIEW,
        leg_id=LegId("leg-1"),
        kind=TaskKind.REPORTS,
        asked=(Asked(1, Attachment(report_type="AS", transmission="EL", control_number="C-1")), Asked(0, None, "1-8")),
        requested_at=at,
        changed_at=at,
        contexts=((1, "TRACE-2"),),
        documents=(SuppliedDocument(code="AS", sequences=(1,), resource=document),),
        answered_by=LegId("leg-2"),
    )


async def test_a_task_comes_back_as_it_was_saved_last(store: UnitOfWork) -> None:
    await save_a_leg(store)
    done = a_task().move(TaskState.COMPLETED, NOON + SECOND)
    async with store() as work:
        await work.add_task(a_task(), HOSPITAL, ["C-1"])
        assert await work.task(a_task().id) == a_task()
        await work.save_task(done)

    async with store.reading() as work:
        assert await work.task(a_task().id) == done
        assert list(await work.tasks(REVIEW)) == [done]


async def test_a_task_is_added_once_and_saved_only_where_there_is_one(store: UnitOfWork) -> None:
    await save_a_leg(store)
    async with store() as work:
        await work.add_task(a_task(), HOSPITAL, [])
        with pytest.raises(Conflict):
            await work.add_task(a_task(), HOSPITAL, [])
        with pytest.raises(NotKnown):
            await work.save_task(replace(a_task(), id=TaskId("other")))
        with pytest.raises(NotKnown):
            await work.task(TaskId("other"))


async def test_tasks_are_found_by_what_their_partner_calls_them_and_by_nobody_elses_names(store: UnitOfWork) -> None:
    await save_a_leg(store)
    first, second = a_task(), a_task("rev-1-1-documents", NOON + SECOND)
    async with store() as work:
        await work.add_task(second, HOSPITAL, ["TRACE-1", "TRACE-1"])
        await work.add_task(first, HOSPITAL, ["TRACE-1", "C-1"])

    async with store.reading() as work:
        assert list(await work.tasks_by_key(HOSPITAL, "TRACE-1")) == [first, second]
        assert list(await work.tasks_by_key(HOSPITAL, "C-1")) == [first]
        assert list(await work.tasks_by_key(HOSPITAL, "C-2")) == []
        assert list(await work.tasks_by_key(OTHER_HOSPITAL, "C-1")) == []


async def test_the_newest_tasks_of_a_partner_come_first(store: UnitOfWork) -> None:
    await save_a_leg(store)
    first, second = a_task(), a_task("rev-1-1-documents", NOON + SECOND)
    async with store() as work:
        await work.add_task(first, HOSPITAL, [])
        await work.add_task(second, HOSPITAL, [])

    async with store.reading() as work:
        assert list(await work.tasks_of(HOSPITAL, 10)) == [second, first]
        assert list(await work.tasks_of(HOSPITAL, 1)) == [second]
        assert list(await work.tasks_of(OTHER_HOSPITAL, 10)) == []
