"""Telling subscribers: who is told, in which order, again after failures, and by one sender at a time."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.examples import a_record, a_reply, a_review
from memory.store import MemoryStore
from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import Format, MessageId, ReviewId
from priorauth.domain.subscriptions import Subscription, SubscriptionId, SubscriptionState, Terms
from priorauth.services.enlist_notifications import EnlistNotifications
from priorauth.services.manage_subscription import MOST_OWNED, ManageSubscription, Owner, TooMany
from priorauth.services.ports import Direction, Message, NotKnown, Retryable
from priorauth.services.send_notifications import MARGIN, SendNotifications, Sent
from priorauth.services.subscription_ports import Delivery
from subscribing import ANOTHER, HOSPITAL, NOON, OWNER, some_terms

BASES = {Format.PAS_2_2_1: "https://gateway.example/fhir/2.2.1", Format.PAS_2_0_1: "https://gateway.example/fhir/2.0.1"}
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ATTEMPTS = 4


@dataclass
class Endpoints:
    """Every endpoint there is. `faults` are the next failures; `gate` holds calls up until it is set."""

    faults: list[str] = field(default_factory=list)
    received: list[Delivery] = field(default_factory=list)
    gate: asyncio.Event | None = None

    def allows(self, endpoint: str) -> bool:
        return bool(endpoint)

    async def post(self, delivery: Delivery) -> None:
        self.received.append(delivery)
        if self.gate is not None:
            await self.gate.wait()
        if self.faults:
            raise Retryable(self.faults.pop(0))

    @property
    def bundles(self) -> list[Any]:
        return [json.loads(each.body) for each in self.received]

    @property
    def said(self) -> list[tuple[str, str]]:
        """The kind of each notification with the count of events that it says."""
        return [(parameter(each, "type"), parameter(each, "events-since-subscription-start")) for each in self.bundles]


def parameter(bundle: Any, name: str) -> str:
    found = next(each for each in bundle["entry"][0]["resource"]["parameter"] if each["name"] == name)
    return str(next(value for key, value in found.items() if key.startswith("value")))


class Gateway:
    """The use cases of subscriptions over the store in memory, on a clock that is held."""

    def __init__(self) -> None:
        self.time = NOON
        self.store = MemoryStore()
        self.endpoints = Endpoints()
        self.told: list[Sent] = []
        self._ids = itertools.count(1)
        made: dict[str, Any] = {"now": self.now, "new_id": self.new_id}
        self.manage = ManageSubscription(unit_of_work=self.store, **made)
        self.enlist = EnlistNotifications(bases=BASES, **made)
        self.send = SendNotifications(
            unit_of_work=self.store,
            webhooks=self.endpoints,
            bases=BASES,
            tell=self.told.append,
            attempts_allowed=ATTEMPTS,
            **made,
        )

    def now(self) -> datetime:
        return self.time

    def new_id(self, prefix: str) -> str:
        return f"{prefix}-{next(self._ids):06d}"

    async def subscribe(self, terms: Terms | None = None, owner: Owner | None = None) -> SubscriptionId:
        """A subscription whose endpoint has taken its handshake."""
        created = await self.manage.create(owner or owner_of(), terms or some_terms())
        await self.work()
        assert await self.state(created.id) is SubscriptionState.ACTIVE
        self.endpoints.received.clear()
        return created.id

    async def work(self) -> None:
        """What each round of the worker does."""
        for subscription_id in await self.send.due():
            await self.send(subscription_id)

    async def pass_time(self, span: timedelta) -> None:
        """Let time pass in steps of a second."""
        until = self.time + span
        while self.time < until:
            self.time += SECOND
            await self.work()

    async def answer(self, review_id: str = "rev-1", *, partner: PartnerId = HOSPITAL) -> None:
        """A later reply to a review is made."""
        review = replace(a_review(review_id, partner=partner), arrived_as=Format.PAS_2_2_1)
        async with self.store() as work:
            body = json.dumps({"resourceType": "Bundle", "id": f"{review_id}-2", "type": "collection"}).encode()
            message = Message(
                id=MessageId(self.new_id("msg")),
                direction=Direction.SENT,
                counterpart=partner,
                format="pas-2.2.1",
                at=self.now(),
                body=body,
            )
            await work.archive(message)
            if ReviewId(review_id) not in self.store.tables.reviews:
                await work.add_review(replace(a_record(review), message_id=message.id))
            await self.enlist(work, review, a_reply(2, review_id=review_id), message)

    async def subscription(self, id: SubscriptionId) -> Subscription:
        async with self.store.reading() as work:
            return await work.subscription(id)

    async def state(self, id: SubscriptionId) -> SubscriptionState:
        return (await self.subscription(id)).state


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def owner_of(client: ClientId = OWNER, partner: PartnerId = HOSPITAL) -> Owner:
    return Owner(client=client, partner=partner, version=Format.PAS_2_2_1)


def numbers(gateway: Gateway) -> Sequence[str]:
    return [count for kind, count in gateway.endpoints.said if kind == "event-notification"]


# Handshakes


async def test_an_endpoint_is_asked_at_once_and_then_the_subscription_is_active(gateway: Gateway) -> None:
    created = await gateway.manage.create(owner_of(), some_terms(headers=(("Authorization", "Bearer x"),)))
    assert created.state is SubscriptionState.REQUESTED

    await gateway.work()

    assert gateway.endpoints.said == [("handshake", "0")]
    assert gateway.endpoints.received[0].headers == (("Authorization", "Bearer x"),)
    assert await gateway.state(created.id) is SubscriptionState.ACTIVE
    await gateway.pass_time(MINUTE)
    assert len(gateway.endpoints.received) == 1


async def test_a_handshake_is_tried_again_as_it_was_and_then_given_up(gateway: Gateway) -> None:
    gateway.endpoints.faults = ["the endpoint answered 500"] * 3
    created = await gateway.manage.create(owner_of(), some_terms())

    await gateway.pass_time(MINUTE)

    subscription = await gateway.subscription(created.id)
    assert (subscription.state, subscription.error) == (SubscriptionState.ERROR, "the endpoint answered 500")
    assert len({each.body for each in gateway.endpoints.received}) == 1
    assert [each.error for each in gateway.told] == ["the endpoint answered 500"] * 3


# Events


async def test_events_are_told_in_order_each_once(gateway: Gateway) -> None:
    await gateway.subscribe()

    for id in ("rev-1", "rev-2", "rev-1"):
        await gateway.answer(id)
    await gateway.work()
    await gateway.pass_time(MINUTE)

    assert gateway.endpoints.said == [("event-notification", str(number)) for number in (1, 2, 3)]
    focus = [each["entry"][1]["fullUrl"].rpartition("/")[2] for each in gateway.endpoints.bundles]
    assert focus == ["rev-1-2", "rev-2-2", "rev-1-2"]
    assert len({each["id"] for each in gateway.endpoints.bundles}) == 3


async def test_each_subscriber_of_the_partner_counts_its_own_events(gateway: Gateway) -> None:
    await gateway.subscribe()
    await gateway.answer()
    await gateway.work()
    await gateway.subscribe(owner=owner_of(ANOTHER))
    await gateway.subscribe(owner=owner_of(ClientId("far"), PartnerId("other-hospital")))
    await gateway.subscribe(some_terms(organizations=(("0000000000",),)))

    await gateway.answer()
    await gateway.work()

    assert sorted(numbers(gateway)) == ["1", "2"]


async def test_what_was_not_taken_comes_again_as_it_was_and_later_events_wait_for_it(gateway: Gateway) -> None:
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


async def test_pauses_grow(gateway: Gateway) -> None:
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


async def test_too_many_failures_are_an_error_and_an_update_brings_everything_after(gateway: Gateway) -> None:
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


async def test_what_happens_before_the_first_handshake_is_not_an_event(gateway: Gateway) -> None:
    await gateway.manage.create(owner_of(), some_terms())
    await gateway.answer()

    await gateway.pass_time(MINUTE)

    assert gateway.endpoints.said == [("handshake", "0")]


async def test_a_subscription_that_is_gone_is_told_nothing_more(gateway: Gateway) -> None:
    id = await gateway.subscribe()
    await gateway.answer()
    await gateway.manage.delete(owner_of(), id)

    await gateway.pass_time(MINUTE)
    await gateway.answer()

    assert gateway.endpoints.received == []


async def test_its_end_turns_a_subscription_off(gateway: Gateway) -> None:
    id = await gateway.subscribe(some_terms(end=NOON + 5 * SECOND))

    await gateway.pass_time(10 * SECOND)
    await gateway.answer()
    await gateway.work()

    assert await gateway.state(id) is SubscriptionState.OFF
    assert gateway.endpoints.received == []


# Heartbeats


async def test_heartbeats_come_in_their_period_after_whatever_came_last(gateway: Gateway) -> None:
    await gateway.subscribe(some_terms(heartbeat=10 * SECOND))

    await gateway.pass_time(15 * SECOND)
    await gateway.answer()
    await gateway.pass_time(9 * SECOND)
    before = len(gateway.endpoints.received)
    await gateway.pass_time(11 * SECOND)

    kinds = [kind for kind, _ in gateway.endpoints.said]
    assert kinds == ["heartbeat", "event-notification", "heartbeat"]
    assert before == 2


async def test_heartbeats_that_are_not_taken_are_an_error_too(gateway: Gateway) -> None:
    id = await gateway.subscribe(some_terms(heartbeat=SECOND))
    gateway.endpoints.faults = ["the endpoint could not be reached"] * ATTEMPTS

    await gateway.pass_time(MINUTE)

    assert await gateway.state(id) is SubscriptionState.ERROR


# Several senders


async def test_several_senders_send_each_notification_once(gateway: Gateway) -> None:
    id = await gateway.subscribe()
    for _ in range(5):
        await gateway.answer()
    gateway.endpoints.gate = asyncio.Event()

    senders = [asyncio.create_task(gateway.send(id)) for _ in range(4)]
    await asyncio.sleep(0)
    gateway.endpoints.gate.set()
    await asyncio.gather(*senders)

    assert numbers(gateway) == ["1", "2", "3", "4", "5"]


async def test_what_a_sender_that_died_was_sending_is_sent_by_another_with_the_same_bytes(gateway: Gateway) -> None:
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


async def test_an_event_made_while_another_is_being_sent_follows_it(gateway: Gateway) -> None:
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


async def test_an_update_while_something_is_being_sent_begins_anew(gateway: Gateway) -> None:
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


async def test_what_is_anothers_is_as_if_it_were_not_there(gateway: Gateway) -> None:
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


async def test_a_system_may_have_only_so_many(gateway: Gateway) -> None:
    for _ in range(MOST_OWNED):
        await gateway.manage.create(owner_of(), some_terms())

    with pytest.raises(TooMany):
        await gateway.manage.create(owner_of(), some_terms())
    await gateway.manage.create(owner_of(ANOTHER), some_terms())
