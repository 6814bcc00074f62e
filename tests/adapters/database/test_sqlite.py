"""What is particular to the database on disk: durability, other processes, encryption, write-once, query plans."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from contracts.examples import (
    HOSPITAL,
    a_determination,
    a_leg,
    a_message,
    a_record,
    a_reply,
    a_route,
    an_event,
)
from databases import open_store
from priorauth.adapters.archive import Damaged
from priorauth.adapters.database import engine
from priorauth.adapters.database.confidentiality import nobody
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.outbox import cloud_events
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.domain.reviews import MessageId, ReviewId
from priorauth.services.ports import NotKnown, ReceivedSet, ReplyRecord, Retryable

WRITER = Path(__file__).with_name("writer_until_killed.py")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "priorauth.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[DatabaseUnitOfWork]:
    async with open_store(f"sqlite:///{path}", encoder=cloud_events("urn:test", nobody)) as unit_of_work:
        yield unit_of_work


async def test_each_commit_is_on_disk_before_it_returns(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    async with database.writing() as connection:
        settings = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await database.close()

    assert settings == ["wal", 2, 1]


async def test_every_acknowledged_transaction_survives_a_kill_and_is_there_once(path: Path) -> None:
    for _ in range(2):
        acknowledged = kill_a_writer(path, after_lines=25)

        async with open_store(f"sqlite:///{path}") as unit_of_work, unit_of_work.reading() as work:
            for id in acknowledged:
                assert (await work.message(MessageId(f"msg-{id}"))).body == id.encode()
                assert (await work.review(ReviewId(f"rev-{id}"))).id == f"rev-{id}"
                assert [event.id for event in await work.events_of(ReviewId(f"rev-{id}"))] == [f"evt-{id}"]
            await is_whole(work)


def kill_a_writer(path: Path, *, after_lines: int) -> list[str]:
    """Let a process commit in a loop, kill it at some moment, and return what it had acknowledged."""
    writer = subprocess.Popen(
        [sys.executable, str(WRITER), f"sqlite:///{path}"], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline() for _ in range(after_lines)]
    writer.kill()
    acknowledged += writer.stdout.readlines()
    writer.wait()
    return [line.strip() for line in acknowledged if line.endswith("\n")]


async def is_whole(work: object) -> None:
    """No transaction is there in part: as many messages as reviews as events in each form."""
    transaction = work.transaction  # type: ignore[attr-defined]
    counts = [
        (await transaction.row(text(f"SELECT count(*) AS n FROM {source}"))).n  # noqa: S608 - fixed names
        for source in ("messages", "reviews", "outbox WHERE form = 'full'", "outbox WHERE form = 'minimal'")
    ]
    assert len(set(counts)) == 1


async def test_a_writer_waits_for_another_process_without_holding_up_the_loop(
    path: Path, store: DatabaseUnitOfWork
) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with store() as work:
            await work.archive(a_message())

    writing = asyncio.create_task(write())
    start = time.monotonic()
    for _ in range(10):
        await asyncio.sleep(0.01)
    loop_took = time.monotonic() - start
    was_waiting = not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing

    assert was_waiting
    assert loop_took < 1


async def test_a_connection_is_not_closed_under_the_thread_of_a_writer_that_was_cancelled(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE things (name TEXT)"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute(text("INSERT INTO things VALUES ('late')"))

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    writing.cancel()

    async def give_up() -> None:
        await asyncio.gather(writing, return_exceptions=True)
        await database.close()

    giving_up = asyncio.create_task(give_up())
    await asyncio.sleep(0.05)
    was_closed_under_it = giving_up.done()
    other.execute("COMMIT")
    await giving_up

    assert not was_closed_under_it
    assert other.execute("SELECT count(*) FROM things").fetchone() == (0,)
    other.close()


async def test_a_database_that_stays_locked_is_retryable(
    path: Path, store: DatabaseUnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_SECONDS", 0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Retryable):
        async with store() as work:
            await work.next_number("isa")

    other.close()
    async with store() as work:
        assert await work.next_number("isa") == 1


async def test_a_reading_transaction_cannot_write(store: DatabaseUnitOfWork) -> None:
    with pytest.raises(Retryable):
        async with store.reading() as work:
            await work.archive(a_message())

    async with store() as work:
        with pytest.raises(NotKnown):
            await work.message(MessageId("msg-1"))


async def test_nothing_that_says_who_or_what_is_readable_in_the_file(path: Path, store: DatabaseUnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message(body=b"NM1*IL*1*Synthetic*Pat"))
        await work.add_review(a_record())
        await work.save_received_sets(MessageId("msg-1"), [ReceivedSet(number=1, review_id=None, identifier="A12345")])
        await work.remember_keys(HOSPITAL, ["my-idempotency-key"], MessageId("msg-1"), a_message().at)
        await work.remember_numbers(ReviewId("rev-1"), {"AUTH1NUMBER": a_leg().destination})
        await work.save_route(ReviewId("rev-1"), a_route())
        await work.add_leg(a_leg())
        await work.add_determination(a_determination())
        await work.add_reply(ReplyRecord(reply=a_reply()))
        await work.publish(an_event())
        await work.post("topic", "rev-1", "evt-2", "type", b"Synthetic in a posted body", a_message().at)

    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())

    assert b"rev-1" in stored
    for secret in (
        b"Synthetic", b"MEM0000001", b"27447", b"M1711", b"A12345", b"TRACE-1", b"1980-02-29", b"Springfield",
        b"my-idempotency-key", b"AUTH1", b"line_of_business", b"18842-5",
    ):  # fmt: skip
        assert secret not in stored


async def test_a_message_changed_behind_our_back_is_not_read(path: Path, store: DatabaseUnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        await work.archive(a_message("msg-2"))
    with sqlite3.connect(path) as other:
        other.execute("DROP TRIGGER messages_refuse_update")
        other.execute("UPDATE messages SET body = (SELECT body FROM messages WHERE id = 'msg-2') WHERE id = 'msg-1'")
        other.execute("UPDATE messages SET sha256 = 'another' WHERE id = 'msg-2'")
    other.close()

    async with store.reading() as work:
        for id in ("msg-1", "msg-2"):
            with pytest.raises(Damaged):
                await work.message(MessageId(id))


@pytest.mark.parametrize("change", ["UPDATE messages SET counterpart = 'another'", "DELETE FROM messages"])
async def test_the_database_itself_refuses_to_change_a_message(
    path: Path, store: DatabaseUnitOfWork, change: str
) -> None:
    async with store() as work:
        await work.archive(a_message())

    other = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="messages are written once"):
        other.execute(change)
    other.close()


async def test_an_exception_of_the_database_shows_no_value(store: DatabaseUnitOfWork) -> None:
    async def fail() -> None:
        async with store() as work:
            await work.transaction.run(text("INSERT INTO counters VALUES (:secret, NULL)"), {"secret": "Synthetic"})

    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        await fail()

    error: BaseException | None = caught.value
    while error is not None:
        assert "Synthetic" not in repr(error) + str(error)
        error = error.__cause__
