"""Decide who decides: a route per item, and the items grouped into legs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime

from priorauth.domain.events import ReviewRouted
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import (
    Change,
    Leg,
    LegId,
    ReviewId,
    ReviewState,
    ServiceReview,
)
from priorauth.domain.routes import ItemRoute, Outcome, Route
from priorauth.routing.unroutable import UNROUTABLE
from priorauth.services.delegate_ports import Destination
from priorauth.services.keep_packs import KeepPacks
from priorauth.services.pack_ports import Answered
from priorauth.services.ports import Directory, UnitOfWork, Work
from priorauth.services.prior_reviews import (
    Prior,
    deciders,
    find_prior,
    follows_prior_review,
    left_alone,
    prior_number,
)
from priorauth.services.turns import again_on_conflict

FORCING_PREFIX = "SBX-"
"""Traces that begin so force a sandbox behaviour (sandbox only)."""

StartClocks = Callable[
    [Work, ServiceReview, Sequence[Leg], Mapping[str, object] | None], Coroutine[object, object, None]
]
"""Puts clocks on a review in the transaction that routes it."""


async def no_clocks(
    work: Work, review: ServiceReview, legs: Sequence[Leg], directory: Mapping[str, object] | None
) -> None:
    """Nobody keeps time."""


OnRouted = Callable[[Work, ServiceReview, Mapping[str, object] | None], Coroutine[object, object, None]]
"""Tells of what a routed review makes due, in the transaction that routes it."""


async def tell_nobody(work: Work, review: ServiceReview, directory: Mapping[str, object] | None) -> None:
    """Nobody is told."""


Router = Callable[[ServiceReview, Mapping[str, object] | None], Route]
"""The pure routing of a review with the directory's facts (None: the member is not known)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteReview:
    """Routes a received review once; a repeated call changes nothing."""

    unit_of_work: UnitOfWork
    directory: Directory
    router: Router
    destinations: Mapping[DestinationId, Destination]
    desks: Mapping[PayerId, DestinationId]
    now: Callable[[], datetime]
    new_id: Callable[[str], str]
    honours_forcing: bool = False  # the sandbox's
    start_clocks: StartClocks = no_clocks
    tell: OnRouted = tell_nobody
    keep_pack: KeepPacks = field(default_factory=KeepPacks)

    @again_on_conflict
    async def __call__(self, review_id: ReviewId) -> Route | None:
        """The route, where this call made it."""
        async with self.unit_of_work.glancing() as work:
            review = await work.review(review_id)
        if review.state is not ReviewState.RECEIVED:
            return None
        facts = await self.directory.facts(review)
        route = self.router(review, facts)
        async with self.unit_of_work() as work:
            review = await work.review(review_id)
            if review.state is not ReviewState.RECEIVED:
                return None
            route, taken_over = await self.follow_prior_review(work, review, route)
            legs = self.plan_legs(review, route, taken_over)
            await self.keep_pack(work, route.pack_version, self.now())
            await work.save_route(review_id, route, by=Answered(facts))
            for leg in legs:
                await work.add_leg(leg, unroutable=is_unroutable(leg, route))
            await self.start_clocks(work, review, legs, facts)
            await work.save_review(review.move(ReviewState.ROUTED))
            await work.publish(
                ReviewRouted(
                    id=self.new_id("evt"),
                    at=self.now(),
                    review_id=review_id,
                    payer=review.payer,
                    route=route,
                    legs=tuple(legs),
                )
            )
            await self.tell(work, review, facts)
        self.keep_pack.committed(route.pack_version)
        return route

    async def follow_prior_review(
        self, work: Work, review: ServiceReview, route: Route
    ) -> tuple[Route, AbstractSet[int]]:
        """Send what changes an earlier review to whoever decided that; with the items that it leaves as they were."""
        if not follows_prior_review(review):
            return route, frozenset()
        taken_over: set[int] = set()
        items = []
        for item in route.items:
            prior = await find_prior(work, review, item.sequence)
            if prior is None:
                items.append(item)
                continue
            await work.follow(review.id, prior.review.id)
            if item.sequence in left_alone(review, prior.review):
                taken_over.add(item.sequence)
            items.append(await self._followed(work, review, item, prior))
        return replace(route, items=tuple(items)), taken_over

    async def _followed(self, work: Work, review: ServiceReview, item: ItemRoute, prior: Prior) -> ItemRoute:
        """The item's route, sent to whoever has what it changes; what an update adds is routed as any other.

        The event's number may name a review that several destinations share: an item goes to the one that has the same
        service, and to the payer's desk where none has.
        """
        asked = review.item(item.sequence)
        if asked.change is Change.ADDED:
            return item
        if item.sequence in left_alone(review, prior.review):
            return await self._as_before(work, item, prior)
        number = prior_number(review, item.sequence)
        if prior.named_by and number in (asked.previous_authorization, asked.previous_administrative):
            return following(item, prior.named_by)
        found = list(await deciders(work, prior.review, asked, is_update=review.prior is not None))
        if len(found) == 1:
            return following(item, found[0])
        return in_question(item, item.desk or self.desks[review.payer]) if found and review.payer else item

    async def _as_before(self, work: Work, item: ItemRoute, prior: Prior) -> ItemRoute:
        """The route of the same item in the review before."""
        before = await work.route(prior.review.id)
        return next((each for each in before.items if each.sequence == item.sequence), item) if before else item

    def plan_legs(
        self, review: ServiceReview, route: Route, taken_over: AbstractSet[int] = frozenset()
    ) -> Sequence[Leg]:
        """One leg per destination, in the order in which the items first name it (um-catalogue G-01).

        Items that are taken over from an earlier review are decided there.
        """
        forced = self._forces(review)
        grouped: dict[tuple[DestinationId, str], list[int]] = {}
        for item in route.items:
            if item.sequence not in taken_over and (place := self.place_of(review, item)):
                grouped.setdefault(place, []).append(item.sequence)
        return [
            Leg(
                id=LegId(self.new_id("leg")),
                review_id=review.id,
                number=number,
                destination=destination,
                sequences=tuple(sequences),
                queue=queue,
                awaited=forced or not self.destinations[destination].is_desk,
            )
            for number, ((destination, queue), sequences) in enumerate(grouped.items(), start=1)
        ]

    def place_of(self, review: ServiceReview, item: ItemRoute) -> tuple[DestinationId, str] | None:
        """The destination and queue that decide an item, or None where routing itself answers it."""
        destination = item.destination if item.outcome in (Outcome.ROUTE, Outcome.MANUAL) else None
        if destination is None and self._forces(review) and review.payer:
            destination = item.desk or self.desks[review.payer]
        return (destination, item.queue or "") if destination else None

    def _forces(self, review: ServiceReview) -> bool:
        return self.honours_forcing and is_forced(review)


def is_unroutable(leg: Leg, route: Route) -> bool:
    """True where one of the leg's items is with a desk because nobody could say where it belongs."""
    return any(item.rule in UNROUTABLE for item in route.items if item.sequence in leg.sequences)


def is_forced(review: ServiceReview) -> bool:
    """True where the requester's first trace forces a sandbox behaviour."""
    return bool(review.event.traces) and review.event.traces[0].number.startswith(FORCING_PREFIX)


def following(item: ItemRoute, destination: DestinationId) -> ItemRoute:
    """The item's route, sent to the destination that has the review it changes."""
    return replace(
        item,
        outcome=Outcome.ROUTE,
        destination=destination,
        queue=None,
        rule="prior_review",
        reason="the review that this one changes is with this destination",
    )


def in_question(item: ItemRoute, desk: DestinationId) -> ItemRoute:
    """The item's route, sent to the payer's desk: several destinations share the review that it changes."""
    return replace(
        item,
        outcome=Outcome.MANUAL,
        destination=desk,
        queue=None,
        rule="prior_review",
        reason="several destinations share the review that this one changes",
    )
