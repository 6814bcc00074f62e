"""A service line as whoever decides it looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from priorauth.domain.reviews import ReviewItem
from priorauth.sandbox.behaviours import BehaviourTable, quantity
from priorauth.sandbox.cases import Case

VALIDITY = timedelta(days=89)
SHORT_VALIDITY = timedelta(days=29)
"""How long a certification holds from its day of issue: a full one, and one that is cut down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A service line with what its decision needs."""

    case: Case
    item: ReviewItem
    table: BehaviourTable
    today: date

    def number(self, kind: str) -> str:
        """The case's number of that kind."""
        return self.case.number(self.table.numbers.get(self.case.destination, "SB"), kind)

    def own_number(self, kind: str) -> str:
        """A number of that kind for this line alone."""
        return f"{self.number(kind)}-{self.item.sequence}"

    def reason(self, name: str) -> tuple[str, ...]:
        return (self.table.reasons[name].code,)

    def meaning(self, name: str) -> str:
        return self.table.reasons[name].meaning

    @property
    def days(self) -> int:
        """How many days the line asks for; one at least."""
        return max(int(quantity(self.item)), 1)

    @property
    def start(self) -> date:
        """The first day asked for: the line's, else the event's, else today."""
        event = self.case.review.event
        stated = self.item.service_dates or event.event_dates or event.admission_dates
        return stated.start if stated else self.today
