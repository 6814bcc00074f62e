"""What is done where another transaction was first: the same again, at once, a few times."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from random import random
from typing import ParamSpec, TypeVar

from priorauth.services.ports import Conflict

Arguments = ParamSpec("Arguments")
Outcome = TypeVar("Outcome")

TRIES = 5
LONGEST_PAUSE_SECONDS = 0.02


def again_on_conflict(
    use_case: Callable[Arguments, Awaitable[Outcome]],
) -> Callable[Arguments, Awaitable[Outcome]]:
    """A use case that begins anew after a Conflict, which rolled it back whole; the last one is passed on."""

    @wraps(use_case)
    async def persistent(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Outcome:
        for _ in range(TRIES - 1):
            try:
                return await use_case(*args, **kwargs)
            except Conflict:
                await asyncio.sleep(LONGEST_PAUSE_SECONDS * random())
        return await use_case(*args, **kwargs)

    return persistent
