"""A real database for a test: migrated, opened, closed again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from memory.store import NAMES_ONLY
from postgresql import a_database
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import migrate
from priorauth.adapters.database.outbox import EventEncoder
from priorauth.adapters.database.unit_of_work import Committed, DatabaseUnitOfWork

KEY = bytes(range(32))
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]
"""Parameters of a fixture: every engine that the gateway runs on."""


@asynccontextmanager
async def database_url(engine: str, folder: Path) -> AsyncIterator[str]:
    """The URL of a new database of that engine."""
    if engine == "sqlite":
        yield f"sqlite:///{folder}/priorauth.db"
        return
    async with a_database() as url:
        yield url


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
