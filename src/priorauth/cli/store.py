"""The store of the settings, for commands that read it themselves: sealed under the settings' key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.confidentiality import everybody
from priorauth.adapters.database.outbox import cloud_events
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.bootstrap import archive_key, opened
from priorauth.cli.output import COULD_NOT_RUN, fail
from priorauth.services.ports import Retryable
from priorauth.settings import NotConfigured, Settings, load_settings
from priorauth.translate.events import EVENT_SOURCE

SQLITE = "sqlite:///"


def store_settings() -> Settings:
    """The settings, as the sandbox's where there is no key but the one beside its database."""
    settings = load_settings()
    path = Path(settings.database_url.removeprefix(SQLITE))
    if settings.database_url.startswith(SQLITE) and not path.is_file():
        fail("there is no database where PRIORAUTH_DATABASE_URL says", COULD_NOT_RUN)
    has_sandbox_key = (settings.data_folder / "archive.key").is_file()
    return load_settings(sandbox=True) if settings.archive_key is None and has_sandbox_key else settings


@asynccontextmanager
async def open_store() -> AsyncIterator[DatabaseUnitOfWork]:
    """The store for as long as the block lasts. What keeps it from being opened ends the command."""
    settings = store_settings()
    try:
        seal = Seal(archive_key(settings))
        database = await opened(settings)
    except NotConfigured as problem:
        fail(str(problem), COULD_NOT_RUN)
    try:
        yield DatabaseUnitOfWork(database, seal, cloud_events(EVENT_SOURCE, everybody))  # commands publish nothing
    except Retryable:
        fail("the database of PRIORAUTH_DATABASE_URL does not answer", COULD_NOT_RUN)
    finally:
        await database.close()
