"""What every test may rely on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings

from priorauth.logs import set_up_logs
from priorauth.x12.segments import Segment

settings.register_profile("unhurried", deadline=None)  # a busy machine is not a failure
settings.load_profile("unhurried")
set_up_logs("info", "console")


HERE = Path(__file__).parent
LONGEST_FIRST = (
    "chaos",
    "end_to_end",
    "conformance",
    "oracles",
    "kafka",
    "scripts",
    "api",
    "security",
    "cli",
    "database",
)
"""Folders whose files take long. Begun last, one of them would keep one worker busy while the other has nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; otherwise keep the order."""
    rank = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: min(rank.get(part, len(rank)) for part in item.path.relative_to(HERE).parts))


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Show the elements of segments that differ: their `repr` hides them, and test data is synthetic."""
    if op != "==" or not (_holds_segments(left) or _holds_segments(right)):
        return None
    return [f"{op} of segments", *_shown("left", left), *_shown("right", right)]


def _holds_segments(value: object) -> bool:
    if isinstance(value, Segment):
        return True
    return isinstance(value, (list, tuple)) and any(isinstance(each, Segment) for each in value)


def _shown(side: str, value: object) -> list[str]:
    segments: Iterable[object] = [value] if isinstance(value, Segment) or not isinstance(value, Iterable) else value
    return [f"{side}: {tuple(each) if isinstance(each, tuple) else each!r}" for each in segments]
