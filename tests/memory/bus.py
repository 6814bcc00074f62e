"""The event bus in memory: topics are lists, and each consumer group has the set of what it is done with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from priorauth.services.bus import BusMessage, DeadLetter, TooManySetAside
from priorauth.services.ports import Retryable, UnitOfWork

ATTEMPTS = 3
PAUSE = 0.01
MOST_SET_ASIDE = 4


class MemoryLog:
    """What outlives a bus: the messages, and what each group is done with."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], BusMessage] = {}
        self.done: dict[str, set[tuple[str, str]]] = {}


class MemoryBus:
    """The EventBus port. Dead letters go to the store given."""

    def __init__(self, log: MemoryLog, unit_of_work: UnitOfWork, now: Callable[[], datetime]) -> None:
        self._log = log
        self._unit_of_work = unit_of_work
        self._now = now
        self._changed = asyncio.Condition()
        self._stopping = False
        self._set_aside_by: dict[str, int] = {}

    async def publish(self, message: BusMessage) -> None:
        self._log.messages.setdefault((message.topic, message.id), message)
        async with self._changed:
            self._changed.notify_all()

    async def run(self, group: str, topics: Sequence[str], handle: Callable[[BusMessage], Awaitable[object]]) -> None:
        done = self._log.done.setdefault(group, set())
        lanes: dict[str, asyncio.Task[None]] = {}
        while not self._stopping and not self._is_overrun(group):
            for name, message in list(self._log.messages.items()):
                if message.topic in topics and name not in done:
                    lane = lanes.get(message.key)
                    if lane is None or lane.done():
                        lanes[message.key] = asyncio.create_task(self._follow(message.key, topics, done, handle, group))
            async with self._changed:
                if not self._stopping and not self._is_overrun(group):
                    await self._changed.wait()
        await asyncio.gather(*lanes.values())
        if self._is_overrun(group):
            raise TooManySetAside

    def _is_overrun(self, group: str) -> bool:
        return self._set_aside_by.get(group, 0) > MOST_SET_ASIDE

    async def stop(self) -> None:
        self._stopping = True
        async with self._changed:
            self._changed.notify_all()

    async def _follow(
        self,
        key: str,
        topics: Sequence[str],
        done: set[tuple[str, str]],
        handle: Callable[[BusMessage], Awaitable[object]],
        group: str,
    ) -> None:
        while not self._stopping and not self._is_overrun(group):
            waiting = [
                (name, message)
                for name, message in self._log.messages.items()
                if message.key == key and message.topic in topics and name not in done
            ]
            if not waiting:
                return
            name, message = waiting[0]
            if await self._settle(message, handle, group):
                done.add(name)

    async def _settle(self, message: BusMessage, handle: Callable[[BusMessage], Awaitable[object]], group: str) -> bool:
        failures = 0
        while not self._stopping:
            try:
                await handle(message)
                return True
            except Retryable:
                pass
            except Exception as error:  # noqa: BLE001 - what the contract asks for
                failures += 1
                if failures == ATTEMPTS:
                    self._set_aside_by[group] = self._set_aside_by.get(group, 0) + 1
                    if self._is_overrun(group):
                        async with self._changed:
                            self._changed.notify_all()
                        return False
                    await self._set_aside(message, group, type(error).__name__)
                    return True
            await asyncio.sleep(PAUSE)
        return False

    async def _set_aside(self, message: BusMessage, group: str, kind: str) -> None:
        letter = DeadLetter(
            id=f"{group}:{message.topic}:{message.id}",
            kind="event",
            subject=message.id,
            reason=f"the message could not be handled: {kind}",
            at=self._now(),
        )
        async with self._unit_of_work() as work:
            await work.add_dead_letter(letter)
