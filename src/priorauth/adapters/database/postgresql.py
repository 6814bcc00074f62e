"""What is particular to PostgreSQL: the pool, time limits on the server and here, and what its errors ask of us."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import BigInteger, bindparam, event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from priorauth.services.ports import Retryable

CONFLICTS = frozenset({"40001", "40P01"})
"""Another transaction was first, or waited for what we hold: one of them has to begin again."""
PASSING_CLASSES = frozenset({"08", "53", "55", "57", "58"})
"""SQLSTATE classes of what passes by itself: connection, resources, locks, operator, system."""
READ_ONLY = "25006"
"""A server that has become a standby: another one takes writes now."""
HOLD_LOCK = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """How many connections a process keeps, and how long anything on them may take. Times are seconds."""

    connections: int = 20
    connecting: float = 5.0
    statement: float = 10.0  # of any one statement; waiting for a lock included
    idle_in_transaction: float = 30.0


def postgresql_engines(url: URL, pool: Pool) -> tuple[AsyncEngine, AsyncEngine, AsyncEngine]:
    """The engine of writers; the same for readers, whose transactions see one state and cannot change it; and for
    single statements, each of which is a transaction by itself: one trip to the server in place of three.
    """
    engine = create_async_engine(
        url,
        hide_parameters=True,  # parameters may be PHI: they stay out of exceptions
        pool_size=pool.connections,
        max_overflow=0,
        connect_args={
            "timeout": pool.connecting,
            "command_timeout": pool.statement + pool.connecting,  # for a server that says nothing any more
            "server_settings": server_settings(pool),
        },
    )
    event.listen(engine.sync_engine, "checkout", refuse_closed)
    readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine, readers, engine.execution_options(isolation_level="AUTOCOMMIT")


def server_settings(pool: Pool) -> dict[str, str]:
    """What the server is told of each connection. Plans of short statements are not worth compiling."""
    return {
        "application_name": "priorauth",
        "jit": "off",
        "statement_timeout": milliseconds(pool.statement),
        "idle_in_transaction_session_timeout": milliseconds(pool.idle_in_transaction),
    }


def milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Let the pool open a new connection where the server closed this one meanwhile. Costs no question to it."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server closed the connection")


@asynccontextmanager
async def session(url: URL) -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own, outside the pool, for what lasts: locks held, notifications heard.

    Raises Retryable where it is lost. The server ends it soon where this process or the network is gone.
    """
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    alive = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "2"}
    settings = {"application_name": "priorauth session", **alive}
    try:
        connection = await asyncpg.connect(plain, timeout=5, command_timeout=5, server_settings=settings)
        try:
            yield connection
        finally:
            connection.terminate()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise Retryable("the database is away") from error


def sqlstate(error: DBAPIError) -> str:
    """What kind of error the server named, or empty."""
    return getattr(error.orig, "sqlstate", None) or ""


def will_pass(error: DBAPIError) -> bool:
    """True where the same transaction may succeed later."""
    state = sqlstate(error)
    return error.connection_invalidated or state == READ_ONLY or state[:2] in PASSING_CLASSES


def lock_number(name: str) -> int:
    """The number of an advisory lock, for a name that says what it is of."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


async def hold_locks(connection: AsyncConnection, *names: str) -> None:
    """Wait for advisory locks, one after the other, and hold them to the end of the transaction."""
    for name in names:
        await connection.execute(HOLD_LOCK, {"number": lock_number(name)})
