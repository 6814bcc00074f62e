"""The store in memory: the same contract as the database (tests/contracts/test_store.py), without a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from memory.tables import OutboxRow, Tables
from memory.work import MemoryWork
from priorauth.adapters.commit_signal import CommitSignal
from priorauth.adapters.database.outbox import EventEncoder
from priorauth.domain.events import Event
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import StoredEvent


def name_only(event: Event) -> bytes:
    """An event's body where a test does not look into it."""
    return event.type.encode()


NAMES_ONLY = EventEncoder(full=name_only, minimal=name_only)


class MemoryStore:
    """A UnitOfWork over dicts. `signal` rings after each commit; `published` holds the events as given."""

    def __init__(self, encoder: EventEncoder | None = None) -> None:
        self.tables = Tables()
        self.signal = CommitSignal()
        self._encoder = encoder or NAMES_ONLY
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[MemoryWork]:
        async with self._writing:
            work = MemoryWork(self.tables.copy(), self._encoder)
            yield work
            publish(work.tables)
            self.tables = work.tables
        self.signal.committed(work.touched, work.news)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[MemoryWork]:
        yield MemoryWork(self.tables.copy(), self._encoder)

    glancing = reading

    @property
    def published(self) -> Sequence[Event]:
        """Every event published so far, in order."""
        return tuple(self.tables.published)

    def published_of(self, review_id: ReviewId) -> Sequence[str]:
        """The types of one review's events, in order."""
        return [event.type for event in self.tables.published if event.review_id == review_id]


def publish(tables: Tables) -> None:
    """Give each new event its position in the stream, as the relay does."""
    last = max((row.event.position for row in tables.outbox.values()), default=0)
    for key, row in tables.outbox.items():
        if not row.event.position:
            last += 1
            event: StoredEvent = replace(row.event, position=last)
            tables.outbox[key] = OutboxRow(event, row.full)
