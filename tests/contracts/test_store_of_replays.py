"""What every store promises the use cases of replays, and of telling again what was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.examples import (
    HOSPITAL,
    MESSAGE,
    NOON,
    REVIEW,
    SECOND,
    a_leg,
    a_message,
    a_record,
    a_review,
    an_event,
    save_a_review,
)
from priorauth.domain.access import ClientId
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.replays import (
    Part,
    Replay,
    ReplayId,
    ReplayKind,
    ReplayState,
    ReplayStep,
    Selection,
    done,
    failed,
)
from priorauth.domain.reviews import ReviewId, ReviewState
from priorauth.services.bus import DeadLetter, LetterDecision
from priorauth.services.ports import Conflict, MailboxEntry, NotKnown, UnitOfWork
from priorauth.translate.events import EVENTS_TOPIC

FIRST, SECOND_ONE = ReplayId("replay-1"), ReplayId("replay-2")
MINUTE = timedelta(minutes=1)


def a_replay(id: ReplayId = FIRST) -> Replay:
    return Replay(
        id=id,
        kind=ReplayKind.REDELIVER,
        parts=(Part.LEGS, Part.EVENTS),
        selection=Selection(payer="ALLWAYS", states=(ReviewState.PENDED,), since=NOON),
        is_dry=False,
        asked_by=ClientId("operations"),
        asked_at=NOON,
        total=3,
    )


async def test_a_replay_comes_back_as_it_was_saved_last(store: UnitOfWork) -> None:
    later = replace(a_replay(SECOND_ONE), asked_at=NOON + SECOND)
    ended = replace(a_replay(), state=ReplayState.DONE, done=3, ended_at=NOON + SECOND)
    async with store() as work:
        await work.add_replay(a_replay())
        await work.add_replay(later)
        with pytest.raises(Conflict):
            await work.add_replay(a_replay())

    async with store() as work:
        assert await work.replay(FIRST) == a_replay()
        await work.save_replay(ended)
        with pytest.raises(NotKnown):
            await work.save_replay(a_replay(ReplayId("none")))

    async with store.reading() as work:
        assert await work.replay(FIRST) == ended
        assert list(await work.replays(10)) == [later, ended]
        assert list(await work.replays(1)) == [later]
        with pytest.raises(NotKnown):
            await work.replay(ReplayId("none"))


async def test_a_running_replay_is_one_processs_until_its_lease_is_over(store: UnitOfWork) -> None:
    async with store() as work:
        await work.add_replay(a_replay())
        await work.add_replay(replace(a_replay(SECOND_ONE), state=ReplayState.CANCELLED))

    async with store() as work:
        assert list(await work.replays_waiting(NOON)) == [FIRST]
        assert list(await work.claim_replays(NOON, NOON + MINUTE)) == [FIRST]
        assert list(await work.replays_waiting(NOON)) == []
        assert list(await work.claim_replays(NOON, NOON + MINUTE)) == []

    async with store() as work:
        assert list(await work.claim_replays(NOON + MINUTE, NOON + 2 * MINUTE)) == [FIRST]
        await work.save_replay(replace(a_replay(), done=1), held_until=NOON + 3 * MINUTE)
        assert list(await work.replays_waiting(NOON + 2 * MINUTE)) == []
        await work.save_replay(replace(a_replay(), state=ReplayState.DONE))
        assert list(await work.replays_waiting(NOON + 9 * MINUTE)) == []


async def test_what_a_replay_did_for_a_review_is_kept_once(store: UnitOfWork) -> None:
    await save_a_review(store)
    step = ReplayStep(
        number=1, review_id=REVIEW, effects=(done("leg", "leg-1", "sent"), failed("leg", "leg-2", "not reached"))
    )
    async with store() as work:
        await work.add_replay(a_replay())
        await work.add_step(FIRST, step)
        with pytest.raises(Conflict):
            await work.add_step(FIRST, replace(step, number=2))

    async with store.reading() as work:
        assert list(await work.steps(FIRST, 0, 10)) == [step]
        assert list(await work.steps(FIRST, 1, 10)) == []
        assert list(await work.steps(FIRST, 0, 0)) == []
        assert list(await work.steps(SECOND_ONE, 0, 10)) == []


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ["rev-2", "rev-3", "rev-1"]),
        (Selection(review_ids=(ReviewId("rev-1"), ReviewId("rev-9"))), ["rev-1"]),
        (Selection(payer="ALLWAYS"), ["rev-2"]),
        (Selection(destination="optum"), ["rev-2"]),
        (Selection(states=(ReviewState.ROUTED, ReviewState.PENDED)), ["rev-2"]),
        (Selection(since=NOON + SECOND), ["rev-3", "rev-1"]),
        (Selection(until=NOON + 2 * SECOND), ["rev-2", "rev-3"]),
        (Selection(payer="BCBSM", destination="optum"), []),
    ],
)
async def test_reviews_are_selected_in_the_order_of_receipt(
    store: UnitOfWork, selection: Selection, expected: list[str]
) -> None:
    async with store() as work:
        await work.archive(a_message())
        for number, wait, payer in ((1, 2, "BCBSM"), (2, 0, "ALLWAYS"), (3, 1, "BCBSM")):
            review = replace(a_review(f"rev-{number}", at=NOON + wait * SECOND), payer=PayerId(payer))
            await work.add_review(a_record(review))
        await work.add_leg(replace(a_leg("leg-2", review_id="rev-2"), destination=DestinationId("optum")))
        await work.save_review((await work.review(ReviewId("rev-2"))).move(ReviewState.ROUTED))

    found: list[ReviewId] = []
    async with store.reading() as work:
        while review_id := await work.next_selected(selection, found[-1] if found else None):
            found.append(review_id)
        assert await work.count_selected(selection) == len(found)

    assert found == expected


async def test_events_are_told_again_behind_all_others_and_are_the_same(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.publish(an_event("evt-1"))
        await work.publish(an_event("evt-2"))
        await work.post("priorauth.delegate.optum.requests", REVIEW, "evt-3", "leg", b"leg", NOON)
    async with store.reading() as work:
        story = [(event.id, event.body) for event in await work.events_of(REVIEW)]

    async with store() as work:
        assert await work.publish_again(REVIEW, NOON + SECOND) == 2
        assert await work.publish_again(REVIEW, NOON + SECOND) == 2
        assert await work.publish_again(ReviewId("rev-9"), NOON) == 0
        assert await work.post_again("priorauth.delegate.optum.requests", "evt-3", NOON + SECOND)
        assert not await work.post_again("priorauth.delegate.optum.requests", "evt-4", NOON)

    async with store.reading() as work:
        told = await work.events(EVENTS_TOPIC, -1, 100)
        legs = await work.events("priorauth.delegate.optum.requests", -1, 100)
        assert [event.id for event in told] == ["evt-1", "evt-2"] * 3
        assert {event.body for event in told if event.id == "evt-1"} == {told[0].body}
        assert [(event.id, event.body) for event in legs] == [("evt-3", b"leg")] * 2
        assert [(event.id, event.body) for event in await work.events_of(REVIEW)] == story


async def test_a_message_in_a_mailbox_is_found_and_offered_again(store: UnitOfWork) -> None:
    entry = MailboxEntry(id="box-1", partner=HOSPITAL, message_id=MESSAGE, at=NOON)
    await save_a_review(store)
    async with store() as work:
        assert await work.mailbox_entry_of(MESSAGE) is None
        await work.add_to_mailbox(entry)
        await work.acknowledge_mailbox_entry("box-1", NOON + SECOND)
        assert await work.mailbox_entry_of(MESSAGE) == replace(entry, acknowledged_at=NOON + SECOND)

        await work.offer_again("box-1")

        assert list(await work.mailbox(HOSPITAL, 10)) == [entry]
        with pytest.raises(NotKnown):
            await work.offer_again("box-2")


async def test_the_dead_letters_about_a_leg_are_those_that_wait(store: UnitOfWork) -> None:
    letter = DeadLetter(id="dead-1", kind="leg", subject="leg-1", reason="refused", at=NOON)
    async with store() as work:
        await work.add_dead_letter(letter)
        await work.add_dead_letter(replace(letter, id="dead-2", subject="leg-2"))
        assert list(await work.dead_letters_about("leg-1")) == [letter]

        await work.decide_dead_letter("dead-1", LetterDecision.RETRIED, NOON, "operations")

        assert list(await work.dead_letters_about("leg-1")) == []
