"""What operators do about dead letters: legs sent again, answers read again, messages handed over again, once each."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from interchanges import sample
from memory.bus import MemoryBus, MemoryLog
from memory.gateway import MemoryGateway, response_to
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.reviews import LegState
from priorauth.services.bus import BusMessage, DeadLetter, LetterDecision
from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import NotKnown
from priorauth.services.settle_dead_letters import (
    RETRIES,
    NotSettled,
    SettleDeadLetters,
    retries_topic,
    run_with_retries,
)

MSK = sample("msk-knee-replacement")
OPERATOR = "operations"
GROUP = "gateway"
REFUSED = Refused("the destination answered 403")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
IT_FAILED = DeadLetter(
    id="dead",
    kind="event",
    subject="evt-1",
    reason="the message could not be handled: ValueError",
    at=NOON,
    consumer_group=GROUP,
)


@pytest.fixture
def gateway() -> MemoryGateway:
    return MemoryGateway()


@pytest.fixture
def settling(gateway: MemoryGateway) -> SettleDeadLetters:
    return SettleDeadLetters(
        unit_of_work=gateway.store,
        record_determination=gateway.record,
        return_news=gateway.return_determination,
        now=gateway.now,
    )


async def the_letter(settling: SettleDeadLetters) -> DeadLetter:
    (letter,) = await settling.waiting(10)
    return letter


async def test_a_leg_is_sent_again_with_the_same_bytes_and_ids(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    gateway.turningpoint.replies = [REFUSED]
    review_id = (await gateway.post(MSK)).review_ids[0]
    letter = await the_letter(settling)

    retried = await settling.retry(letter.id, OPERATOR)
    await gateway.pass_time(timedelta(seconds=1))

    first, second = gateway.turningpoint.received
    assert (first.id, first.body) == (second.id, second.body)
    assert (await gateway.leg(review_id)).state is LegState.DISPATCHED
    assert (retried.decision, retried.decided_by) == (LetterDecision.RETRIED, OPERATOR)
    assert await settling.waiting(10) == []
    assert [each.id for each in await settling.waiting(10, decided=True)] == [letter.id]


async def test_a_leg_that_is_refused_once_more_is_another_dead_letter(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    gateway.turningpoint.replies = [REFUSED, REFUSED]
    await gateway.post(MSK)
    first = await the_letter(settling)

    await settling.retry(first.id, OPERATOR)
    await gateway.pass_time(timedelta(seconds=1))

    second = await the_letter(settling)
    assert second.id != first.id
    assert (second.kind, second.destination) == ("leg", "turningpoint")


async def test_a_leg_that_was_decided_meanwhile_is_not_sent_and_its_letter_waits_to_be_discarded(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    gateway.turningpoint.replies = [REFUSED]
    await gateway.post(MSK)
    letter = await the_letter(settling)
    certified = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)
    await gateway.say_bytes("turningpoint", response_to(gateway.turningpoint.received[0], certified), "x12")

    with pytest.raises(NotSettled, match="decided"):
        await settling.retry(letter.id, OPERATOR)
    await gateway.pass_time(timedelta(hours=1))

    assert len(gateway.turningpoint.received) == 1
    assert (await settling.one(letter.id)).decision is None
    assert (await settling.discard(letter.id, OPERATOR)).decision is LetterDecision.DISCARDED


async def test_an_answer_is_read_again_and_counts_when_it_can_be_read(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    gateway.turningpoint.replies = [b"not an answer"]
    review_id = (await gateway.post(MSK)).review_ids[0]
    letter = await the_letter(settling)
    assert letter.message_id is not None
    unreadable = gateway.store.tables.messages[letter.message_id]
    certified = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)
    readable = response_to(gateway.turningpoint.received[0], certified)
    archived = len(gateway.store.tables.messages)

    gateway.store.tables.messages[unreadable.id] = replace(unreadable, body=readable)  # as if we could read it now
    await settling.retry(letter.id, OPERATOR)
    await gateway.settle()

    assert (await gateway.leg(review_id)).state is LegState.DECIDED
    assert len(gateway.store.tables.messages) == archived + 1  # the reply: the answer is not archived twice
    assert await settling.waiting(10) == []


async def test_an_answer_that_still_cannot_be_read_is_set_aside_again(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    gateway.turningpoint.replies = [b"not an answer"]
    await gateway.post(MSK)
    first = await the_letter(settling)

    await settling.retry(first.id, OPERATOR)

    second = await the_letter(settling)
    assert second.id != first.id
    assert second.message_id == first.message_id
    assert await settling.body(second.id) == b"not an answer"


async def test_a_message_is_handed_over_again_once_as_it_was(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    message = BusMessage(topic="priorauth.events", key="rev-1", id="evt-1", type="type", body=b"\x00 any bytes")
    await set_aside(gateway, replace(IT_FAILED, message=message))

    await settling.retry("dead", OPERATOR)
    with pytest.raises(NotSettled, match="before"):
        await settling.retry("dead", OPERATOR)

    assert await handled(gateway) == [message]


async def test_a_message_that_fails_again_can_be_handed_over_again(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    message = BusMessage(topic="priorauth.events", key="rev-1", id="evt-1", type="type", body=b"body")
    await set_aside(gateway, replace(IT_FAILED, message=message))
    await settling.retry("dead", OPERATOR)
    (again,) = [row for row in gateway.store.tables.outbox.values() if row.event.topic.startswith(RETRIES)]
    wrapped = BusMessage(
        topic=again.event.topic, key=again.event.key, id=again.event.id, type="type", body=again.event.body
    )
    letter = replace(IT_FAILED, id="dead-2", message=wrapped)
    await set_aside(gateway, letter)

    await settling.retry("dead-2", OPERATOR)

    assert await handled(gateway) == [message, message]


async def test_a_message_that_was_not_kept_can_only_be_discarded(
    gateway: MemoryGateway, settling: SettleDeadLetters
) -> None:
    await set_aside(gateway, IT_FAILED)

    with pytest.raises(NotSettled, match="not kept"):
        await settling.retry("dead", OPERATOR)
    with pytest.raises(NotKnown):
        await settling.body("dead")

    assert (await settling.discard("dead", OPERATOR)).decided_by == OPERATOR
    with pytest.raises(NotSettled):
        await settling.discard("dead", "somebody else")
    assert (await settling.one("dead")).decided_by == OPERATOR


async def test_there_is_nothing_to_decide_about_what_is_not_there(settling: SettleDeadLetters) -> None:
    with pytest.raises(NotKnown):
        await settling.retry("none", OPERATOR)
    with pytest.raises(NotKnown):
        await settling.discard("none", OPERATOR)


async def set_aside(gateway: MemoryGateway, letter: DeadLetter) -> None:
    async with gateway.store() as work:
        await work.add_dead_letter(letter)


async def handled(gateway: MemoryGateway) -> list[BusMessage]:
    """What the group is handed of the messages in the outbox that are meant for it."""
    found: list[BusMessage] = []

    async def handle(message: BusMessage) -> None:
        found.append(message)

    bus = MemoryBus(MemoryLog(), gateway.store, gateway.now)
    for row in gateway.store.tables.outbox.values():
        event = row.event
        if event.topic == retries_topic(GROUP):
            await bus.publish(
                BusMessage(topic=event.topic, key=event.key, id=event.id, type=event.type, body=event.body)
            )
    run = asyncio.create_task(run_with_retries(bus, GROUP, ["priorauth.events"], handle))
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(run), 0.1)
    await bus.stop()
    await run
    return found
