"""What tells a resend from a new request, and the numbers that sender and gateway count by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

import msgspec
from sqlalchemy import Executable, bindparam, delete, or_, select, tuple_

from priorauth.adapters.database.tables import counters, interchanges, received_sets, resend_keys, responses
from priorauth.adapters.database.transaction import Queries, insert_into, insert_or_replace
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import MessageId
from priorauth.services.ports import Conflict, ReceivedSet

RESEND_KEYS_KEPT = timedelta(days=7)
"""How long the same bytes or the same key from the same partner are a resend."""

RESEND = (
    select(resend_keys.c.message_id)
    .where(
        resend_keys.c.partner == bindparam("partner"),
        resend_keys.c.key.in_(bindparam("keys", expanding=True)),
        resend_keys.c.at >= bindparam("since"),
    )
    .order_by(resend_keys.c.at.desc())
    .limit(1)
)
_partner_and_key = tuple_(resend_keys.c.partner, resend_keys.c.key)
FORGET_KEYS = delete(resend_keys).where(
    _partner_and_key.in_(
        select(resend_keys.c.partner, resend_keys.c.key)
        .where(resend_keys.c.at < bindparam("before"))
        .order_by(resend_keys.c.at)
        .limit(bindparam("limit"))
    )
)
RECEIVED_SETS = select(received_sets.c.document).where(received_sets.c.message_id == bindparam("message_id"))
RESPONSE = select(responses.c.response_id).where(
    responses.c.message_id == bindparam("message_id"), responses.c.state == bindparam("state")
)

SETS = msgspec.json.Decoder(tuple[ReceivedSet, ...])


class Resends(Queries):
    """Remembers what was received and what was answered, so that a second copy gets the first one's answer."""

    async def resend_of(self, partner: PartnerId, keys: Sequence[str], since: datetime) -> MessageId | None:
        """The latest message with one of these keys."""
        hashed = [self.transaction.seal.lookup(key) for key in keys]
        await self.transaction.hold(*(f"resend {partner} {key}" for key in hashed))
        row = await self.transaction.row_or_none(RESEND, partner=partner, keys=hashed, since=since)
        return row and row.message_id

    async def remember_keys(self, partner: PartnerId, keys: Sequence[str], message_id: MessageId, at: datetime) -> None:
        """Let these keys stand for a message for seven days; Conflict while one stands for another message."""
        for key in keys:
            hashed = self.transaction.seal.lookup(key)
            statement = insert_into(self.transaction.dialect, resend_keys)
            renewed = statement.on_conflict_do_update(
                index_elements=[resend_keys.c.partner, resend_keys.c.key],
                set_={"message_id": statement.excluded.message_id, "at": statement.excluded.at},
                where=or_(
                    resend_keys.c.message_id == statement.excluded.message_id,
                    resend_keys.c.at < at - RESEND_KEYS_KEPT,
                ),
            )
            values = {"partner": partner, "key": hashed, "message_id": message_id, "at": at}
            if not (await self.transaction.run(renewed, values)).rowcount:
                raise Conflict("a resend key stands for another message")

    async def forget_keys(self, now: datetime, limit: int) -> int:
        """Delete keys whose seven days are over, the oldest first; how many."""
        return await self.transaction.change(FORGET_KEYS, before=now - RESEND_KEYS_KEPT, limit=limit)

    async def remember_interchange(self, partner: PartnerId, control_number: str, message_id: MessageId) -> bool:
        """Use up an interchange control number (ISA13); False where this partner used it before."""
        await self.transaction.hold(f"interchange {partner} {control_number}")
        return await self.transaction.add(
            interchanges, partner=partner, control_number=control_number, message_id=message_id
        )

    async def save_received_sets(self, message_id: MessageId, sets: Sequence[ReceivedSet]) -> None:
        """Keep what became of each transaction set of a message."""
        await self.transaction.run(
            insert_or_replace(self.transaction.dialect, received_sets, "document"),
            {"message_id": message_id, "document": self.transaction.document(row_of(message_id), sets)},
        )

    async def received_sets(self, message_id: MessageId) -> tuple[ReceivedSet, ...]:
        """What became of each transaction set of a message; empty where nothing was saved of it."""
        row = await self.transaction.row_or_none(RECEIVED_SETS, message_id=message_id)
        if row is None:
            return ()
        return self.transaction.read(row_of(message_id), row.document, SETS)

    async def response_to(self, message_id: MessageId, state: str) -> MessageId | None:
        """The response that a message got when things stood so."""
        row = await self.transaction.row_or_none(RESPONSE, message_id=message_id, state=state)
        return row and row.response_id

    async def save_response_to(self, message_id: MessageId, state: str, response_id: MessageId) -> None:
        """Keep the response to a message for this state of things; Conflict where there is one."""
        if not await self.transaction.add(responses, message_id=message_id, state=state, response_id=response_id):
            raise Conflict("the message has a response for this state of things")

    async def next_number(self, series: str) -> int:
        """The next number of a series, from 1. A transaction that rolls back gives its numbers back."""
        value: int = (await self.transaction.row(count_on(self.transaction.dialect), series=series, value=1)).value
        return value


@cache
def count_on(dialect: str) -> Executable:
    """Count a series on, or begin it, and say how far it is now."""
    statement = insert_into(dialect, counters)
    counted = statement.on_conflict_do_update(
        index_elements=[counters.c.series], set_={"value": counters.c.value + statement.excluded.value}
    )
    return counted.returning(counters.c.value)


def row_of(message_id: MessageId) -> str:
    return f"received sets of {message_id}"
