"""Keeping time: clocks on a review, warned of, missed, met, and what is deemed granted; each told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from interchanges import elements_of, sample, segments_of
from memory.gateway import NOON, WAIT, MemoryGateway
from priorauth.domain.clocks import ClockKind, ClockState, Extension, Occurrence
from priorauth.domain.determinations import CertificationAction, ReviewerRole
from priorauth.domain.events import ClockBreached, ClockEvent, ClockWarned, DeterminationRecorded
from priorauth.domain.reviews import LegState, ReviewId
from priorauth.routing.deadlines import Weighed
from priorauth.services.ports import NotKnown

MSK, MRI, NICU = sample("msk-knee-replacement"), sample("imaging-mri"), sample("nicu-admission")
DAY = timedelta(days=1)
CERTIFIED = {"sequence": 1, "action": "A1", "certification_number": "EV1"}


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


async def received(gateway: MemoryGateway, interchange: bytes) -> ReviewId:
    """A review received now, with the time as it is when its sender stops waiting: waiting itself may pass any time."""
    now = gateway.now()
    review_id = (await gateway.post(interchange)).review_ids[0]
    gateway.time = now + WAIT
    return review_id


async def bound(gateway: MemoryGateway, review_id: ReviewId, kind: ClockKind = ClockKind.DECISION) -> Weighed:
    """The clock of a kind that binds."""
    _, weighed = await gateway.clocks.show(review_id)
    return next(one for one in weighed if one.binds and one.running.clock.kind is kind)


def told(gateway: MemoryGateway) -> list[tuple[str, str]]:
    """The events of clocks so far, with the rule."""
    return [(event.type, event.clock) for event in gateway.store.published if isinstance(event, ClockEvent)]


async def test_a_routed_review_has_the_clocks_of_its_payer_and_of_the_law(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MRI)

    one = await bound(gateway, review_id)

    assert one.running.clock.id == "CLK-AWH-01"
    assert one.standing.started_at == NOON
    assert one.standing.state is ClockState.STARTED


async def test_a_clock_is_warned_of_and_missed_once_each(gateway: MemoryGateway) -> None:
    await received(gateway, MRI)
    await gateway.pass_time(DAY)
    assert told(gateway) == []

    await gateway.pass_time(timedelta(hours=30))
    await gateway.pass_time(timedelta(hours=1))
    assert told(gateway) == [(ClockWarned.type, "CLK-AWH-01")]

    await gateway.pass_time(DAY)
    await gateway.pass_time(DAY)
    assert told(gateway) == [(ClockWarned.type, "CLK-AWH-01"), (ClockBreached.type, "CLK-AWH-01")]


async def test_a_clock_that_time_jumps_over_is_warned_of_before_it_is_missed(gateway: MemoryGateway) -> None:
    await received(gateway, MRI)

    await gateway.pass_time(timedelta(hours=73))

    assert told(gateway) == [(ClockWarned.type, "CLK-AWH-01"), (ClockBreached.type, "CLK-AWH-01")]


async def test_two_replicas_that_look_at_the_same_time_tell_of_a_breach_once(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MRI)
    gateway.time += timedelta(hours=73)

    first, second = await gateway.clocks.look(review_id), await gateway.clocks.look(review_id)

    assert len(first) == 2
    assert list(second) == []


async def test_what_is_due_is_claimed_by_one(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MRI)
    gateway.time += timedelta(hours=73)

    assert list(await gateway.clocks.due()) == [review_id]
    assert list(await gateway.clocks.due()) == []


async def test_a_decision_in_time_meets_the_clock_and_starts_those_of_notices(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MRI)
    leg = await gateway.leg(review_id)
    await gateway.say(leg.destination, leg, CERTIFIED)

    met = await bound(gateway, review_id)
    written = await bound(gateway, review_id, ClockKind.WRITTEN_NOTICE)
    await gateway.pass_time(DAY)

    assert met.standing.state is ClockState.MET
    assert not met.standing.late
    assert written.running.clock.id in ("CLK-AWH-03", "REG-ST-01")
    assert written.standing.state is ClockState.STARTED
    assert told(gateway) == []
    await gateway.clocks.record(review_id, Occurrence.WRITTEN_NOTICE, gateway.now())
    await gateway.pass_time(30 * DAY)
    assert told(gateway) == []


async def test_a_notice_that_is_never_recorded_is_missed(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MRI)
    leg = await gateway.leg(review_id)
    await gateway.say(leg.destination, leg, CERTIFIED)

    await gateway.pass_time(5 * DAY)

    assert ClockBreached.type in [type for type, _ in told(gateway)]
    missed = [event for event in gateway.store.published if isinstance(event, ClockBreached)]
    assert {event.kind for event in missed} == {ClockKind.WRITTEN_NOTICE}


async def test_what_michigan_deems_granted_is_granted_after_it_was_told_of(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MSK)
    assert (await bound(gateway, review_id)).running.clock.id == "REG-ST-02"

    await gateway.pass_time(8 * DAY)

    types = gateway.store.published_of(review_id)
    (granted,) = [event for event in gateway.store.published if isinstance(event, DeterminationRecorded)]
    assert types.index(ClockWarned.type) < types.index(ClockBreached.type) < types.index(DeterminationRecorded.type)
    (item,) = granted.determination.items
    assert item.action is CertificationAction.CERTIFIED_IN_TOTAL
    assert item.reviewer is ReviewerRole.AUTOMATION
    assert item.message == "Deemed granted: not decided in time (REG-ST-02, MCL 500.2212e)"
    assert (await gateway.leg(review_id)).state is LegState.DECIDED
    assert elements_of(segments_of((await gateway.mailbox())[-1], "HCR"), 1) == ["A1", "A1"]


async def test_granting_is_told_of_in_a_transaction_before(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MSK)
    gateway.time += 8 * DAY

    await gateway.clocks.look(review_id)
    assert DeterminationRecorded.type not in gateway.store.published_of(review_id)

    await gateway.clocks.look(review_id)
    await gateway.clocks.look(review_id)
    assert gateway.store.published_of(review_id).count(DeterminationRecorded.type) == 1


async def test_nothing_is_deemed_granted_where_it_was_decided(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MSK)
    leg = await gateway.leg(review_id)
    await gateway.say(leg.destination, leg, CERTIFIED)

    await gateway.pass_time(30 * DAY)

    assert gateway.store.published_of(review_id).count(DeterminationRecorded.type) == 1


async def test_no_other_payer_deems_anything_granted(gateway: MemoryGateway) -> None:
    for interchange in (MRI, NICU):
        review_id = await received(gateway, interchange)
        await gateway.pass_time(60 * DAY)

        assert ClockBreached.type in gateway.store.published_of(review_id)
        assert DeterminationRecorded.type not in gateway.store.published_of(review_id)


async def test_a_clock_that_law_lets_nobody_extend_is_not_extended(gateway: MemoryGateway) -> None:
    review_id = await received(gateway, MRI)
    extension = Extension(days=14, reason="more evidence", notice_sent=True, at=NOON)

    with pytest.raises(ValueError, match="cannot be extended"):
        await gateway.clocks.extend(review_id, "CLK-AWH-01", extension)
    with pytest.raises(ValueError, match="no such clock"):
        await gateway.clocks.extend(review_id, "REG-CMS-01", extension)


async def test_a_review_that_is_not_known_has_no_clocks(gateway: MemoryGateway) -> None:
    with pytest.raises(NotKnown):
        await gateway.clocks.show(ReviewId("rev-unknown"))
