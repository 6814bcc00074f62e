"""Opens the database that the settings name, at the revision that this version works with."""

from __future__ import annotations

from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import migrate, require_present
from priorauth.adapters.database.postgresql import Pool
from priorauth.settings import Settings


async def open_database(settings: Settings) -> Database:
    """The database; an embedded one is migrated, another only where the settings say so.

    Raises NotMigrated where somebody has to do it first, Retryable where the database does not answer.
    """
    pool = Pool(connections=settings.database_connections, statement=settings.statement_timeout_seconds)
    database = Database(settings.database_url, pool)
    if database.dialect == "sqlite" or settings.migrate:
        await migrate(settings.database_url)
    else:
        await require_present(database)
    return database
