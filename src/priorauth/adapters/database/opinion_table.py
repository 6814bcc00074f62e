"""What second opinions on received messages found otherwise: rule ids only, one row a message."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.tables import Instant, metadata, required
from priorauth.adapters.database.transaction import Transaction
from priorauth.domain.second_opinions import SecondOpinion

second_opinions = Table(
    "second_opinions",
    metadata,
    Column("message_id", String, ForeignKey("messages.id"), primary_key=True),
    required("by"),
    required("at", Instant, index=True),
    required("given", Boolean),
    required("accepted", Boolean),
    required("differences"),  # `we FHIR-TYPE`, `models value_error`, joined by commas
)


class OpinionStore:
    """Keeps second opinions, each in a transaction of its own."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal

    async def keep(self, opinion: SecondOpinion) -> bool:
        """Keep one; false where there is one on that message already."""
        async with self._database.writing() as connection:
            return await Transaction(connection, self._seal).add(
                second_opinions,
                message_id=opinion.message_id,
                by=opinion.by,
                at=opinion.at,
                given=opinion.given,
                accepted=opinion.accepted,
                differences=",".join(opinion.differences),
            )
