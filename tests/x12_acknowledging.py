"""Who acknowledges to whom in the tests, under which numbers, when."""

from __future__ import annotations

from datetime import UTC, datetime

from priorauth.x12.acknowledgments import AcknowledgmentIdentity
from priorauth.x12.writing import Address

IDENTITY = AcknowledgmentIdentity(
    sender=Address(qualifier="ZZ", id="PRIORAUTH", group_id="PRIORAUTH"),
    receiver=Address(qualifier="ZZ", id="HARBORGENERAL", group_id="HARBORGENERAL"),
    control_number=77,
    group_number=78,
    made_at=datetime(2026, 11, 2, 9, 16, tzinfo=UTC),
    is_test=True,
)
