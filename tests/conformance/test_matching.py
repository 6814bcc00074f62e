"""How a mismatch says what was wanted and what came."""

from __future__ import annotations

from datetime import UTC, datetime

from priorauth.conformance.expectations.matching import show


def test_any_value_of_a_story_can_be_shown() -> None:
    assert show([datetime(2026, 11, 28, 10, 30, tzinfo=UTC)]) == '["2026-11-28 10:30:00+00:00"]'
