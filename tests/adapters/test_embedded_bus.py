"""What the embedded bus does beyond the contract of every bus."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import event

from contracts.examples import NOON, an_event
from databases import KEY
from memory.store import NAMES_ONLY
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import migrate
from priorauth.adapters.database.stream import Stream
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.adapters.embedded_bus import EmbeddedBus
from priorauth.adapters.lanes import Pace
from priorauth.adapters.progress import Standing
from priorauth.services.bus import BusMessage
from priorauth.services.ports import Retryable

TOPIC = "priorauth.events"
NO_POLL = Pace(poll=60.0, save_after=0.0, first_pause=0.001, attempts=2)
"""Only a commit wakes its consumers."""


class Embedded:
    """A bus and a unit of work over one database, wired as the gateway wires them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = Database(f"sqlite:///{path}")
        self.bus = EmbeddedBus(self.database, Seal(KEY), lambda: NOON, NO_POLL)
        self.unit_of_work = DatabaseUnitOfWork(self.database, Seal(KEY), NAMES_ONLY, [self.bus.committed])
        self.handled: asyncio.Queue[str] = asyncio.Queue()

    async def handle(self, message: BusMessage) -> None:
        self.handled.put_nowait(message.id)

    async def next(self) -> str:
        return await asyncio.wait_for(self.handled.get(), 30)


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Embedded]:
    path = tmp_path / "priorauth.db"
    await migrate(f"sqlite:///{path}")
    installed = Embedded(path)
    yield installed
    await installed.bus.stop()
    await installed.database.close()


async def test_a_commit_wakes_the_consumers_and_a_rollback_delivers_nothing(embedded: Embedded) -> None:
    async def fail() -> None:
        async with embedded.unit_of_work() as work:
            await work.publish(an_event("rolled back"))
            raise ZeroDivisionError

    run = asyncio.create_task(embedded.bus.run("group", [TOPIC], embedded.handle))
    await asyncio.sleep(0.05)

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with embedded.unit_of_work() as work:
        await work.publish(an_event("committed"))

    assert await embedded.next() == "committed"
    await embedded.bus.stop()
    await run


async def test_the_same_id_on_the_same_topic_is_one_message(embedded: Embedded) -> None:
    message = BusMessage(topic=TOPIC, key="rev-1", id="evt-1", type="type", body=b"body")
    for published in (message, message, BusMessage(topic=TOPIC, key="rev-1", id="evt-2", type="type", body=b"")):
        await embedded.bus.publish(published)

    run = asyncio.create_task(embedded.bus.run("group", [TOPIC], embedded.handle))

    assert [await embedded.next(), await embedded.next()] == ["evt-1", "evt-2"]
    await embedded.bus.stop()
    await run


async def test_a_message_changed_behind_our_back_is_set_aside_and_not_handled(embedded: Embedded) -> None:
    for id in ("damaged", "whole"):
        await embedded.bus.publish(BusMessage(topic=TOPIC, key="rev-1", id=id, type="type", body=b"body"))
    with sqlite3.connect(embedded.path) as other:
        other.execute("UPDATE outbox SET body = x'00' WHERE event_id = 'damaged'")
    other.close()

    run = asyncio.create_task(embedded.bus.run("group", [TOPIC], embedded.handle))

    assert await embedded.next() == "whole"
    await embedded.bus.stop()
    await run
    async with embedded.unit_of_work.reading() as work:
        (letter,) = await work.dead_letters(10)
    assert (letter.subject, letter.reason) == ("damaged", "the message could not be handled: Damaged")


async def test_a_group_has_one_run_for_each_topic(embedded: Embedded) -> None:
    run = asyncio.create_task(embedded.bus.run("group", [TOPIC], embedded.handle))
    await asyncio.sleep(0)

    with pytest.raises(ValueError, match="consumes one of these topics already"):
        await embedded.bus.run("group", ["other", TOPIC], embedded.handle)

    await embedded.bus.stop()
    await run


async def test_many_keys_waiting_to_be_tried_again_do_not_keep_a_new_one_from_its_turn(embedded: Embedded) -> None:
    async def handle(message: BusMessage) -> None:
        if message.id != "new":
            raise Retryable("not there yet")
        await embedded.handle(message)

    for number in range(3 * NO_POLL.concurrency):
        await embedded.bus.publish(BusMessage(topic=TOPIC, key=f"{number}", id=f"{number}", type="type", body=b""))
    run = asyncio.create_task(embedded.bus.run("group", [TOPIC], handle))

    await embedded.bus.publish(BusMessage(topic=TOPIC, key="new", id="new", type="type", body=b""))

    assert await embedded.next() == "new"
    await embedded.bus.stop()
    await run


async def test_groups_that_save_at_the_same_time_share_a_transaction(embedded: Embedded) -> None:
    stream = Stream(embedded.database, Seal(KEY))
    commits: list[object] = []
    event.listen(embedded.database.writers.sync_engine, "commit", commits.append)

    async with asyncio.TaskGroup() as saving:
        for number, group in enumerate(("gateway", "sandbox"), start=1):
            saving.create_task(stream.save_standing(group, Standing({TOPIC: number}, frozenset())))

    assert len(commits) == 1
    assert (await stream.standing("gateway", [TOPIC])).offsets == {TOPIC: 1}
    assert (await stream.standing("sandbox", [TOPIC])).offsets == {TOPIC: 2}
