"""A real database for a test: migrated, opened, closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from memory.store import NAMES_ONLY
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import migrate
from priorauth.adapters.database.outbox import EventEncoder
from priorauth.adapters.database.unit_of_work import Committed, DatabaseUnitOfWork

KEY = bytes(range(32))


@asynccontextmanager
async def open_store(
    url: str, *, encoder: EventEncoder | None = None, committed: Sequence[Committed] = ()
) -> AsyncIterator[DatabaseUnitOfWork]:
    """The unit of work of the database at this URL, brought to the present revision."""
    await migrate(url)
    database = Database(url)
    try:
        yield DatabaseUnitOfWork(database, Seal(KEY), encoder or NAMES_ONLY, committed)
    finally:
        await database.close()
