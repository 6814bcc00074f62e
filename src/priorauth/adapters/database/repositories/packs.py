"""Packs by version as they were first used, and the reviews that were routed by packs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, and_, bindparam, func, or_, select

from priorauth.adapters.database.pack_tables import packs
from priorauth.adapters.database.repositories.legs import ANSWER_DOCUMENT, ROUTE_DOCUMENT, answer_row, route_row
from priorauth.adapters.database.repositories.reviews import DOCUMENT as REVIEW_DOCUMENT
from priorauth.adapters.database.repositories.reviews import row_of
from priorauth.adapters.database.tables import reviews, routes
from priorauth.adapters.database.transaction import Queries
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId
from priorauth.services.pack_ports import KeptPack, RoutedReview

PACK = select(packs).where(packs.c.version == bindparam("version"))
ROUTED = (
    select(reviews.c.id, reviews.c.document, routes.c.document.label("route"), routes.c.answered)
    .join_from(reviews, routes, routes.c.review_id == reviews.c.id)
    .where(reviews.c.received_at >= bindparam("since"), reviews.c.payer.in_(bindparam("payers", expanding=True)))
    .order_by(reviews.c.received_at, reviews.c.id)
    .limit(bindparam("limit"))
)
ROUTED_AFTER = ROUTED.where(
    or_(
        reviews.c.received_at > bindparam("after"),
        and_(reviews.c.received_at == bindparam("after"), reviews.c.id > bindparam("after_id")),
    )
)
HOW_MANY = (
    select(func.count())
    .select_from(reviews)
    .join(routes, routes.c.review_id == reviews.c.id)
    .where(reviews.c.received_at >= bindparam("since"), reviews.c.payer.in_(bindparam("payers", expanding=True)))
)

FILES = msgspec.json.Decoder(dict[str, str])


class Packs(Queries):
    """Keeps packs, and finds what was routed by them."""

    async def keep_pack(self, pack: KeptPack) -> None:
        """Keep a version of a pack; one that is kept already stays as it is."""
        await self.transaction.add(
            packs,
            version=pack.version,
            payer=pack.payer,
            first_used_at=pack.first_used_at,
            document=self.transaction.document(pack_row(pack.version), pack.files),
        )

    async def kept_pack(self, version: str) -> KeptPack | None:
        """A version of a pack as it was first used, or None where nothing was routed by it."""
        row = await self.transaction.row_or_none(PACK, version=version)
        if row is None:
            return None
        files = self.transaction.read(pack_row(version), row.document, FILES)
        return KeptPack(version=version, payer=PayerId(row.payer), first_used_at=row.first_used_at, files=files)

    async def count_routed(self, payers: Collection[PayerId], since: datetime) -> int:
        """How many reviews of these payers were received since then and routed."""
        row = await self.transaction.row(HOW_MANY, payers=sorted(payers), since=since)
        return int(row[0])

    async def routed_reviews(
        self, payers: Collection[PayerId], since: datetime, *, after: tuple[datetime, ReviewId] | None, limit: int
    ) -> Sequence[RoutedReview]:
        """Those reviews with their routes, oldest first, from the one after `after` on."""
        asked = {"payers": sorted(payers), "since": since, "limit": limit}
        if after is None:
            rows = await self.transaction.rows(ROUTED, **asked)
        else:
            rows = await self.transaction.rows(ROUTED_AFTER, **asked, after=after[0], after_id=after[1])
        return [self._routed(row) for row in rows]

    def _routed(self, row: Row[Any]) -> RoutedReview:
        read, id = self.transaction.read, row.id
        return RoutedReview(
            review=read(row_of(id), row.document, REVIEW_DOCUMENT),
            route=read(route_row(id), row.route, ROUTE_DOCUMENT),
            answered=read(answer_row(id), row.answered, ANSWER_DOCUMENT) if row.answered else None,
        )


def pack_row(version: str) -> str:
    return f"pack {version}"
