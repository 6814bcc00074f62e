"""Saying the same thing seldom, with how often it happened."""

from __future__ import annotations

import asyncio

SECONDS = 30.0


class Seldom:
    """Counts what happens again and again, and tells the count every so often."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._next = 0.0
        self._count = 0

    def count(self) -> int | None:
        """Count one more; how many there were since the last time where it may be said again, else None."""
        self._count += 1
        at = asyncio.get_running_loop().time()
        if at < self._next:
            return None
        self._next, count, self._count = at + self._seconds, self._count, 0
        return count
