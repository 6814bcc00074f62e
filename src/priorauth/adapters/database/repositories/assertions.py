"""The assertions that clients got tokens for, so that each works once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete

from priorauth.adapters.database.tables import used_assertions
from priorauth.adapters.database.transaction import Queries
from priorauth.domain.access import ClientId
from priorauth.services.ports import Conflict

FORGET = delete(used_assertions).where(used_assertions.c.expires_at < bindparam("before"))


class UsedAssertions(Queries):
    """Remembers an assertion for as long as it could be sent again."""

    async def use_assertion(self, client: ClientId, assertion_id: str, expires_at: datetime) -> None:
        """Use up an assertion (`jti`); Conflict where it was."""
        hashed = self.transaction.seal.lookup(assertion_id)
        if not await self.transaction.add(used_assertions, client=client, assertion_id=hashed, expires_at=expires_at):
            raise Conflict("the assertion was used before")

    async def forget_assertions(self, now: datetime) -> int:
        """Delete the assertions that have expired; how many there were."""
        return await self.transaction.change(FORGET, before=now)
