"""When to leave a destination alone: a circuit opens after failures in a row, and one probe closes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

FAILURES_ALLOWED = 5
"""In a row, of different things sent: one message that a destination chokes on must not close the way for others."""
AT_LEAST_OF = 3
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=2)
PROBE_TIME = timedelta(minutes=1)
"""After which a probe of which nothing was heard counts as lost, and another may go."""

PROBE_PAUSE = timedelta(seconds=2)
"""How soon to ask again what came of another's probe."""


class CircuitState(StrEnum):
    """Whether a destination is called."""

    CLOSED = "closed"  # it is
    OPEN = "open"  # it is left alone until the pause is over
    HALF_OPEN = "half_open"  # one call finds out


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """What is known of the way to one destination. Every change is a new value."""

    state: CircuitState = CircuitState.CLOSED
    failures: int = 0  # in a row
    failed: frozenset[str] = frozenset()  # what they were about, as far as that matters
    openings: int = 0  # since it was last closed
    try_at: datetime | None = None  # when the next call may be made, where not now
    error: str = ""  # the last failure, a fixed text

    def wait_until(self, now: datetime) -> datetime | None:
        """Until when to leave the destination alone, or None where it may be called."""
        if self.try_at is None or self.try_at <= now:
            return None
        return min(self.try_at, now + PROBE_PAUSE) if self.state is CircuitState.HALF_OPEN else self.try_at

    def begun(self, now: datetime) -> Circuit:
        """A call is made: where the circuit is not closed that is the probe, and others wait for what comes of it."""
        if self.state is CircuitState.CLOSED:
            return self
        return replace(self, state=CircuitState.HALF_OPEN, try_at=now + PROBE_TIME)

    def gave_up(self, now: datetime) -> Circuit:
        """The call ended and nobody knows how it would have: another may be the probe."""
        return replace(self, state=CircuitState.OPEN, try_at=now) if self.state is CircuitState.HALF_OPEN else self

    def failing(self, subject: str, error: str, now: datetime) -> Circuit:
        """A call failed that was about this subject."""
        failed = self.failed if len(self.failed) >= AT_LEAST_OF else self.failed | {subject}
        seen = replace(self, failures=self.failures + 1, failed=failed, error=error)
        if self.state is CircuitState.HALF_OPEN:
            return seen.opened(now)
        if self.state is CircuitState.CLOSED and seen.failures >= FAILURES_ALLOWED and len(failed) >= AT_LEAST_OF:
            return seen.opened(now)
        return seen

    def opened(self, now: datetime) -> Circuit:
        """Left alone for a while, longer each time until it closes."""
        pause = min(FIRST_PAUSE * 2 ** min(self.openings, 10), LONGEST_PAUSE)
        return replace(self, state=CircuitState.OPEN, openings=self.openings + 1, try_at=now + pause)
