"""The outbox as a log: what relay and consumers read of it, and how far each consumer group came."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select, update

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.outbox import POSTED, DeadLetters, event_row, outbox_row, put
from priorauth.adapters.database.tables import consumer_inbox, consumer_offsets, outbox
from priorauth.adapters.database.transaction import Transaction, insert_new, insert_or_replace
from priorauth.adapters.progress import Standing
from priorauth.services.ports import BusMessage, DeadLetter

HAS_NEW = select(outbox.c.sequence).where(outbox.c.position.is_(None)).limit(1)
NEW = (
    select(outbox.c.sequence, outbox.c.topic)
    .where(outbox.c.position.is_(None))
    .order_by(outbox.c.sequence)
    .limit(bindparam("limit"))
)
LAST_POSITION = select(func.coalesce(func.max(outbox.c.position), 0).label("position"))
GIVE_POSITION = update(outbox).where(outbox.c.sequence == bindparam("row"))
READ = (
    select(outbox)
    .where(outbox.c.position > bindparam("after"), outbox.c.topic.in_(bindparam("topics", expanding=True)))
    .order_by(outbox.c.position)
    .limit(bindparam("limit"))
)
AT_POSITION = select(outbox).where(outbox.c.position == bindparam("position"))

_offsets_of_group = consumer_offsets.c.consumer_group == bindparam("group")
_offsets_of_topics = consumer_offsets.c.topic.in_(bindparam("topics", expanding=True))
OFFSETS = select(consumer_offsets.c.topic, consumer_offsets.c.position).where(_offsets_of_group, _offsets_of_topics)

_inbox_of_group = consumer_inbox.c.consumer_group == bindparam("group")
_inbox_of_topics = consumer_inbox.c.topic.in_(bindparam("topics", expanding=True))
DONE_BEYOND = select(consumer_inbox.c.topic, consumer_inbox.c.position).where(_inbox_of_group, _inbox_of_topics)
FORGET_DONE = delete(consumer_inbox).where(
    _inbox_of_group, consumer_inbox.c.topic == bindparam("of_topic"), consumer_inbox.c.position <= bindparam("offset")
)


class Stream:
    """The published part of the outbox, by position. Opens its own transactions."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def put(self, message: BusMessage, at: datetime) -> None:
        """Write a message, in a transaction of its own."""
        async with self._database.writing() as connection:
            transaction = Transaction(connection, self._seal)
            row = outbox_row(
                transaction, message.topic, message.key, message.id, message.type, POSTED, message.body, at
            )
            await put(transaction, [row])

    async def publish_new(self, limit: int = 500) -> AbstractSet[str]:
        """Give the messages that were committed since then their positions; the topics that they are on.

        One relay does this at a time: SQLite has one writer.
        """
        async with self._database.reading() as connection:
            if (await connection.execute(HAS_NEW)).first() is None:
                return frozenset()
        async with self._database.writing() as connection:
            transaction = Transaction(connection, self._seal)
            new = await transaction.rows(NEW, limit=limit)
            last = (await transaction.row(LAST_POSITION)).position
            given = [{"row": row.sequence, "position": position} for position, row in enumerate(new, start=last + 1)]
            if given:
                await transaction.run(GIVE_POSITION, given)
            return {row.topic for row in new}

    async def read(self, topics: Sequence[str], after: int, limit: int) -> Sequence[Row[Any]]:
        """The next rows of these topics, still sealed."""
        async with self._database.reading() as connection:
            return await Transaction(connection, self._seal).rows(READ, topics=topics, after=after, limit=limit)

    async def at(self, position: int) -> Row[Any]:
        """The row at one position, still sealed."""
        async with self._database.reading() as connection:
            return await Transaction(connection, self._seal).row(AT_POSITION, position=position)

    def open(self, row: Row[Any]) -> BusMessage:
        """The message of a row; Damaged where it is not what was written."""
        body = self._seal.open(row.body, event_row(row.topic, row.event_id))
        return BusMessage(topic=row.topic, key=row.key, id=row.event_id, type=row.type, body=body)

    async def standing(self, group: str, topics: Sequence[str]) -> Standing:
        """How far the group came on these topics; a new group stands before the first message."""
        async with self._database.reading() as connection:
            transaction = Transaction(connection, self._seal)
            offsets = await transaction.rows(OFFSETS, group=group, topics=topics)
            done = await transaction.rows(DONE_BEYOND, group=group, topics=topics)
        known = {row.topic: row.position for row in offsets}
        return Standing({topic: known.get(topic, 0) for topic in topics}, {(row.topic, row.position) for row in done})

    async def save_standing(self, group: str, standing: Standing) -> None:
        """Remember how far the group came; `done` is what it finished beyond the offsets since the last time."""
        async with self._database.writing() as connection:
            transaction = Transaction(connection, self._seal)
            save_offset = insert_or_replace(transaction.dialect, consumer_offsets, "position")
            offsets = standing.offsets.items()
            await transaction.run(
                save_offset,
                [{"consumer_group": group, "topic": topic, "position": offset} for topic, offset in offsets],
            )
            await transaction.run(
                FORGET_DONE, [{"group": group, "of_topic": topic, "offset": offset} for topic, offset in offsets]
            )
            done = [{"consumer_group": group, "topic": topic, "position": at} for topic, at in standing.done]
            if done:
                await transaction.run(insert_new(transaction.dialect, consumer_inbox), done)

    async def set_aside(self, letter: DeadLetter) -> None:
        """Keep a dead letter, in a transaction of its own."""
        async with self._database.writing() as connection:
            await DeadLetters(Transaction(connection, self._seal)).add_dead_letter(letter)
