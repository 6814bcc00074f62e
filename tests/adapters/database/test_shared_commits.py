"""Writers that wait together share one wait for the disk, and nothing else: each is there whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from priorauth.adapters.database.engine import Database
from priorauth.services.ports import Conflict, Retryable

Then = Callable[[AsyncConnection], Awaitable[object]]


class Things:
    """A table of names, and how many commits there were since it was made."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.commits = 0
        event.listen(database.writers.sync_engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    async def write(self, name: str, then: Then | None = None) -> None:
        async with self.database.writing() as connection:
            await connection.execute(text("INSERT INTO things VALUES (:name)"), {"name": name})
            if then is not None:
                await then(connection)

    async def names(self) -> list[str]:
        async with self.database.reading() as connection:
            return [row.name for row in await connection.execute(text("SELECT name FROM things ORDER BY rowid"))]


@pytest.fixture
async def things(tmp_path: Path) -> AsyncIterator[Things]:
    database = Database(f"sqlite:///{tmp_path / 'things.db'}")
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE things (name TEXT PRIMARY KEY)"))
    yield Things(database)
    await database.close()


async def until_told(told: asyncio.Event) -> Then:
    async def wait(_connection: AsyncConnection) -> None:
        await told.wait()

    return wait


async def a_moment() -> None:
    """Long enough for whatever needs no disk."""
    await asyncio.sleep(0.05)


async def roll_back_by_itself(connection: AsyncConnection) -> None:
    """What SQLite does where a disk is full."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    driver._conn.execute("ROLLBACK")


async def test_writers_that_wait_together_share_a_commit(things: Things) -> None:
    await asyncio.gather(*(things.write(f"{number:02}") for number in range(20)))

    assert await things.names() == [f"{number:02}" for number in range(20)]
    assert things.commits == 1


async def test_a_writer_alone_is_committed_at_once(things: Things) -> None:
    await things.write("first")
    await things.write("second")

    assert things.commits == 2


async def test_what_comes_too_late_for_a_commit_is_in_the_next(things: Things) -> None:
    told = asyncio.Event()
    first = asyncio.create_task(things.write("first", await until_told(told)))
    await a_moment()
    late = [asyncio.create_task(things.write(name)) for name in ("second", "third")]
    await a_moment()
    told.set()
    await asyncio.gather(first, *late)

    assert await things.names() == ["first", "second", "third"]
    assert things.commits == 2


async def test_nobody_returns_before_the_commit_that_is_shared(things: Things) -> None:
    told = asyncio.Event()
    first = asyncio.create_task(things.write("first"))
    second = asyncio.create_task(things.write("second", await until_told(told)))
    await a_moment()

    assert not first.done()
    assert await things.names() == []
    told.set()
    await asyncio.gather(first, second)
    assert await things.names() == ["first", "second"]


async def test_a_failure_undoes_its_own_work_only(things: Things) -> None:
    async def fail(_connection: AsyncConnection) -> None:
        raise ZeroDivisionError

    outcomes = await asyncio.gather(
        things.write("first", fail),
        things.write("second"),
        things.write("third", fail),
        things.write("second"),
        things.write("fourth"),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes] == [
        ZeroDivisionError,
        type(None),
        ZeroDivisionError,
        Conflict,
        type(None),
    ]
    assert await things.names() == ["second", "fourth"]
    assert things.commits == 1


async def test_a_writer_that_is_cancelled_undoes_its_own_work_and_holds_nobody_up(things: Things) -> None:
    writers = [
        asyncio.create_task(things.write(name, await until_told(asyncio.Event()) if name == "second" else None))
        for name in ("first", "second", "third")
    ]
    await a_moment()
    writers[1].cancel()
    await asyncio.wait(writers)

    assert writers[1].cancelled()
    assert await things.names() == ["first", "third"]


async def test_who_is_cancelled_while_others_commit_its_work_keeps_what_it_did(things: Things) -> None:
    told = asyncio.Event()
    first = asyncio.create_task(things.write("first"))
    second = asyncio.create_task(things.write("second", await until_told(told)))
    await a_moment()
    first.cancel()
    await a_moment()
    told.set()
    await asyncio.wait([first, second])

    assert first.cancelled()
    assert await things.names() == ["first", "second"]


async def test_where_sqlite_rolls_back_by_itself_everybody_hears_of_it(things: Things) -> None:
    outcomes = await asyncio.gather(
        things.write("first"),
        things.write("second", roll_back_by_itself),
        things.write("third"),
        return_exceptions=True,
    )

    assert [type(each) for each in outcomes] == [Retryable] * 3
    assert await things.names() == []
    await things.write("fourth")
    assert await things.names() == ["fourth"]


async def test_closing_waits_for_what_is_being_committed(things: Things) -> None:
    writing = asyncio.create_task(things.write("first"))
    await asyncio.sleep(0)
    await things.database.close()
    await writing

    assert await things.names() == ["first"]
