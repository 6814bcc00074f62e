"""The clocks of reviews: one row per review, with when the next of its clocks needs a look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select, update

from priorauth.adapters.database.tables import review_clocks
from priorauth.adapters.database.transaction import Queries, insert_or_replace
from priorauth.domain.clocks import ReviewClocks
from priorauth.domain.reviews import ReviewId

CLOCKS = select(review_clocks.c.document).where(review_clocks.c.review_id == bindparam("review_id"))
DUE = (
    select(review_clocks.c.review_id)
    .where(review_clocks.c.look_at <= bindparam("now"))
    .order_by(review_clocks.c.look_at, review_clocks.c.review_id)
    .limit(bindparam("limit"))
)
TAKE_DUE = DUE.with_for_update(skip_locked=True)
LOOK_AT = update(review_clocks).where(review_clocks.c.review_id == bindparam("of_review"))

DOCUMENT = msgspec.json.Decoder(ReviewClocks)


class Clocks(Queries):
    """Keeps clocks, and finds the reviews of those that are due."""

    async def save_clocks(self, clocks: ReviewClocks, look_at: datetime | None) -> None:
        """Keep a review's clocks in place of what was kept before; None: none of them needs a look."""
        await self.transaction.run(
            insert_or_replace(self.transaction.dialect, review_clocks, "look_at", "document"),
            {
                "review_id": clocks.review_id,
                "look_at": look_at,
                "document": self.transaction.document(clocks_row(clocks.review_id), clocks),
            },
        )

    async def clocks(self, review_id: ReviewId) -> ReviewClocks | None:
        """A review's clocks, or None where none were put on it."""
        await self.take_turn(review_id)
        row = await self.transaction.row_or_none(CLOCKS, review_id=review_id)
        return self.transaction.read(clocks_row(review_id), row.document, DOCUMENT) if row else None

    async def clocks_due(self, now: datetime, limit: int) -> Sequence[ReviewId]:
        """The reviews with a clock that needs a look, the longest overdue first."""
        return [row.review_id for row in await self.transaction.rows(DUE, now=now, limit=limit)]

    async def claim_clocks_due(self, now: datetime, until: datetime, limit: int) -> Sequence[ReviewId]:
        """Those reviews, nobody else's until then. Those that another is just claiming are left to it."""
        rows = await self.transaction.rows(TAKE_DUE, now=now, limit=limit)
        if rows:
            await self.transaction.run(LOOK_AT, [{"of_review": row.review_id, "look_at": until} for row in rows])
        return [row.review_id for row in rows]


def clocks_row(review_id: ReviewId) -> str:
    return f"clocks of {review_id}"
