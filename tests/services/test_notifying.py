"""Telling subscribers: who is told, in which order, again after failures, and by one sender at a time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest

from notifying import ATTEMPTS, MINUTE, SECOND, NotifyingGateway, owner_of, parameter
from priorauth.adapters.webhooks import host_of
from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import Format
from priorauth.domain.subscriptions import SubscriptionState
from priorauth.services.manage_subscription import MOST_OWNED, TooMany
from priorauth.services.ports import NotKnown, Retryable
from priorauth.services.send_notifications import MARGIN
from subscribing import ANOTHER, NOON, some_terms


@pytest.fixture
def gateway() -> NotifyingGateway:
    return NotifyingGateway()


def numbers(gateway: NotifyingGateway) -> Sequence[str]:
    return [count for kind, count in gateway.endpoints.said if kind == "event-notification"]


# Handshakes


async def test_an_endpoint_is_asked_at_once_and_then_the_subscription_is_active(gateway: NotifyingGateway) -> None:
    created = await gateway.manage.create(owner_of(), some_terms(headers=(("Authorization", "Bearer x"),)))
    assert created.state is SubscriptionState.REQUESTED

    await gateway.work()

    assert gateway.endpoints.said == [("handshake", "0")]
    assert gateway.endpoints.received[0].headers == (("Authorization", "Bearer x"),)
    assert await gateway.state(created.id) is SubscriptionState.ACTIVE
    await gateway.pass_time(MINUTE)
    assert len(gateway.endpoints.received) == 1


async def test_a_handshake_is_tried_again_as_it_was_and_then_given_up(gateway: NotifyingGateway) -> None:
    gateway.endpoints.faults = ["the endpoint answered 500"] * 3
    created = await gateway.manage.create(owner_of(), some_terms())

    await gateway.pass_time(MINUTE)

    subscription = await gateway.subscription(created.id)
    assert (subscription.state, subscription.error) == (SubscriptionState.ERROR, "the endpoint answered 500")
    assert len({each.body for each in gateway.endpoints.received}) == 1
    assert [each.error for each in gateway.told] == ["the endpoint answered 500"] * 3


# Events


async def test_events_are_told_in_order_each_once(gateway: NotifyingGateway) -> None:
    await gateway.subscribe()

    for id in ("rev-1", "rev-2", "rev-1"):
        await gateway.answer(id)
    await gateway.work()
    await gateway.pass_time(MINUTE)

    assert gateway.endpoints.said == [("event-notification", str(number)) for number in (1, 2, 3)]
    focus = [each["entry"][1]["fullUrl"].rpartition("/")[2] for each in gateway.endpoints.bundles]
    assert focus == ["rev-1-2", "rev-2-2", "rev-1-2"]
    assert len({each["id"] for each in gateway.endpoints.bundles}) == 3


async def test_each_subscriber_of_the_partner_counts_its_own_events(gateway: NotifyingGateway) -> None:
    await gateway.subscribe()
    await gateway.answer()
    await gateway.work()
    await gateway.subscribe(owner=owner_of(ANOTHER))
    await gateway.subscribe(owner=owner_of(ClientId("far"), PartnerId("other-hospital")))
    await gateway.subscribe(some_terms(organizations=(("0000000000",),)))

    await gateway.answer()
    await gateway.work()

    assert sorted(numbers(gateway)) == ["1", "2"]


async def test_what_was_not_taken_comes_again_as_it_was_and_later_events_wait_for_it(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    gateway.endpoints.faults = ["the endpoint answered 503"] * 2
    await gateway.answer()
    await gateway.work()
    await gateway.answer()
    await gateway.work()  # a new event does not shorten the pause

    assert len(gateway.endpoints.received) == 1
    assert (await gateway.subscription(id)).error == "the endpoint answered 503"
    await gateway.pass_time(10 * SECOND)

    assert numbers(gateway) == ["1", "1", "1", "2"]
    assert len({each.body for each in gateway.endpoints.received[:3]}) == 1
    assert (await gateway.subscription(id)).error == ""


async def test_a_failure_in_the_middle_keeps_what_was_taken_before_it(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    for _ in range(3):
        await gateway.answer()
    gateway.endpoints.faults = ["", "the endpoint answered 503"]
    await gateway.work()

    assert numbers(gateway) == ["1", "2"]
    assert (await gateway.subscription(id)).failures == 1
    await gateway.pass_time(5 * SECOND)
    assert numbers(gateway) == ["1", "2", "2", "3"]


async def test_nothing_more_is_sent_once_its_owner_has_deleted_it(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    for _ in range(3):
        await gateway.answer()
    gateway.endpoints.gate = asyncio.Event()
    sender = asyncio.create_task(gateway.send(id))
    while not gateway.endpoints.received:
        await asyncio.sleep(0)
    await gateway.manage.delete(owner_of(), id)
    gateway.endpoints.gate.set()
    await sender

    assert numbers(gateway) == ["1"]


async def test_pauses_grow(gateway: NotifyingGateway) -> None:
    await gateway.subscribe()
    gateway.endpoints.faults = ["the endpoint did not answer in time"] * 3
    await gateway.answer()

    sent_after = []
    for second in range(20):
        before = len(gateway.endpoints.received)
        await gateway.work()
        sent_after += [second] * (len(gateway.endpoints.received) - before)
        gateway.time += SECOND

    pauses = [later - earlier for earlier, later in itertools.pairwise(sent_after)]
    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2
    assert pauses[2] >= 3


async def test_too_many_failures_are_an_error_and_an_update_brings_everything_after(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    gateway.endpoints.faults = ["the endpoint answered 503"] * ATTEMPTS
    await gateway.answer()
    await gateway.pass_time(MINUTE)
    assert await gateway.state(id) is SubscriptionState.ERROR

    await gateway.answer()
    await gateway.pass_time(MINUTE)
    assert numbers(gateway) == ["1"] * ATTEMPTS

    gateway.endpoints.received.clear()
    await gateway.manage.update(owner_of(), id, some_terms(endpoint="https://ehr.example/new"))
    await gateway.pass_time(SECOND)

    assert gateway.endpoints.said == [("handshake", "2"), ("event-notification", "1"), ("event-notification", "2")]
    assert {each.endpoint for each in gateway.endpoints.received} == {"https://ehr.example/new"}
    assert await gateway.state(id) is SubscriptionState.ACTIVE
    assert {parameter(each, "status") for each in gateway.endpoints.bundles[1:]} == {"active"}


async def test_what_happens_before_the_first_handshake_is_not_an_event(gateway: NotifyingGateway) -> None:
    await gateway.manage.create(owner_of(), some_terms())
    await gateway.answer()

    await gateway.pass_time(MINUTE)

    assert gateway.endpoints.said == [("handshake", "0")]


async def test_a_subscription_that_is_gone_is_told_nothing_more(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    await gateway.answer()
    await gateway.manage.delete(owner_of(), id)

    await gateway.pass_time(MINUTE)
    await gateway.answer()

    assert gateway.endpoints.received == []


async def test_its_end_turns_a_subscription_off(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe(some_terms(end=NOON + 5 * SECOND))

    await gateway.pass_time(10 * SECOND)
    await gateway.answer()
    await gateway.work()

    assert await gateway.state(id) is SubscriptionState.OFF
    assert gateway.endpoints.received == []


async def test_its_end_turns_off_a_subscription_whose_endpoint_fails(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe(some_terms(end=NOON + 3 * SECOND))
    gateway.endpoints.faults = ["the endpoint answered 503"] * ATTEMPTS
    await gateway.answer()

    await gateway.pass_time(10 * SECOND)

    assert await gateway.state(id) is SubscriptionState.OFF
    assert len(gateway.endpoints.received) < ATTEMPTS
    gateway.time += MINUTE
    assert await gateway.send.due() == []


# Heartbeats


async def test_heartbeats_come_in_their_period_after_whatever_came_last(gateway: NotifyingGateway) -> None:
    await gateway.subscribe(some_terms(heartbeat=10 * SECOND))

    await gateway.pass_time(15 * SECOND)
    await gateway.answer()
    await gateway.pass_time(9 * SECOND)
    before = len(gateway.endpoints.received)
    await gateway.pass_time(11 * SECOND)

    kinds = [kind for kind, _ in gateway.endpoints.said]
    assert kinds == ["heartbeat", "event-notification", "heartbeat"]
    assert before == 2


async def test_heartbeats_that_are_not_taken_are_an_error_too(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe(some_terms(heartbeat=SECOND))
    gateway.endpoints.faults = ["the endpoint could not be reached"] * ATTEMPTS

    await gateway.pass_time(MINUTE)

    assert await gateway.state(id) is SubscriptionState.ERROR


# Several senders


async def test_several_senders_send_each_notification_once(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    for _ in range(5):
        await gateway.answer()
    gateway.endpoints.gate = asyncio.Event()

    senders = [asyncio.create_task(gateway.send(id)) for _ in range(4)]
    await asyncio.sleep(0)
    gateway.endpoints.gate.set()
    await asyncio.gather(*senders)

    assert numbers(gateway) == ["1", "2", "3", "4", "5"]


async def test_what_a_sender_that_died_was_sending_another_sends_with_the_same_bytes(
    gateway: NotifyingGateway,
) -> None:
    id = await gateway.subscribe()
    await gateway.answer()
    gateway.endpoints.gate = asyncio.Event()
    dying = asyncio.create_task(gateway.send(id))
    while not gateway.endpoints.received:
        await asyncio.sleep(0)
    dying.cancel()
    gateway.endpoints.gate = None

    await gateway.work()
    assert len(gateway.endpoints.received) == 1
    gateway.time += some_terms().timeout + MARGIN
    await gateway.work()

    first, second = gateway.endpoints.received
    assert first.body == second.body
    await gateway.pass_time(MINUTE)
    assert len(gateway.endpoints.received) == 2


async def test_an_event_made_while_another_is_being_sent_follows_it(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    await gateway.answer()
    gateway.endpoints.gate = asyncio.Event()
    sender = asyncio.create_task(gateway.send(id))
    while not gateway.endpoints.received:
        await asyncio.sleep(0)
    await gateway.answer()
    gateway.endpoints.gate.set()
    await sender
    await gateway.work()

    assert numbers(gateway) == ["1", "2"]


async def test_an_update_while_something_is_being_sent_begins_anew(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    await gateway.answer()
    gateway.endpoints.gate = asyncio.Event()
    gateway.endpoints.faults = ["the endpoint answered 500"]
    sender = asyncio.create_task(gateway.send(id))
    while not gateway.endpoints.received:
        await asyncio.sleep(0)
    gateway.time += SECOND
    await gateway.manage.update(owner_of(), id, some_terms(endpoint="https://ehr.example/new"))
    gateway.endpoints.gate.set()
    await sender
    await gateway.work()

    assert gateway.endpoints.said == [("event-notification", "1"), ("handshake", "1"), ("event-notification", "1")]
    assert await gateway.state(id) is SubscriptionState.ACTIVE


# Owners


async def test_what_is_anothers_is_as_if_it_were_not_there(gateway: NotifyingGateway) -> None:
    id = await gateway.subscribe()
    before = await gateway.subscription(id)

    for stranger in (owner_of(ANOTHER), replace(owner_of(), version=Format.PAS_2_0_1)):
        with pytest.raises(NotKnown):
            await gateway.manage.read(stranger, id)
        with pytest.raises(NotKnown):
            await gateway.manage.update(stranger, id, some_terms())
        with pytest.raises(NotKnown):
            await gateway.manage.delete(stranger, id)
        with pytest.raises(NotKnown):
            await gateway.manage.events(stranger, id, 1, 9)
        assert await gateway.manage.find(stranger) == []

    assert await gateway.subscription(id) == before


async def test_a_system_may_have_only_so_many(gateway: NotifyingGateway) -> None:
    for _ in range(MOST_OWNED):
        await gateway.manage.create(owner_of(), some_terms())

    with pytest.raises(TooMany):
        await gateway.manage.create(owner_of(), some_terms())
    await gateway.manage.create(owner_of(ANOTHER), some_terms())


async def test_a_host_that_is_left_alone_is_told_everything_later_and_its_subscription_loses_no_attempt(
    gateway: NotifyingGateway,
) -> None:
    for number in range(5):
        with pytest.raises(Retryable), gateway.circuits.calling(host_of(some_terms().endpoint), f"sub-{number}"):
            raise Retryable("the endpoint could not be reached")
    created = await gateway.manage.create(owner_of(), some_terms())

    await gateway.work()

    assert gateway.endpoints.received == []
    assert (await gateway.subscription(created.id)).failures == 0
    await gateway.pass_time(MINUTE)
    assert gateway.endpoints.said == [("handshake", "0")]
    assert await gateway.state(created.id) is SubscriptionState.ACTIVE
