"""What is deleted because nothing can ask for it any more: receipts of deliveries, and keys that told resends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from priorauth.services.ports import UnitOfWork

BATCH = 1000
"""How many rows one transaction deletes, so that it holds up nobody for long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetOld:
    """Deletes what is too old to matter. Messages, reviews, events and dead letters are never deleted."""

    unit_of_work: UnitOfWork
    receipts_kept: timedelta  # for longer than the bus can deliver anything again
    now: Callable[[], datetime]

    async def __call__(self) -> None:
        """Delete all of it, a batch at a time."""
        while await self._batch():
            pass

    async def _batch(self) -> bool:
        """Delete a batch of each; True where there may be more."""
        now = self.now()
        async with self.unit_of_work() as work:
            receipts = await work.forget_receipts(now - self.receipts_kept, BATCH)
            keys = await work.forget_keys(now, BATCH)
        return BATCH in (receipts, keys)
