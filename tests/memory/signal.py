"""The signal of the store in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from priorauth.domain.reviews import ReviewId


class MemoryWatch:
    """One watch: an event that rings while the block lasts."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()

    async def wait(self, timeout: timedelta) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.rung.wait(), timeout.total_seconds())
        self.rung.clear()


class MemorySignal:
    """Rings each watch of a review that a commit touched."""

    def __init__(self) -> None:
        self._watches: list[tuple[frozenset[ReviewId], MemoryWatch]] = []

    def ring(self, touched: Iterable[ReviewId]) -> None:
        changed = frozenset(touched)
        for watched, watch in self._watches:
            if watched & changed:
                watch.rung.set()

    @contextmanager
    def watch(self, review_ids: Sequence[ReviewId]) -> Iterator[MemoryWatch]:
        entry = (frozenset(review_ids), MemoryWatch())
        self._watches.append(entry)
        try:
            yield entry[1]
        finally:
            self._watches.remove(entry)

    async def wait(self, review_ids: Sequence[ReviewId], timeout: timedelta) -> None:
        with self.watch(review_ids) as watch:
            await watch.wait(timeout)
