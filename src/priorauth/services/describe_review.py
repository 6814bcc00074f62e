"""What is known of a review, for whoever may see it: its items, legs, replies and stored messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from priorauth.domain.determinations import ItemDecision
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.domain.routes import ItemRoute
from priorauth.services.ports import LegDelivery, Message, ReplyRecord, UnitOfWork

MOST_LEGS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeReview:
    """Reads a review's present state. Raises NotKnown where there is none."""

    unit_of_work: UnitOfWork

    async def __call__(self, review_id: ReviewId) -> Mapping[str, object]:
        async with self.unit_of_work.reading() as work:
            review = await work.review(review_id)
            route = await work.route(review_id)
            legs = await work.deliveries(review_id, MOST_LEGS)
            replies = await work.replies(review_id)
        decisions = {item.sequence: item for item in replies[-1].reply.items} if replies else {}
        routes = {item.sequence: item for item in route.items} if route else {}
        return {
            **headline(review),
            "pack_version": route.pack_version if route else None,
            "items": [
                described_item(item.sequence, routes.get(item.sequence), decisions.get(item.sequence))
                for item in review.items
            ],
            "legs": [described_leg(leg) for leg in legs],
            "replies": [described_reply(record) for record in replies],
            "links": {
                name: f"/reviews/{review_id}/{name}" for name in ("events", "route", "messages", "lineage", "clocks")
            },
        }

    async def newest(self, *, partner: PartnerId | None, limit: int, after: str) -> Mapping[str, object]:
        """The newest reviews first; `next` continues where this page ends."""
        async with self.unit_of_work.reading() as work:
            found = await work.reviews(partner=partner, limit=limit, after=after)
        return {
            "reviews": [headline(review) for review in found],
            "next": found[-1].id if len(found) == limit else None,
        }

    async def messages(self, review_id: ReviewId) -> list[tuple[str, Message]]:
        """Every message of the review as received or sent, in order, with the part that it played."""
        async with self.unit_of_work.reading() as work:
            await work.review(review_id)
            return list(await work.messages_of(review_id))


def headline(review: ServiceReview) -> dict[str, object]:
    return {
        "id": review.id,
        "state": review.state,
        "payer": review.payer,
        "partner": review.partner,
        "arrived_as": review.arrived_as,
        "received_at": review.received_at,
    }


def described_item(sequence: int, route: ItemRoute | None, decision: ItemDecision | None) -> dict[str, object]:
    """One item: where it went and what was decided."""
    return {
        "sequence": sequence,
        "outcome": route.outcome if route else None,
        "destination": route.destination if route else None,
        "rule": route.rule if route else None,
        "action": decision.action if decision else None,
        "is_final": decision.is_final if decision else False,
        "certification_number": decision.certification_number if decision else "",
        "administrative_number": decision.administrative_number if decision else "",
        "reason_codes": decision.reason_codes if decision else (),
        "decided_by": decision.decided_by if decision else None,
        "rejections": decision.rejections if decision else (),
    }


def described_leg(delivery: LegDelivery) -> dict[str, object]:
    """A leg, with when it is tried again and why that is needed."""
    leg = delivery.leg
    return {
        "id": leg.id,
        "number": leg.number,
        "destination": leg.destination,
        "queue": leg.queue or None,
        "items": leg.sequences,
        "state": leg.state,
        "attempts": leg.attempts,
        "next_attempt_at": delivery.next_attempt_at,
        "last_error": delivery.error or None,
        "took_over": leg.took_over,
    }


def described_reply(record: ReplyRecord) -> dict[str, object]:
    reply = record.reply
    return {
        "number": reply.number,
        "made_at": reply.made_at,
        "action": reply.action,
        "more_to_come": reply.more_to_come,
        "channel": record.channel or None,
        "rejections": reply.rejections,
    }
