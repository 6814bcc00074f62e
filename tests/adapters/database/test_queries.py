"""No query of the message path reads a whole table, however many rows there are."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from databases import open_store
from priorauth.adapters.database import outbox, stream
from priorauth.adapters.database.repositories import legs, messages, replies, resends, reviews, subscriptions

QUERIES = {
    f"{module.__name__.rsplit('.', 1)[-1]}.{name}": statement
    for module in (legs, messages, outbox, replies, resends, reviews, stream, subscriptions)
    for name, statement in vars(module).items()
    if name.isupper() and isinstance(statement, ClauseElement)
} | {"stream.read_topics": stream.read_topics(("a", "b", "c"))}

WHOLE_TABLE = re.compile(r"^SCAN (?!.*USING (COVERING )?INDEX)(?!CONSTANT ROW)(?!\(subquery)(?!anon)")


def plain_sql(statement: ClauseElement) -> str:
    """The statement with a value in place of every parameter."""
    sql = str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))
    sql = re.sub(r"\(__\[POSTCOMPILE_\w+\]\)", "('a', 'b')", sql)
    return re.sub(r":\w+", "1", sql)


async def test_every_query_uses_an_index(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/priorauth.db"):
        pass
    connection = sqlite3.connect(tmp_path / "priorauth.db")

    scans = {
        name: step
        for name, statement in QUERIES.items()
        for *_, step in connection.execute("EXPLAIN QUERY PLAN " + plain_sql(statement))
        if WHOLE_TABLE.match(step)
    }

    connection.close()
    assert not scans


async def test_undelivered_legs_are_read_from_an_index_of_those_alone(tmp_path: Path) -> None:
    async with open_store(f"sqlite:///{tmp_path}/priorauth.db"):
        pass
    connection = sqlite3.connect(tmp_path / "priorauth.db")

    for statement in (legs.UNDELIVERED, legs.OF_DESTINATION):
        plan = connection.execute("EXPLAIN QUERY PLAN " + plain_sql(statement)).fetchall()
        assert ["ix_legs_undelivered" in step for *_, step in plan] == [True]
    connection.close()
