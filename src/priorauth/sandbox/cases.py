"""A leg as a simulated destination has it: the case it opened, and what it said of it so far."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.determinations import CertificationAction, Determination
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId, ServiceReview

_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A leg that a destination received. `leg_id` is the name under which it answers: a leg id, or the gateway's trace.

    `review` holds that destination's lines only. `request` is the interchange it came in, where it came in one: a later
    answer goes back to its sender.
    """

    destination: DestinationId
    leg_id: LegId
    review: ServiceReview = field(repr=False)
    request: bytes = field(default=b"", repr=False)

    def number(self, prefix: str, kind: str) -> str:
        """A number for this case: the same each time, so that a leg received twice gets the same answer."""
        return f"{prefix}{kind}{stable_number(f'{self.destination} {self.leg_id} {kind}', _DIGITS):0{_DIGITS}d}"


def stable_number(text: str, digits: int) -> int:
    """A number of at most so many digits that is always the same for the same text."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return number % int(10**digits)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case that was not decided at once: what was said of it last, and what falls due when.

    It stays on the books when it is decided, so that a late correction can be made to it.
    """

    case: Case
    said: Determination
    answers: int = 1  # how many determinations there were, `said` included
    later: tuple[int, ...] = ()  # lines that are certified when due
    due: datetime | None = None

    @property
    def key(self) -> tuple[DestinationId, LegId]:
        return self.case.destination, self.case.leg_id

    @property
    def open_sequences(self) -> Iterable[int]:
        """The lines that wait for a decision."""
        return (item.sequence for item in self.said.items if item.action is CertificationAction.PENDED)
