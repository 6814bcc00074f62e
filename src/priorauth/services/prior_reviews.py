"""Reviews that change an earlier one: which one they name, what they take over of it, and what a cancellation does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.review_keys import KeyKind
from priorauth.domain.reviews import (
    MOVES,
    CertificationType,
    Change,
    Format,
    Leg,
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
LONGEST_CHAIN = 100
"""So many updates of one request are looked back through."""


class Prior(NamedTuple):
    """The review that another one changes and, where a number named it, who gave that number."""

    review: ServiceReview
    named_by: DestinationId | None = None


def follows_prior_review(review: ServiceReview) -> bool:
    """True for an update, cancellation, extension or revision: it belongs with the review that it changes.

    X217 UM02, BHT02 01; PAS spec-65: a related prior Claim.
    """
    return (
        review.prior is not None
        or review.transaction.purpose is Purpose.CANCELLATION
        or review.event.certification in FOLLOWS_PRIOR_REVIEW
    )


def prior_number(review: ServiceReview, sequence: int | None = None) -> str:
    """The number of the review that this one changes: the item's before the event's, REF BB before REF NT."""
    event = review.event
    own = review.item(sequence) if sequence is not None else event
    return (
        own.previous_authorization
        or own.previous_administrative
        or event.previous_authorization
        or event.previous_administrative
    )


async def find_prior(work: Work, review: ServiceReview, sequence: int | None = None) -> Prior | None:
    """The requester's own review that this one, or this item of it, changes.

    Found by its authorization or administrative number or our id of it, then by the prior Claim's identifier, then as
    the newest one whose Claim had the prior Claim's url.
    """
    number = prior_number(review, sequence)
    if number:
        named = await work.review_by_number(review.partner, number)
        found = await own_review(work, review.partner, named[0] if named else ReviewId(number))
        if found and found.id == review.id:  # its own decision carries on the number that it was named by
            followed = await work.prior_of(review.id)
            found = await work.review(followed) if followed else None
        if found:
            return Prior(found, named[1] if named else None)
    if review.prior is None:
        return None
    keys = [(KeyKind.TRACE, trace.number) for trace in review.prior.traces] + [(KeyKind.URL, review.prior.url)]
    for kind, key in keys:
        for found_id in await work.reviews_by_key(kind, key, partner=review.partner, limit=2) if key else ():
            if found_id != review.id:
                return Prior(await work.review(found_id))
    return None


async def updates_of(work: Work, review: ServiceReview) -> Sequence[ServiceReview]:
    """The reviews that carry items of this one on, so that what is decided of those is news to them too."""
    followers = [await work.review(each) for each in await work.followers_of(review.id)]
    return [each for each in followers if left_alone(each, review)]


async def own_review(work: Work, partner: PartnerId, review_id: ReviewId) -> ServiceReview | None:
    """The partner's own review with this id, where there is one."""
    try:
        found = await work.review(review_id)
    except NotKnown:
        return None
    return found if found.partner == partner else None


async def newest_of(work: Work, review: ServiceReview) -> ServiceReview:
    """The review that took this one's place in the end: the last of those that carry all of its items on."""
    for _ in range(LONGEST_CHAIN):
        followers = [await work.review(each) for each in await work.followers_of(review.id)]
        taking_over = [each for each in followers if takes_over(each, review)]
        if not taking_over:
            break
        review = taking_over[-1]
    return review


def takes_over(review: ServiceReview, prior: ServiceReview) -> bool:
    """True where a review stands for all of an earlier one: as PAS has it, an update carries every item (spec-68)."""
    if review.prior is None or review.state is ReviewState.REJECTED:
        return False
    return {item.sequence for item in prior.items} <= {item.sequence for item in review.items}


async def chain(work: Work, review: ServiceReview) -> AsyncIterator[ServiceReview]:
    """The review and those before it that it follows, newest first."""
    seen = {review.id}
    yield review
    while (prior_id := await work.prior_of(review.id)) and prior_id not in seen and len(seen) < LONGEST_CHAIN:
        seen.add(prior_id)
        review = await work.review(prior_id)
        yield review


