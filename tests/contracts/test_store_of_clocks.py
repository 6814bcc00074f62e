"""What every store promises of the clocks of reviews."""

from __future__ import annotations

from datetime import timedelta

from contracts.examples import NOON, REVIEW, SECOND, a_record, a_review, save_a_leg
from priorauth.domain.calendars import Unit
from priorauth.domain.clocks import (
    Clock,
    ClockKind,
    Deadline,
    Decided,
    Extension,
    Occurrence,
    OnBreach,
    Pause,
    ReviewClocks,
    RunningClock,
    Term,
)
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import UnitOfWork

HOUR = timedelta(hours=1)


def some_clocks(review_id: ReviewId = REVIEW) -> ReviewClocks:
    """Clocks with something in every kind of field."""
    term = Term(Occurrence.RECEIPT, 72, Unit.HOURS)
    clock = Clock(
        id="REG-ST-02",
        title="Urgent request",
        citation="MCL 500.2212e",
        kind=ClockKind.DECISION,
        start=Occurrence.RECEIPT,
        met_by=(Occurrence.DECISION,),
        deadline=Deadline((term,), (term,)),
        decided=Decided.DENIAL,
        on_breach=OnBreach.DEEMED_GRANTED,
        extension_days=14,
        pause=Pause(45),
    )
    running = RunningClock(
        clock=clock,
        sequences=(1, 2),
        sure=False,
        because="not sure to apply: funding unknown",
        extension=Extension(days=3, reason="evidence", notice_sent=True, at=NOON),
        warned_at=NOON + SECOND,
    )
    return ReviewClocks(
        review_id=review_id,
        payer=PayerId("BCBSM"),
        version="v1",
        clocks=(running,),
        recorded={Occurrence.ADMISSION: NOON},
    )


async def test_clocks_come_back_as_they_were_saved_last(store: UnitOfWork) -> None:
    await save_a_leg(store)
    async with store() as work:
        assert await work.clocks(REVIEW) is None
        await work.save_clocks(ReviewClocks(review_id=REVIEW, payer=PayerId("BCBSM"), version="v0", clocks=()), None)
        await work.save_clocks(some_clocks(), NOON)

    async with store.reading() as work:
        assert await work.clocks(REVIEW) == some_clocks()


async def test_clocks_that_need_a_look_are_found_by_when_and_claimed_once(store: UnitOfWork) -> None:
    other = ReviewId("rev-2")
    await save_a_leg(store)
    async with store() as work:
        await work.add_review(a_record(a_review("rev-2"), digest="digest-2"))
        await work.save_clocks(some_clocks(), NOON + HOUR)
        await work.save_clocks(some_clocks(other), NOON)

    async with store() as work:
        assert list(await work.clocks_due(NOON - SECOND, 10)) == []
        assert list(await work.clocks_due(NOON + HOUR, 10)) == [other, REVIEW]
        assert list(await work.clocks_due(NOON + HOUR, 1)) == [other]
        assert list(await work.claim_clocks_due(NOON, NOON + 2 * HOUR, 10)) == [other]
        assert list(await work.claim_clocks_due(NOON, NOON + 2 * HOUR, 10)) == []

    async with store.reading() as work:
        assert list(await work.clocks_due(NOON + 2 * HOUR, 10)) == [REVIEW, other]


async def test_clocks_of_which_none_needs_a_look_are_never_due(store: UnitOfWork) -> None:
    await save_a_leg(store)
    async with store() as work:
        await work.save_clocks(some_clocks(), NOON)
        await work.save_clocks(some_clocks(), None)

    async with store.reading() as work:
        assert list(await work.clocks_due(NOON + HOUR, 10)) == []
