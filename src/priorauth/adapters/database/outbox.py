"""Events on their way out: written in the transaction that caused them, published by its commit, never changed.

A message's position is its place in the order of commits, so that a reader who went past a position has missed none.
SQLite has one writer at a time: the order of insertion is the order of commits, and the insert gives the position.
PostgreSQL has many: there `numbering` gives it after the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any
from zlib import crc32

from sqlalchemy import Executable, Row, bindparam, func, select

from priorauth.adapters.database.confidentiality import Confidentiality
from priorauth.adapters.database.repositories.reviews import Reviews
from priorauth.adapters.database.tables import outbox
from priorauth.adapters.database.transaction import Queries, Transaction, insert_into
from priorauth.domain.events import Event, ReviewReceived
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.services.ports import StoredEvent
from priorauth.tracing import present
from priorauth.translate.events import EVENTS_TOPIC, STEPS_TOPIC, payer_topic, write_full, write_minimal

FULL = "full"
MINIMAL = "minimal"
POSTED = ""

_first = outbox.c.copy == 0
OF_REVIEW = (
    select(outbox).where(outbox.c.key == bindparam("key"), outbox.c.form != POSTED, _first).order_by(outbox.c.sequence)
)
POSTED_AS = select(outbox).where(outbox.c.topic == bindparam("on_topic"), outbox.c.event_id == bindparam("id"), _first)
COPIES = select(func.count().label("copies")).where(
    outbox.c.topic == bindparam("on_topic"), outbox.c.event_id == bindparam("id")
)
OF_TOPIC = (
    select(outbox)
    .where(outbox.c.topic == bindparam("topic"), outbox.c.position > bindparam("after"))
    .order_by(outbox.c.position)
    .limit(bindparam("limit"))
)

SHARDS = 8
"""Into how many parts keys are divided for replicas to share. Changed only by a migration: the outbox holds them."""

_earlier = outbox.alias("earlier")
_next_position = select(func.coalesce(func.max(_earlier.c.position), 0) + 1).scalar_subquery()


@dataclass(frozen=True, slots=True)
class EventEncoder:
    """How an event becomes CloudEvents JSON: `full` for its payer, `minimal` (no PHI) for everybody."""

    full: Callable[[Event], bytes]
    minimal: Callable[[Event], bytes]
    confidential: Confidentiality = field(default_factory=Confidentiality)


def cloud_events(source: str, judge: Callable[[ServiceReview], bool]) -> EventEncoder:
    """The CloudEvents forms of events; `source` names this gateway, `judge` says of whose only the payer is told."""
    return EventEncoder(
        full=partial(write_full, source=source),
        minimal=partial(write_minimal, source=source),
        confidential=Confidentiality(judge),
    )


class Outbox(Queries):
    """What is told to others."""

    def __init__(self, transaction: Transaction, encoder: EventEncoder) -> None:
        super().__init__(transaction)
        self._encoder = encoder

    async def publish(self, event: Event) -> None:
        """Tell everybody the minimal form and the payer the full one. The same event again changes nothing.

        Of a confidential review nobody but the payer is told; its minimal form only drives the gateway's own steps.
        """
        key = key_of(event)
        general = STEPS_TOPIC if await self._is_confidential(event) else EVENTS_TOPIC
        rows = [
            outbox_row(
                self.transaction,
                general,
                key,
                event.id,
                event.type,
                MINIMAL,
                self._encoder.minimal(event),
                event.at,
            )
        ]
        if event.payer:
            full = self._encoder.full(event)
            rows.append(
                outbox_row(self.transaction, payer_topic(event.payer), key, event.id, event.type, FULL, full, event.at)
            )
        await put(self.transaction, rows)
        if event.review_id:
            self.transaction.touched.add(event.review_id)

    async def _is_confidential(self, event: Event) -> bool:
        confidential = self._encoder.confidential
        if isinstance(event, ReviewReceived):
            return confidential.of(event.review)
        if not event.review_id:
            return False
        remembered = confidential.remembered(event.review_id)
        if remembered is not None:
            return remembered
        return confidential.of(await Reviews(self.transaction).review(event.review_id))

    async def post(self, topic: str, key: str, event_id: str, event_type: str, body: bytes, at: datetime) -> None:
        """Put a ready body on one topic. The same id again changes nothing."""
        await put(self.transaction, [outbox_row(self.transaction, topic, key, event_id, event_type, POSTED, body, at)])

    async def publish_again(self, review_id: ReviewId, at: datetime) -> int:
        """Tell everybody all of a review's events once more, in order, with the same bytes and ids; how many."""
        rows = await self.transaction.rows(OF_REVIEW, key=review_id)
        for row in rows:
            await self._again(row, at)
        return len({row.event_id for row in rows})

    async def post_again(self, topic: str, event_id: str, at: datetime) -> bool:
        """Put what was put on a topic there once more, the same bytes and id; False where it is not there."""
        row = await self.transaction.row_or_none(POSTED_AS, on_topic=topic, id=event_id)
        if row:
            await self._again(row, at)
        return row is not None

    async def _again(self, row: Row[Any], at: datetime) -> None:
        """The same body, which stays sealed, at a new place in the stream."""
        told = (await self.transaction.row(COPIES, on_topic=row.topic, id=row.event_id)).copies
        same = ("topic", "key", "event_id", "type", "form", "traceparent", "shard", "body")
        await put(self.transaction, [{**{name: row._mapping[name] for name in same}, "at": at, "copy": told}])

    async def events_of(self, review_id: ReviewId) -> Sequence[StoredEvent]:
        """The published events of a review in order, each in the fullest form that it was published in."""
        fullest: dict[str, Row[Any]] = {}
        for row in await self.transaction.rows(OF_REVIEW, key=review_id):
            if row.form == FULL or row.event_id not in fullest:
                fullest[row.event_id] = row
        return [stored_event(self.transaction, row) for row in fullest.values()]

    async def events(self, topic: str, after: int, limit: int) -> Sequence[StoredEvent]:
        """The messages of a topic from the one after this position on."""
        rows = await self.transaction.rows(OF_TOPIC, topic=topic, after=after, limit=limit)
        return [stored_event(self.transaction, row) for row in rows]


