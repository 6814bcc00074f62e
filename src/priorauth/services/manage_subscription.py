"""Create, read, update and delete subscriptions, for the system that owns them and nobody else (PAS spec-59)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import Format
from priorauth.domain.subscriptions import Subscription, SubscriptionId, SubscriptionState, Terms, first_state
from priorauth.services.ports import Conflict, NotKnown, UnitOfWork, Work
from priorauth.services.turns import again_on_conflict

MOST_OWNED = 100
"""How many subscriptions one system may have: each costs us something with every answer."""
MOST_EVENTS = 100
"""How many events are told again at once."""


class TooMany(Exception):
    """The system has as many subscriptions as it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The system that calls, whose partner it stands for, and the version of PAS that it speaks."""

    client: ClientId
    partner: PartnerId
    version: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageSubscription:
    """What an owner can do. Another's subscription is NotKnown, as one that is not there."""

    unit_of_work: UnitOfWork
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def create(self, owner: Owner, terms: Terms) -> Subscription:
        """A new subscription, whose endpoint is asked at once whether it is there. Raises TooMany."""
        now = self.now()
        state = first_state(terms)
        subscription = Subscription(
            id=SubscriptionId(self.new_id("sub")),
            owner=owner.client,
            partner=owner.partner,
            version=owner.version,
            terms=terms,
            state=state,
            asked_at=now,
            changed_at=now,
        )
        async with self.unit_of_work() as work:
            if len(await work.subscriptions_of(owner.client)) >= MOST_OWNED:
                raise TooMany
            await work.add_subscription(subscription, None if state is SubscriptionState.OFF else now)
        return subscription

    async def read(self, owner: Owner, subscription_id: SubscriptionId) -> tuple[Subscription, int]:
        """A subscription, and how many events it has been told of."""
        async with self.unit_of_work.reading() as work:
            return await _own(work, owner, subscription_id), await work.events_counted(subscription_id)

    async def find(self, owner: Owner) -> Sequence[tuple[Subscription, int]]:
        """Every subscription of the owner, oldest first, each with its count of events."""
        async with self.unit_of_work.reading() as work:
            own = [each for each in await work.subscriptions_of(owner.client) if each.version is owner.version]
            return [(each, await work.events_counted(each.id)) for each in own]

    @again_on_conflict
    async def update(
        self, owner: Owner, subscription_id: SubscriptionId, terms: Terms, *, revision: int | None = None
    ) -> Subscription:
        """Other terms, or the same after a failure: its endpoint has to answer a handshake again.

        Conflict where it is not at this revision any more.
        """
        async with self.unit_of_work() as work:
            before = await _own(work, owner, subscription_id)
            if revision is not None and revision != before.revision:
                raise Conflict("the subscription was changed meanwhile")
            now = self.now()
            after = before.asked_again(terms, now)
            await work.save_subscription(after)
            await work.wake_subscription(subscription_id, None if after.state is SubscriptionState.OFF else now)
            return await work.subscription(subscription_id)

    async def delete(self, owner: Owner, subscription_id: SubscriptionId) -> None:
        """Forget a subscription, and what it was still to be told."""
        async with self.unit_of_work() as work:
            await _own(work, owner, subscription_id)
            await work.delete_subscription(subscription_id)

    async def events(
        self, owner: Owner, subscription_id: SubscriptionId, first: int, last: int
    ) -> tuple[Subscription, int, Sequence[bytes]]:
        """A subscription, its count of events, and the notifications of those with these numbers, the first of them."""
        async with self.unit_of_work.reading() as work:
            subscription = await _own(work, owner, subscription_id)
            found = await work.notifications(subscription_id, first, last, MOST_EVENTS)
            told = [(await work.message(each.message_id)).body for each in found]
            return subscription, await work.events_counted(subscription_id), told


async def _own(work: Work, owner: Owner, subscription_id: SubscriptionId) -> Subscription:
    subscription = await work.subscription(subscription_id)
    if subscription.owner != owner.client or subscription.version is not owner.version:
        raise NotKnown("there is no such subscription")
    return subscription
