"""Reviews that change an earlier one: which one they name, and what a confirmed cancellation does to it."""

from __future__ import annotations

from dataclasses import replace

from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import (
    MOVES,
    CertificationType,
    LegState,
    Purpose,
    ReviewId,
    ReviewItem,
    ReviewState,
    Service,
    ServiceReview,
)
from priorauth.services.ports import NotKnown, Work

FOLLOWS_PRIOR_REVIEW = {CertificationType.CANCEL, CertificationType.EXTENSION, CertificationType.REVISED}


def follows_prior_review(review: ServiceReview) -> bool:
    """True for a cancellation, extension or revision: it belongs with the review it changes (X217 UM02, BHT02 01)."""
    return review.transaction.purpose is Purpose.CANCELLATION or review.event.certification in FOLLOWS_PRIOR_REVIEW


def prior_number(review: ServiceReview, sequence: int) -> str:
    """The number of the review that this one changes: the item's before the event's, REF BB before REF NT."""
    item = review.item(sequence)
    return (
        item.previous_authorization
        or item.previous_administrative
        or review.event.previous_authorization
        or review.event.previous_administrative
    )


async def prior_review(work: Work, partner: PartnerId, review_id: ReviewId) -> ServiceReview | None:
    """The partner's own earlier review with this id, where there is one."""
    try:
        prior = await work.review(review_id)
    except NotKnown:
        return None
    return prior if prior.partner == partner else None


def asks_for_the_same(prior: ReviewItem, item: ReviewItem) -> bool:
    """True where both items ask for the same procedure and revenue code."""
    return prior.service is not None and item.service is not None and codes(prior.service) == codes(item.service)


def codes(service: Service) -> tuple[str, str]:
    """What names a service: its procedure's code and its revenue code."""
    return service.procedure.code if service.procedure else "", service.revenue_code


async def named_review(work: Work, review: ServiceReview, number: str) -> ServiceReview | None:
    """The partner's earlier review that a number of this one names: one we gave out, or our own id of it."""
    named = await work.review_by_number(review.partner, number)
    return await prior_review(work, review.partner, named[0] if named else ReviewId(number))


async def cancel_prior_reviews(work: Work, review: ServiceReview) -> None:
    """Cancel what a confirmed cancellation names, where it names all of it; open legs are not waited for any more."""
    for number in dict.fromkeys(prior_number(review, item.sequence) for item in review.items):
        prior = await named_review(work, review, number) if number else None
        if prior is None or prior.id == review.id or not covers(review, prior):
            continue
        if ReviewState.CANCELLED in MOVES[prior.state]:
            await work.save_review(prior.move(ReviewState.CANCELLED))
        for leg in await work.legs(prior.id):
            if leg.is_open:
                await work.save_leg(replace(leg, state=LegState.CANCELLED))


def covers(review: ServiceReview, prior: ServiceReview) -> bool:
    """True where a review speaks of every item of an earlier one."""
    if any(item.stands_for_event for item in review.items):
        return True
    return all(any(asks_for_the_same(each, item) for item in review.items) for each in prior.items)
