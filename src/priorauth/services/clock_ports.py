"""What running clocks needs of the store: a part of `ports.Work`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from priorauth.domain.clocks import ReviewClocks
from priorauth.domain.reviews import ReviewId


class ClockStore(Protocol):
    """The clocks of each review, and when the next of them needs a look, within one transaction."""

    async def save_clocks(self, clocks: ReviewClocks, look_at: datetime | None) -> None: ...
    async def clocks(self, review_id: ReviewId) -> ReviewClocks | None: ...
    async def clocks_due(self, now: datetime, limit: int) -> Sequence[ReviewId]: ...
    async def claim_clocks_due(self, now: datetime, until: datetime, limit: int) -> Sequence[ReviewId]: ...
