"""One transaction of the store in memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from memory.clocks import MemoryClocks
from memory.directory import MemoryDirectory
from memory.events import MemoryEvents
from memory.information import MemoryInformation
from memory.opinions import MemoryOpinions
from memory.packs import MemoryPacks
from memory.replays import MemoryReplays
from memory.rows import add, forget, known
from memory.subscriptions import MemorySubscriptions
from memory.tables import Tables
from priorauth.adapters.commit_signal import REPLIED
from priorauth.adapters.database.outbox import EventEncoder
from priorauth.adapters.database.repositories.resends import RESEND_KEYS_KEPT
from priorauth.domain.access import ClientId
from priorauth.domain.determinations import Determination
from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.review_keys import KeyKind, keys_of
from priorauth.domain.reviews import Leg, LegId, LegState, MessageId, ReviewId, ServiceReview
from priorauth.domain.routes import Route
from priorauth.services.pack_ports import Answered
from priorauth.services.ports import (
    Conflict,
    Direction,
    Dispatch,
    LegDelivery,
    MailboxEntry,
    Message,
    ReceivedSet,
    ReplyRecord,
    ReviewRecord,
)


class MemoryWork(
    MemorySubscriptions,
    MemoryInformation,
    MemoryClocks,
    MemoryPacks,
    MemoryDirectory,
    MemoryReplays,
    MemoryOpinions,
    MemoryEvents,
):
    """Reads and changes one copy of the tables. `touched` are the reviews it changed."""

    def __init__(self, tables: Tables, encoder: EventEncoder) -> None:
        self.tables = tables
        self.touched: set[ReviewId] = set()
        self.news: set[str] = set()
        self._encoder = encoder

    # Messages as received and sent

    async def archive(self, message: Message) -> None:
        stored = replace(message, sha256=hashlib.sha256(message.body).hexdigest())
        if self.tables.messages.setdefault(message.id, stored).sha256 != stored.sha256:
            raise Conflict

    async def message(self, message_id: MessageId) -> Message:
        return known(self.tables.messages, message_id)

    async def link(self, review_id: ReviewId, message_id: MessageId, role: str) -> None:
        known(self.tables.reviews, review_id)
        known(self.tables.messages, message_id)
        self.tables.links.setdefault((review_id, message_id, role))
        self.touched.add(review_id)

    async def messages_of(self, review_id: ReviewId) -> Sequence[tuple[str, Message]]:
        return [
            (role, self.tables.messages[linked]) for review, linked, role in self.tables.links if review == review_id
        ]

    async def sent_with(self, counterpart: str, control_number: str) -> MessageId | None:
        sent = [
            message
            for message in self.tables.messages.values()
            if (message.direction, message.counterpart, message.control_number)
            == (Direction.SENT, counterpart, control_number)
        ]
        return max(sent, key=lambda message: message.at).id if sent else None

    async def reviews_of(self, message_id: MessageId) -> Sequence[ReviewId]:
        return list(dict.fromkeys(review for review, linked, _ in self.tables.links if linked == message_id))

    # Resends and interchange control numbers

    async def resend_of(self, partner: PartnerId, keys: Sequence[str], since: datetime) -> MessageId | None:
        found = [self.tables.resend_keys[partner, key] for key in keys if (partner, key) in self.tables.resend_keys]
        recent = [(at, message_id) for message_id, at in found if at >= since]
        return max(recent)[1] if recent else None

    async def remember_keys(self, partner: PartnerId, keys: Sequence[str], message_id: MessageId, at: datetime) -> None:
        for key in keys:
            earlier = self.tables.resend_keys.get((partner, key))
            if earlier and earlier[0] != message_id and earlier[1] >= at - RESEND_KEYS_KEPT:
                raise Conflict
            self.tables.resend_keys[partner, key] = (message_id, at)

    async def forget_keys(self, now: datetime, limit: int) -> int:
        return forget(self.tables.resend_keys, now - RESEND_KEYS_KEPT, limit, at=lambda stands_for: stands_for[1])

    async def remember_interchange(self, partner: PartnerId, control_number: str, message_id: MessageId) -> bool:
        return self.tables.interchanges.setdefault((partner, control_number), message_id) == message_id

    async def save_received_sets(self, message_id: MessageId, sets: Sequence[ReceivedSet]) -> None:
        known(self.tables.messages, message_id)
        self.tables.received_sets[message_id] = tuple(sets)

    async def received_sets(self, message_id: MessageId) -> Sequence[ReceivedSet]:
        return self.tables.received_sets.get(message_id, ())

    async def response_to(self, message_id: MessageId, state: str) -> MessageId | None:
        return self.tables.responses.get((message_id, state))

    async def save_response_to(self, message_id: MessageId, state: str, response_id: MessageId) -> None:
        known(self.tables.messages, message_id)
        known(self.tables.messages, response_id)
        add(self.tables.responses, (message_id, state), response_id)

    async def next_number(self, series: str) -> int:
        self.tables.counters[series] = self.tables.counters.get(series, 0) + 1
        return self.tables.counters[series]

    # Reviews

    async def add_review(self, record: ReviewRecord) -> None:
        known(self.tables.messages, record.message_id)
        add(self.tables.reviews, record.review.id, record)
        self.touched.add(record.review.id)

    async def review(self, review_id: ReviewId) -> ServiceReview:
        return known(self.tables.reviews, review_id).review

    async def review_record(self, review_id: ReviewId) -> ReviewRecord:
        return known(self.tables.reviews, review_id)

    async def save_review(self, review: ServiceReview) -> None:
        self.tables.reviews[review.id] = replace(known(self.tables.reviews, review.id), review=review)
        self.touched.add(review.id)

    async def open_review_like(self, partner: PartnerId, digest: str) -> ReviewId | None:
        like = [
            (record.review.received_at, record.review.id)
            for record in self.tables.reviews.values()
            if record.review.partner == partner and record.digest == digest and record.review.state.is_open
        ]
        return max(like)[1] if like else None

    async def reviews(self, *, partner: PartnerId | None, limit: int, after: str) -> Sequence[ServiceReview]:
        newest = sorted(
            (record.review for record in self.tables.reviews.values() if partner in (None, record.review.partner)),
            key=newness,
            reverse=True,
        )
        if after:
            last = newness(known(self.tables.reviews, ReviewId(after)).review)
            newest = [review for review in newest if newness(review) < last]
        return newest[:limit]

    async def reviews_without_reply(self, answer_due: datetime, limit: int) -> Sequence[ReviewId]:
        answered = {review_id for review_id, _ in self.tables.replies}
        due = sorted(
            (record.answer_by, review_id)
            for review_id, record in self.tables.reviews.items()
            if record.answer_by <= answer_due and review_id not in answered
        )
        return [review_id for _, review_id in due[:limit]]

    async def remember_numbers(self, review_id: ReviewId, numbers: Mapping[str, DestinationId]) -> None:
        partner = known(self.tables.reviews, review_id).review.partner
        for number, destination in numbers.items():
            self.tables.numbers[partner, number] = (review_id, destination)

    async def review_by_number(self, partner: PartnerId, number: str) -> tuple[ReviewId, DestinationId] | None:
        return self.tables.numbers.get((partner, number))

    async def reviews_by_key(
        self, kind: KeyKind, key: str, *, partner: PartnerId | None, limit: int
    ) -> Sequence[ReviewId]:
        found = [record.review for record in self.tables.reviews.values() if (kind, key) in keys_of(record.review)]
        own = [review for review in found if partner in (None, review.partner)]
        return [review.id for review in sorted(own, key=newness, reverse=True)][:limit]

    async def follow(self, review_id: ReviewId, prior_id: ReviewId) -> None:
        self.tables.followed.setdefault(known(self.tables.reviews, review_id).review.id, prior_id)

    async def prior_of(self, review_id: ReviewId) -> ReviewId | None:
        return self.tables.followed.get(review_id)

    async def followers_of(self, review_id: ReviewId) -> Sequence[ReviewId]:
        following = [
            self.tables.reviews[each].review for each, prior in self.tables.followed.items() if prior == review_id
        ]
        return [review.id for review in sorted(following, key=newness)]

    # Routes and legs

    async def save_route(self, review_id: ReviewId, route: Route, *, by: Answered | None = None) -> None:
        known(self.tables.reviews, review_id)
        self.tables.routes[review_id] = route
        self.tables.answered[review_id] = by
        self.touched.add(review_id)

    async def route(self, review_id: ReviewId) -> Route | None:
        return self.tables.routes.get(review_id)

    async def add_leg(self, leg: Leg, *, unroutable: bool = False) -> None:
        known(self.tables.reviews, leg.review_id)
        if any(other.number == leg.number for other in await self.legs(leg.review_id)):
            raise Conflict
        add(self.tables.legs, leg.id, leg)
        if unroutable:
            self.tables.unroutable.add(leg.id)
        self.touched.add(leg.review_id)

    async def save_leg(self, leg: Leg, *, next_attempt_at: datetime | None = None, error: str = "") -> None:
        known(self.tables.legs, leg.id)
        self.tables.legs[leg.id] = leg
        self.tables.leg_errors[leg.id] = error
        self.tables.attempts_at.pop(leg.id, None)
        if next_attempt_at:
            self.tables.attempts_at[leg.id] = next_attempt_at
        self.touched.add(leg.review_id)

    async def leg(self, leg_id: LegId) -> Leg:
        return known(self.tables.legs, leg_id)

    async def legs(self, review_id: ReviewId) -> Sequence[Leg]:
        return sorted(
            (leg for leg in self.tables.legs.values() if leg.review_id == review_id), key=lambda leg: leg.number
        )

    async def deliveries(self, review_id: ReviewId, limit: int) -> Sequence[LegDelivery]:
        return [each for each in self._deliveries() if each.leg.review_id == review_id][:limit]

    async def undelivered(self, limit: int, *, destination: str = "") -> Sequence[LegDelivery]:
        states = (LegState.PLANNED, LegState.FAILED)
        found = [each for each in self._deliveries() if each.leg.state in states]
        return [each for each in found if destination in ("", each.leg.destination)][:limit]

    def _deliveries(self) -> Sequence[LegDelivery]:
        found = [
            LegDelivery(
                leg=leg,
                next_attempt_at=self.tables.attempts_at.get(leg.id),
                error=self.tables.leg_errors.get(leg.id, ""),
            )
            for leg in self.tables.legs.values()
        ]
        return sorted(found, key=lambda each: (each.leg.review_id, each.leg.number))

    async def unroutable(self, limit: int, *, payer: str = "", owner: str = "") -> Sequence[tuple[Leg, ServiceReview]]:
        waiting = sorted(
            (self.tables.legs[leg_id] for leg_id in self.tables.unroutable if self.tables.legs[leg_id].is_open),
            key=lambda leg: (leg.review_id, leg.number),
        )
        found = [(leg, self.tables.reviews[leg.review_id].review) for leg in waiting]
        return [
            (leg, review) for leg, review in found if payer in ("", review.payer) and owner in ("", leg.destination)
        ][:limit]

    async def unroutable_waiting(self) -> Mapping[tuple[str, str], int]:
        found = await self.unroutable(len(self.tables.legs))
        return Counter((str(review.payer or ""), str(leg.destination)) for leg, review in found)

    async def leg_by_trace(self, trace: str) -> Leg | None:
        for dispatch in self.tables.dispatches.values():
            if dispatch.trace == trace:
                return self.tables.legs[dispatch.leg_id]
        return None

    async def leg_named(self, name: str) -> Leg | None:
        return await self.leg_by_trace(name) or self.tables.legs.get(LegId(name))

    async def legs_due(self, now: datetime, limit: int) -> Sequence[Leg]:
        due = sorted((at, leg_id) for leg_id, at in self.tables.attempts_at.items() if at <= now)
        return [self.tables.legs[leg_id] for _, leg_id in due[:limit]]

    async def claim_legs_due(self, now: datetime, until: datetime, limit: int) -> Sequence[Leg]:
        due = await self.legs_due(now, limit)
        self.tables.attempts_at.update({leg.id: until for leg in due})
        return due

    async def save_dispatch(self, dispatch: Dispatch) -> None:
        known(self.tables.legs, dispatch.leg_id)
        known(self.tables.messages, dispatch.message_id)
        if await self.leg_by_trace(dispatch.trace):
            raise Conflict
        add(self.tables.dispatches, dispatch.leg_id, dispatch)

    async def dispatch(self, leg_id: LegId) -> Dispatch | None:
        return self.tables.dispatches.get(leg_id)

    # Determinations and replies

    async def add_determination(self, determination: Determination) -> bool:
        known(self.tables.reviews, determination.review_id)
        known(self.tables.legs, determination.leg_id)
        if determination.id in self.tables.determinations:
            return False
        self.tables.determinations[determination.id] = determination
        self.touched.add(determination.review_id)
        return True

    async def determinations(self, review_id: ReviewId) -> Sequence[Determination]:
        return [said for said in self.tables.determinations.values() if said.review_id == review_id]

    async def add_reply(self, record: ReplyRecord) -> None:
        known(self.tables.reviews, record.reply.review_id)
        add(self.tables.replies, (record.reply.review_id, record.reply.number), record)
        self.touched.add(record.reply.review_id)
        self.news.add(REPLIED)

    async def replies(self, review_id: ReviewId) -> Sequence[ReplyRecord]:
        return [record for (review, _), record in sorted(self.tables.replies.items()) if review == review_id]

    async def claim_reply(self, review_id: ReviewId, number: int, channel: str) -> bool:
        record = known(self.tables.replies, (review_id, number))
        if record.channel:
            return False
        self.tables.replies[review_id, number] = replace(record, channel=channel)
        self.touched.add(review_id)
        return True

    async def unclaimed_replies(self, answer_due: datetime, limit: int) -> Sequence[tuple[ReviewId, int]]:
        waiting = sorted(
            (record.reply.made_at, review_id, number)
            for (review_id, number), record in self.tables.replies.items()
            if not record.channel and self.tables.reviews[review_id].answer_by <= answer_due
        )
        return [(review_id, number) for _, review_id, number in waiting[:limit]]

    # Mailbox

    async def add_to_mailbox(self, entry: MailboxEntry) -> None:
        known(self.tables.messages, entry.message_id)
        add(self.tables.mailbox, entry.id, entry)

    async def mailbox(self, partner: PartnerId, limit: int) -> Sequence[MailboxEntry]:
        waiting = [e for e in self.tables.mailbox.values() if e.partner == partner and e.acknowledged_at is None]
        return sorted(waiting, key=lambda entry: (entry.at, entry.id))[:limit]

    async def mailbox_entry(self, entry_id: str) -> MailboxEntry:
        return known(self.tables.mailbox, entry_id)

    async def mailbox_entry_of(self, message_id: MessageId) -> MailboxEntry | None:
        return next((entry for entry in self.tables.mailbox.values() if entry.message_id == message_id), None)

    async def offer_again(self, entry_id: str) -> None:
        self.tables.mailbox[entry_id] = replace(known(self.tables.mailbox, entry_id), acknowledged_at=None)

    async def acknowledge_mailbox_entry(self, entry_id: str, at: datetime) -> None:
        entry = known(self.tables.mailbox, entry_id)
        self.tables.mailbox[entry_id] = replace(entry, acknowledged_at=entry.acknowledged_at or at)

    # Access

    async def use_assertion(self, client: ClientId, assertion_id: str, expires_at: datetime) -> None:
        add(self.tables.used_assertions, (client, assertion_id), expires_at)

    async def forget_assertions(self, now: datetime) -> int:
        over = [key for key, expires_at in self.tables.used_assertions.items() if expires_at < now]
        for key in over:
            del self.tables.used_assertions[key]
        return len(over)


def newness(review: ServiceReview) -> tuple[datetime, ReviewId]:
    """What reviews are listed by, newest first."""
    return review.received_at, review.id
