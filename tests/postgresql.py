"""A database of its own for a test, on the PostgreSQL server of the test run (`scripts/services`)."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache

import asyncpg
from sqlalchemy.engine import make_url

import left_out
from priorauth.adapters.database.migrations import migrate

SERVER = "PRIORAUTH_TEST_POSTGRES_URL"
ONE_AT_A_TIME = 4711
"""The advisory lock under which the template is made: several test processes share the server."""


def server() -> str:
    """The URL of the server's maintenance database; leaves the test out where there is none."""
    if not (url := os.environ.get(SERVER, "")):
        left_out.skip("PostgreSQL", f"{SERVER} is not set; scripts/services run -- COMMAND sets it")
    return url


@cache
def template_name() -> str:
    return f"priorauth_template_{os.environ.get('PYTEST_XDIST_TESTRUNUID', secrets.token_hex(8))[:16]}"


@asynccontextmanager
async def a_database(*, migrated: bool = True) -> AsyncIterator[str]:
    """The URL of a new database, copied from one that was migrated once for all tests; dropped after the block."""
    admin = await asyncpg.connect(server())
    name = f"test_{secrets.token_hex(8)}"
    try:
        if migrated:
            await make_template(admin)
        await admin.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template_name()}" if migrated else ""))
        try:
            yield url_of(name)
        finally:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@contextmanager
def a_database_for_processes() -> Iterator[str]:
    """The same for a test that is not asynchronous itself."""
    with asyncio.Runner() as runner:
        database = a_database()
        url = runner.run(database.__aenter__())
        try:
            yield url
        finally:
            runner.run(database.__aexit__(None, None, None))


async def make_template(admin: asyncpg.Connection) -> None:
    """Make the database that others are copied from, unless another test has."""
    await admin.execute(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})")
    try:
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", template_name()):
            await admin.execute(f"CREATE DATABASE {template_name()}")
            await migrate(url_of(template_name()))
    finally:
        await admin.execute(f"SELECT pg_advisory_unlock({ONE_AT_A_TIME})")


def url_of(name: str) -> str:
    """The URL of one database of the server."""
    return make_url(server()).set(database=name).render_as_string(hide_password=False)
