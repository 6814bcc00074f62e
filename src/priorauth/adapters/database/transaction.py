"""What the named queries of the repositories share: one transaction, its seal, and what it touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import CursorResult, Executable, Row, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.documents import Documents
from priorauth.adapters.database.postgresql import hold_locks
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.services.ports import NotKnown

Value = TypeVar("Value")

ENCODER = msgspec.json.Encoder()


class Transaction:
    """One open transaction: the reviews that it `touched`, the `topics` that it put messages on, and their `keys`.

    `news` are told with the topics, and are none. `reviews` are those that it has read or written, as they are to it:
    nobody else changes them before its end, because their turn is taken before they are read.
    """

    def __init__(
        self, connection: AsyncConnection, seal: Seal, *, writes: bool = False, documents: Documents | None = None
    ) -> None:
        self._connection = connection
        self._takes_turns = writes and connection.dialect.name != "sqlite"
        self._held: set[str] = set()
        self.seal = seal
        self._documents = documents or Documents(seal)
        self.dialect = connection.dialect.name
        self.touched: set[ReviewId] = set()
        self.topics: set[str] = set()
        self.news: set[str] = set()
        self.keys: set[ReviewId] = set()
        self.reviews: dict[ReviewId, ServiceReview] = {}

    async def hold(self, *names: str) -> bool:
        """Be the only writer at what these names say, to the end of the transaction; whoever is there is waited for.

        What is read after this is what the one before has committed. SQLite has one writer at a time anyway, and who
        only reads holds nobody up. True where there was anything to wait for, so that what was read before is stale.
        """
        missing = sorted(set(names) - self._held) if self._takes_turns else []
        if missing:
            await hold_locks(self._connection, *missing)
            self._held.update(missing)
        return bool(missing)

    def made(self, review_id: ReviewId) -> None:
        """Note a review that this transaction made: nobody else knows of it yet."""
        self._held.add(review(review_id))

    async def run(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Execute a statement, once or for each of the values."""
        if values is None or isinstance(values, Mapping):
            return await self._connection.execute(statement, self._storable(values or {}))
        return await self._connection.execute(statement, [self._storable(each) for each in values])

    async def row(self, statement: Executable, **values: Any) -> Row[Any]:
        """The one row that the query finds; NotKnown where there is none."""
        row = (await self._connection.execute(statement, self._storable(values))).first()
        if row is None:
            raise NotKnown("there is no such row")
        return row

    async def row_or_none(self, statement: Executable, **values: Any) -> Row[Any] | None:
        """The first row that the query finds, or None."""
        return (await self._connection.execute(statement, self._storable(values))).first()

    async def rows(self, statement: Executable, **values: Any) -> Sequence[Row[Any]]:
        """Every row that the query finds."""
        return (await self._connection.execute(statement, self._storable(values))).all()

    async def add(self, table: Table, **values: Any) -> bool:
        """Insert a row; False where its key is taken already."""
        return (await self._connection.execute(insert_new(self.dialect, table), self._storable(values))).rowcount > 0

    async def change(self, statement: Executable, **values: Any) -> int:
        """Execute an update or delete; the number of rows that it changed."""
        return (await self._connection.execute(statement, self._storable(values))).rowcount

    def _storable(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values as PostgreSQL takes them: its text has no NUL, which senders may put into their own numbers."""
        if self.dialect == "sqlite":
            return values
        return {name: without_nul(value) for name, value in values.items()}

    def document(self, row: str, value: object) -> bytes:
        """The value as a sealed JSON document, bound to its row."""
        return self.seal.close(ENCODER.encode(value), row)

    def read(self, row: str, document: bytes, decoder: msgspec.json.Decoder[Value]) -> Value:
        """The value of a sealed JSON document."""
        return self._documents.read(row, document, decoder)


def without_nul(value: object) -> object:
    """A text with a visible sign in place of each NUL; anything else as it is."""
    return value.replace("\0", "\u2400") if isinstance(value, str) and "\0" in value else value


class Queries:
    """Named queries over one transaction. Each repository is such a part of the Work port, one per subject.

    A query about one review, its legs or its replies first takes the review's turn: two transactions that read a
    review and write what follows from it come one after the other.
    """

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    async def take_turn(self, review_id: ReviewId) -> bool:
        """Wait until nobody else works on the review; see `Transaction.hold`."""
        return await self.transaction.hold(review(review_id))


def review(review_id: ReviewId) -> str:
    """What the turn of a review is called."""
    return f"review {review_id}"


def insert_into(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert in the words of this engine, which can say what to do about a row that is there already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def insert_new(dialect: str, table: Table) -> Executable:
    """An insert that leaves the row alone which has the same key already."""
    return insert_into(dialect, table).on_conflict_do_nothing()


@cache
def insert_or_replace(dialect: str, table: Table, *replaced: str) -> Executable:
    """An insert that changes these columns of the row which has the same primary key already."""
    statement = insert_into(dialect, table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns),
        set_={column: statement.excluded[column] for column in replaced},
    )
