"""What every store promises the use cases: one transaction at a time, and each question of the Work port."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.examples import (
    DELEGATE,
    HOSPITAL,
    MESSAGE,
    NOON,
    OTHER_HOSPITAL,
    REVIEW,
    SECOND,
    a_leg,
    a_message,
    a_record,
    a_reply,
    a_review,
    save_a_review,
)
from priorauth.domain.parties import DestinationId
from priorauth.domain.review_keys import KeyKind
from priorauth.domain.reviews import MessageId, ReviewId, ReviewState
from priorauth.services.ports import (
    Conflict,
    NotKnown,
    ReceivedSet,
    ReplyRecord,
    UnitOfWork,
)

# Transactions


async def test_an_exception_leaves_nothing_behind(store: UnitOfWork) -> None:
    async def fail() -> None:
        async with store() as work:
            await work.archive(a_message())
            await work.next_number("isa:x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with store() as work:
        with pytest.raises(NotKnown):
            await work.message(MESSAGE)
        assert await work.next_number("isa:x") == 1


async def test_a_reader_sees_what_was_committed_before_and_not_what_is_being_written(store: UnitOfWork) -> None:
    await save_a_review(store)

    async with store() as writer, store.reading() as reader:
        await writer.save_review(a_review().move(ReviewState.ROUTED))
        seen = await reader.review(REVIEW)

    assert seen.state is ReviewState.RECEIVED
    async with store.reading() as reader:
        assert (await reader.review(REVIEW)).state is ReviewState.ROUTED


async def test_a_glance_finds_what_is_committed_at_that_moment(store: UnitOfWork) -> None:
    await save_a_review(store)

    async with store() as writer:
        await writer.save_review(a_review().move(ReviewState.ROUTED))
        async with store.glancing() as reader:
            before = await reader.review(REVIEW)
    async with store.glancing() as reader:
        after = await reader.review(REVIEW)

    assert (before.state, after.state) == (ReviewState.RECEIVED, ReviewState.ROUTED)


async def test_a_review_is_to_a_transaction_as_it_wrote_it(store: UnitOfWork) -> None:
    await save_a_review(store)

    async with store() as work:
        states = [(await work.review(REVIEW)).state]
        await work.save_review(a_review().move(ReviewState.ROUTED))
        states.append((await work.review(REVIEW)).state)

    assert states == [ReviewState.RECEIVED, ReviewState.ROUTED]


async def test_writers_take_turns(store: UnitOfWork) -> None:

    async def count() -> int:
        async with store() as work:
            await asyncio.sleep(0)
            return await work.next_number("turns")

    numbers = await asyncio.gather(*(count() for _ in range(20)))

    assert sorted(numbers) == list(range(1, 21))


# Messages


async def test_a_message_comes_back_byte_for_byte_with_its_hash(store: UnitOfWork) -> None:
    body = bytes(range(256))
    async with store() as work:
        await work.archive(a_message(body=body))

    async with store() as work:
        message = await work.message(MESSAGE)

    assert message == replace(a_message(body=body), sha256=message.sha256)
    assert message.sha256 == "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"


async def test_archiving_the_same_message_again_changes_nothing_and_another_under_its_id_is_refused(
    store: UnitOfWork,
) -> None:
    async with store() as work:
        await work.archive(a_message())
        await work.archive(a_message())

        with pytest.raises(Conflict):
            await work.archive(a_message(body=b"other bytes"))


async def test_the_messages_of_a_review_come_in_the_order_in_which_they_were_linked(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        await work.archive(a_message("msg-0"))
        await work.link(REVIEW, MESSAGE, "request")
        await work.link(REVIEW, MessageId("msg-0"), "response")
        await work.link(REVIEW, MESSAGE, "request")

    async with store.reading() as work:
        found = await work.messages_of(REVIEW)

    assert [(role, message.id) for role, message in found] == [("request", "msg-1"), ("response", "msg-0")]


async def test_what_refers_to_something_unknown_is_refused(store: UnitOfWork) -> None:
    await save_a_review(store)

    with pytest.raises(NotKnown):
        async with store() as work:
            await work.link(REVIEW, MessageId("no-such-message"), "request")
    with pytest.raises(NotKnown):
        async with store() as work:
            await work.add_leg(a_leg(review_id="no-such-review"))


# Resends and numbers


async def test_a_key_finds_its_message_for_as_long_as_was_asked(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        await work.remember_keys(HOSPITAL, ["bytes", "key"], MESSAGE, NOON)

    async with store() as work:
        assert await work.resend_of(HOSPITAL, ["other", "key"], NOON) == MESSAGE
        assert await work.resend_of(HOSPITAL, ["bytes"], NOON + SECOND) is None
        assert await work.resend_of(OTHER_HOSPITAL, ["bytes"], NOON) is None
        assert await work.resend_of(HOSPITAL, [], NOON) is None


async def test_a_key_stands_for_one_message_for_seven_days_and_may_stand_for_another_after(store: UnitOfWork) -> None:
    week = timedelta(days=7)
    async with store() as work:
        await work.archive(a_message())
        await work.archive(a_message("msg-2"))
        await work.remember_keys(HOSPITAL, ["key"], MESSAGE, NOON)
        await work.remember_keys(HOSPITAL, ["key"], MESSAGE, NOON)

    with pytest.raises(Conflict):
        async with store() as work:
            await work.remember_keys(HOSPITAL, ["key"], MessageId("msg-2"), NOON + week)
    async with store() as work:
        await work.remember_keys(HOSPITAL, ["key"], MessageId("msg-2"), NOON + week + SECOND)
        assert await work.resend_of(HOSPITAL, ["key"], NOON) == "msg-2"


async def test_keys_are_forgotten_after_seven_days_and_not_before(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        await work.remember_keys(HOSPITAL, ["old"], MESSAGE, NOON)
        await work.remember_keys(HOSPITAL, ["new"], MESSAGE, NOON + SECOND)

        assert await work.forget_keys(NOON + timedelta(days=7), 10) == 0
        assert await work.forget_keys(NOON + timedelta(days=7, seconds=1), 10) == 1
        assert await work.resend_of(HOSPITAL, ["old"], NOON) is None
        assert await work.resend_of(HOSPITAL, ["new"], NOON) == MESSAGE


async def test_an_interchange_number_is_used_up_once_per_partner(store: UnitOfWork) -> None:
    async with store() as work:
        assert await work.remember_interchange(HOSPITAL, "000000001", MESSAGE)
        assert await work.remember_interchange(HOSPITAL, "000000002", MESSAGE)
        assert await work.remember_interchange(OTHER_HOSPITAL, "000000001", MESSAGE)

    async with store() as work:
        assert not await work.remember_interchange(HOSPITAL, "000000001", MessageId("msg-2"))


async def test_what_became_of_each_set_comes_back(store: UnitOfWork) -> None:
    sets = (
        ReceivedSet(number=1, review_id=REVIEW, identifier="A12345", control_number="0001"),
        ReceivedSet(number=2, review_id=None, group_number=2),
    )
    async with store() as work:
        await work.archive(a_message())
        await work.save_received_sets(MESSAGE, sets)

    async with store.reading() as work:
        assert tuple(await work.received_sets(MESSAGE)) == sets
        assert tuple(await work.received_sets(MessageId("no-such-message"))) == ()


async def test_a_message_has_one_response_for_each_state_of_things(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        await work.archive(a_message("msg-2"))
        await work.save_response_to(MESSAGE, "rev-1:1", MessageId("msg-2"))

        assert await work.response_to(MESSAGE, "rev-1:1") == "msg-2"
        assert await work.response_to(MESSAGE, "rev-1:2") is None
        with pytest.raises(Conflict):
            await work.save_response_to(MESSAGE, "rev-1:1", MessageId("msg-2"))


async def test_each_series_counts_from_one_without_gaps(store: UnitOfWork) -> None:
    numbers = []
    for _ in range(3):
        async with store() as work:
            numbers.append((await work.next_number("isa:a"), await work.next_number("isa:b")))

    assert numbers == [(1, 1), (2, 2), (3, 3)]


# Reviews


async def test_a_review_comes_back_as_it_was_saved(store: UnitOfWork) -> None:
    await save_a_review(store)

    async with store.reading() as work:
        record = await work.review_record(REVIEW)
        assert await work.review(REVIEW) == a_review()

    assert record == a_record()
    assert record.review.received_at.utcoffset() == timedelta()


async def test_a_review_is_added_once_and_saved_only_when_it_was_added(store: UnitOfWork) -> None:
    await save_a_review(store)

    async with store() as work:
        with pytest.raises(Conflict):
            await work.add_review(a_record())
        with pytest.raises(NotKnown):
            await work.save_review(a_review("rev-2"))
        with pytest.raises(NotKnown):
            await work.review(ReviewId("rev-2"))
        with pytest.raises(NotKnown):
            await work.review_record(ReviewId("rev-2"))


async def test_a_review_with_the_same_digest_is_found_while_it_is_open(store: UnitOfWork) -> None:
    await save_a_review(store)
    async with store() as work:
        assert await work.open_review_like(HOSPITAL, "digest-1") == REVIEW
        assert await work.open_review_like(HOSPITAL, "digest-2") is None
        assert await work.open_review_like(OTHER_HOSPITAL, "digest-1") is None

        routed = a_review().move(ReviewState.ROUTED)
        await work.save_review(routed)
        assert await work.open_review_like(HOSPITAL, "digest-1") == REVIEW

        await work.save_review(routed.move(ReviewState.DETERMINED))
        assert await work.open_review_like(HOSPITAL, "digest-1") is None


async def test_reviews_are_listed_newest_first_page_by_page(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        for number in (2, 1, 4, 3):
            await work.add_review(a_record(a_review(f"rev-{number}", at=NOON + SECOND * (number // 3))))
        await work.add_review(a_record(a_review("rev-other", partner=OTHER_HOSPITAL, at=NOON + SECOND)))

    async with store.reading() as work:
        first = [review.id for review in await work.reviews(partner=HOSPITAL, limit=3, after="")]
        rest = [review.id for review in await work.reviews(partner=HOSPITAL, limit=3, after=first[-1])]
        everybodys = [review.id for review in await work.reviews(partner=None, limit=10, after="")]
        with pytest.raises(NotKnown):
            await work.reviews(partner=None, limit=3, after="no-such-review")

    assert first + rest == ["rev-4", "rev-3", "rev-2", "rev-1"]
    assert everybodys == ["rev-other", "rev-4", "rev-3", "rev-2", "rev-1"]


async def test_reviews_whose_time_is_over_are_found_until_they_have_a_reply(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        await work.add_review(a_record(a_review("rev-later"), answer_by=NOON + SECOND * 2))
        await work.add_review(a_record(a_review("rev-1"), answer_by=NOON + SECOND))
        await work.add_review(a_record(a_review("rev-2"), answer_by=NOON))

    async with store() as work:
        assert await work.reviews_without_reply(NOON + SECOND, 10) == ["rev-2", "rev-1"]
        assert await work.reviews_without_reply(NOON + SECOND, 1) == ["rev-2"]
        await work.add_reply(ReplyRecord(reply=a_reply()))
        assert await work.reviews_without_reply(NOON + SECOND, 10) == ["rev-2"]


async def test_a_number_names_the_partners_latest_review_that_it_was_given_to(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        for name in ("rev-1", "rev-2"):
            await work.add_review(a_record(a_review(name)))
        await work.remember_numbers(REVIEW, {"AUTH1": DELEGATE, "AUTH2": DELEGATE})
        await work.remember_numbers(REVIEW, {})
        await work.remember_numbers(ReviewId("rev-2"), {"AUTH2": DestinationId("bcbsm-um")})

        assert await work.review_by_number(HOSPITAL, "AUTH1") == ("rev-1", DELEGATE)
        assert await work.review_by_number(HOSPITAL, "AUTH2") == ("rev-2", "bcbsm-um")
        assert await work.review_by_number(OTHER_HOSPITAL, "AUTH1") is None
        assert await work.review_by_number(HOSPITAL, "AUTH3") is None


async def test_a_key_leads_to_the_reviews_that_have_it_newest_first(store: UnitOfWork) -> None:
    trace = a_review().event.traces[0].number
    async with store() as work:
        await work.archive(a_message())
        for nth, name in enumerate(("rev-1", "rev-2")):
            await work.add_review(a_record(a_review(name, at=NOON + SECOND * nth)))
        await work.add_review(a_record(a_review("rev-other", partner=OTHER_HOSPITAL)))

        assert await work.reviews_by_key(KeyKind.TRACE, trace, partner=HOSPITAL, limit=5) == ["rev-2", "rev-1"]
        assert await work.reviews_by_key(KeyKind.TRACE, trace, partner=HOSPITAL, limit=1) == ["rev-2"]
        assert len(await work.reviews_by_key(KeyKind.TRACE, trace, partner=None, limit=5)) == 3
        assert await work.reviews_by_key(KeyKind.URL, trace, partner=HOSPITAL, limit=5) == []


async def test_a_review_follows_the_one_that_it_was_first_said_to_follow(store: UnitOfWork) -> None:
    async with store() as work:
        await work.archive(a_message())
        for name in ("rev-1", "rev-2", "rev-3"):
            await work.add_review(a_record(a_review(name)))
        await work.follow(ReviewId("rev-2"), ReviewId("rev-1"))
        await work.follow(ReviewId("rev-2"), ReviewId("rev-3"))

        assert await work.prior_of(ReviewId("rev-2")) == "rev-1"
        assert await work.prior_of(ReviewId("rev-1")) is None
        assert await work.followers_of(ReviewId("rev-1")) == ["rev-2"]
