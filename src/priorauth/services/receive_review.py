"""Accept a message: archive its bytes, tell a resend from a new request, save its reviews. One transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from priorauth.domain.determinations import ItemDecision, Rejection, Reply
from priorauth.domain.events import MessageRejected, ReviewReceived
from priorauth.domain.exchange import X12, InboundMessage, Part
from priorauth.domain.findings import Finding, FindingCode, Position, Severity, SnipType
from priorauth.domain.reviews import MessageId, ReviewId, ReviewState, ServiceReview
from priorauth.services.ports import (
    Decoded,
    Direction,
    Message,
    ReceivedSet,
    ReplyRecord,
    ReviewRecord,
    UnitOfWork,
    Work,
)
from priorauth.services.request_digest import content_digest
from priorauth.services.turns import again_on_conflict

RESEND_WINDOW = timedelta(days=7)
NUMBER_USED = Finding(
    code=FindingCode.INTERCHANGE_DUPLICATE,
    severity=Severity.ERROR,
    snip=SnipType.PARTNER,
    at=Position(segment=1, segment_id="ISA", element=13, data_element="I12", path="ISA13"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of a message. `duplicate` means its control number was used with other content: nothing was saved."""

    message_id: MessageId
    sets: tuple[ReceivedSet, ...]
    resend: bool = False
    duplicate: bool = False

    @property
    def review_ids(self) -> tuple[ReviewId, ...]:
        return tuple(part.review_id for part in self.sets if part.review_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReview:
    """Accepts a message once: a resend finds the reviews of the first copy."""

    unit_of_work: UnitOfWork
    new_id: Callable[[str], str]

    @again_on_conflict
    async def __call__(
        self, inbound: InboundMessage, decoded: Decoded, *, answer_by: datetime, refuse_duplicates: bool = True
    ) -> Received:
        keys = resend_keys(inbound)
        async with self.unit_of_work() as work:
            earlier = await work.resend_of(inbound.partner, keys, inbound.received_at - RESEND_WINDOW)
            if earlier:
                return Received(message_id=earlier, sets=tuple(await work.received_sets(earlier)), resend=True)
            message_id = MessageId(self.new_id("msg"))
            number = decoded.control_number
            is_counted = bool(number) and not decoded.refused
            is_used = is_counted and not await work.remember_interchange(inbound.partner, number, message_id)
            if is_used and refuse_duplicates:
                await self._archive(work, inbound, message_id)
                await self._publish_rejected(work, inbound, message_id, (NUMBER_USED,))
                return Received(message_id=message_id, sets=(), duplicate=True)
            await self._archive(work, inbound, message_id)
            if not decoded.refused:
                await work.remember_keys(inbound.partner, keys, message_id, inbound.received_at)
            sets = tuple([await self._receive(work, inbound, message_id, part, answer_by) for part in decoded.parts])
            await work.save_received_sets(message_id, sets)
            if any(part.review_id is None for part in sets) or not sets:
                await self._publish_rejected(work, inbound, message_id, decoded.findings)
            return Received(message_id=message_id, sets=sets)

    async def _archive(self, work: Work, inbound: InboundMessage, message_id: MessageId) -> None:
        await work.archive(
            Message(
                id=message_id,
                direction=Direction.RECEIVED,
                counterpart=inbound.partner,
                format=inbound.format,
                at=inbound.received_at,
                body=inbound.body,
            )
        )

    async def _receive(
        self, work: Work, inbound: InboundMessage, message_id: MessageId, part: Part, answer_by: datetime
    ) -> ReceivedSet:
        received = ReceivedSet(
            number=part.number,
            group_number=part.group_number,
            control_number=part.control_number,
            identifier=part.identifier,
            review_id=None,
        )
        if part.review is None:
            return received
        digest = content_digest(part.review)
        if same := await work.open_review_like(inbound.partner, digest):
            await work.link(same, message_id, "resend")
            return replace(received, review_id=same)
        review = part.review
        if part.rejections:
            review = review.move(ReviewState.REJECTED)
        await work.add_review(
            ReviewRecord(
                review=review, message_id=message_id, set_number=part.number, digest=digest, answer_by=answer_by
            )
        )
        await work.link(review.id, message_id, "request")
        await work.publish(
            ReviewReceived(
                id=self.new_id("evt"),
                at=inbound.received_at,
                review_id=review.id,
                payer=review.payer,
                review=review,
                message_id=message_id,
            )
        )
        if part.rejections:
            reply = rejection_reply(review, part.rejections, inbound.received_at)
            await work.add_reply(ReplyRecord(reply=reply))
        return replace(received, review_id=review.id)

    async def _publish_rejected(
        self, work: Work, inbound: InboundMessage, message_id: MessageId, findings: Sequence[Finding]
    ) -> None:
        await work.publish(
            MessageRejected(
                id=self.new_id("evt"),
                at=inbound.received_at,
                review_id=ReviewId(""),
                payer=None,
                partner=inbound.partner,
                format=inbound.reviews_arrive_as,
                message_id=message_id,
                findings=tuple(findings),
            )
        )


def resend_keys(inbound: InboundMessage) -> Sequence[str]:
    """What makes a message a resend: its exact bytes, and the sender's idempotency key where it gave one.

    Both count within a format, so that no copy is answered in another one's.
    """
    scope = "" if inbound.format == X12 else f"{inbound.format}:"
    keys = [f"{scope}sha256:" + hashlib.sha256(inbound.body).hexdigest()]
    if inbound.idempotency_key:
        keys.append(f"{scope}key:" + hashlib.sha256(inbound.idempotency_key.encode()).hexdigest())
    return keys


def rejection_reply(review: ServiceReview, rejections: tuple[Rejection, ...], at: datetime) -> Reply:
    """The first reply to a request that could not be reviewed: each rejection at its level, no decision."""
    by_item = {item.sequence: [r for r in rejections if r.sequence == item.sequence] for item in review.items}
    return Reply(
        review_id=review.id,
        number=1,
        made_at=at,
        items=tuple(
            ItemDecision(sequence=sequence, action=None, rejections=tuple(found)) for sequence, found in by_item.items()
        ),
        rejections=tuple(rejection for rejection in rejections if rejection.sequence is None),
    )
