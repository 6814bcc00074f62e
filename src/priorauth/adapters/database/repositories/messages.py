"""Messages as received and sent, and which reviews they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from priorauth.adapters.archive import Damaged, fingerprint
from priorauth.adapters.database.tables import messages, review_messages
from priorauth.adapters.database.transaction import Queries, Transaction
from priorauth.domain.reviews import MessageId, ReviewId
from priorauth.services.ports import Conflict, Direction, Message

MESSAGE = select(messages).where(messages.c.id == bindparam("id"))
FINGERPRINT = select(messages.c.sha256).where(messages.c.id == bindparam("id"))
MESSAGES_OF = (
    select(review_messages.c.role, messages)
    .join_from(review_messages, messages)
    .where(review_messages.c.review_id == bindparam("review_id"))
    .order_by(review_messages.c.sequence)
)
SENT_WITH = (
    select(messages.c.id)
    .where(messages.c.direction == Direction.SENT)
    .where(messages.c.counterpart == bindparam("counterpart"))
    .where(messages.c.control_number == bindparam("control_number"))
    .order_by(messages.c.at.desc())
    .limit(1)
)
REVIEWS_OF = (
    select(review_messages.c.review_id)
    .where(review_messages.c.message_id == bindparam("message_id"))
    .group_by(review_messages.c.review_id)
    .order_by(func.min(review_messages.c.sequence))
)


class Messages(Queries):
    """The archive: written once, never changed."""

    async def archive(self, message: Message) -> None:
        """Keep a message. The same again changes nothing; Conflict where the id is another message's."""
        sha256 = fingerprint(message.body)
        added = await self.transaction.add(
            messages,
            id=message.id,
            direction=message.direction,
            counterpart=message.counterpart,
            format=message.format,
            at=message.at,
            sha256=sha256,
            body=self.transaction.seal.close(message.body, row_of(message.id)),
            control_number=message.control_number,
        )
        if not added and (await self.transaction.row(FINGERPRINT, id=message.id)).sha256 != sha256:
            raise Conflict("the archive has another message under this id")

    async def message(self, message_id: MessageId) -> Message:
        """A message as it was archived; NotKnown, or Damaged where it was changed since."""
        return read_message(self.transaction, await self.transaction.row(MESSAGE, id=message_id))

    async def link(self, review_id: ReviewId, message_id: MessageId, role: str) -> None:
        """Say that a message belongs to a review, and as what."""
        await self.transaction.add(review_messages, review_id=review_id, message_id=message_id, role=role)
        self.transaction.touched.add(review_id)

    async def messages_of(self, review_id: ReviewId) -> Sequence[tuple[str, Message]]:
        """The messages of a review with their roles, in the order in which they were linked."""
        rows = await self.transaction.rows(MESSAGES_OF, review_id=review_id)
        return [(row.role, read_message(self.transaction, row)) for row in rows]

    async def sent_with(self, counterpart: str, control_number: str) -> MessageId | None:
        """The last message that we sent to this counterpart under this number, or None."""
        row = await self.transaction.row_or_none(SENT_WITH, counterpart=counterpart, control_number=control_number)
        return MessageId(row.id) if row else None

    async def reviews_of(self, message_id: MessageId) -> Sequence[ReviewId]:
        """The reviews that a message belongs to."""
        rows = await self.transaction.rows(REVIEWS_OF, message_id=message_id)
        return [ReviewId(row.review_id) for row in rows]


def read_message(transaction: Transaction, row: Row[Any]) -> Message:
    body = transaction.seal.open(row.body, row_of(row.id))
    if fingerprint(body) != row.sha256:
        raise Damaged(f"the fingerprint stored with {row_of(row.id)} is not the message's")
    return Message(
        id=row.id,
        direction=Direction(row.direction),
        counterpart=row.counterpart,
        format=row.format,
        at=row.at,
        body=body,
        sha256=row.sha256,
        control_number=row.control_number,
    )


def row_of(message_id: MessageId) -> str:
    return f"message {message_id}"
