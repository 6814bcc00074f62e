"""One consumer group's way through its topics: in order per key, committed after the effect, and rebuilt when stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, RebalanceInProgressError

from priorauth.adapters.database.inbox import Deliveries
from priorauth.adapters.kafka.cluster import AWAY, Cluster, Connection, Topics, now, only_our_cancellations
from priorauth.adapters.kafka.offsets import Offsets
from priorauth.adapters.kafka.records import arrived
from priorauth.adapters.lanes import Arrived, Crew, Handle, Lanes, Pace, happens
from priorauth.observability import Metrics
from priorauth.services.ports import Retryable

START_SECONDS = 30.0
CLOSE_SECONDS = 5.0
COMMIT_SECONDS = 10.0
"""A commit on its way when a broker dies may never return."""
TURN_SECONDS = 60.0
"""Longer than anything takes that is going to end: whatever hangs, hangs for no longer than this."""
POLL_MILLISECONDS = 100
LONGEST_HANDLING_MILLISECONDS = 600_000
WATCH_SECONDS = 3.0
STUCK_SECONDS = 15.0
"""How long a group may lag with nothing coming in, or the brokers may say nothing, before its client is replaced."""

NOT_OURS_ANY_MORE = (CommitFailedError, IllegalStateError, RebalanceInProgressError)

log = structlog.get_logger()


class Stuck(Exception):
    """There is something to read, and nothing comes in; or the brokers do not say what there is."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A record on its way through the lanes."""

    partition: TopicPartition
    offset: int
    arrived: Arrived
    receipt: str


