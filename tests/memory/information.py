"""The tasks of the store in memory: what destinations ask requesters for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from memory.rows import add, known
from memory.tables import Tables
from priorauth.domain.information import InformationTask, TaskId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId


class MemoryInformation:
    """The part of the Work port that keeps tasks."""

    tables: Tables
    touched: set[ReviewId]

    async def add_task(self, task: InformationTask, partner: PartnerId, keys: Sequence[str]) -> None:
        known(self.tables.reviews, task.review_id)
        add(self.tables.tasks, task.id, task)
        self.tables.task_partners[task.id] = partner
        for key in keys:
            self.tables.task_keys[partner, key, task.id] = None
        self.touched.add(task.review_id)

    async def save_task(self, task: InformationTask) -> None:
        known(self.tables.tasks, task.id)
        self.tables.tasks[task.id] = task
        self.touched.add(task.review_id)

    async def task(self, task_id: TaskId) -> InformationTask:
        return known(self.tables.tasks, task_id)

    async def tasks(self, review_id: ReviewId) -> Sequence[InformationTask]:
        return by_age(task for task in self.tables.tasks.values() if task.review_id == review_id)

    async def tasks_by_key(self, partner: PartnerId, key: str) -> Sequence[InformationTask]:
        return by_age(task for id, task in self.tables.tasks.items() if (partner, key, id) in self.tables.task_keys)

    async def tasks_of(self, partner: PartnerId, limit: int) -> Sequence[InformationTask]:
        own = (task for id, task in self.tables.tasks.items() if self.tables.task_partners[id] == partner)
        return list(reversed(by_age(own)))[:limit]


def by_age(tasks: Iterable[InformationTask]) -> list[InformationTask]:
    """The tasks, the oldest first."""
    return sorted(tasks, key=lambda task: (task.requested_at, task.id))
