"""How the work for a message grows with its length, counted in calls: the same on any machine and under any load."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

TIMES = 4
AT_MOST = 6.0
"""So many times the calls may be for so many times the length: linear is 4 at most, quadratic comes to 16."""


def calls_of(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls, Python's own included."""
    made = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return made


def growth_of(work: Callable[[int], Callable[[], object]], length: int) -> float:
    """By what the calls of a piece of work multiply for four times its length; `work` prepares it, uncounted."""
    work(1)()  # what is loaded or compiled once
    return calls_of(work(TIMES * length)) / calls_of(work(length))