async def put(transaction: Transaction, rows: Sequence[dict[str, object]]) -> None:
    """Write rows that are not there yet."""
    await transaction.run(insert_message(transaction.dialect), rows)
    transaction.topics.update(str(row["topic"]) for row in rows)
    transaction.keys.update(ReviewId(str(row["key"])) for row in rows)


@cache
def insert_message(dialect: str) -> Executable:
    """An insert of a message that is not there yet, with its position where the order of commits is known already."""
    statement = insert_into(dialect, outbox).on_conflict_do_nothing()
    return statement.values(position=_next_position) if dialect == "sqlite" else statement


def shard_of(key: str) -> int:
    """The part of all keys that a key is in: the same on every machine."""
    return crc32(key.encode()) % SHARDS


def outbox_row(
    transaction: Transaction, topic: str, key: str, event_id: str, event_type: str, form: str, body: bytes, at: datetime
) -> dict[str, object]:
    """A message of one topic as the outbox holds it, its body sealed."""
    return {
        "topic": topic,
        "key": key,
        "event_id": event_id,
        "type": event_type,
        "form": form,
        "at": at,
        "traceparent": present(),
        "shard": shard_of(key),
        "body": transaction.seal.close(body, event_row(topic, event_id)),
    }


def key_of(event: Event) -> str:
    """What an event is ordered by: its review, or itself where it is of none."""
    return event.review_id or event.id


def stored_event(transaction: Transaction, row: Row[Any]) -> StoredEvent:
    """A row of the outbox as an event."""
    return StoredEvent(
        position=row.position or 0,  # it has none until it is published
        id=row.event_id,
        type=row.type,
        topic=row.topic,
        key=row.key,
        body=transaction.seal.open(row.body, event_row(row.topic, row.event_id)),
    )


def event_row(topic: str, event_id: str) -> str:
    return f"event {event_id} on {topic}"
