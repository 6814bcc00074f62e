"""The outbox as a log: what consumers read of it, and how far each consumer group came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Row, bindparam, func, or_, select, union_all

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.inbox import DeadLetters
from priorauth.adapters.database.numbering import Numbering
from priorauth.adapters.database.outbox import POSTED, SHARDS, event_row, outbox_row, put
from priorauth.adapters.database.shards import SharedTrips, Wanted
from priorauth.adapters.database.standings import Saved, saving_together
from priorauth.adapters.database.tables import Instant, consumer_inbox, consumer_offsets, outbox
from priorauth.adapters.database.transaction import Transaction
from priorauth.adapters.progress import Standing
from priorauth.adapters.together import Together
from priorauth.services.bus import BusMessage, DeadLetter

AT_POSITION = select(outbox).where(outbox.c.position == bindparam("position"))

_offsets_of_group = consumer_offsets.c.consumer_group == bindparam("group")
_offsets_of_topics = consumer_offsets.c.topic.in_(bindparam("topics", expanding=True))
OFFSETS = select(consumer_offsets.c.topic, consumer_offsets.c.position).where(_offsets_of_group, _offsets_of_topics)

_inbox_of_group = consumer_inbox.c.consumer_group == bindparam("group")
_inbox_of_topics = consumer_inbox.c.topic.in_(bindparam("topics", expanding=True))
DONE_BEYOND = select(consumer_inbox.c.topic, consumer_inbox.c.position).where(_inbox_of_group, _inbox_of_topics)
BACKLOG = select(func.count().label("waiting"), func.min(outbox.c.at, type_=Instant).label("oldest")).where(
    outbox.c.topic.in_(bindparam("topics", expanding=True)),
    or_(outbox.c.position > bindparam("after"), outbox.c.position.is_(None)),
)


class Stream:
    """The messages of the outbox by position. Opens its own transactions."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        *,
        shard: int | None = None,
        trips: SharedTrips | None = None,
        saving: Together[Saved, None] | None = None,
    ) -> None:
        self._database = database
        self._seal = seal
        self._shard = shard
        self._trips = trips
        self._saving = saving or saving_together(database, seal)
        self.number = Numbering(database)

    def of_shard(self, shard: int, trips: SharedTrips | None = None) -> Stream:
        """What one shard has of this stream, with standings of its own; its trips shared with others of the group."""
        return Stream(self._database, self._seal, shard=shard, trips=trips, saving=self._saving)

    def trips(self, topics: Sequence[str], linger: float) -> SharedTrips:
        """What the shards of one group may share; `linger` is how long a read waits for others to share it."""
        return SharedTrips(self._database, self._seal, topics, linger)

    async def put(self, message: BusMessage, at: datetime) -> None:
        """Write a message, in a transaction of its own."""
        async with self._database.writing() as connection:
            transaction = Transaction(connection, self._seal)
            row = outbox_row(
                transaction, message.topic, message.key, message.id, message.type, POSTED, message.body, at
            )
            await put(transaction, [row])
        await self.number()

    async def read(self, topics: Sequence[str], after: int, limit: int) -> Sequence[Row[Any]]:
        """The next rows of these topics, still sealed."""
        if self._trips and self._shard is not None:
            return await self._trips.read(Wanted(self._shard, after, limit))
        async with self._database.glancing() as connection:
            query = read_topics(tuple(topics), self._shard)
            return await Transaction(connection, self._seal).rows(query, after=after, limit=limit)

    async def at(self, position: int) -> Row[Any]:
        """The row at one position, still sealed."""
        async with self._database.glancing() as connection:
            return await Transaction(connection, self._seal).row(AT_POSITION, position=position)

    def open(self, row: Row[Any]) -> BusMessage:
        """The message of a row; Damaged where it is not what was written."""
        body = self._seal.open(row.body, event_row(row.topic, row.event_id))
        return BusMessage(
            topic=row.topic, key=row.key, id=row.event_id, type=row.type, body=body, traceparent=row.traceparent
        )

    async def standing(self, group: str, topics: Sequence[str]) -> Standing:
        """How far the group came on these topics; a new group stands before the first message."""
        async with self._database.reading() as connection:
            transaction = Transaction(connection, self._seal)
            offsets = await transaction.rows(OFFSETS, group=self._name(group), topics=topics)
            done = await transaction.rows(DONE_BEYOND, group=self._name(group), topics=topics)
        known = {row.topic: row.position for row in offsets}
        return Standing({topic: known.get(topic, 0) for topic in topics}, {(row.topic, row.position) for row in done})

    async def backlog(self, group: str, topics: Sequence[str]) -> tuple[int, datetime | None]:
        """How many messages of these topics the group is not done with, and when the oldest was written."""
        if self._shard is None and self._database.dialect != "sqlite":  # there each shard has a standing of its own
            found = [await self.of_shard(shard).backlog(group, topics) for shard in range(SHARDS)]
            return sum(waiting for waiting, _ in found), min((oldest for _, oldest in found if oldest), default=None)
        after = min((await self.standing(group, topics)).offsets.values(), default=0)
        query = BACKLOG if self._shard is None else BACKLOG.where(outbox.c.shard == self._shard)
        async with self._database.reading() as connection:
            row = await Transaction(connection, self._seal).row(query, topics=list(topics), after=after)
        return row.waiting, row.oldest

    async def save_standing(self, group: str, standing: Standing) -> None:
        """Remember how far the group came; `done` is what it finished beyond the offsets since the last time.

        What other groups of this stream save at the same time goes into the same transaction.
        """
        await self._saving((self._name(group), standing))

    def _name(self, group: str) -> str:
        """What a group's standings are kept under."""
        return group if self._shard is None else f"{group}/{self._shard}"

    async def set_aside(self, letter: DeadLetter) -> None:
        """Keep a dead letter, in a transaction of its own."""
        async with self._database.writing() as connection:
            await DeadLetters(Transaction(connection, self._seal)).add_dead_letter(letter)


@cache
def read_topics(topics: tuple[str, ...], shard: int | None = None) -> CompoundSelect[Any]:
    """The next rows of these topics, or of one shard of them, in order; each read by its index up to the limit."""
    of_shard = () if shard is None else (outbox.c.shard == shard,)
    each = [
        select(
            select(outbox)
            .where(outbox.c.topic == topic, outbox.c.position > bindparam("after"), *of_shard)
            .order_by(outbox.c.position)
            .limit(bindparam("limit"))
            .subquery()
        )
        for topic in topics
    ]
    return union_all(*each).order_by("position").limit(bindparam("limit"))
