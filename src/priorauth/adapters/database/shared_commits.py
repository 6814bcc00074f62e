"""Writers of SQLite, one after the other on its one writing connection; those who wait together share a commit.

Each commit waits for the disk. Whoever came while one did so is written next, all of them in one transaction: each
within a savepoint, so that a failure undoes its own work only. Nobody returns before that transaction is on the disk.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from priorauth.adapters.database.turns import Turns
from priorauth.services.ports import Retryable


class SharedCommits:
    """Transactions on an engine of one connection. What is left open when all have left is committed by a task."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turns = Turns(1)
        self._open: Shared | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write; on the disk when the block ends without an exception."""
        async with self._turns.turn():
            shared = self._open or self._begin()
            connection = await asyncio.shield(shared.connection)
            async with part_of(connection):
                yield connection
        await asyncio.shield(shared.commit)

    def _begin(self) -> Shared:
        connection: asyncio.Future[AsyncConnection] = asyncio.get_running_loop().create_future()
        commit = asyncio.create_task(self._hold(connection), name="shared commit")
        self._open = Shared(connection, commit)
        self._tasks.add(commit)
        commit.add_done_callback(partial(self._ended, self._open))
        return self._open

    async def _hold(self, connection: asyncio.Future[AsyncConnection]) -> None:
        """Hold a transaction open for whoever waits when it begins, then commit it. Nobody's cancellation ends it."""
        async with self._engine.begin() as begun:
            connection.set_result(begun)
            await self._turns.come_last()
            self._open = None
            await check_open(begun)

    def _ended(self, shared: Shared, commit: asyncio.Task[None]) -> None:
        """Tell who waits for a transaction that could not be begun."""
        self._tasks.discard(commit)
        error = Retryable("the database was closed") if commit.cancelled() else commit.exception()
        if error is not None and self._open is shared:
            self._open = None
        if error is not None and not shared.connection.done():
            shared.connection.set_exception(error)
            shared.connection.exception()  # perhaps nobody waits for it any more

    async def close(self) -> None:
        """Return when nothing is open."""
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Shared(NamedTuple):
    """One transaction of the database: its connection once it has begun, and the task that commits it."""

    connection: asyncio.Future[AsyncConnection]
    commit: asyncio.Task[None]


@asynccontextmanager
async def part_of(connection: AsyncConnection) -> AsyncIterator[None]:
    """A part of an open transaction that is there whole or not at all."""
    driver = await check_open(connection)
    driver.execute("SAVEPOINT part")
    whole = False
    try:
        yield
        whole = True
    finally:
        with lost_with_the_others():
            if not whole:
                driver.execute("ROLLBACK TO part")
            driver.execute("RELEASE part")


async def check_open(connection: AsyncConnection) -> sqlite3.Connection:
    """The driver's connection, used in place. Raises Retryable where SQLite rolled the transaction back by itself."""
    raw = await connection.get_raw_connection()
    driver: sqlite3.Connection = raw.driver_connection._conn  # type: ignore[union-attr]  # an aiosqlite.Connection
    if not driver.in_transaction:
        raise Retryable("the database has rolled back a transaction")
    return driver


@contextmanager
def lost_with_the_others() -> Iterator[None]:
    """Say of a savepoint that is gone that its transaction is: SQLite rolls back by itself where a disk is full."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Retryable("the database has rolled back a transaction") from error
