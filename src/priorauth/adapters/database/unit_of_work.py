"""One use case, one database transaction; only this commits. Whoever waits for a commit is told right after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.documents import Documents
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.inbox import DeadLetters, Inbox
from priorauth.adapters.database.numbering import Numbering
from priorauth.adapters.database.outbox import EventEncoder, Outbox
from priorauth.adapters.database.repositories.assertions import UsedAssertions
from priorauth.adapters.database.repositories.clocks import Clocks
from priorauth.adapters.database.repositories.directory import Directory
from priorauth.adapters.database.repositories.information import InformationTasks
from priorauth.adapters.database.repositories.legs import Legs
from priorauth.adapters.database.repositories.messages import Messages
from priorauth.adapters.database.repositories.opinions import SecondOpinions
from priorauth.adapters.database.repositories.packs import Packs
from priorauth.adapters.database.repositories.replays import Replays
from priorauth.adapters.database.repositories.replies import Mailbox, Replies
from priorauth.adapters.database.repositories.resends import Resends
from priorauth.adapters.database.repositories.reviews import Reviews
from priorauth.adapters.database.repositories.subscriptions import Subscriptions
from priorauth.adapters.database.transaction import Transaction
from priorauth.domain.reviews import ReviewId
from priorauth.tracing import span

Committed = Callable[[AbstractSet[ReviewId], AbstractSet[str]], None]
"""Called after a commit with the reviews that it changed and the topics that it put messages on."""


class DatabaseWork(
    Messages,
    Resends,
    Reviews,
    Legs,
    Replies,
    InformationTasks,
    Clocks,
    Packs,
    Directory,
    Mailbox,
    Replays,
    Subscriptions,
    UsedAssertions,
    SecondOpinions,
    Outbox,
    Inbox,
    DeadLetters,
):
    """The Work port: every repository over the same transaction. It has no behaviour of its own."""


class DatabaseUnitOfWork:
    """Opens transactions of one database."""

    def __init__(
        self, database: Database, seal: Seal, encoder: EventEncoder, committed: Sequence[Committed] = ()
    ) -> None:
        self._database = database
        self._seal = seal
        self._documents = Documents(seal)
        self._encoder = encoder
        self._committed = committed
        self._number = Numbering(database)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[DatabaseWork]:
        """A transaction that may write; committed and told when the block ends without an exception."""
        with span("transaction"):
            async with self._database.writing() as connection:
                transaction = Transaction(connection, self._seal, writes=True, documents=self._documents)
                yield DatabaseWork(transaction, self._encoder)
        if transaction.topics:
            await self._number()
        if transaction.touched or transaction.topics:
            for tell in self._committed:
                tell(transaction.touched | transaction.keys, transaction.topics | transaction.news)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[DatabaseWork]:
        """A transaction that sees one state of the database and writes nothing."""
        async with self._database.reading() as connection:
            yield self._reader(connection)

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[DatabaseWork]:
        """For one question to the database: what it finds was so at one moment."""
        async with self._database.glancing() as connection:
            yield self._reader(connection)

    def _reader(self, connection: AsyncConnection) -> DatabaseWork:
        return DatabaseWork(Transaction(connection, self._seal, documents=self._documents), self._encoder)
