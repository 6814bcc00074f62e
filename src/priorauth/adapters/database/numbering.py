"""Gives the messages of the outbox their positions where transactions commit beside each other (PostgreSQL).

A message gets its position after its commit, by one transaction at a time in all replicas. So positions grow in the
order in which they can be seen, and whoever went past one has missed none; those of one review follow its turns.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sqlalchemy import func, select, update

from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.postgresql import hold_lock
from priorauth.adapters.database.tables import outbox
from priorauth.services.ports import Retryable

AT_ONCE = 5000
LOCK = "the positions of the outbox"

_waiting = (
    select(outbox.c.sequence, func.row_number().over(order_by=outbox.c.sequence).label("place"))
    .where(outbox.c.position.is_(None))
    .order_by(outbox.c.sequence)
    .limit(AT_ONCE)
    .cte("waiting")
)
_earlier = outbox.alias("earlier")
_last = select(func.coalesce(func.max(_earlier.c.position), 0)).scalar_subquery()
NUMBER = update(outbox).where(outbox.c.sequence == _waiting.c.sequence).values(position=_last + _waiting.c.place)


class Numbering:
    """Numbers what was committed. Those who ask while it is being done share the next time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self) -> None:
        """Return when everything committed before has its position, or when the database is away: it comes later."""
        if self._database.dialect == "sqlite":
            return  # the insert gives it
        if self._next is None:
            self._next = asyncio.create_task(self._number())
        with suppress(Retryable):
            await asyncio.shield(self._next)

    async def _number(self) -> None:
        async with self._one_at_a_time:
            self._next = None  # whoever commits from here on needs another
            more = True
            while more:
                async with self._database.writing() as connection:
                    await hold_lock(connection, LOCK)
                    more = (await connection.execute(NUMBER)).rowcount == AT_ONCE
