"""Drafts tried on stored reviews: what would change, with what the directory said then, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from contracts.examples import a_message, a_record
from memory.store import MemoryStore
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.domain.routes import Outcome, Route
from priorauth.routing.packs import Pack, load_pack
from priorauth.services.keep_packs import KeepPacks, PackFiles
from priorauth.services.pack_ports import Answered, KeptPack
from priorauth.services.try_packs import RouteBy, Tried, TryPacks
from routing_requests import COMMERCIAL, RECEIVED, cpt, request, routed
from small_pack import FILES, draft

ALLWAYS = PayerId("ALLWAYS")
IN_USE = load_pack(FILES)
MOVED = load_pack(draft("routes.yaml", "destination: evicore", "destination: allways-um"))
RENAMED = load_pack(draft("routes.yaml", "R-IMAGING", "R-CT"))
Facts = Mapping[str, object] | None


class NowUnknown:
    """A directory that knows nobody any more."""

    async def facts(self, review: ServiceReview) -> Facts:  # noqa: ARG002 - the port's signature
        return None


def by(pack: Pack) -> RouteBy:
    return lambda review, facts: routed(pack, review, facts)


async def stored(
    *reviews: ServiceReview, kept: bool = True, answered: bool = True, decided: Pack = IN_USE
) -> MemoryStore:
    """A store with these reviews, routed."""
    store = MemoryStore()
    keep = KeepPacks({decided.version: PackFiles(ALLWAYS, decided.sources.files)} if kept else {})
    async with store() as work:
        await work.archive(a_message())
        for number, review in enumerate(reviews, start=1):
            review = replace(review, id=ReviewId(f"rev-{number}"), received_at=RECEIVED + timedelta(minutes=number))
            await work.add_review(a_record(review, digest=review.id))
            await keep(work, decided.version, RECEIVED)
            route = routed(decided, review, COMMERCIAL)
            await work.save_route(review.id, route, by=Answered(COMMERCIAL) if answered else None)
    return store


async def tried(store: MemoryStore, drafted: Pack, again: Pack | None = None) -> Tried:
    """What trying a draft on everything gives. `again` is what the pack of then has become by other tables."""

    def by_kept(kept: KeptPack) -> RouteBy:
        return by(again or load_pack(kept.files))

    done: list[int] = []
    try_packs = TryPacks(
        unit_of_work=store, directory=NowUnknown(), payers=[ALLWAYS], draft=by(drafted), by_kept=by_kept, examples=2
    )
    found = await try_packs(RECEIVED, done.append)
    assert done[-1] == await try_packs.how_many(RECEIVED) == found.reviews
    return found


def imaging() -> ServiceReview:
    return request(cpt("70551"), cpt("99213"), payer="ALLWAYS")


async def test_what_a_draft_moves_is_counted_by_rule_and_destination_with_examples() -> None:
    found = await tried(await stored(imaging(), imaging(), imaging()), MOVED)

    ((move, moved),) = found.moves.items()
    assert (move.before.destination, move.after.destination) == ("evicore", "allways-um")
    assert (move.before.rule, move.after.rule, move.goes_elsewhere) == ("R-IMAGING", "R-IMAGING", True)
    assert (moved.items, len(moved.reviews), moved.examples) == (3, 3, [("rev-1", 1), ("rev-2", 1)])
    assert (found.reviews, found.items, len(found.changed_reviews)) == (3, 6, 3)


async def test_the_pack_in_use_changes_nothing_though_the_directory_forgot_everybody() -> None:
    found = await tried(await stored(imaging()), IN_USE)

    assert (found.reviews, found.moves) == (1, {})


async def test_another_rule_that_says_the_same_is_told_as_such() -> None:
    found = await tried(await stored(imaging()), RENAMED)

    ((move, _),) = found.moves.items()
    assert (move.after.rule, move.goes_elsewhere) == ("R-CT", False)


async def test_where_its_answer_was_not_kept_the_directory_is_asked_now() -> None:
    found = await tried(await stored(imaging(), answered=False), IN_USE)

    assert found.asked_now == 1


async def test_what_the_pack_of_then_says_too_by_now_is_no_change_of_the_draft() -> None:
    found = await tried(await stored(imaging()), MOVED, again=MOVED)

    assert (found.moves, found.otherwise) == ({}, 1)


async def test_a_version_that_nobody_kept_is_named() -> None:
    found = await tried(await stored(imaging(), kept=False), MOVED)

    assert found.unkept == {IN_USE.version}
    assert len(found.moves) == 1


async def test_items_that_went_with_the_review_they_change_are_left_out() -> None:
    store = await stored(imaging())
    async with store() as work:
        route: Route | None = await work.route(ReviewId("rev-1"))
        assert route is not None
        first = replace(route.items[0], rule="prior_review", outcome=Outcome.MANUAL)
        await work.save_route(
            ReviewId("rev-1"), replace(route, items=(first, *route.items[1:])), by=Answered(COMMERCIAL)
        )

    found = await tried(store, MOVED)

    assert (found.moves, found.followers) == ({}, 1)
