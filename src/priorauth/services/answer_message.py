"""Answer an open request: wait for its reviews, pend what is late, and give each copy of a message its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from priorauth.domain.events import DeterminationReturned
from priorauth.domain.exchange import X12, InboundMessage, ResponseIdentity
from priorauth.domain.reviews import MessageId, ReviewId, ServiceReview
from priorauth.services.ports import Codec, Decoded, Direction, Message, ReplyRecord, Signal, UnitOfWork, Work
from priorauth.services.receive_review import Received
from priorauth.services.return_determination import ReturnDetermination
from priorauth.services.turns import again_on_conflict

PRESENT = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The response to one message, and the reviews that it speaks of in their order."""

    body: bytes
    review_ids: tuple[ReviewId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMessage:
    """Answers a received message in the format it came in. The same state of things gives the same bytes again."""

    unit_of_work: UnitOfWork
    codecs: Mapping[str, Codec]  # by the format of a message
    return_determination: ReturnDetermination
    signal: Signal
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    @again_on_conflict
    async def __call__(
        self, inbound: InboundMessage, decoded: Decoded, received: Received, *, answer_by: datetime
    ) -> Answered:
        if received.resend:
            decoded = await self._first_copy(received.message_id, inbound)
        await self.wait(received.review_ids, answer_by)
        async with self.unit_of_work() as work:
            replies = {review_id: await work.replies(review_id) for review_id in received.review_ids}
            state = ",".join(f"{review_id}:{records[-1].reply.number}" for review_id, records in replies.items())
            earlier = await work.response_to(received.message_id, state)
            if earlier:
                return Answered(body=(await work.message(earlier)).body, review_ids=received.review_ids)
            reviews = {review_id: await work.review(review_id) for review_id in received.review_ids}
            answers = {
                part.number: (named_as(part.identifier, reviews[part.review_id]), replies[part.review_id][-1].reply)
                for part in received.sets
                if part.review_id
            }
            for review_id, review in reviews.items():
                await self._claim(work, review, replies[review_id])
            identity = await response_identity(work, inbound, self.now())
            body = decoded.respond(answers, identity, duplicate=received.duplicate)
            response_id = await self._archive(work, inbound, received, body, identity)
            await work.save_response_to(received.message_id, state, response_id)
            return Answered(body=body, review_ids=received.review_ids)

    async def wait(self, review_ids: tuple[ReviewId, ...], answer_by: datetime) -> None:
        """Return when each review has a reply; at `answer_by` what is still open gets a pended one."""
        with self.signal.watch(review_ids) as watch:
            missing = await self._without_reply(review_ids)
            while missing and (left := answer_by - self.now()) > timedelta():
                await watch.wait(left)
                missing = await self._without_reply(missing)
        for review_id in missing:
            await self.return_determination(review_id, time_is_over=True)

    async def _without_reply(self, review_ids: tuple[ReviewId, ...]) -> tuple[ReviewId, ...]:
        """Those of which nothing was said yet. Each is asked about by itself: a reply stays once it is there."""
        async with self.unit_of_work.glancing() as work:
            return tuple([review_id for review_id in review_ids if not await work.replies(review_id)])

    async def _first_copy(self, message_id: MessageId, inbound: InboundMessage) -> Decoded:
        """The message that this one repeats, read again: the response is made for it."""
        async with self.unit_of_work.glancing() as work:
            first = await work.message(message_id)
        copy = replace(inbound, format=first.format, body=first.body, received_at=first.at)
        return self.codecs[first.format].decode(copy, lambda: ReviewId(self.new_id("rev")))

    async def _claim(self, work: Work, review: ServiceReview, replies: Sequence[ReplyRecord]) -> None:
        """Mark the review's replies as returned here, and say so once."""
        for record in replies:
            if not record.channel and await work.claim_reply(review.id, record.reply.number, PRESENT):
                await work.publish(
                    DeterminationReturned(
                        id=self.new_id("evt"),
                        at=self.now(),
                        review_id=review.id,
                        payer=review.payer,
                        reply=record.reply,
                        format=review.arrived_as,
                        channel=PRESENT,
                    )
                )

    async def _archive(
        self, work: Work, inbound: InboundMessage, received: Received, body: bytes, identity: ResponseIdentity
    ) -> MessageId:
        message = Message(
            id=MessageId(self.new_id("msg")),
            direction=Direction.SENT,
            counterpart=inbound.partner,
            format=inbound.format,
            at=self.now(),
            body=body,
            control_number=str(identity.control_number or ""),
        )
        await work.archive(message)
        for review_id in received.review_ids:
            await work.link(review_id, message.id, PRESENT)
        return message.id


def named_as(identifier: str, review: ServiceReview) -> ServiceReview:
    """The review as this copy of the message named it: BHT03 is echoed to whoever sent it."""
    return replace(review, transaction=replace(review.transaction, identifier=identifier))


async def response_identity(work: Work, answered: InboundMessage, now: datetime) -> ResponseIdentity:
    """The number that a response goes out under, of the partner's own series; none where the format has no numbers."""
    number = await work.next_number(f"isa:{answered.partner}") if answered.format == X12 else 0
    return ResponseIdentity(control_number=number, made_at=now)
