"""Takes in cases for all simulated destinations, answers them, and has what falls due delivered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId
from priorauth.sandbox.answers import Answer, Decided, Declined, answer_to, decide_what_is_due, redecide
from priorauth.sandbox.behaviours import Behaviour, BehaviourTable
from priorauth.sandbox.casebook import Casebook
from priorauth.sandbox.cases import Case, OpenCase
from priorauth.services.ports import Retryable

TICK_SECONDS = 0.1

log = structlog.get_logger()


class Outlet(Protocol):
    """How a simulated destination tells the gateway of a determination that it made later."""

    async def deliver(self, opened: OpenCase) -> None:
        """Tell what was said of the case last. Raises Retryable where the gateway could not be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caseworker:
    """Decides by the table, keeps what stays open in the casebook."""

    table: BehaviourTable
    casebook: Casebook
    outlets: Mapping[DestinationId, Outlet]
    now: Callable[[], datetime]
    settling: asyncio.Lock = field(default_factory=asyncio.Lock)

    def receive(self, case: Case) -> Answer:
        """The answer to a leg. A leg received again gets what its case has come to."""
        known = self.casebook.find(case.destination, case.leg_id)
        if known is not None and known.answers > 1:
            return Decided(known.said, known)
        answer = answer_to(case, self.table, self.now())
        if not isinstance(answer, Declined) and answer.opened is not None and known is None:
            self.casebook.keep(answer.opened)
        return answer

    async def decide(self, destination: DestinationId, leg_id: LegId, behaviours: Mapping[int, Behaviour]) -> None:
        """Decide lines of a case by hand and tell the gateway. KeyError where there is no such case or line."""
        async with self.settling:
            opened = self.casebook.find(destination, leg_id)
            if opened is None:
                raise KeyError(leg_id)
            await self._settle(redecide(opened, behaviours, self.table, self.now()))

    async def settle_what_is_due(self) -> None:
        """Certify the lines whose time has come. What could not be delivered stays due."""
        async with self.settling:
            for opened in self.casebook.due(self.now()):
                try:
                    await self._settle(decide_what_is_due(opened, self.table, self.now()))
                except Retryable:
                    log.warning("sandbox_delivery_failed", destination=opened.case.destination)

    async def settle_forever(self) -> None:
        """Look again and again for what is due, until cancelled."""
        while True:
            await self.settle_what_is_due()
            await asyncio.sleep(TICK_SECONDS)

    async def _settle(self, settled: OpenCase) -> None:
        """Deliver, then write down: a crash between the two repeats the delivery under the same id."""
        await self.outlets[settled.case.destination].deliver(settled)
        self.casebook.keep(settled)
