"""Read what a partner acknowledges (TA1, 999) and keep it with what it is about. Never acknowledged itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from priorauth.domain.exchange import InboundMessage
from priorauth.domain.reviews import MessageId
from priorauth.services.ports import Decoded, Direction, Message, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAcknowledgment:
    """Archives an acknowledgment and links it to the reviews of the message that it answers."""

    unit_of_work: UnitOfWork
    new_id: Callable[[str], str]

    async def __call__(self, inbound: InboundMessage, decoded: Decoded) -> int:
        """The number of our messages that it matched."""
        matched = 0
        async with self.unit_of_work() as work:
            message = Message(
                id=MessageId(self.new_id("msg")),
                direction=Direction.RECEIVED,
                counterpart=inbound.partner,
                format=inbound.format,
                at=inbound.received_at,
                body=inbound.body,
            )
            await work.archive(message)
            for number in decoded.acknowledges:
                sent = await work.sent_with(inbound.partner, number)
                if sent is None:
                    continue
                matched += 1
                for review_id in await work.reviews_of(sent):
                    await work.link(review_id, message.id, "acknowledgment")
        return matched
