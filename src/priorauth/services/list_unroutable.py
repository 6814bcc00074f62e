"""What could not be routed: a state of the business, not a failure. Each such item is a desk's until it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import LegId, LegState, ReviewId
from priorauth.routing.unroutable import UNROUTABLE
from priorauth.services.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Unroutable:
    """An item that is with a desk because no rule takes it, rules differ, or what they ask for is not known."""

    review_id: ReviewId
    leg_id: LegId
    sequence: int
    payer: PayerId | None
    owner: DestinationId
    queue: str
    state: LegState
    rule: str  # "no_rule", "unknown_facts" ...
    reason: str
    unknown: tuple[str, ...]  # the facts that nobody knows
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUnroutable:
    """Lists them by review, for the payer that owns the rules or the desk that has the work."""

    unit_of_work: UnitOfWork

    async def __call__(self, limit: int, *, payer: str = "", owner: str = "") -> Sequence[Unroutable]:
        """The items of up to `limit` legs that nobody has decided."""
        found = []
        async with self.unit_of_work.reading() as work:
            for leg, review in await work.unroutable(limit, payer=payer, owner=owner):
                route = await work.route(leg.review_id)
                found += [
                    Unroutable(
                        review_id=review.id,
                        leg_id=leg.id,
                        sequence=item.sequence,
                        payer=review.payer,
                        owner=leg.destination,
                        queue=leg.queue,
                        state=leg.state,
                        rule=item.rule,
                        reason=item.reason,
                        unknown=item.unknown,
                        since=review.received_at,
                    )
                    for item in (route.items if route else ())
                    if item.sequence in leg.sequences and item.rule in UNROUTABLE
                ]
        return found
