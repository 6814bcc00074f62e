"""What came in by the bus: which deliveries had their effect, and which messages were set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Boolean, Row, String, bindparam, delete, func, or_, select, true, update

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.outbox import POSTED, outbox_row, put
from priorauth.adapters.database.tables import dead_letters, receipts
from priorauth.adapters.database.transaction import Queries, Transaction, insert_new
from priorauth.services.bus import BusMessage, DeadLetter, LetterDecision
from priorauth.services.ports import NotKnown
from priorauth.translate.dead_letters import DEAD_LETTER_TYPE, write_dead_letter
from priorauth.translate.events import DEAD_LETTERS_TOPIC

_waits = dead_letters.c.decision.is_(None)
_asked_kind = bindparam("asked_kind", type_=String)
_asked_destination = bindparam("asked_destination", type_=String)
DEAD_LETTERS = (
    select(dead_letters)
    .where(
        or_(_waits, bindparam("decided", type_=Boolean) == true()),
        or_(dead_letters.c.kind == _asked_kind, _asked_kind == ""),
        or_(dead_letters.c.destination == _asked_destination, _asked_destination == ""),
    )
    .order_by(dead_letters.c.at.desc(), dead_letters.c.id.desc())
    .limit(bindparam("limit"))
)
ABOUT = select(dead_letters).where(dead_letters.c.subject == bindparam("about"), _waits).order_by(dead_letters.c.at)
DEAD_LETTER = select(dead_letters).where(dead_letters.c.id == bindparam("letter_id"))
DECIDE = (
    update(dead_letters)
    .where(dead_letters.c.id == bindparam("letter_id"), _waits)
    .values(decision=bindparam("made"), decided_at=bindparam("made_at"), decided_by=bindparam("made_by"))
)
WAITING = select(dead_letters.c.kind, func.count().label("waiting")).where(_waits).group_by(dead_letters.c.kind)
TAKEN_IN = select(receipts.c.receipt).where(receipts.c.receipt.in_(bindparam("asked", expanding=True)))
FORGET_RECEIPTS = delete(receipts).where(
    receipts.c.receipt.in_(
        select(receipts.c.receipt)
        .where(receipts.c.at < bindparam("before"))
        .order_by(receipts.c.at)
        .limit(bindparam("limit"))
    )
)

_MESSAGES = msgspec.json.Decoder(BusMessage)


class Inbox(Queries):
    """Deliveries, each of which has its effect once."""

    async def take_in(self, receipt: str, at: datetime) -> bool:
        """Note that a delivery has its effect in this transaction; False where it had it before."""
        return await self.transaction.add(receipts, receipt=receipt, at=at)

    async def keep(self, kept: Sequence[str], at: datetime) -> None:
        """Note deliveries that had their effect; those that are noted already change nothing."""
        new = insert_new(self.transaction.dialect, receipts)
        await self.transaction.run(new, [{"receipt": receipt, "at": at} for receipt in kept])

    async def taken_in(self, asked: Sequence[str]) -> set[str]:
        """Which of these deliveries had their effect."""
        return {row.receipt for row in await self.transaction.rows(TAKEN_IN, asked=list(asked))}

    async def forget_receipts(self, before: datetime, limit: int) -> int:
        """Forget deliveries that had their effect before then, the oldest first; how many."""
        return await self.transaction.change(FORGET_RECEIPTS, before=before, limit=limit)


class DeadLetters(Queries):
    """What was set aside because trying again will not help."""

    async def add_dead_letter(self, letter: DeadLetter) -> None:
        """Set something aside. The same id again changes nothing."""
        message = letter.message
        added = await self.transaction.add(
            dead_letters,
            id=letter.id,
            kind=letter.kind,
            subject=letter.subject,
            reason=letter.reason,
            at=letter.at,
            review_id=letter.review_id,
            origin=letter.origin,
            message=self.transaction.document(letter_row(letter.id), message) if message else None,
            consumer_group=letter.consumer_group,
            destination=letter.destination,
            message_id=letter.message_id,
        )
        if added:
            await put(self.transaction, [notice(self.transaction, letter)])

    async def dead_letters(
        self, limit: int, *, kind: str = "", destination: str = "", decided: bool = False
    ) -> Sequence[DeadLetter]:
        """What was set aside and waits for an operator, newest first; with `decided` what was decided already too."""
        rows = await self.transaction.rows(
            DEAD_LETTERS, limit=limit, asked_kind=kind, asked_destination=destination, decided=decided
        )
        return [dead_letter(self.transaction, row) for row in rows]

    async def dead_letter(self, id: str) -> DeadLetter:
        """One of them; NotKnown where there is none."""
        row = await self.transaction.row_or_none(DEAD_LETTER, letter_id=id)
        if row is None:
            raise NotKnown("there is no such dead letter")
        return dead_letter(self.transaction, row)

    async def dead_letters_about(self, subject: str) -> Sequence[DeadLetter]:
        """Those about one leg, event or message that wait for an operator, oldest first."""
        return [dead_letter(self.transaction, row) for row in await self.transaction.rows(ABOUT, about=subject)]

    async def decide_dead_letter(self, id: str, decision: LetterDecision, at: datetime, by: str) -> bool:
        """Note what an operator did; False where that was noted before, and stays."""
        return await self.transaction.change(DECIDE, letter_id=id, made=decision, made_at=at, made_by=by) > 0

    async def dead_letters_waiting(self) -> Mapping[str, int]:
        """How many of each kind wait for an operator."""
        return {row.kind: row.waiting for row in await self.transaction.rows(WAITING)}


def dead_letter(transaction: Transaction, row: Row[Any]) -> DeadLetter:
    """A row of the dead letters as one."""
    message = transaction.read(letter_row(row.id), row.message, _MESSAGES) if row.message else None
    decision = LetterDecision(row.decision) if row.decision else None
    return DeadLetter(**{**row._mapping, "message": message, "decision": decision})


def notice(transaction: Transaction, letter: DeadLetter) -> dict[str, object]:
    """What others are told of a dead letter, as a row of the outbox."""
    body = write_dead_letter(
        id=letter.id,
        at=letter.at,
        kind=letter.kind,
        subject=letter.subject,
        reason=letter.reason,
        origin=letter.origin,
        review_id=letter.review_id,
    )
    key = letter.review_id or letter.id
    return outbox_row(transaction, DEAD_LETTERS_TOPIC, key, letter.id, DEAD_LETTER_TYPE, POSTED, body, letter.at)


def letter_row(id: str) -> str:
    return f"dead letter {id}"


class Deliveries:
    """Receipts and dead letters of a bus, each in a transaction of its own."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def known(self, receipts: Sequence[str]) -> set[str]:
        """Which of these deliveries had their effect."""
        async with self._database.glancing() as connection:
            return await Inbox(Transaction(connection, self._seal)).taken_in(receipts)

    async def keep(self, receipts: Sequence[str], at: datetime) -> None:
        """Note deliveries that had their effect."""
        async with self._database.writing() as connection:
            await Inbox(Transaction(connection, self._seal)).keep(receipts, at)

    async def set_aside(self, letter: DeadLetter) -> None:
        """Keep a dead letter."""
        async with self._database.writing() as connection:
            await DeadLetters(Transaction(connection, self._seal)).add_dead_letter(letter)
