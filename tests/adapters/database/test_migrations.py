"""The revisions make the tables that the code speaks of."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from priorauth.adapters.database import opinion_table, pack_tables, replay_tables, subscription_tables
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import alembic_config, migrate
from priorauth.adapters.database.tables import metadata

TABLES = (opinion_table, pack_tables, replay_tables, subscription_tables)
"""Whose import adds their tables to the others."""


async def test_the_revisions_and_the_tables_agree(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/priorauth.db"

    await migrate(url)

    database = Database(url)
    async with database.writing() as connection:
        assert await connection.run_sync(differences) == []
    await database.close()


def differences(connection: Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


async def test_migrating_twice_or_at_the_same_time_changes_nothing_more(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/priorauth.db"

    await asyncio.gather(migrate(url), migrate(url))
    await migrate(url)

    database = Database(url)
    async with database.reading() as connection:
        present, newest = await connection.run_sync(
            lambda sync: (
                MigrationContext.configure(sync).get_current_heads(),
                ScriptDirectory.from_config(alembic_config(sync)).get_heads(),
            )
        )
    assert list(present) == newest
    await database.close()
