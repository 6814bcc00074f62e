"""Answer an inquiry: the present results of every earlier request that it finds and the asker may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from priorauth.domain.determinations import Reply
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.findings import Finding
from priorauth.domain.inquiries import FoundReview, Inquiry
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.domain.review_keys import KeyKind, member_key
from priorauth.domain.reviews import Format, MessageId, ReviewId, ReviewState, ServiceReview
from priorauth.services.ports import Direction, Message, UnitOfWork, Work
from priorauth.services.prior_reviews import newest_of
from priorauth.services.return_determination import make_reply, taken_over

MOST_FOUND = 50
"""An inquiry is about one request, or a few: the newest that match are answered."""
MOST_LOOKED_AT = 1000
"""So many requests of one member are looked through, newest first."""


class AskedInquiry(Protocol):
    """An inquiry as read, and how to answer it in its format."""

    @property
    def findings(self) -> Sequence[Finding]: ...

    @property
    def inquiry(self) -> Inquiry | None:
        """What is looked for; None where the message is refused."""

    def respond(self, found: Sequence[FoundReview], at: datetime) -> bytes:
        """The answer; the refusal where there is no inquiry."""


class InquiryCodec(Protocol):
    """Reads the inquiries of one format. Pure."""

    def decode(self, message: InboundMessage, inquiry_id: ReviewId) -> AskedInquiry: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredInquiry:
    """The answer to an inquiry, the reviews that it tells of, and the findings where it was refused."""

    body: bytes
    review_ids: tuple[ReviewId, ...] = ()
    refused: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInquiry:
    """Answers inquiries of every rail about reviews of every rail. It changes nothing but the archive."""

    unit_of_work: UnitOfWork
    codecs: Mapping[str, InquiryCodec]  # by the message's format
    partners: Mapping[PartnerId, TradingPartner]
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def __call__(self, inbound: InboundMessage) -> AnsweredInquiry:
        """The answer. Raises what the codec raises where the bytes cannot be read at all."""
        asked = self.codecs[inbound.format].decode(inbound, ReviewId(self.new_id("inq")))
        async with self.unit_of_work() as work:
            question = await self._archive(work, inbound, Direction.RECEIVED, inbound.body)
            found = await self._find(work, inbound.partner, asked.inquiry) if asked.inquiry else []
            body = asked.respond(found, self.now())
            answer = await self._archive(work, inbound, Direction.SENT, body)
            for each in found:
                await work.link(each.review.id, question, "inquiry")
                await work.link(each.review.id, answer, "inquiry response")
        if asked.inquiry is None:
            return AnsweredInquiry(body=body, refused=tuple(asked.findings))
        return AnsweredInquiry(body=body, review_ids=tuple(each.review.id for each in found))

    async def _find(self, work: Work, asker: PartnerId, inquiry: Inquiry) -> list[FoundReview]:
        """Every review that matches and may be seen, newest first; what took the place of one stands for it."""
        key = member_key(inquiry.payer, inquiry.member)
        if not key:
            return []
        found: dict[ReviewId, FoundReview] = {}
        looked_at: set[ReviewId] = set()
        for review_id in await work.reviews_by_key(KeyKind.MEMBER, key, partner=None, limit=MOST_LOOKED_AT):
            review = await work.review(review_id)
            if review.state is ReviewState.REJECTED or not self._may_see(asker, review):
                continue
            if not inquiry.finds(review, await present_reply(work, review, self.now())):
                continue
            current = await newest_of(work, review)
            if current.id not in looked_at:
                looked_at.add(current.id)
                found[current.id] = await self._found(work, current)
            if len(found) == MOST_FOUND:
                break
        return list(found.values())

    def _may_see(self, asker: PartnerId, review: ServiceReview) -> bool:
        """True for the requester, and for the partner of a provider who ordered or renders it (PAS spec-52, 53)."""
        if review.partner == asker:
            return True
        partner = self.partners.get(asker)
        return bool(partner and partner.npis & npis_of(review))

    async def _found(self, work: Work, review: ServiceReview) -> FoundReview:
        request = None
        if review.arrived_as is not Format.X12_278:
            record = await work.review_record(review.id)
            request = (await work.message(record.message_id)).body
        return FoundReview(review=review, reply=await present_reply(work, review, self.now()), request=request)

    async def _archive(self, work: Work, inbound: InboundMessage, direction: Direction, body: bytes) -> MessageId:
        message = Message(
            id=MessageId(self.new_id("msg")),
            direction=direction,
            counterpart=inbound.partner,
            format=inbound.format,
            at=self.now(),
            body=body,
        )
        await work.archive(message)
        return message.id


async def present_reply(work: Work, review: ServiceReview, now: datetime) -> Reply:
    """What is known of a review at this moment: its latest reply, or what the first one would say now."""
    replies = await work.replies(review.id)
    if replies:
        return replies[-1].reply
    return make_reply(
        review,
        await work.route(review.id),
        await work.legs(review.id),
        await work.determinations(review.id),
        await taken_over(work, review),
        number=1,
        now=now,
    )


def npis_of(review: ServiceReview) -> frozenset[str]:
    """The NPIs of whoever ordered a review's services or renders them."""
    providers = [review.requester, *review.event.providers]
    providers += [provider for item in review.items for provider in item.providers]
    return frozenset(provider.npi for provider in providers if provider.npi)
