"""What destinations determined, what was replied, and what waits in a partner's mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, false, func, select, update

from priorauth.adapters.commit_signal import REPLIED
from priorauth.adapters.database.tables import determinations, mailbox, replies, reviews
from priorauth.adapters.database.transaction import Queries, Transaction
from priorauth.domain.determinations import Determination, Reply
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import MessageId, ReviewId
from priorauth.services.ports import Conflict, MailboxEntry, NotKnown, ReplyRecord

DETERMINATIONS = (
    select(determinations.c.id, determinations.c.document)
    .where(determinations.c.review_id == bindparam("review_id"))
    .order_by(determinations.c.sequence)
)
REPLIES = select(replies).where(replies.c.review_id == bindparam("review_id")).order_by(replies.c.number)
REPLY = (
    select(replies.c.number)
    .where(replies.c.review_id == bindparam("review_id"), replies.c.number == bindparam("number"))
    .limit(1)
)
CLAIM = update(replies).where(
    replies.c.review_id == bindparam("of"), replies.c.number == bindparam("nth"), replies.c.channel.is_(None)
)
MARK_REPLIED = update(reviews).where(reviews.c.id == bindparam("of"), reviews.c.replied == false())
UNCLAIMED = (
    select(replies.c.review_id, replies.c.number)
    .join_from(replies, reviews)
    .where(replies.c.channel.is_(None), reviews.c.answer_by <= bindparam("answer_due"))
    .order_by(replies.c.made_at, replies.c.review_id, replies.c.number)
    .limit(bindparam("limit"))
)
WAITING = (
    select(mailbox)
    .where(mailbox.c.partner == bindparam("partner"), mailbox.c.acknowledged_at.is_(None))
    .order_by(mailbox.c.at, mailbox.c.id)
    .limit(bindparam("limit"))
)
ENTRY_OF = select(mailbox).where(mailbox.c.message_id == bindparam("message_id"))
OFFER_AGAIN = update(mailbox).where(mailbox.c.id == bindparam("entry_id")).values(acknowledged_at=None)
ENTRY = select(mailbox).where(mailbox.c.id == bindparam("id"))
ACKNOWLEDGE = (
    update(mailbox)
    .where(mailbox.c.id == bindparam("entry_id"))
    .values(acknowledged_at=func.coalesce(mailbox.c.acknowledged_at, bindparam("now", type_=mailbox.c.at.type)))
)

DETERMINATION_DOCUMENT = msgspec.json.Decoder(Determination)
REPLY_DOCUMENT = msgspec.json.Decoder(Reply)


class Replies(Queries):
    """Determinations as recorded, and the replies made of them."""

    async def add_determination(self, determination: Determination) -> bool:
        """Record a determination; False where this one was recorded before."""
        added = await self.transaction.add(
            determinations,
            id=determination.id,
            review_id=determination.review_id,
            leg_id=determination.leg_id,
            decided_by=determination.decided_by,
            decided_at=determination.decided_at,
            document=self.transaction.document(determination_row(determination.id), determination),
        )
        if added:
            self.transaction.touched.add(determination.review_id)
        return added

    async def determinations(self, review_id: ReviewId) -> Sequence[Determination]:
        """The determinations of a review in the order in which they were recorded."""
        rows = await self.transaction.rows(DETERMINATIONS, review_id=review_id)
        return [self.transaction.read(determination_row(row.id), row.document, DETERMINATION_DOCUMENT) for row in rows]

    async def add_reply(self, record: ReplyRecord) -> None:
        """Keep a reply; Conflict where the review has one with its number."""
        reply = record.reply
        added = await self.transaction.add(
            replies,
            review_id=reply.review_id,
            number=reply.number,
            made_at=reply.made_at,
            channel=record.channel or None,
            document=self.transaction.document(reply_row(reply.review_id, reply.number), reply),
        )
        if not added:
            raise Conflict("the review has a reply with this number")
        await self.transaction.change(MARK_REPLIED, of=reply.review_id, replied=True)
        self.transaction.touched.add(reply.review_id)
        self.transaction.news.add(REPLIED)

    async def replies(self, review_id: ReviewId) -> Sequence[ReplyRecord]:
        """The replies to a review in the order of their numbers."""
        await self.take_turn(review_id)
        return [read_reply(self.transaction, row) for row in await self.transaction.rows(REPLIES, review_id=review_id)]

    async def claim_reply(self, review_id: ReviewId, number: int, channel: str) -> bool:
        """Take a reply for one channel; False where another has it. NotKnown where there is no such reply."""
        await self.take_turn(review_id)
        claimed = await self.transaction.change(CLAIM, of=review_id, nth=number, channel=channel)
        if not claimed:
            await self.transaction.row(REPLY, review_id=review_id, number=number)
            return False
        self.transaction.touched.add(review_id)
        return True

    async def unclaimed_replies(self, answer_due: datetime, limit: int) -> Sequence[tuple[ReviewId, int]]:
        """The replies that no open request will take any more, oldest first."""
        rows = await self.transaction.rows(UNCLAIMED, answer_due=answer_due, limit=limit)
        return [(row.review_id, row.number) for row in rows]


class Mailbox(Queries):
    """Messages that wait for a partner to pick them up."""

    async def add_to_mailbox(self, entry: MailboxEntry) -> None:
        """Put a message into a partner's mailbox; Conflict where the entry's id is taken."""
        added = await self.transaction.add(
            mailbox,
            id=entry.id,
            partner=entry.partner,
            message_id=entry.message_id,
            at=entry.at,
            acknowledged_at=entry.acknowledged_at,
        )
        if not added:
            raise Conflict("the mailbox has an entry with this id")

    async def mailbox(self, partner: PartnerId, limit: int) -> Sequence[MailboxEntry]:
        """The entries that a partner has not acknowledged, oldest first."""
        rows = await self.transaction.rows(WAITING, partner=partner, limit=limit)
        return [MailboxEntry(**row._mapping) for row in rows]

    async def mailbox_entry(self, entry_id: str) -> MailboxEntry:
        """An entry, acknowledged or not; NotKnown where there is none."""
        return MailboxEntry(**(await self.transaction.row(ENTRY, id=entry_id))._mapping)

    async def mailbox_entry_of(self, message_id: MessageId) -> MailboxEntry | None:
        """The entry that a message waits or waited in, if it was put into a mailbox."""
        row = await self.transaction.row_or_none(ENTRY_OF, message_id=message_id)
        return MailboxEntry(**row._mapping) if row else None

    async def offer_again(self, entry_id: str) -> None:
        """List an entry again, though it was acknowledged; NotKnown where there is no such entry."""
        if not await self.transaction.change(OFFER_AGAIN, entry_id=entry_id):
            raise NotKnown("there is no such entry")

    async def acknowledge_mailbox_entry(self, entry_id: str, at: datetime) -> None:
        """Take an entry off the list. The first time counts; NotKnown where there is no such entry."""
        if not await self.transaction.change(ACKNOWLEDGE, entry_id=entry_id, now=at):
            raise NotKnown("there is no such entry")


def read_reply(transaction: Transaction, row: Row[Any]) -> ReplyRecord:
    reply = transaction.read(reply_row(row.review_id, row.number), row.document, REPLY_DOCUMENT)
    return ReplyRecord(reply=reply, channel=row.channel or "")


def determination_row(determination_id: str) -> str:
    return f"determination {determination_id}"


def reply_row(review_id: ReviewId, number: int) -> str:
    return f"reply {number} of {review_id}"
