"""What the minimal form of every event has in common."""

from __future__ import annotations

import msgspec


class Minimal(msgspec.Struct, kw_only=True):
    """What the minimal form of every event holds. `review_id` is empty for a message that became no review."""

    review_id: str
    payer: str | None
