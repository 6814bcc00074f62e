"""One consumer group's way through the outbox: in order per key, keys beside each other, nothing lost by a restart."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import Row

from priorauth.adapters.database.stream import Stream
from priorauth.adapters.lanes import Arrived, Crew, Lanes, Reading, happens
from priorauth.adapters.progress import Progress, Standing
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import Retryable


class Consumer:
    """Reads, hands over to the lanes, and remembers how far the group came."""

    def __init__(self, stream: Stream, reading: Reading) -> None:
        self.group = reading.group
        self.topics = reading.topics
        self._stream = stream
        self._pace = reading.pace
        self._progress = Progress(Standing({}, frozenset()))
        self._rows: dict[int, Row[Any]] = {}  # read ahead, by position
        self._topics: dict[int, str] = {}  # of what is on its way, by position
        self._news = asyncio.Event()
        self._waits_for_room = False
        self._finished = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._lanes: Lanes[int] = Lanes(
            Crew(
                group=reading.group,
                load=self._load,
                handle=reading.handle,
                finish=self._finish,
                set_aside=stream.set_aside,
                changed=self._changed,
                now=reading.now,
            ),
            reading.pace,
        )

    def wake(self) -> None:
        """There may be something to read."""
        self._news.set()

    async def run(self) -> None:
        """Consume until `stop`, or until cancelled. Raises TooManySetAside where it had to stop by itself."""
        saver = None
        try:
            self._progress = Progress(await self._stream.standing(self.group, self.topics))
            saver = asyncio.create_task(self._keep_saving())
            await self._read_on()
            await self._lanes.end()
            self._lanes.check()
        finally:
            await self._wind_up(saver)

    async def _wind_up(self, saver: asyncio.Task[None] | None) -> None:
        """Cancel what is left, and save a last time."""
        try:
            await self._lanes.break_off()
            if saver:
                saver.cancel()
                await asyncio.gather(saver, return_exceptions=True)
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
        while not self._stopping.is_set() and not self._lanes.overrun:
            self._news.clear()
            self._waits_for_room = not self._lanes.has_room
            if not self._waits_for_room and await self._read():
                continue
            await happens(self._news, self._pace.poll)

    async def _read(self) -> bool:
        """Put the next rows into their lanes; False where those were all: of later ones there will be news."""
        try:
            rows = await self._stream.read(self.topics, self._progress.read_up_to, self._pace.read_ahead)
        except Retryable:
            return False
        for row in rows:
            if self._progress.start(row.topic, row.position):
                if len(self._rows) < self._pace.read_ahead:
                    self._rows[row.position] = row
                self._topics[row.position] = row.topic
                self._lanes.enter(row.key, row.position)
        return len(rows) == self._pace.read_ahead

    def _changed(self) -> None:
        """A lane ended, or waits: that is news only where something was left unread for it."""
        if self._waits_for_room or self._lanes.overrun:
            self._news.set()

    async def _load(self, position: int) -> Arrived:
        row = self._rows.pop(position, None) or await self._stream.at(position)
        return Arrived(
            topic=row.topic,
            id=row.event_id,
            letter_id=f"{self.group}:{row.topic}:{row.event_id}",
            origin=f"{row.topic}@{position}",
            review_id=ReviewId(row.key),
            open=lambda: self._stream.open(row),
        )

    async def _finish(self, position: int) -> None:
        self._progress.finish(self._topics.pop(position), position)
        self._finished.set()

    async def _keep_saving(self) -> None:
        """Save what was finished a moment ago, many messages at once. A failure is tried again.

        All consumers save at the same moments, so that those that share their trips to the database need one.
        """
        while True:
            await self._finished.wait()
            await asyncio.sleep(self._pace.until_saving(asyncio.get_running_loop().time()))
            self._finished.clear()
            try:
                await self._save()
            except Retryable:
                self._finished.set()

    async def _save(self) -> None:
        """Save how far the group came. What is not saved comes again after a restart."""
        if not self._progress.has_unsaved:
            return
        standing, saved = self._progress.take_unsaved(), False
        try:
            await self._stream.save_standing(self.group, standing)
            saved = True
        finally:
            if not saved:  # a cancelled save was rolled back too
                self._progress.give_back(standing)
