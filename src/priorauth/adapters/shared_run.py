"""One group's consumption of the outbox, shared among replicas: each consumes the shards that it has claimed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import structlog

from priorauth.adapters.consumer import Consumer
from priorauth.adapters.database.claims import Claims, claims_of
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.stream import Stream
from priorauth.adapters.lanes import Reading, happens
from priorauth.services.ports import Retryable

CLAIM_SECONDS = 1.0
"""How often the shards are shared out anew: about how long those of a dead replica rest."""
POLLS = 5
"""How much seldomer it polls for news that got lost than one who consumes alone."""

log = structlog.get_logger()


class SharedRun:
    """Consumes a replica's share until `stop`. Where the session is lost, it stops handling and claims anew."""

    def __init__(self, database: Database, stream: Stream, reading: Reading) -> None:
        self.group = reading.group
        self.topics = reading.topics
        self._database = database
        self._stream = stream
        patient = replace(reading.pace, poll=reading.pace.poll * POLLS)
        self._reading = replace(reading, pace=patient)
        self._trips = stream.trips(self.topics, patient.linger)
        self._consumers: dict[int, Consumer] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()

    def wake(self, shards: Iterable[int] | None = None) -> None:
        """There may be something to read in these shards; in any, where it is not known which."""
        for shard in self._consumers if shards is None else shards:
            if shard in self._consumers:
                self._consumers[shard].wake()

    async def run(self) -> None:
        """Consume until `stop`, or until cancelled. Raises TooManySetAside where a shard had to stop by itself."""
        try:
            while not self._stopping.is_set():
                try:
                    async with claims_of(self._database, f"{self.group} {self.topics[0]}") as claims:
                        await self._share(claims)
                except Retryable:
                    log.warning("claims_lost", group=self.group)
                finally:
                    await self._break_off()
                await happens(self._stopping, CLAIM_SECONDS)
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Read no further, let the present messages finish, and return when how far the group came is saved."""
        self._stopping.set()
        await self._ended.wait()

    async def _share(self, claims: Claims) -> None:
        while not self._stopping.is_set():
            for shard in await claims.too_many():
                await self._finish(shard)
                await claims.give_back(shard)
            for shard in await claims.take():
                self._begin(shard)
            await self._begin_again()
            await self._stream.number()  # what a replica that died left without its position
            await happens(self._stopping, CLAIM_SECONDS)
        await asyncio.gather(*(self._finish(shard) for shard in list(self._consumers)))

    def _begin(self, shard: int) -> None:
        consumer = Consumer(self._stream.of_shard(shard, self._trips), self._reading)
        self._consumers[shard] = consumer
        self._tasks[shard] = asyncio.create_task(consumer.run(), name=f"{self.group} shard {shard}")

    async def _finish(self, shard: int) -> None:
        """End a shard's consumer when its present messages are handled."""
        consumer, task = self._consumers.pop(shard), self._tasks.pop(shard)
        if not task.done():
            await consumer.stop()
        with suppress(Retryable):
            await task

    async def _begin_again(self) -> None:
        """Begin what ended because the database was away. Raises what else ended a consumer."""
        for shard, task in list(self._tasks.items()):
            if task.done():
                await self._finish(shard)
                self._begin(shard)

    async def _break_off(self) -> None:
        """Cancel what is being handled: the shards may be another's by now."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._consumers.clear()
        self._tasks.clear()
