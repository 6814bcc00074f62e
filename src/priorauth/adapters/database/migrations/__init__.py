"""Brings a database to the present revision. Runs in one transaction: all of it or nothing."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from priorauth.adapters.database.engine import Database


async def migrate(database_url: str) -> None:
    """Bring the database to the present revision, making it where there is none."""
    database = Database(database_url)
    try:
        async with database.writing() as connection:
            await connection.run_sync(upgrade)
    finally:
        await database.close()


def upgrade(connection: Connection) -> None:
    """Run the revisions that the database does not have yet."""
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration: these revisions, over this open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
