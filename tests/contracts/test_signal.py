"""What the signal promises an open request: it hears of every reply, of nothing else, and of no other review's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from contracts.examples import a_message, a_record, a_reply, a_review
from databases import database_url, open_store
from memory.store import MemoryStore
from priorauth.adapters.commit_signal import POLL, CommitSignal
from priorauth.adapters.database.announcements import Announcements
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.unit_of_work import Committed
from priorauth.domain.reviews import ReviewId, ReviewState
from priorauth.services.ports import ReplyRecord, Signal, UnitOfWork

REVIEW, OTHER = ReviewId("rev-1"), ReviewId("rev-2")
LONG = timedelta(seconds=20)


@dataclass
class Signalled:
    store: UnitOfWork
    signal: Signal


@pytest.fixture(
    params=[
        "memory",
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.real),
        pytest.param("another replica", marks=pytest.mark.real),
    ]
)
async def signalled(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Signalled]:
    if request.param == "memory":
        memory = MemoryStore()
        await save_reviews(memory)
        yield Signalled(memory, memory.signal)
        return
    signal = CommitSignal()
    engine = "sqlite" if request.param == "sqlite" else "postgresql"
    async with database_url(engine, tmp_path) as url:
        if request.param == "another replica":
            async with announced(url, signal) as committed, open_store(url, committed=[committed]) as store:
                await save_reviews(store)
                await asyncio.sleep(0.1)
                yield Signalled(store, signal)
            return
        async with open_store(url, committed=[signal.committed]) as store:
            await save_reviews(store)
            yield Signalled(store, signal)


@asynccontextmanager
async def announced(url: str, signal: CommitSignal) -> AsyncIterator[Committed]:
    """What one replica tells of its commits so that the signal of another hears of them."""
    database = Database(url)
    here, there = Announcements(database, [signal.committed]), Announcements(database, [])
    running = [asyncio.create_task(each.run()) for each in (here, there)]
    async with asyncio.timeout(10):
        await asyncio.gather(here.listens.wait(), there.listens.wait())
    try:
        yield there.committed
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await database.close()


async def save_reviews(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        for id in (REVIEW, OTHER):
            await work.add_review(a_record(a_review(id)))


async def reply(store: UnitOfWork, id: ReviewId) -> None:
    async with store() as work:
        await work.add_reply(ReplyRecord(reply=a_reply(review_id=id)))


async def change(store: UnitOfWork, id: ReviewId) -> None:
    async with store() as work:
        await work.save_review((await work.review(id)).move(ReviewState.ROUTED))


async def seconds_waited(waiting: asyncio.Future[None] | asyncio.Task[None]) -> float:
    start = asyncio.get_running_loop().time()
    await waiting
    return asyncio.get_running_loop().time() - start


async def test_a_reply_between_looking_and_waiting_is_not_missed(signalled: Signalled) -> None:
    with signalled.signal.watch([REVIEW]) as watch:
        await reply(signalled.store, REVIEW)

        waited = await seconds_waited(asyncio.ensure_future(watch.wait(LONG)))

    assert waited < POLL.total_seconds() / 2


async def test_a_reply_ends_a_wait_at_once(signalled: Signalled) -> None:
    waiting = asyncio.create_task(signalled.signal.wait([OTHER, REVIEW], LONG))
    await asyncio.sleep(0)

    await reply(signalled.store, REVIEW)

    assert await seconds_waited(waiting) < POLL.total_seconds() / 2


async def test_neither_another_change_nor_another_review_nor_a_rollback_ends_a_wait(signalled: Signalled) -> None:
    async def fail() -> None:
        async with signalled.store() as work:
            await work.add_reply(ReplyRecord(reply=a_reply(review_id=REVIEW)))
            raise ZeroDivisionError

    with signalled.signal.watch([REVIEW]) as watch:
        await change(signalled.store, REVIEW)
        await reply(signalled.store, OTHER)
        with pytest.raises(ZeroDivisionError):
            await fail()

        waited = await seconds_waited(asyncio.ensure_future(watch.wait(timedelta(milliseconds=60))))

    assert waited >= 0.055


async def test_a_wait_ends_early_enough_to_see_what_another_process_committed(signalled: Signalled) -> None:
    with signalled.signal.watch([REVIEW]) as watch:
        waited = await seconds_waited(asyncio.ensure_future(watch.wait(LONG)))

    assert waited < 2 * POLL.total_seconds()
