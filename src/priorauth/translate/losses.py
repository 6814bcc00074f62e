"""What could not cross from one format to another, why, and where it stays. Recorded while translating."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class LossReason(StrEnum):
    """Why something did not cross, or did not cross unchanged."""

    NO_PLACE = "the target format has no place for it"
    CODE_NOT_ALLOWED = "the target format does not allow this code here"
    TOO_LONG = "longer than the target format allows; the end is cut off"
    WRONG_SIZE = "too short, too long or empty for the target format, and not to be cut"
    TOO_MANY = "more than the target format repeats"
    INCOMPLETE = "something that the target format requires beside it is missing"
    REPLACED = "the target format has another code for it"
    NOT_REACHED = "the reply ends above this level"
    SEPARATOR = "it held a separator of the target format, which became a space"


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing that did not cross: where it would have stood, why, and where it is kept instead.

    `occurrence` counts repetitions of the loop from 1. `parked` is `review` where the canonical review still holds it,
    else the position in the target that took it in.
    """

    position: str  # "2000F/SV107", "2010EA/NM103"
    reason: LossReason
    occurrence: int = 1
    parked: str = "review"


@dataclass(slots=True)
class Losses:
    """Collects losses while a translator works."""

    found: list[Loss] = field(default_factory=list)

    def note(self, position: str, reason: LossReason, *, occurrence: int = 1, parked: str = "review") -> None:
        """Record one loss."""
        self.found.append(Loss(position, reason, occurrence, parked))


class _Unheard(Losses):
    """Takes losses that nobody asked for."""

    __slots__ = ()

    def note(self, position: str, reason: LossReason, *, occurrence: int = 1, parked: str = "review") -> None:
        """Let one loss go."""


UNHEARD: Losses = _Unheard()
"""For translations of which nobody asks what did not cross."""
