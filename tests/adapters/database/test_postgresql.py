"""What is particular to PostgreSQL: transactions beside each other, positions after the commit, a server that goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy import text

from contracts.examples import HOSPITAL, NOON, a_leg, a_message, a_record, a_review, an_event
from databases import KEY, open_store
from postgresql import a_database
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.confidentiality import nobody
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.outbox import cloud_events
from priorauth.adapters.database.postgresql import Pool
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.domain.reviews import LegState, MessageId, ReviewId, ReviewState
from priorauth.services.ports import Conflict, NotKnown, Retryable
from priorauth.services.turns import again_on_conflict
from priorauth.translate.events import EVENTS_TOPIC

pytestmark = pytest.mark.real

REVIEW, OTHER = ReviewId("rev-1"), ReviewId("rev-2")


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with a_database() as made:
        yield made


@pytest.fixture
async def store(url: str) -> AsyncIterator[DatabaseUnitOfWork]:
    async with open_store(url, encoder=cloud_events("urn:test", nobody)) as unit_of_work:
        async with unit_of_work() as work:
            await work.archive(a_message())
            for id in (REVIEW, OTHER):
                await work.add_review(a_record(a_review(id)))
        yield unit_of_work


async def test_who_works_on_one_review_takes_turns_and_sees_what_the_one_before_did(store: DatabaseUnitOfWork) -> None:
    async def add_next_leg() -> None:
        async with store() as work:
            number = len(await work.legs(REVIEW)) + 1
            await asyncio.sleep(0.01)
            await work.add_leg(replace(a_leg(f"leg-{number}"), number=number))

    await asyncio.gather(*(add_next_leg() for _ in range(8)))

    async with store.reading() as work:
        assert [leg.number for leg in await work.legs(REVIEW)] == list(range(1, 9))


async def test_a_leg_is_read_as_the_turn_before_left_it(store: DatabaseUnitOfWork) -> None:
    async with store() as work:
        await work.add_leg(a_leg())
    began = asyncio.Event()

    async def decide() -> None:
        async with store() as work:
            leg = await work.leg(a_leg().id)
            began.set()
            await asyncio.sleep(0.1)
            await work.save_leg(replace(leg, state=LegState.DECIDED))

    deciding = asyncio.create_task(decide())
    await began.wait()
    async with store() as work:
        seen = await work.leg(a_leg().id)
    await deciding

    assert seen.state is LegState.DECIDED


async def test_whoever_only_reads_waits_for_nobody(store: DatabaseUnitOfWork) -> None:
    async with store() as work:
        await work.save_review((await work.review(REVIEW)).move(ReviewState.ROUTED))
        async with asyncio.timeout(5), store.reading() as beside:
            assert (await beside.review(REVIEW)).state is ReviewState.RECEIVED


async def test_of_two_copies_that_arrive_at_once_the_second_finds_the_first(store: DatabaseUnitOfWork) -> None:
    async def receive(name: str) -> MessageId:
        async with store() as work:
            if earlier := await work.resend_of(HOSPITAL, ["sha256:1"], NOON):
                return earlier
            await asyncio.sleep(0.05)
            await work.archive(a_message(name))
            await work.remember_keys(HOSPITAL, ["sha256:1"], MessageId(name), NOON)
            return MessageId(name)

    first, second = await asyncio.gather(receive("msg-a"), receive("msg-b"))

    assert first == second


async def test_two_that_wait_for_each_other_are_a_conflict_that_passes_when_done_again(
    store: DatabaseUnitOfWork,
) -> None:
    conflicts = 0

    @again_on_conflict
    async def touch(first: ReviewId, second: ReviewId) -> None:
        nonlocal conflicts
        try:
            async with store() as work:
                await work.review(first)
                await asyncio.sleep(0.05)
                await work.review(second)
        except Conflict:
            conflicts += 1
            raise

    await asyncio.gather(touch(REVIEW, OTHER), touch(OTHER, REVIEW))

    assert conflicts == 1


async def test_an_event_that_is_committed_late_gets_a_later_position(store: DatabaseUnitOfWork) -> None:
    async with store() as late:
        await late.publish(replace(an_event("evt-late"), review_id=REVIEW))
        async with store() as early:
            await early.publish(replace(an_event("evt-early"), review_id=OTHER))
        async with store.reading() as work:
            seen = await work.events(EVENTS_TOPIC, 0, 10)

    async with store.reading() as work:
        after = await work.events(EVENTS_TOPIC, seen[-1].position, 10)
    assert [event.id for event in seen] == ["evt-early"]
    assert [event.id for event in after] == ["evt-late"]


async def test_a_due_leg_is_claimed_by_one_of_several_at_once(store: DatabaseUnitOfWork) -> None:
    async with store() as work:
        for number in range(1, 21):
            await work.add_leg(replace(a_leg(f"leg-{number}"), number=number))
            await work.save_leg(replace(a_leg(f"leg-{number}"), number=number), next_attempt_at=NOON)

    async def claim() -> list[str]:
        async with store() as work:
            claimed = await work.claim_legs_due(NOON, NOON.replace(hour=13), 10)
            await asyncio.sleep(0.05)
            return [leg.id for leg in claimed]

    first, second, third = await asyncio.gather(claim(), claim(), claim())

    assert sorted(first + second + third) == sorted(f"leg-{number}" for number in range(1, 21))


async def test_a_lost_connection_is_retryable_leaves_nothing_half_done_and_the_next_transaction_works(
    url: str, store: DatabaseUnitOfWork
) -> None:
    async def count_across_a_restart() -> None:
        async with store() as work:
            await work.next_number("isa")
            await end_connections(url)
            await work.next_number("isa")

    with pytest.raises(Retryable):
        await count_across_a_restart()

    async with store() as work:
        assert await work.next_number("isa") == 1


async def test_connections_that_died_while_nobody_used_them_are_replaced_unnoticed(
    url: str, store: DatabaseUnitOfWork
) -> None:
    await end_connections(url)
    await asyncio.sleep(0.05)

    async with store.reading() as work:
        assert (await work.review(REVIEW)).id == REVIEW


async def end_connections(url: str) -> None:
    """End every connection to the database but this one, as a restart does."""
    admin = await asyncpg.connect(url)
    mine = "datname = current_database() AND pid <> pg_backend_pid()"
    await admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")  # noqa: S608 - fixed
    await admin.close()


async def test_a_nul_in_what_a_sender_calls_something_is_stored_and_found(store: DatabaseUnitOfWork) -> None:
    async with store() as work:
        assert await work.remember_interchange(HOSPITAL, "00\x001", MessageId("msg-1"))
        assert not await work.remember_interchange(HOSPITAL, "00\x001", MessageId("msg-2"))
        with pytest.raises(NotKnown):
            await work.review(ReviewId("rev\x00"))


async def test_a_statement_that_takes_too_long_is_ended_and_retryable(url: str) -> None:
    database = Database(url, Pool(statement=0.1))

    with pytest.raises(Retryable):
        async with database.writing() as connection:
            await connection.execute(text("SELECT pg_sleep(5)"))

    await database.close()


async def test_a_server_that_is_not_there_is_retryable() -> None:
    store = DatabaseUnitOfWork(
        Database("postgresql://nobody@127.0.0.1:1/none"), Seal(KEY), cloud_events("urn:test", nobody)
    )

    with pytest.raises(Retryable):
        async with store.reading():
            pass


async def test_a_reading_transaction_cannot_write(store: DatabaseUnitOfWork) -> None:
    with pytest.raises(Retryable):
        async with store.reading() as work:
            await work.archive(a_message("msg-2"))


@pytest.mark.parametrize("change", ["UPDATE messages SET counterpart = 'another'", "DELETE FROM messages"])
async def test_the_database_itself_refuses_to_change_a_message(
    url: str, store: DatabaseUnitOfWork, change: str
) -> None:
    async with store.reading() as work:
        assert await work.message(MessageId("msg-1"))
    other = await asyncpg.connect(url)
    with pytest.raises(asyncpg.RestrictViolationError, match="messages are written once"):
        await other.execute(change)
    await other.close()
