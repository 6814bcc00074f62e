"""What is told of a review of which only its payer is to know, on every store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.examples import NOON, REVIEW, a_leg, a_review, an_event, save_a_review
from databases import ENGINES, database_url, open_store
from memory.store import NAMES_ONLY, MemoryStore
from priorauth.adapters.database.confidentiality import MOST_REMEMBERED, Confidentiality
from priorauth.domain.events import LegDispatched
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import Format, ReviewId, ServiceReview
from priorauth.services.ports import UnitOfWork

GENERAL, STEPS, PAYER = "priorauth.events", "priorauth.steps", "priorauth.payer.bcbsm"
LATER = LegDispatched(
    id="evt-2",
    at=NOON,
    review_id=REVIEW,
    payer=PayerId("BCBSM"),
    leg=a_leg(),
    review=a_review(),
    format=Format.X12_278,
)


def is_the_first(review: ServiceReview) -> bool:
    return review.id == REVIEW


@pytest.fixture(params=["memory", *ENGINES])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[UnitOfWork]:
    encoder = replace(NAMES_ONLY, confidential=Confidentiality(is_the_first))
    if request.param == "memory":
        yield MemoryStore(encoder)
        return
    async with database_url(request.param, tmp_path) as url, open_store(url, encoder=encoder) as unit_of_work:
        yield unit_of_work


async def told_on(store: UnitOfWork, topic: str) -> list[str]:
    async with store.reading() as work:
        return [event.id for event in await work.events(topic, 0, 10)]


async def test_its_payer_has_all_of_it_and_the_general_topic_nothing(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.publish(an_event())
        await work.publish(an_event())
    async with store() as work:
        await work.publish(LATER)

    assert await told_on(store, GENERAL) == []
    assert await told_on(store, PAYER) == ["evt-1", "evt-2"]
    assert await told_on(store, STEPS) == ["evt-1", "evt-2"]  # the gateway's own steps follow it


async def test_it_is_judged_by_the_review_where_nobody_remembers(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.publish(LATER)

    assert (await told_on(store, GENERAL), await told_on(store, STEPS)) == ([], ["evt-2"])


def test_so_many_reviews_are_remembered_and_each_is_judged_once() -> None:
    asked: list[ReviewId] = []

    def judge(review: ServiceReview) -> bool:
        asked.append(review.id)
        return True

    confidential = Confidentiality(judge)
    for number in range(MOST_REMEMBERED + 1):
        confidential.of(replace(a_review(), id=ReviewId(f"rev-{number}")))

    assert confidential.remembered(ReviewId("rev-0")) is None
    assert confidential.remembered(ReviewId(f"rev-{MOST_REMEMBERED}")) is True
    assert len(asked) == MOST_REMEMBERED + 1
