"""What was sent of a review is sent again with the same bytes and ids, and nothing else changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from interchanges import renumbered
from memory.gateway import MemoryGateway, response_to
from notifying import NotifyingGateway
from priorauth.domain.replays import EffectOutcome, Part, ReplayKind
from priorauth.domain.reviews import LegState, ReviewId
from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import Retryable
from priorauth.services.redeliver import Redeliver
from priorauth.services.settle_dead_letters import NotSettled, SettleDeadLetters
from priorauth.wiring import Replaying
from replays import CERTIFIED, IMAGING, MSK, OPERATOR, Directory, replay, send, snapshot


async def test_a_leg_is_sent_again_with_the_same_bytes_and_ids_and_nothing_else_changes(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    before = snapshot(gateway.store)

    _, effects = await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))

    first, second = gateway.turningpoint.received
    assert (first.id, first.body) == (second.id, second.body)
    assert [effect.detail for effect in effects] == ["sent to turningpoint"]
    assert snapshot(gateway.store) == before


async def test_what_comes_back_on_the_call_is_recorded(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    gateway.turningpoint.replies = [response_to(gateway.turningpoint.received[0], CERTIFIED)]

    await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))
    await gateway.settle()

    assert (await gateway.leg(review_id)).state is LegState.DECIDED
    assert len(await gateway.mailbox()) == 1


async def test_a_leg_that_cannot_be_sent_again_is_told_of_and_its_state_stays(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    gateway.turningpoint.replies = [Retryable("the destination could not be reached")]

    found, (effect,) = await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))

    assert (effect.outcome, effect.detail) == (EffectOutcome.FAILED, "the destination could not be reached")
    assert (found.failed, found.changed) == (1, 0)
    assert (await gateway.leg(review_id)).state is LegState.DISPATCHED


async def test_a_leg_that_was_given_up_has_its_attempts_anew_and_its_dead_letter_is_decided(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    gateway.turningpoint.replies = [Refused("the destination answered 403")]
    review_id = await send(gateway, MSK)
    async with gateway.store.reading() as work:
        (letter,) = await work.dead_letters(10)

    await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))
    await gateway.pass_time(timedelta(seconds=1))

    first, second = gateway.turningpoint.received
    assert (first.id, first.body) == (second.id, second.body)
    assert (await gateway.leg(review_id)).state is LegState.DISPATCHED
    assert await gateway.dead_letters() == []
    settling = SettleDeadLetters(
        unit_of_work=gateway.store,
        record_determination=gateway.record,
        return_news=gateway.return_determination,
        now=gateway.now,
    )
    with pytest.raises(NotSettled):
        await settling.retry(letter.id, OPERATOR)


async def test_a_leg_on_a_topic_is_put_there_again_under_its_id(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, IMAGING)
    topic = "priorauth.delegate.evicore.requests"

    await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.LEGS,))

    async with gateway.store.reading() as work:
        first, second = await work.events(topic, -1, 10)
    assert (first.id, first.body) == (second.id, second.body)


async def test_the_last_response_waits_in_the_mailbox_however_it_went_out(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    body = renumbered(MSK)
    answered = await gateway.post(body)
    assert await gateway.mailbox() == []

    _, effects = await replay(replays, ReplayKind.REDELIVER, *answered.review_ids, parts=(Part.REPLIES,))
    _, again = await replay(replays, ReplayKind.REDELIVER, *answered.review_ids, parts=(Part.REPLIES,))

    assert await gateway.mailbox() == [answered.body]
    assert [effect.outcome for effect in (*effects, *again)] == [EffectOutcome.DONE, EffectOutcome.LEFT]


async def test_events_are_published_again_and_the_reviews_story_stays_as_it_was(
    gateway: MemoryGateway, directory: Directory, replays: Replaying
) -> None:
    directory.knows = True
    review_id = await send(gateway, MSK)
    async with gateway.store.reading() as work:
        story = await work.events_of(review_id)

    _, (effect,) = await replay(replays, ReplayKind.REDELIVER, review_id, parts=(Part.EVENTS,))

    async with gateway.store.reading() as work:
        assert await work.events_of(review_id) == story
        told = [event.id for event in await work.events("priorauth.events", -1, 100)]
    assert effect.detail == f"{len(story)} published"
    assert told == [event.id for event in story] * 2


async def test_subscribers_are_told_again_of_the_last_answer_alone() -> None:
    notifying = NotifyingGateway()
    await notifying.subscribe()
    for _ in range(3):
        await notifying.answer("rev-1")
    await notifying.answer("rev-2")
    await notifying.work()
    first = [each.body for each in notifying.endpoints.received]
    redeliver = Redeliver(
        unit_of_work=notifying.store,
        transports={},
        record_answer=nothing_to_record,
        circuits=notifying.circuits,
        now=notifying.now,
        new_id=notifying.new_id,
    )

    async with notifying.store() as work:
        effects = await redeliver.within(work, ReviewId("rev-1"), (Part.NOTIFICATIONS,), {}, is_dry=False, by=OPERATOR)
    await notifying.work()

    assert [effect.outcome for effect in effects] == [EffectOutcome.DONE]
    assert [each.body for each in notifying.endpoints.received] == [*first, first[2]]


async def nothing_to_record(_work: object, _answer: object) -> None:
    """Nobody is called here."""
