"""Event logs for reports: reviews of the samples, routed and decided as a test wants them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from memory.gateway import TOOLS
from priorauth.adapters.reporting import setting_of
from priorauth.domain.clocks import ClockKind, OnBreach
from priorauth.domain.determinations import (
    CertificationAction,
    DaySpan,
    Determination,
    ItemDecision,
    NextReview,
    ReviewerRole,
)
from priorauth.domain.events import (
    ClockBreached,
    DeterminationRecorded,
    Event,
    ReviewReceived,
    ReviewRouted,
    StepRecorded,
)
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import Leg, LegId, MessageId, ReviewId, ServiceReview
from priorauth.domain.routes import ItemRoute, Outcome, Route
from priorauth.domain.steps import Step, StepKind
from priorauth.reports.setting import PayerSetting
from x12_sets import sample

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
BCBSMA, ALLWAYS, BCBSM = PayerId("BCBSMA"), PayerId("ALLWAYS"), PayerId("BCBSM")
A1, A2, A3, A4, A6 = (CertificationAction(code) for code in ("A1", "A2", "A3", "A4", "A6"))


def setting(payer: PayerId) -> PayerSetting:
    return setting_of(TOOLS.knowledge, payer)


@dataclass
class Log:
    """Events in the order in which they were written."""

    events: list[Event] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def write(self, event: type[Event], review: ServiceReview, at: datetime, /, **said: Any) -> None:
        number = next(self.numbers)
        self.events.append(event(id=f"evt-{number}", at=at, review_id=review.id, payer=review.payer, **said))

    def receive(
        self, name: str, at: datetime = NOON, to: Mapping[int, str] | str = "", **changed: Any
    ) -> ServiceReview:
        """A sample, received and routed: all of its items to one destination, or each to its own."""
        review = replace(sample(name), id=ReviewId(f"rev-{next(self.numbers)}"), received_at=at, **changed)
        assert review.payer is not None
        places = to if isinstance(to, Mapping) else {item.sequence: to for item in review.items}
        self.write(ReviewReceived, review, at, review=review, message_id=MessageId("msg-1"))
        legs = tuple(
            Leg(
                id=LegId(f"{review.id}-leg-{number}"),
                review_id=review.id,
                number=number,
                destination=DestinationId(place),
                sequences=tuple(sequence for sequence, where in places.items() if where == place),
            )
            for number, place in enumerate(dict.fromkeys(filter(None, places.values())), start=1)
        )
        items = tuple(
            ItemRoute(
                sequence=item.sequence,
                outcome=Outcome.ROUTE if places.get(item.sequence) else Outcome.NO_AUTH_REQUIRED,
                destination=DestinationId(places[item.sequence]) if places.get(item.sequence) else None,
                queue=None,
                rule="RTE-1",
                reason="because",
            )
            for item in review.items
        )
        route = Route(payer=review.payer, pack_version="1", items=items)
        self.write(ReviewRouted, review, at, route=route, legs=legs)
        return review

    def change(self, review: ServiceReview) -> None:
        """Have the first event, by which a review was received, tell this of it instead."""
        received = self.events[0]
        assert isinstance(received, ReviewReceived)
        self.events[0] = replace(received, review=review)

    def decide(
        self,
        review: ServiceReview,
        items: Mapping[int, CertificationAction | ItemDecision],
        after: timedelta = timedelta(hours=1),
        *,
        by: str = "progenyhealth",
        leg: int = 1,
        **said: Any,
    ) -> None:
        at = review.received_at + after
        determination = Determination(
            id=f"det-{next(self.numbers)}",
            review_id=review.id,
            leg_id=LegId(f"{review.id}-leg-{leg}"),
            decided_by=DestinationId(by),
            decided_at=at,
            items=tuple(
                one if isinstance(one, ItemDecision) else ItemDecision(sequence=sequence, action=one)
                for sequence, one in items.items()
            ),
            **said,
        )
        self.write(DeterminationRecorded, review, at, determination=determination)

    def miss(self, review: ServiceReview, after: timedelta, kind: ClockKind = ClockKind.DECISION) -> None:
        """A clock on every item that nobody met."""
        at = review.received_at + after
        self.write(
            ClockBreached,
            review,
            at,
            clock="CLK-1",
            title="Decision",
            citation="004:L1",
            kind=kind,
            sequences=tuple(item.sequence for item in review.items),
            started_at=review.received_at,
            due_at=at,
            on_breach=OnBreach.ALERT,
        )

    def step(self, review: ServiceReview, kind: StepKind, **said: Any) -> None:
        at = review.received_at + timedelta(days=2)
        self.write(StepRecorded, review, at, step=Step(kind=kind, happened_at=at, **said))


def span(
    first: str, last: str, asked: str, given: str, action: CertificationAction = A1, days: int | None = None
) -> DaySpan:
    return DaySpan(
        start=date.fromisoformat(first),
        end=date.fromisoformat(last),
        action=action,
        requested_revenue_code=asked,
        authorized_revenue_code=given,
        days=None if days is None else Decimal(days),
    )


def neonatal_log() -> Log:
    """A stay as the payer's document shows one: nothing asked for at first, then less than was asked; days missing."""
    log = Log()
    stay = log.receive("nicu-admission", to="progenyhealth")
    spans = (
        span("2026-11-01", "2026-11-02", "", "0174", days=2),
        span("2026-11-03", "2026-11-05", "0174", "0173", A6, days=2),
        span("2026-11-07", "2026-11-08", "0173", "", A3, days=2),
    )
    said = ItemDecision(
        sequence=1,
        action=A6,
        administrative_number="PH-CASE-1",
        certification_number="CLIENT-1",
        reason_codes=("X1",),
        reviewer=ReviewerRole.PHYSICIAN,
        spans=spans,
        next_review=NextReview(day=date(2026, 11, 12), needed=("weight", "bed type")),
    )
    certified = (ItemDecision(sequence=number, action=A1, reviewer=ReviewerRole.NURSE) for number in (2, 3))
    log.decide(stay, {1: said, **dict(zip((2, 3), certified, strict=True))}, reviewer_name="Dr. Example")
    return log
