"""Which replica consumes which shards: session locks of PostgreSQL, shared out evenly among the replicas that live.

Every replica says that it lives by a lock that all may share, and holds each shard that it consumes by one that only
one may have. The server takes the locks of a replica that dies or is cut off; the others see fewer alive, and take its
shards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil

import asyncpg

from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.outbox import SHARDS
from priorauth.adapters.database.postgresql import lock_number, session

ALIVE = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (classid::bigint << 32) | objid::bigint = $1
"""


class Claims:
    """One replica's shards of one group, for as long as its session lasts."""

    def __init__(self, connection: asyncpg.Connection, name: str) -> None:
        self._connection = connection
        self._alive = lock_number(f"consumers of {name}")
        self._locks = {shard: lock_number(f"shard {shard} of {name}") for shard in range(SHARDS)}
        self.held: set[int] = set()

    async def live(self) -> None:
        """Count among those who share the shards."""
        await self._connection.execute("SELECT pg_advisory_lock_shared($1)", self._alive)

    async def take(self) -> set[int]:
        """Take shards that nobody has, up to this replica's share; those just taken."""
        taken: set[int] = set()
        share = await self._share()
        for shard, lock in self._locks.items():
            if shard in self.held or len(self.held) >= share:
                continue
            if await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", lock):
                self.held.add(shard)
                taken.add(shard)
        return taken

    async def too_many(self) -> list[int]:
        """The shards to give back, because others live too."""
        share = await self._share()
        return sorted(self.held)[share:]

    async def give_back(self, shard: int) -> None:
        """Let another replica have a shard. Nothing of it may be on its way any more."""
        await self._connection.execute("SELECT pg_advisory_unlock($1)", self._locks[shard])
        self.held.discard(shard)

    async def _share(self) -> int:
        alive: int = await self._connection.fetchval(ALIVE, self._alive)
        return ceil(SHARDS / max(alive, 1))


@asynccontextmanager
async def claims_of(database: Database, name: str) -> AsyncIterator[Claims]:
    """The claims of this replica, gone with the block. Raises Retryable where the session is lost."""
    async with session(database.url) as connection:
        claims = Claims(connection, name)
        await claims.live()
        yield claims
