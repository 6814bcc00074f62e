"""Service reviews, and the numbers by which a later request names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, and_, bindparam, false, or_, select, update

from priorauth.adapters.database.tables import followed_reviews, review_keys, review_numbers, reviews
from priorauth.adapters.database.transaction import Queries, Transaction, insert_new, insert_or_replace
from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.review_keys import KeyKind, keys_of
from priorauth.domain.reviews import ReviewId, ReviewState, ServiceReview
from priorauth.services.ports import Conflict, NotKnown, ReviewRecord

REVIEW = select(reviews.c.document).where(reviews.c.id == bindparam("id"))
RECORD = select(reviews).where(reviews.c.id == bindparam("id"))
SAVE = update(reviews).where(reviews.c.id == bindparam("review_id"))
OPEN_LIKE = (
    select(reviews.c.id)
    .where(
        reviews.c.partner == bindparam("partner"),
        reviews.c.digest == bindparam("digest"),
        reviews.c.state.in_([state.value for state in ReviewState if state.is_open]),
    )
    .order_by(reviews.c.received_at.desc(), reviews.c.id.desc())
    .limit(1)
)
NEWEST = (
    select(reviews.c.id, reviews.c.document)
    .order_by(reviews.c.received_at.desc(), reviews.c.id.desc())
    .limit(bindparam("limit"))
)
PLACE = select(reviews.c.received_at, reviews.c.id).where(reviews.c.id == bindparam("id"))
WITHOUT_REPLY = (
    select(reviews.c.id)
    .where(reviews.c.replied == false(), reviews.c.answer_by <= bindparam("answer_due"))
    .order_by(reviews.c.answer_by, reviews.c.id)
    .limit(bindparam("limit"))
)
BY_NUMBER = select(review_numbers.c.review_id, review_numbers.c.destination).where(
    review_numbers.c.partner == bindparam("partner"), review_numbers.c.number == bindparam("number")
)
BY_KEY = (
    select(reviews.c.id)
    .join_from(review_keys, reviews)
    .where(review_keys.c.kind == bindparam("kind"), review_keys.c.key == bindparam("key"))
    .order_by(reviews.c.received_at.desc(), reviews.c.id.desc())
    .limit(bindparam("limit"))
)
PRIOR = select(followed_reviews.c.prior_id).where(followed_reviews.c.review_id == bindparam("review_id"))
FOLLOWERS = (
    select(reviews.c.id)
    .join_from(followed_reviews, reviews, followed_reviews.c.review_id == reviews.c.id)
    .where(followed_reviews.c.prior_id == bindparam("prior_id"))
    .order_by(reviews.c.received_at, reviews.c.id)
)

DOCUMENT = msgspec.json.Decoder(ServiceReview)


class Reviews(Queries):
    """Every review received, in its latest state."""

    async def add_review(self, record: ReviewRecord) -> None:
        """Save a new review; Conflict where its id is taken."""
        review = record.review
        added = await self.transaction.add(
            reviews,
            id=review.id,
            received_at=review.received_at,
            message_id=record.message_id,
            set_number=record.set_number,
            digest=record.digest,
            answer_by=record.answer_by,
            replied=False,
            **changing(self.transaction, review),
        )
        if not added:
            raise Conflict("there is a review with this id")
        self.transaction.made(review.id)
        await self._add_keys(review)
        self._changed(review)

    async def _add_keys(self, review: ServiceReview) -> None:
        lookup = self.transaction.seal.lookup
        keys = [{"kind": kind, "key": lookup(key), "review_id": review.id} for kind, key in keys_of(review)]
        if keys:
            await self.transaction.run(insert_new(self.transaction.dialect, review_keys), keys)

    async def review(self, review_id: ReviewId) -> ServiceReview:
        """A review in its latest state; NotKnown where there is none. One transaction reads it once."""
        await self.take_turn(review_id)
        known = self.transaction.reviews.get(review_id)
        if known is None:
            known = read_review(self.transaction, review_id, await self.transaction.row(REVIEW, id=review_id))
            self.transaction.reviews[review_id] = known
        return known

    async def review_record(self, review_id: ReviewId) -> ReviewRecord:
        """A review with how it came; NotKnown where there is none."""
        await self.take_turn(review_id)
        row = await self.transaction.row(RECORD, id=review_id)
        return ReviewRecord(
            review=read_review(self.transaction, review_id, row),
            message_id=row.message_id,
            set_number=row.set_number,
            digest=row.digest,
            answer_by=row.answer_by,
        )

    async def save_review(self, review: ServiceReview) -> None:
        """Save a review in its new state; NotKnown where it was never added."""
        changed = await self.transaction.change(SAVE, review_id=review.id, **changing(self.transaction, review))
        if not changed:
            raise NotKnown("there is no such review")
        self._changed(review)

    def _changed(self, review: ServiceReview) -> None:
        self.transaction.reviews[review.id] = review
        self.transaction.touched.add(review.id)

    async def open_review_like(self, partner: PartnerId, digest: str) -> ReviewId | None:
        """The partner's latest review with this digest that still waits for a decision."""
        await self.transaction.hold(f"content {partner} {digest}")
        row = await self.transaction.row_or_none(OPEN_LIKE, partner=partner, digest=digest)
        return row and row.id

    async def reviews(self, *, partner: PartnerId | None, limit: int, after: str) -> Sequence[ServiceReview]:
        """Reviews, newest first, from the one after `after` on; NotKnown where that is no review."""
        query = NEWEST
        if partner is not None:
            query = query.where(reviews.c.partner == partner)
        if after:
            place = await self.transaction.row(PLACE, id=after)
            same_moment = and_(reviews.c.received_at == place.received_at, reviews.c.id < place.id)
            query = query.where(or_(reviews.c.received_at < place.received_at, same_moment))
        return [read_review(self.transaction, row.id, row) for row in await self.transaction.rows(query, limit=limit)]

    async def reviews_without_reply(self, answer_due: datetime, limit: int) -> Sequence[ReviewId]:
        """The reviews that nobody was told anything of when their time was over, the longest waiting first."""
        rows = await self.transaction.rows(WITHOUT_REPLY, answer_due=answer_due, limit=limit)
        return [row.id for row in rows]

    async def remember_numbers(self, review_id: ReviewId, numbers: Mapping[str, DestinationId]) -> None:
        """Let these numbers name the review. A number that named an earlier one names this one from now on."""
        if not numbers:
            return
        partner, lookup = (await self.review(review_id)).partner, self.transaction.seal.lookup
        values = [
            {"partner": partner, "number": lookup(number), "review_id": review_id, "destination": destination}
            for number, destination in numbers.items()
        ]
        replace_number = insert_or_replace(self.transaction.dialect, review_numbers, "review_id", "destination")
        await self.transaction.run(replace_number, values)

    async def review_by_number(self, partner: PartnerId, number: str) -> tuple[ReviewId, DestinationId] | None:
        """The partner's review that a number names, and who gave the number."""
        hashed = self.transaction.seal.lookup(number)
        row = await self.transaction.row_or_none(BY_NUMBER, partner=partner, number=hashed)
        return (row.review_id, row.destination) if row else None

    async def reviews_by_key(
        self, kind: KeyKind, key: str, *, partner: PartnerId | None, limit: int
    ) -> Sequence[ReviewId]:
        """The reviews that a key leads to, newest first: one partner's, or anybody's."""
        query = BY_KEY if partner is None else BY_KEY.where(reviews.c.partner == partner)
        hashed = self.transaction.seal.lookup(key)
        return [row.id for row in await self.transaction.rows(query, kind=kind, key=hashed, limit=limit)]

    async def follow(self, review_id: ReviewId, prior_id: ReviewId) -> None:
        """Remember which earlier review this one changes. It stays the one named first."""
        await self.transaction.add(followed_reviews, review_id=review_id, prior_id=prior_id)

    async def prior_of(self, review_id: ReviewId) -> ReviewId | None:
        """The review that this one changes, where it changes one of ours."""
        row = await self.transaction.row_or_none(PRIOR, review_id=review_id)
        return row and row.prior_id

    async def followers_of(self, review_id: ReviewId) -> Sequence[ReviewId]:
        """The reviews that change this one, oldest first."""
        return [row.id for row in await self.transaction.rows(FOLLOWERS, prior_id=review_id)]


def changing(transaction: Transaction, review: ServiceReview) -> dict[str, object]:
    """The columns that follow a review's state."""
    document = transaction.document(row_of(review.id), review)
    return {"partner": review.partner, "payer": review.payer, "state": review.state, "document": document}


def read_review(transaction: Transaction, review_id: ReviewId, row: Row[Any]) -> ServiceReview:
    return transaction.read(row_of(review_id), row.document, DOCUMENT)


def row_of(review_id: ReviewId) -> str:
    return f"review {review_id}"