def left_alone(review: ServiceReview, prior: ServiceReview) -> AbstractSet[int]:
    """The items that an update carries on as they were: what was decided of them stands (PAS spec-71).

    None where nothing is flagged: then everything is asked for again.
    """
    if review.prior is None or prior.state is ReviewState.REJECTED or not any(item.change for item in review.items):
        return frozenset()
    before = {item.sequence for item in prior.items}
    return frozenset(item.sequence for item in review.items if item.change is None and item.sequence in before)


TOLD_ALL = frozenset((Format.PAS_2_2_1, Format.PAS_2_0_1))
"""Formats in which an update has every item and document of the requests before it, unchanged ones too (spec-68)."""


async def carried_on(work: Work, review: ServiceReview, leg: Leg) -> AbstractSet[int]:
    """The items that an update leaves as they were and that the leg's destination has from before."""
    prior_id = await work.prior_of(review.id)
    if prior_id is None:
        return frozenset()
    prior = await work.review(prior_id)
    alone = left_alone(review, prior)
    theirs: set[int] = set()
    if alone:
        async for before in chain(work, prior):
            legs = [each for each in await work.legs(before.id) if each.destination == leg.destination]
            theirs.update(*(each.sequences for each in legs if each.state is not LegState.DECLINED))
    return alone & theirs


def changed_documents(review: ServiceReview) -> ServiceReview:
    """An update with the documents that it adds or changes; the others are with whoever decides already."""
    documents = review.event.attachments
    if review.prior is None or not any(each.change for each in documents):
        return review
    told = tuple(each for each in documents if each.change and each.change is not Change.CANCELLED)
    return replace(review, event=replace(review.event, attachments=told))


async def deciders(
    work: Work, prior: ServiceReview, asked: ReviewItem, *, is_update: bool
) -> Mapping[DestinationId, Leg]:
    """Who has the same service of the review before, or of those that it follows; else everyone who has any of it.

    The latest leg of each. An update names its items by sequence, others by what they ask for.
    """
    everyone: dict[DestinationId, Leg] = {}
    async for review in chain(work, prior):
        same = {
            each.sequence
            for each in review.items
            if (each.sequence == asked.sequence if is_update else asks_for_the_same(each, asked))
        }
        legs = {leg.destination: leg for leg in await work.legs(review.id) if leg.state is not LegState.DECLINED}
        found = {destination: leg for destination, leg in legs.items() if same & set(leg.sequences)}
        if found:
            return found
        everyone = {**legs, **everyone}
    return everyone


def asks_for_the_same(prior: ReviewItem, item: ReviewItem) -> bool:
    """True where both items ask for the same procedure and revenue code."""
    return prior.service is not None and item.service is not None and codes(prior.service) == codes(item.service)


def codes(service: Service) -> tuple[str, str]:
    """What names a service: its procedure's code and its revenue code."""
    return service.procedure.code if service.procedure else "", service.revenue_code


async def cancel_prior_reviews(work: Work, review: ServiceReview) -> None:
    """Cancel what a confirmed cancellation names, where it names all of it; open legs are not waited for any more."""
    cancelled: dict[ReviewId, None] = {}
    for sequence in [item.sequence for item in review.items]:
        named = await find_prior(work, review, sequence)
        if named is None or named.review.id in cancelled:
            continue
        async for prior in chain(work, named.review):
            if prior.id != review.id and covers(review, prior):
                cancelled[prior.id] = None
                await cancel(work, prior)


async def cancel(work: Work, review: ServiceReview) -> None:
    """Cancel a review with its open legs."""
    if ReviewState.CANCELLED in MOVES[review.state]:
        await work.save_review(review.move(ReviewState.CANCELLED))
    for leg in await work.legs(review.id):
        if leg.is_open:
            await work.save_leg(replace(leg, state=LegState.CANCELLED))


def covers(review: ServiceReview, prior: ServiceReview) -> bool:
    """True where a review speaks of every item of an earlier one."""
    if any(item.stands_for_event for item in review.items):
        return True
    return all(any(asks_for_the_same(each, item) for item in review.items) for each in prior.items)
