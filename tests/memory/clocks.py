"""The clocks of the store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from memory.rows import known
from memory.tables import Tables
from priorauth.domain.clocks import ReviewClocks
from priorauth.domain.reviews import ReviewId


class MemoryClocks:
    """The part of the Work port that keeps clocks."""

    tables: Tables

    async def save_clocks(self, clocks: ReviewClocks, look_at: datetime | None) -> None:
        known(self.tables.reviews, clocks.review_id)
        self.tables.clocks[clocks.review_id] = (clocks, look_at)

    async def clocks(self, review_id: ReviewId) -> ReviewClocks | None:
        found = self.tables.clocks.get(review_id)
        return found[0] if found else None

    async def clocks_due(self, now: datetime, limit: int) -> Sequence[ReviewId]:
        due = [(at, id) for id, (_, at) in self.tables.clocks.items() if at is not None and at <= now]
        return [id for _, id in sorted(due)][:limit]

    async def claim_clocks_due(self, now: datetime, until: datetime, limit: int) -> Sequence[ReviewId]:
        due = await self.clocks_due(now, limit)
        for id in due:
            self.tables.clocks[id] = (self.tables.clocks[id][0], until)
        return due
