"""The time of the gateway. The sandbox may move it on; nothing else reads the wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Now, in UTC. `advance` moves it on for every timer at once (sandbox only)."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> datetime:
        """Move the clock on by a span of time that is not negative; the new time."""
        if by < timedelta():
            raise ValueError("the clock does not go back")
        self._ahead += by
        return self.now()
