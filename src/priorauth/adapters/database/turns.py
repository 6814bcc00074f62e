"""Who is let at the database when: whoever waited longest first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from priorauth.services.ports import Retryable

LOCK_TIMEOUT_SECONDS = 10


class Turns:
    """Lets so many in at once, whoever waited longest first. A pool by itself lets newcomers past those who wait."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One's turn, for as long as the block lasts. Raises Retryable where it does not come in time."""
        try:
            async with asyncio.timeout(LOCK_TIMEOUT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise Retryable("the database is busy") from None
        try:
            yield
        finally:
            self._places.release()

    async def come_last(self) -> None:
        """Return when everybody who waits now has had a turn."""
        async with self._places:
            pass
