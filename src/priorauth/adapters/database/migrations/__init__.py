"""Brings a database to the present revision. Runs in one transaction, one at a time: all of it or nothing."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.postgresql import Pool, hold_locks

UNHURRIED = Pool(connections=1, statement=3600.0, idle_in_transaction=3600.0)


class NotMigrated(Exception):
    """The database is at another revision than this version works with."""


async def migrate(database_url: str) -> None:
    """Bring the database to the present revision, making it where there is none."""
    database = Database(database_url, UNHURRIED)
    try:
        async with database.writing() as connection:
            if database.dialect == "postgresql":
                await hold_locks(connection, "migrations")
            await connection.run_sync(upgrade)
    finally:
        await database.close()


async def require_present(database: Database) -> None:
    """Raises NotMigrated where the database is not at the revision that this version works with."""
    async with database.reading() as connection:
        there, wanted = await connection.run_sync(revisions)
    if there != wanted:
        raise NotMigrated(
            f"the database is at revision {there or 'none'} and this version works with {wanted}: "
            "run `priorauth db upgrade` first, or set PRIORAUTH_MIGRATE=true"
        )


def revisions(connection: Connection) -> tuple[str, str]:
    """The revision that the database is at, and the one that this version works with."""
    there = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
    return there or "", newest or ""


def upgrade(connection: Connection) -> None:
    """Run the revisions that the database does not have yet."""
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration: these revisions, over this open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
