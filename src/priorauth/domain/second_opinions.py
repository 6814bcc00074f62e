"""What another implementation says of a message that we received, and where it differs from us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.reviews import MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """One opinion. `differences` are those that nothing known explains: who alone finds fault, and the rule."""

    message_id: MessageId
    by: str
    at: datetime
    given: bool  # false where it could not be asked
    accepted: bool
    differences: tuple[str, ...]
