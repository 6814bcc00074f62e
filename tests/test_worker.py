"""What the worker does about its own failures: a leg that cannot be settled is not sent for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from interchanges import sample
from memory.gateway import SANDBOX, TOOLS, WAIT, MemoryGateway, response_to
from memory.worker import worker_of
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.exchange import InboundMessage
from priorauth.domain.reviews import LegState, ReviewId
from priorauth.observability import Metrics
from priorauth.services.dispatch_leg import LEASE
from priorauth.services.ports import Retryable
from priorauth.worker import Worker

MSK = sample("msk-knee-replacement")
CERTIFIED = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


async def send_what_is_due(gateway: MemoryGateway, worker: Worker) -> None:
    for leg in await gateway.catch_up.claim_legs_due():
        await worker.send(leg, claimed=True)
        await worker.sending[leg.id]


async def a_planned_leg(gateway: MemoryGateway) -> Any:
    gateway.turningpoint.replies = [Retryable("away")]
    return (await gateway.post(MSK)).review_ids[0]


async def test_a_leg_whose_answer_cannot_be_recorded_is_given_up_after_its_attempts(gateway: MemoryGateway) -> None:
    review_id = await a_planned_leg(gateway)
    calls = 0

    async def cannot(_work: object, _answer: object) -> None:
        nonlocal calls
        calls += 1
        raise ValueError("a text that may quote a value")

    worker = worker_of(gateway, record_answer=cannot, attempts_allowed=4)
    answer = response_to(gateway.turningpoint.received[0], CERTIFIED)
    for _ in range(10):
        gateway.turningpoint.replies = [answer]
        gateway.time += timedelta(minutes=10)
        await send_what_is_due(gateway, worker)

    assert calls == 3  # the first of the four attempts did not get so far
    assert (await gateway.leg(review_id)).state is LegState.FAILED
    assert await gateway.dead_letters() == ["what came back could not be recorded: ValueError"]
    first, *others = gateway.turningpoint.received
    assert {(each.id, each.body) for each in others} == {(first.id, first.body)}


async def test_whoever_waits_is_told_as_soon_as_a_leg_is_given_up_that_failed_here(gateway: MemoryGateway) -> None:
    inbound = InboundMessage(format="x12", partner=SANDBOX, body=MSK, received_at=gateway.now())
    decoded = TOOLS.codec.decode(inbound, lambda: ReviewId("rev-1"))
    await gateway.receive(inbound, decoded, answer_by=gateway.now() + WAIT)
    await gateway.route(ReviewId("rev-1"))

    async def cannot(_work: object, _answer: object) -> None:
        raise ValueError("a text that may quote a value")

    worker = worker_of(gateway, record_answer=cannot, attempts_allowed=1)
    gateway.turningpoint.replies = [b"an answer"]
    await worker.dispatch_planned_legs(ReviewId("rev-1"))
    assert await gateway.replies(ReviewId("rev-1")) == []
    await asyncio.gather(*worker.sending.values())

    (reply,) = await gateway.replies(ReviewId("rev-1"))
    assert reply.action is CertificationAction.PENDED


async def test_while_the_store_is_away_no_attempt_is_counted(gateway: MemoryGateway) -> None:
    review_id = await a_planned_leg(gateway)

    async def not_now(_work: object, _answer: object) -> None:
        raise Retryable("the store does not answer")

    worker = worker_of(gateway, record_answer=not_now)
    gateway.turningpoint.replies = [response_to(gateway.turningpoint.received[0], CERTIFIED)]
    gateway.time += timedelta(minutes=10)
    await send_what_is_due(gateway, worker)

    assert (await gateway.leg(review_id)).attempts == 1
    gateway.time += LEASE
    assert [leg.review_id for leg in await gateway.catch_up.claim_legs_due()] == [review_id]


async def test_what_came_of_each_hand_over_is_counted(gateway: MemoryGateway) -> None:
    metrics = Metrics()
    gateway.dispatch = replace(gateway.dispatch, tell=metrics.called)
    gateway.turningpoint.replies = [Retryable("away"), None]

    await gateway.post(MSK)
    await gateway.pass_time(timedelta(minutes=10))

    (legs,) = metrics.legs.collect()
    counted = {tuple(sample.labels.values()): sample.value for sample in legs.samples if sample.name.endswith("_total")}
    assert counted == {("turningpoint", "not_reached"): 1.0, ("turningpoint", "taken"): 1.0}
