"""The packs of the store in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from memory.tables import Tables
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId
from priorauth.services.pack_ports import KeptPack, RoutedReview


class MemoryPacks:
    """The part of the Work port that keeps packs."""

    tables: Tables

    async def keep_pack(self, pack: KeptPack) -> None:
        self.tables.packs.setdefault(pack.version, pack)

    async def kept_pack(self, version: str) -> KeptPack | None:
        return self.tables.packs.get(version)

    async def count_routed(self, payers: Collection[PayerId], since: datetime) -> int:
        return len(self._routed(payers, since))

    async def routed_reviews(
        self, payers: Collection[PayerId], since: datetime, *, after: tuple[datetime, ReviewId] | None, limit: int
    ) -> Sequence[RoutedReview]:
        found = self._routed(payers, since)
        return [each for each in found if after is None or each.place > after][:limit]

    def _routed(self, payers: Collection[PayerId], since: datetime) -> list[RoutedReview]:
        found = [
            RoutedReview(
                record.review, self.tables.routes[record.review.id], self.tables.answered.get(record.review.id)
            )
            for record in self.tables.reviews.values()
            if record.review.id in self.tables.routes
            and record.review.payer in payers
            and record.review.received_at >= since
        ]
        return sorted(found, key=lambda each: each.place)
