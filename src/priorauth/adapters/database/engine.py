"""Opens the database: one queue of writers, readers beside it, and the settings that make a commit durable."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import aiosqlite
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import OperationalError as DatabaseUnavailable
from sqlalchemy.exc import TimeoutError as QueueTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from priorauth.adapters.database.postgresql import CONFLICTS, Pool, postgresql_engines, sqlstate, will_pass
from priorauth.adapters.database.shared_commits import SharedCommits
from priorauth.adapters.database.turns import LOCK_TIMEOUT_SECONDS, Turns
from priorauth.services.ports import Conflict, NotKnown, Retryable

ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
WRITERS, READERS = 1, 4
BEGIN_WRITING = "BEGIN IMMEDIATE"
BEGIN_READING = "BEGIN"
ONE_QUERY = "one_query"
"""Names the connections whose one query is a transaction by itself."""

PRAGMAS = ("synchronous = FULL", "foreign_keys = ON")
"""FULL: a commit that returned is on the disk. The default checkpoint keeps the slowest commit short."""


class Database:
    """The connections to one database. Writers of SQLite queue for its one writing connection."""

    def __init__(self, url: str, pool: Pool | None = None) -> None:
        self.url = driver_url(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self.writers, self.readers = sqlite_engines(self.url)
            self._at_once: AsyncEngine | None = None
            self._glances = self.readers.execution_options(**{ONE_QUERY: True})
            self._commits: SharedCommits | None = SharedCommits(self.writers)
            self._turns = Turns(READERS)
        else:
            pool = pool or Pool()
            self.writers, self.readers, self._at_once = postgresql_engines(self.url, pool)
            self._glances = self._at_once
            self._commits = None
            self._turns = Turns(pool.connections)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write; committed when the block ends without an exception."""
        if self._commits is not None:
            async with translated_errors(), self._commits.transaction() as connection:
                yield connection
            return
        async with translated_errors(), self._turns.turn(), self.writers.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database and cannot change it."""
        async with translated_errors(), self._turns.turn(), self.readers.begin() as connection:
            yield connection

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[AsyncConnection]:
        """For one statement that is a transaction by itself: one trip to PostgreSQL. Elsewhere as `writing`."""
        if self._at_once is None:
            async with self.writing() as connection:
                yield connection
            return
        async with translated_errors(), self._turns.turn(), self._at_once.connect() as connection:
            yield connection

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[AsyncConnection]:
        """For one query, which sees one state anyway, without beginning and ending a transaction around it."""
        async with translated_errors(), self._turns.turn(), self._glances.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection."""
        if self._commits is not None:
            await self._commits.close()
        await self.writers.dispose()
        await self.readers.dispose()


def driver_url(url: str) -> URL:
    """The plain URL of the settings (`sqlite:///path`, `postgresql://...`) with the driver we use for it."""
    plain = make_url(url)
    return plain.set(drivername=ASYNC_DRIVERS[plain.get_backend_name()])


def sqlite_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """A pool of one writing connection, which is the queue that writers wait in, and a pool of readers."""
    path = url.database or ""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    writers = sqlite_engine(url, path, connections=WRITERS, begin=BEGIN_WRITING, connection_class=WritingConnection)
    readers = sqlite_engine(url, path, connections=READERS, begin=BEGIN_READING, connection_class=ReadingConnection)
    return writers, readers


def sqlite_engine(
    url: URL, path: str, *, connections: int, begin: str, connection_class: type[ReadingConnection]
) -> AsyncEngine:
    """An engine whose transactions begin in the way given, so that a writer has the lock before it reads."""
    engine = create_async_engine(
        url,
        hide_parameters=True,  # parameters may be PHI: they stay out of exceptions
        async_creator=connector(path, connection_class),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=LOCK_TIMEOUT_SECONDS,
    )

    def begin_transaction(connection: Connection) -> None:
        if not connection.get_execution_options().get(ONE_QUERY):
            connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "begin", begin_transaction)
    return engine


def connector(path: str, connection_class: type[ReadingConnection]) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    """What opens a connection to this file and sets it up."""

    def open_file() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False)
        enter_wal(connection)
        for pragma in (*PRAGMAS, *connection_class.PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    async def connect() -> aiosqlite.Connection:
        connection = connection_class(open_file, iter_chunk_size=64)
        connection._thread.daemon = True
        return await connection

    return connect


def enter_wal(connection: sqlite3.Connection) -> None:
    """Switch a new file to write-ahead logging. SQLite does not wait by itself where another process does so too."""
    until = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
        time.sleep(0.01)


class ReadingConnection(aiosqlite.Connection):
    """Runs statements in place. One of ours takes some 20 microseconds; a thread and back, several times that."""

    PRAGMAS: ClassVar = ("query_only = ON",)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return fn(*args, **kwargs)


class WritingConnection(ReadingConnection):
    """Waits in its thread: for the disk at each commit, and for the lock where another process has it.

    Who is cancelled while it waits leaves its thread at work. What comes next then goes to that thread too, behind it:
    to close a connection that another thread commits on would end the process.
    """

    PRAGMAS: ClassVar = ("busy_timeout = 0",)
    _given, _done = 0, 0  # what the thread was given and has done: each is counted on one thread only

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._given != self._done:
            return await self._in_thread(partial(fn, *args, **kwargs))
        if fn == self._conn.commit:
            return await self._in_thread(fn)
        try:
            return fn(*args, **kwargs)
        except sqlite3.OperationalError as error:
            if args[:1] != (BEGIN_WRITING,) or error.sqlite_errorname != "SQLITE_BUSY":
                raise
        return await self._in_thread(self._begin_when_free)

    async def _in_thread(self, fn: Callable[[], Any]) -> Any:
        def counted() -> Any:
            try:
                return fn()
            finally:
                self._done += 1

        self._given += 1
        return await aiosqlite.Connection._execute(self, counted)  # type: ignore[no-untyped-call]

    def _begin_when_free(self) -> None:
        self._conn.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT_SECONDS}000")
        try:
            self._conn.execute(BEGIN_WRITING)
        finally:
            self._conn.execute("PRAGMA busy_timeout = 0")


@asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """Say of a database error what to do about it."""
    try:
        yield
    except IntegrityError as error:
        if is_missing_reference(error):
            raise NotKnown("a row refers to one that is not there") from error
        raise Conflict("a row that must be stored once is there already") from error
    except (DatabaseUnavailable, QueueTimeout, OSError, TimeoutError) as error:
        raise Retryable("the database is busy or away") from error
    except DBAPIError as error:
        if sqlstate(error) in CONFLICTS:
            raise Conflict("another transaction was first") from error
        if will_pass(error):
            raise Retryable("the database is busy or away") from error
        raise


def is_missing_reference(error: IntegrityError) -> bool:
    """True for a foreign key (SQLite by name, PostgreSQL by SQLSTATE)."""
    cause = error.orig
    name = getattr(cause, "sqlite_errorname", "") or getattr(cause, "sqlstate", "")
    return name in ("SQLITE_CONSTRAINT_FOREIGNKEY", "23503")
