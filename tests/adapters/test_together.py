"""What many ask for at the same time is done once, and each gets its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from priorauth.adapters.together import Together


class Doubling:
    """Doubles numbers, as many at once as it is given. It waits before each, and may fail."""

    def __init__(self) -> None:
        self.asked: list[Sequence[int]] = []
        self.failing = False

    async def __call__(self, numbers: Sequence[int]) -> Sequence[int]:
        self.asked.append(numbers)
        await asyncio.sleep(0)
        if self.failing:
            raise ZeroDivisionError
        return [2 * number for number in numbers]


async def test_those_who_ask_while_it_is_being_done_share_the_next_time() -> None:
    doubling = Doubling()
    together = Together(doubling)
    first = asyncio.create_task(together(1))
    while not doubling.asked:
        await asyncio.sleep(0)

    others = [asyncio.create_task(together(number)) for number in (2, 3)]

    assert await asyncio.gather(first, *others) == [2, 4, 6]
    assert doubling.asked == [[1], [2, 3]]


async def test_a_failure_is_told_to_those_whom_it_was_for_and_to_no_later_one() -> None:
    doubling = Doubling()
    together = Together(doubling)
    doubling.failing = True
    failed = await asyncio.gather(together(1), together(2), return_exceptions=True)
    doubling.failing = False

    assert [type(each) for each in failed] == [ZeroDivisionError, ZeroDivisionError]
    assert await together(3) == 6


async def test_who_gives_up_waiting_does_not_keep_the_others_from_theirs() -> None:
    together = Together(Doubling())
    gone, stays = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    await asyncio.sleep(0)

    gone.cancel()

    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
