"""The use cases of subscriptions over the store in memory: endpoints that answer as told, a clock that is held."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from contracts.examples import a_record, a_reply, a_review
from memory.store import MemoryStore
from priorauth.adapters.webhooks import host_of
from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import Format, MessageId, ReviewId
from priorauth.domain.subscriptions import Subscription, SubscriptionId, SubscriptionState, Terms
from priorauth.services.circuits import Circuits
from priorauth.services.enlist_notifications import EnlistNotifications
from priorauth.services.manage_subscription import ManageSubscription, Owner
from priorauth.services.ports import Direction, Message, Retryable
from priorauth.services.send_notifications import SendNotifications, Sent
from priorauth.services.subscription_ports import Delivery
from subscribing import HOSPITAL, NOON, OWNER, some_terms

BASES = {Format.PAS_2_2_1: "https://gateway.example/fhir/2.2.1", Format.PAS_2_0_1: "https://gateway.example/fhir/2.0.1"}
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ATTEMPTS = 4


@dataclass
class Endpoints:
    """Every endpoint. `faults` are the next failures, empty for none; `gate` holds calls up until it is set."""

    faults: list[str] = field(default_factory=list)
    received: list[Delivery] = field(default_factory=list)
    gate: asyncio.Event | None = None

    def allows(self, endpoint: str) -> bool:
        return bool(endpoint)

    def host(self, endpoint: str) -> str:
        return host_of(endpoint)

    async def post(self, delivery: Delivery) -> None:
        self.received.append(delivery)
        if self.gate is not None:
            await self.gate.wait()
        if self.faults and (fault := self.faults.pop(0)):
            raise Retryable(fault)

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


class NotifyingGateway:
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
        self.circuits = Circuits(now=self.now)
        self.send = SendNotifications(
            unit_of_work=self.store,
            webhooks=self.endpoints,
            bases=BASES,
            tell=self.told.append,
            circuits=self.circuits,
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


def owner_of(client: ClientId = OWNER, partner: PartnerId = HOSPITAL) -> Owner:
    return Owner(client=client, partner=partner, version=Format.PAS_2_2_1)
