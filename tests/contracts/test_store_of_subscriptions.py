"""What every store promises of subscriptions: whose they are, what is due and for whom, and events in order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from contracts.examples import REVIEW, save_a_review
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.domain.subscriptions import Subscription, SubscriptionId, SubscriptionState
from priorauth.services.ports import Conflict, NotKnown, UnitOfWork
from subscribing import ANOTHER, HOSPITAL, NOON, OWNER, a_notification, a_subscription, some_terms

SUBSCRIPTION = SubscriptionId("sub-1")
SECOND = timedelta(seconds=1)


async def save(store: UnitOfWork, *subscriptions: Subscription) -> None:
    async with store() as work:
        for subscription in subscriptions or (a_subscription(),):
            await work.add_subscription(subscription, NOON)


# What is kept


async def test_a_subscription_comes_back_as_it_was_saved(store: UnitOfWork) -> None:
    subscription = a_subscription(
        terms=some_terms(
            headers=(("Authorization", "Bearer secret"),),
            organizations=(("1", "2"), ("3",)),
            heartbeat=timedelta(seconds=60),
            end=NOON + SECOND,
        ),
        failures=2,
        error="the endpoint answered 503",
    )

    await save(store, subscription)

    async with store.reading() as work:
        assert await work.subscription(SUBSCRIPTION) == subscription
        with pytest.raises(NotKnown):
            await work.subscription(SubscriptionId("sub-none"))


async def test_subscriptions_are_found_by_their_owner_and_by_whose_answers_they_are_for(store: UnitOfWork) -> None:
    await save(
        store,
        a_subscription("sub-1"),
        a_subscription("sub-2", owner=ANOTHER),
        a_subscription("sub-3", partner=PartnerId("other-hospital")),
    )

    async with store.reading() as work:
        assert [each.id for each in await work.subscriptions_of(OWNER)] == ["sub-1", "sub-3"]
        assert [each.id for each in await work.subscriptions_for(HOSPITAL)] == ["sub-1", "sub-2"]


async def test_of_two_changes_to_one_revision_the_second_is_a_conflict(store: UnitOfWork) -> None:
    await save(store)
    seen = a_subscription()

    async with store() as work:
        await work.save_subscription(seen.answered(NOON + SECOND))

    async with store() as work:
        with pytest.raises(Conflict):
            await work.save_subscription(seen.failed("the endpoint answered 500", NOON, attempts_allowed=1))
        kept = await work.subscription(SUBSCRIPTION)
        with pytest.raises(NotKnown):
            await work.save_subscription(a_subscription("sub-none"))
    assert kept.state is SubscriptionState.ACTIVE
    assert kept.revision == 2


async def test_deleting_takes_the_notifications_along_and_happens_once(store: UnitOfWork) -> None:
    await save_a_review(store)
    await save(store)
    async with store() as work:
        await work.add_notification(a_notification(await work.count_event(SUBSCRIPTION, NOON)))

    async with store() as work:
        await work.delete_subscription(SUBSCRIPTION)

    async with store() as work:
        with pytest.raises(NotKnown):
            await work.delete_subscription(SUBSCRIPTION)
        assert await work.notifications(SUBSCRIPTION, 1, 9, 9) == []
        assert await work.subscriptions_due(NOON, 9) == []


# What is due, for whom of several senders


async def test_the_longest_overdue_come_first_and_what_is_not_due_does_not_come(store: UnitOfWork) -> None:
    async with store() as work:
        await work.add_subscription(a_subscription("sub-later"), NOON + SECOND)
        await work.add_subscription(a_subscription("sub-1"), NOON)
        await work.add_subscription(a_subscription("sub-0"), NOON - SECOND)
        await work.add_subscription(a_subscription("sub-never"), None)

    async with store.reading() as work:
        assert await work.subscriptions_due(NOON, 9) == ["sub-0", "sub-1"]
        assert await work.subscriptions_due(NOON, 1) == ["sub-0"]


async def test_only_one_sender_holds_a_subscription_and_another_takes_over_when_its_time_is_over(
    store: UnitOfWork,
) -> None:
    await save(store)

    async def hold() -> bool:
        async with store() as work:
            return await work.hold_subscription(SUBSCRIPTION, NOON, NOON + SECOND)

    assert sorted(await asyncio.gather(hold(), hold(), hold())) == [False, False, True]
    async with store() as work:
        assert await work.subscriptions_due(NOON, 9) == []
        assert await work.subscriptions_due(NOON + SECOND, 9) == [SUBSCRIPTION]
        assert await work.hold_subscription(SUBSCRIPTION, NOON + SECOND, NOON + 2 * SECOND)


async def test_what_is_not_due_is_not_held(store: UnitOfWork) -> None:
    await save(store)

    async with store() as work:
        assert not await work.hold_subscription(SUBSCRIPTION, NOON - SECOND, NOON)
        assert not await work.hold_subscription(SubscriptionId("sub-none"), NOON, NOON + SECOND)


async def test_released_it_is_due_when_said_and_pauses_as_long_as_said(store: UnitOfWork) -> None:
    await save(store)
    async with store() as work:
        await work.hold_subscription(SUBSCRIPTION, NOON, NOON + SECOND)
        await work.release_subscription(
            SUBSCRIPTION, NOON + SECOND, due_at=NOON + SECOND, events=0, pause_until=NOON + 5 * SECOND
        )

    async with store.reading() as work:
        assert await work.subscriptions_due(NOON + 4 * SECOND, 9) == []
        assert await work.subscriptions_due(NOON + 5 * SECOND, 9) == [SUBSCRIPTION]


async def test_an_event_counted_while_it_was_held_is_not_overlooked(store: UnitOfWork) -> None:
    await save(store)
    async with store() as work:
        await work.hold_subscription(SUBSCRIPTION, NOON, NOON + SECOND)
        seen = await work.events_counted(SUBSCRIPTION)
        await work.count_event(SUBSCRIPTION, NOON)

    async with store() as work:
        await work.release_subscription(SUBSCRIPTION, NOON + SECOND, due_at=None, events=seen)

    async with store.reading() as work:
        assert await work.subscriptions_due(NOON, 9) == [SUBSCRIPTION]


async def test_who_held_it_before_it_was_woken_does_not_put_it_to_sleep_again(store: UnitOfWork) -> None:
    await save(store)
    async with store() as work:
        await work.hold_subscription(SUBSCRIPTION, NOON, NOON + SECOND)
        await work.wake_subscription(SUBSCRIPTION, NOON)
        await work.release_subscription(SUBSCRIPTION, NOON + SECOND, due_at=None, events=0)

    async with store.reading() as work:
        assert await work.subscriptions_due(NOON, 9) == [SUBSCRIPTION]


# Events


async def test_events_are_numbered_per_subscription_without_gaps(store: UnitOfWork) -> None:
    await save(store, a_subscription("sub-1"), a_subscription("sub-2"))

    async def count(id: str) -> int:
        async with store() as work:
            return await work.count_event(SubscriptionId(id), NOON)

    numbers = await asyncio.gather(*(count("sub-1") for _ in range(5)), count("sub-2"))

    assert sorted(numbers[:5]) == [1, 2, 3, 4, 5]
    assert numbers[5] == 1
    async with store() as work:
        assert await work.events_counted(SUBSCRIPTION) == 5
        with pytest.raises(NotKnown):
            await work.count_event(SubscriptionId("sub-none"), NOON)


async def test_notifications_wait_in_the_order_of_their_events_until_each_is_delivered(store: UnitOfWork) -> None:
    await save_a_review(store)
    await save(store)
    async with store() as work:
        for number in (2, 1, 3):
            await work.add_notification(a_notification(number))
        with pytest.raises(Conflict):
            await work.add_notification(a_notification(3, id="ntf-other"))

    waited = []
    async with store() as work:
        while waiting := await work.waiting_notification(SUBSCRIPTION):
            waited.append(waiting.number)
            await work.mark_delivered(waiting.id, NOON + SECOND)
            await work.mark_delivered(waiting.id, NOON + 9 * SECOND)
        found = await work.notifications(SUBSCRIPTION, 2, 3, 9)
        assert await work.notifications(SUBSCRIPTION, 1, 9, 1) == [
            a_notification(1, delivered_at=NOON + SECOND),
        ]

    assert waited == [1, 2, 3]
    assert found == [a_notification(number, delivered_at=NOON + SECOND) for number in (2, 3)]


async def test_a_notification_that_is_to_be_told_again_waits_while_those_after_it_are_delivered(
    store: UnitOfWork,
) -> None:
    await save_a_review(store)
    await save(store)
    async with store() as work:
        for number in (1, 2):
            await work.add_notification(a_notification(number))
            await work.mark_delivered(a_notification(number).id, NOON)

        await work.tell_again(a_notification(1).id)

        assert await work.waiting_notification(SUBSCRIPTION) == a_notification(1)
        assert await work.notifications_of(REVIEW) == [a_notification(1), a_notification(2, delivered_at=NOON)]
        assert await work.notifications_of(ReviewId("rev-none")) == []