class GroupConsumer:
    """Consumes topics for a group until `stop`, through as many clients as it takes."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        topics: Topics,
        deliveries: Deliveries,
        group: str,
        names: Sequence[str],
        handle: Handle,
        now: Callable[[], datetime],
        pace: Pace,
        metrics: Metrics,
    ) -> None:
        self.group = group
        self.names = tuple(names)
        self.connection = Connection(f"consumer of {group}")
        self._cluster = cluster
        self._topics = topics
        self._deliveries = deliveries
        self._handle = handle
        self._now = now
        self._pace = pace
        self._metrics = metrics
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Consume. Raises TooManySetAside where it had to stop by itself."""
        try:
            while not self._stopping.is_set():
                life = _Life(self, self._lanes_of)
                try:
                    with only_our_cancellations():
                        await life.live()
                except (*AWAY, Stuck) as error:
                    self._metrics.rebuilt.labels("consumer").inc()
                    await happens(self._stopping, self.connection.failed(error))
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Read no further, let the present messages finish, and return when how far the group came is committed."""
        self._stopping.set()
        await self._ended.wait()

    def _lanes_of(self, life: _Life) -> Lanes[Taken]:
        async def load(taken: Taken) -> Arrived:
            return taken.arrived

        return Lanes(
            Crew(
                group=self.group,
                load=load,
                handle=self._handle,
                finish=life.finish,
                set_aside=self._deliveries.set_aside,
                changed=lambda: None,
                now=self._now,
            ),
            self._pace,
        )


class _Life(ConsumerRebalanceListener):  # type: ignore[misc]  # the library is untyped
    """One client from its start to its end, and what came in by it."""

    def __init__(self, owner: GroupConsumer, lanes: Callable[[_Life], Lanes[Taken]]) -> None:
        self._owner = owner
        self._new_lanes = lanes
        self._lanes = lanes(self)
        self._offsets: dict[TopicPartition, Offsets] = {}
        self._changing_hands = False
        self._watch_at = self._came_at = now()
        self._answered_at = now()
        cluster = owner._cluster
        self._client = AIOKafkaConsumer(
            **cluster.client(),
            group_id=f"{cluster.prefix}{owner.group}",
            group_instance_id=f"{cluster.instance}.{owner.names[0]}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=round(cluster.session.total_seconds() * 1000),
            heartbeat_interval_ms=round(cluster.session.total_seconds() * 300),
            max_poll_interval_ms=LONGEST_HANDLING_MILLISECONDS,
            fetch_max_wait_ms=POLL_MILLISECONDS,
        )

    async def live(self) -> None:
        """Read until the owner stops; an exception where another client must go on."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._owner._topics.ensure(self._owner.names)
                self._client.subscribe([self._prefixed(name) for name in self._owner.names], listener=self)
                await self._client.start()
            self._owner.connection.works()
            while not self._owner._stopping.is_set() and not self._lanes.overrun:
                async with asyncio.timeout(TURN_SECONDS):
                    await self._turn()
            await self._lanes.end()
            with suppress(Retryable):
                await self._save()
            self._lanes.check()
        finally:
            await self._lanes.break_off()
            with suppress(*AWAY), only_our_cancellations():
                await asyncio.wait_for(self._client.stop(), CLOSE_SECONDS)

    async def _turn(self) -> None:
        self._hold_back()
        if self._lanes.has_room:
            records = await self._client.getmany(timeout_ms=POLL_MILLISECONDS, max_records=self._owner._pace.read_ahead)
            for partition, batch in records.items():
                await self._take(partition, batch)
        else:
            await asyncio.sleep(POLL_MILLISECONDS / 1000)
        with suppress(Retryable):
            await self._save()
        if now() > self._watch_at:
            self._watch_at = now() + WATCH_SECONDS
            await self._watch()

    def _hold_back(self) -> None:
        """Pause the partitions that have enough on the way: a message that is not to be overtaken may take long."""
        paused = self._client.paused()
        for partition in self._client.assignment():
            full = partition in self._offsets and self._offsets[partition].waiting >= self._owner._pace.read_ahead
            if full and partition not in paused:
                self._client.pause(partition)
            elif not full and partition in paused:
                self._client.resume(partition)

    async def _take(self, partition: TopicPartition, batch: Sequence[Any]) -> None:
        """Put records into their lanes, but for those that had their effect already."""
        self._came_at = now()
        lanes = self._lanes
        topic = partition.topic.removeprefix(self._owner._cluster.prefix)
        taken = [self._taken(partition, topic, record) for record in batch]
        known = await self._known([each.receipt for each in taken])
        if lanes is not self._lanes or self._changing_hands:
            return  # the partition is given away: whoever has it next reads these again
        offsets = self._offsets.setdefault(partition, Offsets())
        for each, record in zip(taken, batch, strict=True):
            offsets.start(each.offset)
            if each.receipt in known:
                offsets.finish(each.offset, each.receipt)
            else:
                lanes.enter((partition, record.key), each)

    def _taken(self, partition: TopicPartition, topic: str, record: Any) -> Taken:
        came = arrived(record, topic=topic, group=self._owner.group)
        return Taken(partition, record.offset, came, came.open().receipt)

    async def _known(self, receipts: Sequence[str]) -> set[str]:
        """Which of these had their effect; asked until the store answers."""
        attempts = 0
        while not self._owner._stopping.is_set():
            attempts += 1
            try:
                return await self._owner._deliveries.known(receipts)
            except Retryable:
                await happens(self._owner._stopping, self._owner._pace.pause(attempts))
        self._changing_hands = True  # these were not taken, so nothing behind them may be
        return set()

    async def finish(self, taken: Taken) -> None:
        if offsets := self._offsets.get(taken.partition):
            offsets.finish(taken.offset, taken.receipt)

    async def _save(self) -> None:
        """Save first what was done beyond the offsets, then commit these. Whatever is not saved comes again."""
        beyond = {partition: offsets.done_beyond for partition, offsets in self._offsets.items()}
        if receipts := [receipt for done in beyond.values() for receipt in done.values()]:
            await self._owner._deliveries.keep(receipts, self._owner._now())
            for partition, done in beyond.items():
                self._offsets[partition].saved(set(done))
        due = {partition: to for partition, offsets in self._offsets.items() if (to := offsets.to_commit) is not None}
        if not due:
            return
        try:
            await asyncio.wait_for(self._client.commit(due), COMMIT_SECONDS)
        except NOT_OURS_ANY_MORE:
            return
        for partition, offset in due.items():
            if partition in self._offsets:
                self._offsets[partition].committed(offset)

    async def _watch(self) -> None:
        """Measure the lag. Raises Stuck where it stays and nothing comes in, or nothing can be measured for long."""
        mine = list(self._client.assignment())
        try:
            ends = await asyncio.wait_for(self._client.end_offsets(mine), WATCH_SECONDS) if mine else {}
            reached = {partition: await self._position(partition) for partition in mine}
        except AWAY as error:
            if now() - self._answered_at > STUCK_SECONDS:
                raise Stuck from error
            return
        self._answered_at = now()
        self._owner.connection.works()
        unread = sum(max(ends[partition] - reached[partition], 0) for partition in mine)
        lag: dict[str, int] = dict.fromkeys(self._owner.names, 0)
        for partition in mine:
            offsets = self._offsets.get(partition)
            waiting = offsets.waiting if offsets else 0
            lag[partition.topic.removeprefix(self._owner._cluster.prefix)] += (
                max(ends[partition] - reached[partition], 0) + waiting
            )
        for topic, messages in lag.items():
            self._owner._metrics.lag.labels(self._owner.group, topic).set(messages)
        idle = now() - self._came_at > STUCK_SECONDS
        if unread and idle and self._lanes.has_room and not self._client.paused():
            raise Stuck

    async def _position(self, partition: TopicPartition) -> int:
        return int(await asyncio.wait_for(self._client.position(partition), WATCH_SECONDS))

    def _prefixed(self, name: str) -> str:
        return f"{self._owner._cluster.prefix}{name}"

    # What the client calls when partitions change hands

    async def on_partitions_revoked(self, revoked: Any) -> None:  # noqa: ARG002 - every one of them, by this protocol
        """Let the present messages finish and commit, before another replica goes on from there."""
        self._changing_hands = True
        await self._lanes.end()
        with suppress(Retryable, *AWAY):
            await self._save()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        overrun = self._lanes.overrun
        self._offsets = {}
        self._lanes = self._new_lanes(self)
        self._lanes.overrun = overrun
        self._changing_hands = False
        self._came_at = now()
        log.info("partitions_assigned", group=self._owner.group, count=len(assigned))
