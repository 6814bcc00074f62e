"""What keeping packs, and trying others on what was routed, needs of the store: a part of `ports.Work`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.domain.routes import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPack:
    """A pack as its files said it when a review was first routed by this version of it."""

    version: str
    payer: PayerId
    first_used_at: datetime
    files: Mapping[str, str] = field(repr=False)  # text by relative name


@dataclass(frozen=True, slots=True)
class Answered:
    """What the directory said when a review was routed; no facts: it did not know the member."""

    facts: Mapping[str, object] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class RoutedReview:
    """A review, where it went and what the directory said then (None where that was not kept)."""

    review: ServiceReview
    route: Route
    answered: Answered | None

    @property
    def place(self) -> tuple[datetime, ReviewId]:
        """Where it stands in the order of receipt, for the next page."""
        return self.review.received_at, self.review.id


class PackStore(Protocol):
    """The packs that reviews were routed by, and those reviews, within one transaction."""

    async def keep_pack(self, pack: KeptPack) -> None: ...
    async def kept_pack(self, version: str) -> KeptPack | None: ...
    async def count_routed(self, payers: Collection[PayerId], since: datetime) -> int: ...
    async def routed_reviews(
        self, payers: Collection[PayerId], since: datetime, *, after: tuple[datetime, ReviewId] | None, limit: int
    ) -> Sequence[RoutedReview]: ...
