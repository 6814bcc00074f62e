"""Messages handed over one after the other per key, keys beside each other; tried again, set aside, up to a limit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import random
from typing import Generic, TypeVar

import structlog
from opentelemetry.trace import SpanKind

from priorauth.domain.reviews import ReviewId
from priorauth.services.bus import BusMessage, DeadLetter, TooManySetAside
from priorauth.services.ports import Retryable
from priorauth.tracing import span

log = structlog.get_logger()

OUR_TYPES = "priorauth."

Item = TypeVar("Item")
Handle = Callable[[BusMessage], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast and how patiently messages are handled. Times are seconds."""

    concurrency: int = 32  # messages handled at once
    read_ahead: int = 200  # rows read at once, and kept in memory
    attempts: int = 5  # of a message whose handling fails, before it is set aside
    first_pause: float = 0.1  # before it is tried again; doubled each time, with jitter
    longest_pause: float = 30.0
    poll: float = 1.0  # after which to look for what another process published
    linger: float = 0.0  # that a read of one shard waits for others to share it
    save_after: float = 0.5  # that finished messages wait to be saved together
    grace: float = 10.0  # that `stop` gives the messages being handled
    most_set_aside: int = 50  # within `set_aside_window`; at one more the group stops
    set_aside_window: float = 600.0

    def until_saving(self, now: float) -> float:
        """How long from now to the next moment at which finished messages are saved."""
        return self.save_after - now % self.save_after if self.save_after else 0.0

    def pause(self, attempts: int) -> float:
        """How long to wait after this many attempts: doubling up to the longest, half of it by chance."""
        pause = min(self.first_pause * 2.0 ** min(attempts - 1, 20), self.longest_pause)
        return pause * (0.5 + random() / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one consumer group does: which topics it reads, who handles what it reads, and how fast."""

    group: str
    topics: tuple[str, ...]
    handle: Handle
    now: Callable[[], datetime]
    pace: Pace


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message before it is opened: what can be said of it even where it turns out to be damaged."""

    topic: str
    id: str
    letter_id: str  # of the dead letter that it may become
    origin: str  # where exactly it came from
    review_id: ReviewId | None
    open: Callable[[], BusMessage] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew(Generic[Item]):
    """Whom the lanes of one group work with."""

    group: str
    load: Callable[[Item], Awaitable[Arrived]]
    handle: Handle
    finish: Callable[[Item], Awaitable[None]]  # once it was handled or set aside
    set_aside: Callable[[DeadLetter], Awaitable[None]]
    changed: Callable[[], None]  # there may be room for more
    now: Callable[[], datetime]


class Lanes(Generic[Item]):
    """What of a group's messages is on its way to being handled."""

    def __init__(self, crew: Crew[Item], pace: Pace) -> None:
        self._crew = crew
        self._pace = pace
        self._lanes: dict[Hashable, deque[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._resting = 0  # lanes whose first message waits to be tried again
        self._slots = asyncio.Semaphore(pace.concurrency)
        self._set_aside_at: deque[float] = deque()
        self._stopping = asyncio.Event()
        self.overrun = False  # so much was set aside that nothing more is taken

    @property
    def has_room(self) -> bool:
        """True where more messages would be begun soon. What rests takes no room."""
        return len(self._lanes) - self._resting < 2 * self._pace.concurrency

    @property
    def is_idle(self) -> bool:
        return not self._lanes

    def enter(self, key: Hashable, item: Item) -> None:
        """Handle this after what has the same key."""
        if key in self._lanes:
            self._lanes[key].append(item)
            return
        self._lanes[key] = deque([item])
        task = asyncio.create_task(self._follow(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def check(self) -> None:
        """Raises TooManySetAside where that is why nothing more is taken."""
        if self.overrun:
            raise TooManySetAside("too many messages could not be handled")

    async def end(self) -> None:
        """Begin nothing more, let the messages being handled finish, and break off what takes too long."""
        self._stopping.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._pace.grace)
        await self.break_off()

    async def break_off(self) -> None:
        """Cancel what is being handled."""
        self._stopping.set()
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _follow(self, key: Hashable) -> None:
        """Handle one key's messages one after the other until there are none left."""
        lane = self._lanes[key]
        while lane and not self._stopping.is_set():
            await self._settle(lane[0])
            lane.popleft()
        del self._lanes[key]
        self._crew.changed()

    async def _settle(self, item: Item) -> None:
        """Try a message until it is handled or set aside. What `end` interrupts is not finished: it comes again."""
        arrived: Arrived | None = None
        attempts = failures = 0
        while not self._stopping.is_set():
            attempts += 1
            try:
                async with self._slots:
                    arrived = arrived or await self._crew.load(item)
                    await self._handle(arrived.open())
                    return await self._crew.finish(item)
            except Retryable:
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is, the messages behind it must get past
                failures += 1
                kind = type(error).__name__
                origin = arrived.origin if arrived else ""
                log.warning("message_failed", group=self._crew.group, origin=origin, error_type=kind, attempts=failures)
                if arrived and failures >= self._pace.attempts and await self._set_aside(arrived, kind):
                    return await self._crew.finish(item)
            await self._rest(self._pace.pause(attempts))
        return None

    async def _handle(self, message: BusMessage) -> None:
        """Hand a message over, as a step of the trace that it belongs to."""
        ours = message.type.startswith(OUR_TYPES)  # any other is a sender's word, and so is the id
        ids = {"topic": message.topic, **({"event.type": message.type} if ours else {})}
        with span(f"handle {message.topic}", SpanKind.CONSUMER, parent=message.traceparent, ids=ids):
            await self._crew.handle(message)

    async def _rest(self, seconds: float) -> None:
        """Wait before the next attempt. The lanes beside it go on."""
        self._resting += 1
        self._crew.changed()
        try:
            await happens(self._stopping, seconds)
        finally:
            self._resting -= 1

    async def _set_aside(self, arrived: Arrived, kind: str) -> bool:
        """Keep a dead letter with what kind of failure it was, never its text: that may quote a value."""
        if not self._may_set_aside():
            return False
        letter = DeadLetter(
            id=arrived.letter_id,
            kind="event",
            subject=arrived.id,
            reason=f"the message could not be handled: {kind}",
            at=self._crew.now(),
            review_id=arrived.review_id,
            origin=arrived.origin,
            message=opened(arrived),
            consumer_group=self._crew.group,
        )
        try:
            await self._crew.set_aside(letter)
        except Retryable:
            return False
        log.error("message_set_aside", group=self._crew.group, topic=arrived.topic, origin=arrived.origin)
        return True

    def _may_set_aside(self) -> bool:
        """False where one more would be too many: then it is we who are broken, and every message stays."""
        at = asyncio.get_running_loop().time()
        while self._set_aside_at and self._set_aside_at[0] < at - self._pace.set_aside_window:
            self._set_aside_at.popleft()
        if len(self._set_aside_at) >= self._pace.most_set_aside:
            if not self.overrun:
                log.critical("group_stopped", group=self._crew.group, reason="too many messages could not be handled")
            self.overrun = True
            self._stopping.set()
            self._crew.changed()
            return False
        self._set_aside_at.append(at)
        return True


def opened(arrived: Arrived) -> BusMessage | None:
    """The message, or none where it is not what was written."""
    try:
        return arrived.open()
    except Exception:  # noqa: BLE001 - it may have failed for just that
        return None


async def happens(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set or the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
