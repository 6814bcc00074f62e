"""What time alone makes due: legs to send, replies nobody waits for any more, requests whose time is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from priorauth.domain.determinations import Reply
from priorauth.domain.events import DeterminationReturned
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.reviews import Format, Leg, MessageId, ReviewId, ServiceReview
from priorauth.services.answer_message import response_identity
from priorauth.services.dispatch_leg import LEASE
from priorauth.services.ports import (
    Codec,
    Direction,
    EnlistNotifications,
    MailboxEntry,
    Message,
    ReviewRecord,
    UnitOfWork,
    Work,
)
from priorauth.services.return_determination import ReturnDetermination
from priorauth.services.turns import again_on_conflict

BATCH = 100
GRACE = timedelta(seconds=5)
"""How long after its time a request may still be writing its answer before the reply is delivered by itself."""
MAILBOX, NOTIFICATION = "mailbox", "notification"
"""How a reply is delivered that no open request waits for: a 278 response is picked up, a PAS one is told of."""


async def nobody_subscribes(work: Work, review: ServiceReview, reply: Reply, message: Message) -> None:
    """No subscriptions, so nobody is told: whoever asks gets the reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """Does what is due now; called every moment, and after a restart. Each part may be repeated without harm."""

    unit_of_work: UnitOfWork
    codecs: Mapping[str, Codec]  # by the format of a message
    return_determination: ReturnDetermination
    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    enlist_notifications: EnlistNotifications = nobody_subscribes

    async def __call__(self) -> int:
        """Return every reply that is due; the number of things done. Legs are left to whoever sends them."""
        late = await self.reviews_past_their_time()
        for review_id in late:
            await self.return_determination(review_id, time_is_over=True)
        waiting = await self.replies_nobody_waits_for()
        for review_id, number in waiting:
            await self.deliver(review_id, number)
        return len(late) + len(waiting)

    async def deliver_news(self, review_id: ReviewId) -> None:
        """Deliver replies that follow one already returned: no open request waits for those."""
        async with self.unit_of_work.glancing() as work:
            replies = await work.replies(review_id)
        if any(record.channel for record in replies):
            for record in replies:
                if not record.channel:
                    await self.deliver(review_id, record.reply.number)

    async def claim_legs_due(self, within: timedelta = timedelta()) -> list[Leg]:
        """The legs to be sent by then, those whose sender died among them. For a while they are nobody else's."""
        async with self.unit_of_work.glancing() as work:
            if not await work.legs_due(self.now() + within, 1):
                return []
        async with self.unit_of_work() as work:
            return list(await work.claim_legs_due(self.now() + within, self.now() + LEASE, BATCH))

    async def reviews_past_their_time(self) -> list[ReviewId]:
        async with self.unit_of_work.glancing() as work:
            return list(await work.reviews_without_reply(self.now() - GRACE, BATCH))

    async def replies_nobody_waits_for(self) -> list[tuple[ReviewId, int]]:
        async with self.unit_of_work.glancing() as work:
            return list(await work.unclaimed_replies(self.now() - GRACE, BATCH))

    @again_on_conflict
    async def deliver(self, review_id: ReviewId, number: int) -> None:
        """Deliver a reply, once, as a message of its own: to the sender's mailbox, or to whoever subscribed to it."""
        async with self.unit_of_work() as work:
            record = await work.review_record(review_id)
            review = record.review
            channel = MAILBOX if review.arrived_as is Format.X12_278 else NOTIFICATION
            if not await work.claim_reply(review_id, number, channel):
                return
            reply = next(r.reply for r in await work.replies(review_id) if r.reply.number == number)
            message = await self._make_message(work, record, reply)
            await work.archive(message)
            await work.link(review.id, message.id, channel)
            if channel == MAILBOX:
                await self._post(work, review, message)
            await work.publish(
                DeterminationReturned(
                    id=self.new_id("evt"),
                    at=self.now(),
                    review_id=review_id,
                    payer=review.payer,
                    reply=reply,
                    format=review.arrived_as,
                    channel=channel,
                )
            )
            if channel == NOTIFICATION:
                await self.enlist_notifications(work, review, reply, message)

    async def _make_message(self, work: Work, record: ReviewRecord, reply: Reply) -> Message:
        """The reply as a message in the format that the request came in."""
        review = record.review
        request = await work.message(record.message_id)
        inbound = InboundMessage(
            format=request.format, partner=review.partner, body=request.body, received_at=request.at
        )
        decoded = self.codecs[request.format].decode(inbound, lambda: review.id)
        identity = await response_identity(work, inbound, self.now())
        return Message(
            id=MessageId(self.new_id("msg")),
            direction=Direction.SENT,
            counterpart=review.partner,
            format=request.format,
            at=self.now(),
            body=decoded.respond({record.set_number: (review, reply)}, identity, acknowledge=False),
            control_number=str(identity.control_number or ""),
        )

    async def _post(self, work: Work, review: ServiceReview, message: Message) -> None:
        entry = MailboxEntry(id=self.new_id("box"), partner=review.partner, message_id=message.id, at=message.at)
        await work.add_to_mailbox(entry)
