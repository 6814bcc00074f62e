"""What destinations ask requesters for: one row per task, and the names by which a requester may answer it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, select, update

from priorauth.adapters.database.tables import information_task_keys, information_tasks
from priorauth.adapters.database.transaction import Queries, Transaction
from priorauth.domain.information import InformationTask, TaskId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import Conflict, NotKnown

ROWS = select(information_tasks.c.id, information_tasks.c.document)
ORDER = (information_tasks.c.requested_at, information_tasks.c.id)
TASK = ROWS.where(information_tasks.c.id == bindparam("id"))
OF_REVIEW = ROWS.where(information_tasks.c.review_id == bindparam("review_id")).order_by(*ORDER)
BY_KEY = (
    ROWS.join_from(information_tasks, information_task_keys)
    .where(information_task_keys.c.partner == bindparam("partner"), information_task_keys.c.key == bindparam("key"))
    .order_by(*ORDER)
)
OF_PARTNER = (
    ROWS.where(information_tasks.c.partner == bindparam("partner"))
    .order_by(*(column.desc() for column in ORDER))
    .limit(bindparam("limit"))
)
SAVE = update(information_tasks).where(information_tasks.c.id == bindparam("task_id"))

DOCUMENT = msgspec.json.Decoder(InformationTask)


class InformationTasks(Queries):
    """Keeps tasks, and finds them by review, by partner and by what a partner calls them."""

    async def add_task(self, task: InformationTask, partner: PartnerId, keys: Sequence[str]) -> None:
        """Save a new task under the names by which its partner may answer it; Conflict where its id is taken."""
        added = await self.transaction.add(
            information_tasks,
            id=task.id,
            review_id=task.review_id,
            partner=partner,
            requested_at=task.requested_at,
            **changing(self.transaction, task),
        )
        if not added:
            raise Conflict("there is such a task")
        for key in dict.fromkeys(keys):
            hashed = self.transaction.seal.lookup(key)
            await self.transaction.add(information_task_keys, partner=partner, key=hashed, task_id=task.id)
        self.transaction.touched.add(task.review_id)

    async def save_task(self, task: InformationTask) -> None:
        """Save a task in its new state; NotKnown where there is none."""
        if not await self.transaction.change(SAVE, task_id=task.id, **changing(self.transaction, task)):
            raise NotKnown("there is no such task")
        self.transaction.touched.add(task.review_id)

    async def task(self, task_id: TaskId) -> InformationTask:
        """A task in its latest state; NotKnown where there is none."""
        return self._read(await self.transaction.row(TASK, id=task_id))

    async def tasks(self, review_id: ReviewId) -> Sequence[InformationTask]:
        """The tasks of a review, the oldest first."""
        return [self._read(row) for row in await self.transaction.rows(OF_REVIEW, review_id=review_id)]

    async def tasks_by_key(self, partner: PartnerId, key: str) -> Sequence[InformationTask]:
        """The tasks that a partner calls so, the oldest first."""
        hashed = self.transaction.seal.lookup(key)
        return [self._read(row) for row in await self.transaction.rows(BY_KEY, partner=partner, key=hashed)]

    async def tasks_of(self, partner: PartnerId, limit: int) -> Sequence[InformationTask]:
        """The tasks of a partner's reviews, the newest first."""
        return [self._read(row) for row in await self.transaction.rows(OF_PARTNER, partner=partner, limit=limit)]

    def _read(self, row: Row[Any]) -> InformationTask:
        return self.transaction.read(task_row(row.id), row.document, DOCUMENT)


def changing(transaction: Transaction, task: InformationTask) -> dict[str, object]:
    """The columns that follow a task's state."""
    return {"state": task.state, "document": transaction.document(task_row(task.id), task)}


def task_row(task_id: TaskId) -> str:
    return f"task {task_id}"
