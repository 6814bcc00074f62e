"""Does in one go what many ask for at the same time: whoever asks while it is being done shares the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class Together(Generic[Asked, Given]):
    """`do` is given everything that was asked meanwhile, and gives something for each, in the same order.

    `linger` is how many seconds to wait for others before each time.
    """

    def __init__(self, do: Callable[[Sequence[Asked]], Awaitable[Sequence[Given]]], linger: float = 0.0) -> None:
        self._do = do
        self._linger = linger
        self._waiting: list[tuple[Asked, asyncio.Future[Given]]] = []
        self._doing: asyncio.Task[None] | None = None

    async def __call__(self, asked: Asked) -> Given:
        """What was asked for. What `do` raises, each of those hears whom it was for."""
        answer: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._doing is None:
            self._doing = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        """Answer until nobody waits."""
        try:
            while self._waiting:
                if self._linger:
                    await asyncio.sleep(self._linger)
                await self._answer()
        finally:
            self._doing = None

    async def _answer(self) -> None:
        waiting, self._waiting = self._waiting, []
        (given,) = await asyncio.gather(self._do([asked for asked, _ in waiting]), return_exceptions=True)
        for number, (_, answer) in enumerate(waiting):
            if answer.done():
                continue  # who asked has gone
            if isinstance(given, BaseException):
                answer.set_exception(given)
            else:
                answer.set_result(given[number])
