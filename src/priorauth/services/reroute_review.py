"""Decide again who decides, where nothing was decided yet: by the packs and facts of now.

A leg moves as a whole. One that was sent moves only where nothing of it belongs to its destination any more: what a
destination says of a leg is read by the items that it was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from priorauth.domain.events import ReviewRouted
from priorauth.domain.parties import DestinationId
from priorauth.domain.replays import Effect, done, left
from priorauth.domain.reviews import Leg, LegState, ReviewId, ReviewState, ServiceReview
from priorauth.domain.routes import ItemRoute, Route
from priorauth.services.pack_ports import Answered
from priorauth.services.ports import UnitOfWork, Work
from priorauth.services.route_review import RouteReview, is_unroutable

Facts = Mapping[str, object] | None
FIRST = "it was not routed before"
Place = tuple[DestinationId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RerouteReview:
    """Routes an open review again. Done twice, the second time changes nothing."""

    unit_of_work: UnitOfWork
    routing: RouteReview
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def look_up(self, review_id: ReviewId) -> Facts:
        """The directory's facts of now, asked before the transaction begins."""
        async with self.unit_of_work.reading() as work:
            review = await work.review(review_id)
        return await self.routing.directory.facts(review)

    async def first_time(self, review_id: ReviewId) -> bool:
        """Route a review that never was; False where it was."""
        return await self.routing(review_id) is not None

    async def within(self, work: Work, review_id: ReviewId, facts: Facts, *, is_dry: bool) -> Sequence[Effect]:
        """Move what belongs elsewhere, as part of a transaction; in a dry run only say what would move."""
        review = await work.review(review_id)
        if review.state is ReviewState.RECEIVED:
            return [done("route", review.id, FIRST)]
        before = await work.route(review.id)
        if not review.state.is_open or before is None:
            return [left("route", review.id, f"the review is {review.state}")]
        after, alone = await self.routing.follow_prior_review(work, review, self.routing.router(review, facts))
        routes = {item.sequence: item for item in after.items if item.sequence not in alone}
        legs = await work.legs(review.id)
        moving, effects = await self._judge(work, review, legs, routes)
        if moving and not is_dry:
            await self._move(work, review, legs, moving, (before, after), facts)
        return effects

    async def _judge(
        self, work: Work, review: ServiceReview, legs: Sequence[Leg], routes: Mapping[int, ItemRoute]
    ) -> tuple[Sequence[Leg], Sequence[Effect]]:
        """The legs that move, and what is to be said of those that would."""
        moving: list[Leg] = []
        effects: list[Effect] = []
        decided = await decided_items(work, review.id)
        for leg in legs:
            if not leg.is_open or leg.took_over or leg.adds_to:
                continue  # what a destination declined stays with the desk
            places = {each: self.routing.place_of(review, routes[each]) for each in leg.sequences if each in routes}
            here = (leg.destination, leg.queue)
            elsewhere = {sequence for sequence, place in places.items() if place != here}
            if not elsewhere:
                continue
            if why := await why_it_stays(work, leg, legs, elsewhere, decided):
                effects.append(left("leg", leg.id, why))
                continue
            moving.append(leg)
            effects.append(done("leg", leg.id, f"from {named(here)} to {', '.join(destinations(places))}"))
        return moving, effects

    async def _move(
        self,
        work: Work,
        review: ServiceReview,
        legs: Sequence[Leg],
        moving: Sequence[Leg],
        routes: tuple[Route, Route],
        facts: Facts,
    ) -> None:
        """Close these legs and plan others for their items; the old destination is not told, and not heard any more."""
        before, after = routes
        moved = {sequence for leg in moving for sequence in leg.sequences}
        anew = {item.sequence: item for item in after.items if item.sequence in moved}
        planned = self.routing.plan_legs(review, replace(after, items=tuple(anew.values())))
        planned = [replace(leg, number=len(legs) + number) for number, leg in enumerate(planned, start=1)]
        for leg in moving:
            await work.save_leg(replace(leg, state=LegState.DECLINED))
        for leg in planned:
            await work.add_leg(leg, unroutable=is_unroutable(leg, after))
        items = tuple(anew.get(item.sequence, item) for item in before.items)
        route = replace(after, items=items)
        await self.routing.keep_pack(work, route.pack_version, self.now())
        await work.save_route(review.id, route, by=Answered(facts))
        await work.publish(
            ReviewRouted(
                id=self.new_id("evt"),
                at=self.now(),
                review_id=review.id,
                payer=review.payer,
                route=route,
                legs=tuple(planned),
            )
        )


async def decided_items(work: Work, review_id: ReviewId) -> AbstractSet[int]:
    """The items of which something final was said."""
    said = await work.determinations(review_id)
    return {item.sequence for each in said for item in each.items if item.is_final}


async def why_it_stays(
    work: Work, leg: Leg, legs: Sequence[Leg], elsewhere: AbstractSet[int], decided: AbstractSet[int]
) -> str:
    """Why a leg stays though items of it belong elsewhere now, or empty where it may move."""
    if not decided.isdisjoint(leg.sequences):
        return "some of its items are decided"
    if any(each.adds_to == leg.id for each in legs):
        return "documents were brought to it"
    was_prepared = leg.state is not LegState.PLANNED or await work.dispatch(leg.id)
    if was_prepared and elsewhere != set(leg.sequences):
        return "it was sent, and some of its items are where they belong"
    return ""


def destinations(places: Mapping[int, Place | None]) -> Sequence[str]:
    """Where items go, each place once."""
    return list(dict.fromkeys(named(place) if place else "no destination" for place in places.values()))


def named(place: Place) -> str:
    return "/".join(filter(None, place))
