"""Tells other replicas what was committed here, and this one what they committed: LISTEN and NOTIFY of PostgreSQL.

Told after the commit, and many commits at once: a NOTIFY within a transaction would make all of them commit one after
the other. What is lost on the way, whoever waits finds by its poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

import asyncpg
import msgspec
import structlog

from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.postgresql import session
from priorauth.adapters.database.unit_of_work import Committed
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import Retryable

CHANNEL = "priorauth_committed"
AT_ONCE = 100
"""Ids in one notification, which holds 8000 bytes at most."""
PAUSE_SECONDS = 0.5
CHECK_SECONDS = 5.0

log = structlog.get_logger()


class News(msgspec.Struct):
    """What one notification says."""

    reviews: list[str]
    topics: list[str]


class Announcements:
    """One replica's ear and mouth. `hear` are told of the commits of others as of this process's own."""

    def __init__(self, database: Database, hear: Sequence[Committed]) -> None:
        self._database = database
        self._hear = hear
        self._reviews: set[ReviewId] = set()
        self._topics: set[str] = set()
        self._news = asyncio.Event()
        self.listens = asyncio.Event()

    def committed(self, review_ids: AbstractSet[ReviewId], topics: AbstractSet[str]) -> None:
        """Tell the others soon. The unit of work calls this after each commit."""
        if not self.listens.is_set():
            return  # there is nobody to tell, or no way to
        self._reviews |= review_ids
        self._topics |= topics
        self._news.set()

    async def run(self) -> None:
        """Listen and tell until cancelled; begin again where the connection is lost. SQLite has nobody to tell."""
        while self._database.dialect != "sqlite":
            try:
                async with session(self._database.url) as connection:
                    await connection.add_listener(CHANNEL, self._heard)
                    self.listens.set()
                    await self._tell(connection)
            except Retryable:
                log.warning("announcements_interrupted")
            finally:
                self.listens.clear()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell(self, connection: asyncpg.Connection) -> None:
        while True:
            try:
                await asyncio.wait_for(self._news.wait(), CHECK_SECONDS)
            except TimeoutError:
                await connection.execute("SELECT 1")  # notices a connection that was lost in silence
                continue
            self._news.clear()
            reviews, self._reviews = sorted(self._reviews), set()
            topics, self._topics = sorted(self._topics), set()
            for part in parts(reviews):
                told = msgspec.json.encode(News(reviews=list(part), topics=topics))
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, told.decode())

    def _heard(self, connection: object, pid: int, _channel: str, payload: object) -> None:
        if isinstance(connection, asyncpg.Connection) and pid == connection.get_server_pid():
            return  # our own
        news = msgspec.json.decode(str(payload), type=News)
        for tell in self._hear:
            tell({ReviewId(each) for each in news.reviews}, set(news.topics))


def parts(ids: Sequence[ReviewId]) -> Iterable[Sequence[ReviewId]]:
    """The ids in portions; one empty portion where there are none."""
    return (ids[start : start + AT_ONCE] for start in range(0, max(len(ids), 1), AT_ONCE))
