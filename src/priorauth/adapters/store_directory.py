"""The directory in the store, as rosters filled it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from priorauth.adapters.directory import requester_facts, servicing_npi
from priorauth.domain.reviews import ServiceReview
from priorauth.services.directory_ports import EntryKind
from priorauth.services.ports import UnitOfWork, Work


@dataclass(frozen=True, slots=True)
class StoreDirectory:
    """Looks members and facilities up in the store. Satisfies `ports.Directory`."""

    unit_of_work: UnitOfWork

    async def facts(self, review: ServiceReview) -> Mapping[str, object] | None:
        """The facts of the subscriber's coverage and of the facility; None where the member is not known."""
        if review.payer is None:
            return None
        async with self.unit_of_work.reading() as work:
            member = await work.directory_facts(review.payer, EntryKind.MEMBER, review.subscriber.identifier.value)
            if member is None:
                return None
            requester = await self._facility(work, review, review.requester.npi)
            facility = await self._facility(work, review, servicing_npi(review))
        return {**requester_facts(requester), **facility, **member}

    async def _facility(self, work: Work, review: ServiceReview, npi: str) -> Mapping[str, object]:
        assert review.payer is not None
        return (await work.directory_facts(review.payer, EntryKind.FACILITY, npi) or {}) if npi else {}
