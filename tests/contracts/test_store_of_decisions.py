"""What every store promises the use cases of legs, decisions, mailboxes, access and events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.examples import (
    HOSPITAL,
    MESSAGE,
    NOON,
    OTHER_HOSPITAL,
    REVIEW,
    SECOND,
    a_determination,
    a_leg,
    a_message,
    a_record,
    a_reply,
    a_review,
    a_route,
    an_event,
    save_a_leg,
    save_a_review,
)
from priorauth.domain.access import ClientId
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId, LegState, MessageId, ReviewId
from priorauth.services.bus import BusMessage, DeadLetter, LetterDecision
from priorauth.services.ports import Conflict, Dispatch, LegDelivery, MailboxEntry, NotKnown, ReplyRecord, UnitOfWork

# Routes and legs


async def test_a_route_comes_back_as_it_was_saved_last(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        assert await work.route(REVIEW) is None
        await work.save_route(REVIEW, replace(a_route(), pack_version="older"))
        await work.save_route(REVIEW, a_route())

    async with store.reading() as work:
        assert await work.route(REVIEW) == a_route()


async def test_legs_come_back_in_the_order_of_their_numbers(store: UnitOfWork) -> None:
    await save_a_review(store)
    second = replace(a_leg("leg-2", number=2), took_over=LegId("leg-1"), awaited=False)
    async with store() as work:
        await work.add_leg(second)
        await work.add_leg(a_leg())
        with pytest.raises(Conflict):
            await work.add_leg(a_leg())
        with pytest.raises(Conflict):
            await work.add_leg(a_leg("leg-3", number=2))

    async with store.reading() as work:
        assert list(await work.legs(REVIEW)) == [a_leg(), second]
        assert await work.leg(LegId("leg-2")) == second
        with pytest.raises(NotKnown):
            await work.leg(LegId("leg-3"))


async def test_a_leg_is_due_from_its_next_attempt_until_it_is_saved_without_one(store: UnitOfWork) -> None:
    await save_a_leg(store)
    tried = replace(a_leg(), attempts=1)
    async with store() as work:
        assert await work.legs_due(NOON, 10) == []
        await work.save_leg(tried, next_attempt_at=NOON, error="no answer in time")
        assert await work.legs_due(NOON - SECOND, 10) == []
        assert await work.legs_due(NOON, 10) == [tried]

        await work.save_leg(replace(tried, state=LegState.DISPATCHED))
        assert await work.legs_due(NOON, 10) == []
        with pytest.raises(NotKnown):
            await work.save_leg(a_leg("leg-2", number=2))


async def test_the_longest_overdue_legs_come_first(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        for number, wait in ((1, 2), (2, 0), (3, 1)):
            leg = a_leg(f"leg-{number}", number=number)
            await work.add_leg(leg)
            await work.save_leg(leg, next_attempt_at=NOON + SECOND * wait)

        due = await work.legs_due(NOON + SECOND * 5, 2)

    assert [leg.id for leg in due] == ["leg-2", "leg-3"]


async def test_a_leg_is_found_by_the_trace_that_it_was_sent_under(store: UnitOfWork) -> None:
    await save_a_leg(store)
    sent = Dispatch(leg_id=LegId("leg-1"), message_id=MESSAGE, trace="TR-1", identifier="TX-1")
    async with store() as work:
        assert await work.dispatch(LegId("leg-1")) is None
        await work.save_dispatch(sent)

        assert await work.dispatch(LegId("leg-1")) == sent
        assert await work.leg_by_trace("TR-1") == a_leg()
        assert await work.leg_by_trace("TR-2") is None
        assert await work.leg_by_trace("leg-1") is None
        assert [await work.leg_named(name) for name in ("TR-1", "leg-1")] == [a_leg(), a_leg()]
        assert await work.leg_named("TR-2") is None
        with pytest.raises(Conflict):
            await work.save_dispatch(sent)


# Determinations and replies


async def test_a_determination_is_recorded_once(store: UnitOfWork) -> None:
    await save_a_leg(store)
    async with store() as work:
        assert await work.add_determination(a_determination("det-2"))
        assert await work.add_determination(a_determination())
        assert not await work.add_determination(a_determination())

    async with store.reading() as work:
        assert list(await work.determinations(REVIEW)) == [a_determination("det-2"), a_determination()]


async def test_a_reply_is_claimed_by_one_channel(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.add_reply(ReplyRecord(reply=a_reply()))
        await work.add_reply(ReplyRecord(reply=a_reply(2)))
        with pytest.raises(Conflict):
            await work.add_reply(ReplyRecord(reply=a_reply()))

        assert await work.claim_reply(REVIEW, 1, "response")
        assert not await work.claim_reply(REVIEW, 1, "mailbox")
        with pytest.raises(NotKnown):
            await work.claim_reply(REVIEW, 3, "mailbox")

    async with store.reading() as work:
        found = list(await work.replies(REVIEW))
    assert found == [ReplyRecord(reply=a_reply(), channel="response"), ReplyRecord(reply=a_reply(2))]


async def test_replies_that_no_request_waits_for_are_found_until_they_are_claimed(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.add_review(a_record(a_review("rev-2"), answer_by=NOON + SECOND))
        await work.add_reply(ReplyRecord(reply=a_reply(2, at=NOON + SECOND)))
        await work.add_reply(ReplyRecord(reply=a_reply(1)))
        await work.add_reply(ReplyRecord(reply=a_reply(1, review_id="rev-2")))

        assert await work.unclaimed_replies(NOON, 10) == [("rev-1", 1), ("rev-1", 2)]
        assert await work.unclaimed_replies(NOON, 1) == [("rev-1", 1)]
        await work.claim_reply(REVIEW, 1, "response")
        assert await work.unclaimed_replies(NOON + SECOND, 10) == [("rev-2", 1), ("rev-1", 2)]


# Mailbox


async def test_a_mailbox_lists_what_its_partner_has_not_acknowledged_oldest_first(store: UnitOfWork) -> None:
    late = MailboxEntry(id="box-1", partner=HOSPITAL, message_id=MESSAGE, at=NOON + SECOND)
    early = MailboxEntry(id="box-2", partner=HOSPITAL, message_id=MESSAGE, at=NOON)
    theirs = MailboxEntry(id="box-3", partner=OTHER_HOSPITAL, message_id=MESSAGE, at=NOON)
    async with store() as work:
        await work.archive(a_message())
        for entry in (late, early, theirs):
            await work.add_to_mailbox(entry)
        assert list(await work.mailbox(HOSPITAL, 10)) == [early, late]
        assert list(await work.mailbox(HOSPITAL, 1)) == [early]

        await work.acknowledge_mailbox_entry("box-2", NOON)
        await work.acknowledge_mailbox_entry("box-2", NOON + SECOND)

        assert list(await work.mailbox(HOSPITAL, 10)) == [late]
        assert await work.mailbox_entry("box-2") == replace(early, acknowledged_at=NOON)
        with pytest.raises(Conflict):
            await work.add_to_mailbox(late)
        with pytest.raises(NotKnown):
            await work.mailbox_entry("box-4")
        with pytest.raises(NotKnown):
            await work.acknowledge_mailbox_entry("box-4", NOON)


# Access


async def test_an_assertion_works_once(store: UnitOfWork) -> None:
    async with store() as work:
        await work.use_assertion(ClientId("hospital"), "one", NOON)
        await work.use_assertion(ClientId("other-hospital"), "one", NOON)

    with pytest.raises(Conflict):
        async with store() as work:
            await work.use_assertion(ClientId("hospital"), "one", NOON)


async def test_an_assertion_is_remembered_until_it_expires(store: UnitOfWork) -> None:
    async with store() as work:
        await work.use_assertion(ClientId("hospital"), "one", NOON)

    async with store() as work:
        assert await work.forget_assertions(NOON) == 0
        assert await work.forget_assertions(NOON + timedelta(seconds=1)) == 1


# Events and dead letters


async def test_the_events_of_a_review_come_once_each_in_the_fullest_form(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.publish(an_event())
        await work.publish(an_event())
        await work.publish(an_event("evt-2", payer=None))
        await work.post("priorauth.delegate.turningpoint.requests", "rev-1", "evt-3", "leg", b"leg", NOON)

    async with store.reading() as work:
        found = await work.events_of(REVIEW)

    assert [(event.id, event.topic) for event in found] == [
        ("evt-1", "priorauth.payer.bcbsm"),
        ("evt-2", "priorauth.events"),
    ]
    assert {(event.type, event.key) for event in found} == {("priorauth.review.received.v1", "rev-1")}


async def test_the_messages_of_a_topic_are_read_by_position_in_the_order_of_commits(store: UnitOfWork) -> None:
    await save_a_review(store)
    for number in range(1, 4):
        async with store() as work:
            await work.publish(an_event(f"evt-{number}"))
            await work.post("priorauth.delegate.evicore.requests", "rev-1", f"evt-{number}", "leg", b"leg", NOON)

    async with store.reading() as work:
        first = await work.events("priorauth.events", 0, 2)
        rest = await work.events("priorauth.events", first[-1].position, 2)
        legs = await work.events("priorauth.delegate.evicore.requests", 0, 10)

    assert [event.id for event in (*first, *rest)] == ["evt-1", "evt-2", "evt-3"]
    assert [event.body for event in legs] == [b"leg"] * 3
    positions = [event.position for event in (*first, *rest, *legs)]
    assert len(set(positions)) == 6
    assert positions[:3] == sorted(positions[:3])


async def test_a_dead_letter_is_kept_once_and_listed_newest_first(store: UnitOfWork) -> None:
    first = DeadLetter(id="dead-1", kind="leg", subject="leg-1", reason="no answer", at=NOON, review_id=REVIEW)
    second = DeadLetter(id="dead-2", kind="event", subject="evt-1", reason="ValueError", at=NOON + SECOND)
    async with store() as work:
        for letter in (first, second, replace(first, reason="another reason")):
            await work.add_dead_letter(letter)

    async with store.reading() as work:
        assert list(await work.dead_letters(10)) == [second, first]
        assert list(await work.dead_letters(1)) == [second]


async def test_a_dead_letter_keeps_where_it_came_from_and_the_message_to_hand_over_again(store: UnitOfWork) -> None:
    message = BusMessage(topic="priorauth.events", key="rev-1", id="evt-1", type="type", body=b"\x00 any bytes")
    letter = DeadLetter(
        id="dead", kind="event", subject="evt-1", reason="ValueError", at=NOON, origin="t/3@17", message=message
    )
    async with store() as work:
        await work.add_dead_letter(letter)

    async with store.reading() as work:
        assert list(await work.dead_letters(10)) == [letter]


async def test_a_delivery_is_taken_in_once_and_not_at_all_where_its_transaction_fails(store: UnitOfWork) -> None:
    async def fail_after_taking_in() -> None:
        async with store() as work:
            assert await work.take_in("group:topic:evt-1", NOON)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_taking_in()

    async with store() as work:
        first = await work.take_in("group:topic:evt-1", NOON)
    async with store() as work:
        second = await work.take_in("group:topic:evt-1", NOON)
        other = await work.take_in("group:topic:evt-2", NOON)
    assert (first, second, other) == (True, False, True)


async def test_receipts_are_forgotten_oldest_first_and_so_many_at_once(store: UnitOfWork) -> None:
    receipts = {receipt: NOON + number * SECOND for number, receipt in enumerate(["oldest", "older", "kept"])}
    async with store() as work:
        for receipt, at in receipts.items():
            await work.take_in(receipt, at)

    async with store() as work:
        first, second, third = [await work.forget_receipts(NOON + 2 * SECOND, 1) for _ in range(3)]

    async with store() as work:
        taken_again = [receipt for receipt in receipts if await work.take_in(receipt, NOON)]
    assert (first, second, third) == (1, 1, 0)
    assert taken_again == ["oldest", "older"]


async def test_a_dead_letter_is_decided_once_and_then_listed_only_where_that_is_asked_for(store: UnitOfWork) -> None:
    leg = DeadLetter(id="dead-1", kind="leg", subject="leg-1", reason="no answer", at=NOON, destination="evicore")
    answer = DeadLetter(
        id="dead-2", kind="determination", subject="msg-1", reason="unreadable", at=NOON, message_id=MessageId("msg-1")
    )
    async with store() as work:
        await work.add_dead_letter(leg)
        await work.add_dead_letter(answer)
        assert await work.dead_letters_waiting() == {"leg": 1, "determination": 1}

    async with store() as work:
        assert await work.decide_dead_letter("dead-1", LetterDecision.RETRIED, NOON + SECOND, "operations")
        assert not await work.decide_dead_letter("dead-1", LetterDecision.DISCARDED, NOON, "another")
        assert not await work.decide_dead_letter("none", LetterDecision.DISCARDED, NOON, "another")

    decided = replace(leg, decision=LetterDecision.RETRIED, decided_at=NOON + SECOND, decided_by="operations")
    async with store.reading() as work:
        assert list(await work.dead_letters(10)) == [answer]
        assert list(await work.dead_letters(10, decided=True)) == [answer, decided]
        assert list(await work.dead_letters(10, kind="leg", decided=True)) == [decided]
        assert list(await work.dead_letters(10, kind="leg")) == []
        assert list(await work.dead_letters(10, destination="evicore", decided=True)) == [decided]
        assert await work.dead_letter("dead-1") == decided
        assert await work.dead_letters_waiting() == {"determination": 1}
        with pytest.raises(NotKnown):
            await work.dead_letter("none")


async def test_the_sending_of_legs_is_known_with_the_next_attempt_and_the_last_failure(store: UnitOfWork) -> None:
    await save_a_leg(store)
    async with store() as work:
        leg = await work.leg(LegId("leg-1"))
        tried = replace(leg, attempts=1)
        await work.save_leg(tried, next_attempt_at=NOON + SECOND, error="no answer")

    waiting = LegDelivery(leg=tried, next_attempt_at=NOON + SECOND, error="no answer")
    async with store.reading() as work:
        assert list(await work.undelivered(10)) == [waiting]
        assert list(await work.deliveries(REVIEW, 10)) == [waiting]
        assert list(await work.deliveries(ReviewId("other"), 10)) == []
        assert list(await work.undelivered(0)) == []

    async with store() as work:
        await work.save_leg(replace(tried, state=LegState.DISPATCHED))
    async with store.reading() as work:
        assert list(await work.undelivered(10)) == []
        assert [each.error for each in await work.deliveries(REVIEW, 10)] == [""]


async def test_the_undelivered_legs_of_one_destination_are_found_behind_those_of_others(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        for number in (1, 2, 3):
            await work.add_leg(a_leg(f"leg-{number}", number=number))
        last = replace(a_leg("leg-4", number=4), destination=DestinationId("optum"))
        await work.add_leg(last)

    async with store.reading() as work:
        assert [each.leg for each in await work.undelivered(1, destination="optum")] == [last]
        assert [each.leg.number for each in await work.undelivered(2)] == [1, 2]


async def test_an_unroutable_leg_is_listed_for_its_payer_and_desk_until_it_is_decided(store: UnitOfWork) -> None:
    await save_a_review(store)
    desk = replace(a_leg("leg-2", number=2), destination=DestinationId("allways-um"), queue="preservice")
    async with store() as work:
        await work.add_leg(a_leg())
        await work.add_leg(desk, unroutable=True)
        review = await work.review(REVIEW)
    payer = review.payer or ""

    async with store.reading() as work:
        assert list(await work.unroutable(10)) == [(desk, review)]
        assert list(await work.unroutable(10, payer=payer, owner="allways-um")) == [(desk, review)]
        assert list(await work.unroutable(10, payer="ANOTHER")) == []
        assert list(await work.unroutable(10, owner="evicore")) == []
        assert list(await work.unroutable(0)) == []
        assert await work.unroutable_waiting() == {(payer, "allways-um"): 1}

    async with store() as work:
        await work.save_leg(replace(desk, state=LegState.PENDED))
    async with store.reading() as work:
        assert [leg.state for leg, _ in await work.unroutable(10)] == [LegState.PENDED]
    async with store() as work:
        await work.save_leg(replace(desk, state=LegState.DECIDED))
    async with store.reading() as work:
        assert list(await work.unroutable(10)) == []
        assert await work.unroutable_waiting() == {}
