"""Note that a leg is with its destination, and tell of it: when it was called, or when it answers at our door first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from priorauth.domain.events import LegDispatched
from priorauth.domain.reviews import Format, Leg, LegState, ServiceReview
from priorauth.services.ports import Work

NOT_SENT_YET = (LegState.PLANNED, LegState.FAILED)
"""As far as we know. Its destination may know better: we died, or its answer to our call got lost."""


async def mark_dispatched(
    work: Work,
    leg: Leg,
    review: ServiceReview,
    format: Format,
    *,
    now: Callable[[], datetime],
    new_id: Callable[[str], str],
) -> Leg:
    """The leg as it is from now on. `review` holds its destination's lines only."""
    sent = replace(leg, state=LegState.DISPATCHED if leg.awaited else LegState.PENDED, attempts=leg.attempts + 1)
    await work.save_leg(sent)
    await work.publish(
        LegDispatched(
            id=new_id("evt"),
            at=now(),
            review_id=leg.review_id,
            payer=review.payer,
            leg=sent,
            review=review,
            format=format,
        )
    )
    return sent
