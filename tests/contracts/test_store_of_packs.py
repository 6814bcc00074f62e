"""What every store promises of packs by version, and of finding what was routed by them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contracts.examples import NOON, REVIEW, SECOND, a_record, a_review, save_a_leg
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId
from priorauth.domain.routes import ItemRoute, Outcome, Route
from priorauth.services.pack_ports import Answered, KeptPack
from priorauth.services.ports import UnitOfWork

ALLWAYS, FPLIC = PayerId("ALLWAYS"), PayerId("FPLIC")
ITEM = ItemRoute(sequence=1, outcome=Outcome.NO_AUTH_REQUIRED, destination=None, queue=None, rule="R-1", reason="none")
ROUTE = Route(payer=ALLWAYS, pack_version="v1", items=(ITEM,))
PACK = KeptPack(version="v1", payer=ALLWAYS, first_used_at=NOON, files={"pack.yaml": "payer: ALLWAYS\n"})


async def test_a_version_of_a_pack_stays_as_it_was_when_it_was_first_kept(store: UnitOfWork) -> None:
    async with store() as work:
        assert await work.kept_pack("v1") is None
        await work.keep_pack(PACK)
    async with store() as work:
        await work.keep_pack(replace(PACK, first_used_at=NOON + SECOND, files={"pack.yaml": "# later\n"}))

    async with store.reading() as work:
        assert await work.kept_pack("v1") == PACK


async def test_routed_reviews_are_found_by_payer_and_receipt_page_by_page(store: UnitOfWork) -> None:
    await save_a_leg(store)
    async with store() as work:
        for number, (payer, after) in enumerate([(ALLWAYS, 2), (FPLIC, 3), (ALLWAYS, 2), (ALLWAYS, 1)], start=2):
            review = replace(a_review(f"rev-{number}"), payer=payer, received_at=NOON + timedelta(days=after))
            await work.add_review(a_record(review, digest=f"digest-{number}"))
            await work.save_route(review.id, ROUTE, by=Answered({"member_active": True}))
        unrouted = replace(a_review("rev-9"), payer=ALLWAYS, received_at=NOON + timedelta(days=2))
        await work.add_review(a_record(unrouted, digest="digest-9"))

    since = NOON + timedelta(days=2)
    async with store.reading() as work:
        assert await work.count_routed([ALLWAYS], since) == 2
        first = await work.routed_reviews([ALLWAYS], since, after=None, limit=1)
        second = await work.routed_reviews([ALLWAYS], since, after=first[0].place, limit=5)
        both = await work.routed_reviews([ALLWAYS, FPLIC], since, after=None, limit=9)
    assert [each.review.id for each in (*first, *second)] == ["rev-2", "rev-4"]
    assert [each.review.id for each in both] == ["rev-2", "rev-4", "rev-3"]
    assert first[0].route == ROUTE
    assert first[0].answered == Answered({"member_active": True})


async def test_what_the_directory_said_is_none_known_or_not_kept(store: UnitOfWork) -> None:
    other = ReviewId("rev-2")
    await save_a_leg(store)
    async with store() as work:
        await work.add_review(a_record(a_review("rev-2"), digest="digest-2"))
        payer = (await work.review(REVIEW)).payer or ALLWAYS
        await work.save_route(REVIEW, ROUTE, by=Answered(None))
        await work.save_route(other, ROUTE)

    async with store.reading() as work:
        found = await work.routed_reviews([payer], NOON - timedelta(days=1), after=None, limit=9)
    assert {each.review.id: each.answered for each in found} == {REVIEW: Answered(None), other: None}
