"""One consumer group's way through its topics: in order per key, keys beside each other, nothing lost by a restart."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from random import random
from typing import Any

import structlog
from sqlalchemy import Row

from priorauth.adapters.database.stream import Stream
from priorauth.adapters.progress import Progress, Standing
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import BusMessage, DeadLetter, Retryable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast and how patiently messages are handled. Times are seconds."""

    concurrency: int = 32  # messages handled at once
    read_ahead: int = 200  # rows read at once, and kept in memory
    attempts: int = 5  # of a message whose handling fails, before it is set aside
    first_pause: float = 0.1  # before it is tried again; doubled each time, with jitter
    longest_pause: float = 30.0
    poll: float = 1.0  # after which to look for what another process published
    save_after: float = 0.05  # that finished messages wait to be saved together
    grace: float = 10.0  # that `stop` gives the messages being handled

    def pause(self, attempts: int) -> float:
        """How long to wait after this many attempts: doubling up to the longest, half of it by chance."""
        pause = min(self.first_pause * 2.0 ** min(attempts - 1, 20), self.longest_pause)
        return pause * (0.5 + random() / 2)


class Consumer:
    """Reads, hands over, tries again, sets aside, and remembers. Each key has a lane of its own."""

    def __init__(
        self,
        stream: Stream,
        group: str,
        topics: tuple[str, ...],
        handle: Callable[[BusMessage], Awaitable[object]],
        now: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self.group = group
        self.topics = topics
        self._stream = stream
        self._handle = handle
        self._now = now
        self._pace = pace
        self._progress = Progress(Standing({}, frozenset()))
        self._lanes: dict[str, deque[int]] = {}  # positions to handle, by key
        self._rows: dict[int, Row[Any]] = {}  # read ahead, by position
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting = 0  # lanes whose first message waits to be tried again
        self._slots = asyncio.Semaphore(pace.concurrency)
        self._news = asyncio.Event()
        self._finished = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    def wake(self) -> None:
        """There may be something to read."""
        self._news.set()

    async def run(self) -> None:
        """Consume until `stop`, or until cancelled."""
        saver = None
        try:
            self._progress = Progress(await self._stream.standing(self.group, self.topics))
            saver = asyncio.create_task(self._keep_saving())
            await self._read_on()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._pace.grace)
        finally:
            await self._wind_up(saver)

    async def _wind_up(self, saver: asyncio.Task[None] | None) -> None:
        """Cancel what is left, and save a last time."""
        left = [*self._tasks, *([saver] if saver else [])]
        for task in left:
            task.cancel()
        try:
            await asyncio.gather(*left, return_exceptions=True)
            with suppress(Retryable):
                await self._save()
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Read no further, let the present messages finish, and return when how far the group came is saved."""
        self._stopping.set()
        self._news.set()
        await self._ended.wait()

    async def _read_on(self) -> None:
        """Read whenever there is news and the lanes can take more."""
        while not self._stopping.is_set():
            self._news.clear()
            if len(self._lanes) - self._resting < 2 * self._pace.concurrency and await self._read():
                continue
            await happens(self._news, self._pace.poll)

    async def _read(self) -> bool:
        """Put the next rows into their lanes; False where there are none."""
        try:
            rows = await self._stream.read(self.topics, self._progress.read_up_to, self._pace.read_ahead)
        except Retryable:
            return False
        for row in rows:
            if self._progress.start(row.topic, row.position):
                self._enter(row)
        return bool(rows)

    def _enter(self, row: Row[Any]) -> None:
        if len(self._rows) < self._pace.read_ahead:
            self._rows[row.position] = row
        if row.key in self._lanes:
            self._lanes[row.key].append(row.position)
            return
        self._lanes[row.key] = deque([row.position])
        task = asyncio.create_task(self._follow(row.key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, key: str) -> None:
        """Handle one key's messages one after the other until there are none left."""
        lane = self._lanes[key]
        while lane and not self._stopping.is_set():
            await self._settle(lane[0])
            lane.popleft()
        del self._lanes[key]
        self._news.set()

    async def _settle(self, position: int) -> None:
        """Try a message until it is handled or set aside. What `stop` interrupts is not finished: it comes again."""
        row = self._rows.pop(position, None)
        attempts = failures = 0
        while not self._stopping.is_set():
            attempts += 1
            try:
                async with self._slots:
                    row = row or await self._stream.at(position)
                    await self._handle(self._stream.open(row))
                return self._finish(row)
            except Retryable:
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is, the messages behind it must get past
                failures += 1
                kind = type(error).__name__
                log.warning("message_failed", group=self.group, position=position, error_type=kind, attempts=failures)
                if row and failures >= self._pace.attempts and await self._set_aside(row, kind):
                    return self._finish(row)
            await self._rest(self._pace.pause(attempts))
        return None

    def _finish(self, row: Row[Any]) -> None:
        self._progress.finish(row.topic, row.position)
        self._finished.set()

    async def _rest(self, seconds: float) -> None:
        """Wait before the next attempt. The lanes beside it go on."""
        self._resting += 1
        self._news.set()
        try:
            await happens(self._stopping, seconds)
        finally:
            self._resting -= 1

    async def _set_aside(self, row: Row[Any], kind: str) -> bool:
        """Keep a dead letter with what kind of failure it was, never its text: that may quote a value."""
        letter = DeadLetter(
            id=f"{self.group}:{row.topic}:{row.event_id}",
            kind="event",
            subject=row.event_id,
            reason=f"the message could not be handled: {kind}",
            at=self._now(),
            review_id=ReviewId(row.key),
        )
        try:
            await self._stream.set_aside(letter)
        except Retryable:
            return False
        log.error("message_set_aside", group=self.group, topic=row.topic, event_id=row.event_id)
        return True

    async def _keep_saving(self) -> None:
        """Save what was finished a moment ago, many messages at once. A failure is tried again."""
        while True:
            await self._finished.wait()
            await asyncio.sleep(self._pace.save_after)
            self._finished.clear()
            try:
                await self._save()
            except Retryable:
                self._finished.set()

    async def _save(self) -> None:
        """Save how far the group came. What is not saved comes again after a restart."""
        if not self._progress.has_unsaved:
            return
        standing = self._progress.take_unsaved()
        try:
            await self._stream.save_standing(self.group, standing)
        except BaseException:  # a cancelled save was rolled back too
            self._progress.give_back(standing)
            raise


async def happens(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set or the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
