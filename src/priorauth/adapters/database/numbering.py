"""Gives the messages of the outbox their positions where transactions commit beside each other (PostgreSQL).

A message gets its position after its commit, by one transaction at a time in all replicas. So positions grow in the
order in which they can be seen, and whoever went past one has missed none; those of one review follow its turns.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.postgresql import lock_number
from priorauth.services.ports import Retryable

AT_ONCE = 5000
LOCK = "the positions of the outbox"

ROUNDS = 20

NUMBER = f"""
DO $$
DECLARE numbered bigint;
BEGIN
  PERFORM pg_advisory_xact_lock({lock_number(LOCK)});
  FOR round IN 1..{ROUNDS} LOOP
    WITH waiting AS (
      SELECT sequence, row_number() OVER (ORDER BY sequence) AS place
      FROM outbox WHERE position IS NULL ORDER BY sequence LIMIT {AT_ONCE}
    )
    UPDATE outbox SET position = (SELECT coalesce(max(position), 0) FROM outbox) + waiting.place
    FROM waiting WHERE outbox.sequence = waiting.sequence;
    GET DIAGNOSTICS numbered = ROW_COUNT;
    EXIT WHEN numbered < {AT_ONCE};
  END LOOP;
END $$
"""  # noqa: S608 - the numbers are ours
"""One statement, so one trip to the server. Each statement inside sees what was committed before it: after the lock."""


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
            async with self._database.at_once() as connection:
                await connection.exec_driver_sql(NUMBER)
