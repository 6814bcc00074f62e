"""What is told of a determination beside the answer: notices, remarks, and the steps that people take about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from interchanges import sample
from memory.gateway import MemoryGateway
from priorauth.domain.clocks import Occurrence
from priorauth.domain.events import DeterminationRemarked, Event, NoticeDue, StepRecorded
from priorauth.domain.parties import DestinationId
from priorauth.domain.remarks import RemarkCode
from priorauth.domain.reviews import ReviewId
from priorauth.domain.steps import Channel, Party, Step, StepKind, StepOutcome
from priorauth.services.record_step import StepRefused

NICU, MRI = sample("nicu-admission"), sample("imaging-mri")
DENIAL: dict[str, Any] = {
    "sequence": 1,
    "action": "A3",
    "reason_codes": ["0V"],
    "message": "the criteria are not met",
    "reviewer": {"role": "physician"},
    "medical_necessity": True,
}
CERTIFIED = {"sequence": 1, "action": "A1", "certification_number": "N-1"}
HOUR = timedelta(hours=1)
EVICORE = DestinationId("evicore")


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


async def said(gateway: MemoryGateway, interchange: bytes, *items: dict[str, Any], id: str = "d-1") -> ReviewId:
    """A review, and what its first destination said of it."""
    [review_id] = (await gateway.post(interchange)).review_ids
    leg = await gateway.leg(review_id)
    await gateway.say(leg.destination, leg, *items, id=id)
    return review_id


def told(gateway: MemoryGateway, kind: type[Event]) -> list[Any]:
    return [event for event in gateway.store.published if isinstance(event, kind)]


def notices(gateway: MemoryGateway) -> list[str]:
    return [event.notice.notice for event in told(gateway, NoticeDue)]


def step(gateway: MemoryGateway, kind: StepKind, by: Party | None = None, **more: Any) -> Step:
    return Step(kind=kind, by=by, happened_at=gateway.now(), **more)


async def test_an_admission_is_told_to_case_management(gateway: MemoryGateway) -> None:
    await gateway.post(NICU)

    assert notices(gateway) == ["NTC-21"]


async def test_a_denial_makes_its_notices_due_and_says_what_is_missing_in_them(gateway: MemoryGateway) -> None:
    await said(gateway, MRI, DENIAL)

    found = {event.notice.notice: event.notice for event in told(gateway, NoticeDue)}
    assert set(found) == {"NTC-16", "NTC-18"}
    assert len(found["NTC-18"].missing) == 6
    assert told(gateway, DeterminationRemarked)[0].remarks[0].code is RemarkCode.DISCUSSION_NOT_OFFERED


async def test_the_same_answer_delivered_twice_tells_once(gateway: MemoryGateway) -> None:
    review_id = await said(gateway, MRI, DENIAL)
    leg = await gateway.leg(review_id)

    await gateway.say(leg.destination, leg, DENIAL)

    assert sorted(notices(gateway)) == ["NTC-16", "NTC-18"]


async def test_what_is_only_pended_makes_nothing_due(gateway: MemoryGateway) -> None:
    await said(gateway, MRI, {"sequence": 1, "action": "A4"})

    assert notices(gateway) == []


async def test_a_discussion_that_was_offered_before_the_denial_is_not_missed(gateway: MemoryGateway) -> None:
    [review_id] = (await gateway.post(MRI)).review_ids
    await gateway.steps(review_id, step(gateway, StepKind.DISCUSSION_OFFERED, channel=Channel.VOICEMAIL))

    leg = await gateway.leg(review_id)
    await gateway.say(leg.destination, leg, DENIAL)

    [event] = told(gateway, DeterminationRemarked)
    assert [remark.code for remark in event.remarks] == [RemarkCode.RATIONALE_INCOMPLETE]


async def test_a_correction_is_a_new_decision_beside_the_first(gateway: MemoryGateway) -> None:
    review_id = await said(gateway, MRI, CERTIFIED)
    leg = await gateway.leg(review_id)

    await gateway.say(leg.destination, leg, {**CERTIFIED, "action": "A3", **DENIAL}, id="d-2")

    [event] = told(gateway, DeterminationRemarked)
    assert RemarkCode.DECIDED_AGAIN in {remark.code for remark in event.remarks}
    async with gateway.store.reading() as work:
        assert [each.items[0].action for each in await work.determinations(review_id)] == ["A1", "A3"]


async def test_the_next_review_comes_back_with_the_answer(gateway: MemoryGateway) -> None:
    """DET-MOHP-04 and CLK-BCMA-04: neither format has an element for it."""
    next_review = {"day": "2026-11-12", "needed": ["weight", "bed type"]}
    review_id = await said(
        gateway, NICU, *({**CERTIFIED, "sequence": n, "next_review": next_review} for n in (1, 2, 3))
    )

    reply = (await gateway.replies(review_id))[-1]

    assert reply.items[0].message == "Next review 2026-11-12 with weight, bed type."


async def test_a_dispute_is_recorded_step_by_step_and_answered_in_its_window(gateway: MemoryGateway) -> None:
    review_id = await said(gateway, NICU, *({**DENIAL, "sequence": n} for n in (1, 2, 3)))
    await gateway.steps(review_id, step(gateway, StepKind.VERBAL_NOTICE, to=Party.FACILITY, channel=Channel.PHONE))
    gateway.time += HOUR

    await gateway.steps(review_id, step(gateway, StepKind.PEER_TO_PEER_REQUESTED, Party.ATTENDING_PHYSICIAN))
    await gateway.steps(
        review_id, step(gateway, StepKind.PEER_TO_PEER_HELD, Party.PHYSICIAN_REVIEWER, outcome=StepOutcome.OVERTURNED)
    )

    kinds = [event.step.kind for event in told(gateway, StepRecorded)]
    assert kinds == [StepKind.VERBAL_NOTICE, StepKind.PEER_TO_PEER_REQUESTED, StepKind.PEER_TO_PEER_HELD]
    assert [each.kind for each in await gateway.steps.of(review_id)] == kinds
    clocks, _ = await gateway.clocks.show(review_id)
    assert clocks.recorded[Occurrence.VERBAL_NOTICE] == gateway.now() - HOUR


async def test_a_talk_that_is_asked_for_too_late_is_refused_and_leaves_no_trace(gateway: MemoryGateway) -> None:
    review_id = await said(gateway, NICU, *({**DENIAL, "sequence": n} for n in (1, 2, 3)))
    await gateway.steps(review_id, step(gateway, StepKind.VERBAL_NOTICE, channel=Channel.PHONE))
    gateway.time += timedelta(days=20)

    with pytest.raises(StepRefused, match="the time for this step is over"):
        await gateway.steps(review_id, step(gateway, StepKind.PEER_TO_PEER_REQUESTED, Party.ATTENDING_PHYSICIAN))

    assert len(told(gateway, StepRecorded)) == 1


async def test_a_step_that_has_not_happened_yet_is_refused(gateway: MemoryGateway) -> None:
    review_id = await said(gateway, MRI, DENIAL)
    future = Step(kind=StepKind.VERBAL_NOTICE, happened_at=gateway.now() + HOUR)

    with pytest.raises(StepRefused):
        await gateway.steps(review_id, future)


async def test_a_deadline_is_extended_as_the_law_allows_and_only_so(gateway: MemoryGateway) -> None:
    [review_id] = (await gateway.post(MRI)).review_ids

    with pytest.raises(StepRefused, match="cannot be extended"):
        await gateway.steps(review_id, step(gateway, StepKind.DEADLINE_EXTENDED, clock="CLK-AWH-01", days=5))

    assert told(gateway, StepRecorded) == []


async def test_an_appeal_makes_the_notices_of_appeals_due(gateway: MemoryGateway) -> None:
    review_id = await said(gateway, MRI, DENIAL)

    await gateway.steps(review_id, step(gateway, StepKind.APPEAL_REQUESTED, Party.MEMBER))

    assert "NTC-08" not in notices(gateway)  # MercyOne's, not this payer's
    assert told(gateway, StepRecorded)[0].step.by is Party.MEMBER


async def test_what_a_delegate_that_may_not_deny_would_deny_goes_to_the_plan(gateway: MemoryGateway) -> None:
    """DET-AWH-05."""
    destinations = dict(gateway.record.destinations)
    destinations[EVICORE] = replace(destinations[EVICORE], may_deny=False)
    gateway.record = replace(gateway.record, destinations=destinations)

    review_id = await said(gateway, MRI, DENIAL)

    legs = await gateway.legs(review_id)
    assert [(leg.destination, leg.is_open) for leg in legs] == [
        (EVICORE, False),
        ("allways-um", True),
    ]
    assert (await gateway.replies(review_id))[-1].items[0].action == "A4"


async def test_a_request_has_a_number_whatever_its_status_and_that_is_no_approval(gateway: MemoryGateway) -> None:
    """DET-AWH-04, G-06."""
    [review_id] = (await gateway.post(MRI)).review_ids

    [reply] = await gateway.replies(review_id)

    assert reply.administrative_number == review_id
    assert reply.certification_number == ""
    assert reply.items[0].action == "A4"
