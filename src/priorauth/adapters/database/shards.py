"""What the consumers of a group's shards ask of the database at the same time, asked once for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Integer, Row, String, bindparam, func, select, true

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.tables import outbox
from priorauth.adapters.database.transaction import Transaction
from priorauth.adapters.together import Together


def column_of(name: str, kind: type[Integer | BigInteger | String]) -> Any:
    """A list that is given to a query, as a column of it."""
    return bindparam(name, type_=ARRAY(kind))


_asked = (
    func.unnest(column_of("shards", Integer), column_of("afters", BigInteger))
    .table_valued("shard", "after", name="asked")
    .render_derived()
)
_topics = func.unnest(column_of("topics", String)).table_valued("topic", name="topics").render_derived()
_found = (
    select(outbox)
    .where(outbox.c.topic == _topics.c.topic, outbox.c.shard == _asked.c.shard, outbox.c.position > _asked.c.after)
    .order_by(outbox.c.position)
    .limit(bindparam("limit"))
    .lateral("found")
)
NEXT_OF_SHARDS = (
    select(_found).select_from(_asked.join(_topics, true()).join(_found, true())).order_by(_found.c.position)
)
"""The next rows of some topics in some shards, each from a position on; each read by its index up to the limit."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The next rows of one shard, from a position on."""

    shard: int
    after: int
    limit: int


class SharedTrips:
    """Trips to the database that the shards of one group share. PostgreSQL only: elsewhere there are no shards."""

    def __init__(self, database: Database, seal: Seal, topics: Sequence[str], linger: float) -> None:
        self._database = database
        self._seal = seal
        self._topics = list(topics)
        self.read = Together(self._read, linger)

    async def _read(self, wanted: Sequence[Wanted]) -> Sequence[Sequence[Row[Any]]]:
        """The next rows of each of these shards, still sealed."""
        async with self._database.glancing() as connection:
            rows = await Transaction(connection, self._seal).rows(
                NEXT_OF_SHARDS,
                topics=self._topics,
                shards=[each.shard for each in wanted],
                afters=[each.after for each in wanted],
                limit=max(each.limit for each in wanted),
            )
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            found[row.shard].append(row)
        return [found[each.shard][: each.limit] for each in wanted]
