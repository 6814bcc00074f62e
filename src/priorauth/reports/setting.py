"""What a report needs beside the events: whose it is, by which rules its requests are told apart, for which days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.reviews import ServiceReview
from priorauth.routing.clock_rules import ClockBook, RequestClass
from priorauth.routing.deadlines import class_of
from priorauth.routing.determination_rules import DeterminationBook
from priorauth.routing.fact import Facts
from priorauth.routing.packs import Pack


class Priority(StrEnum):
    """How fast a decision must be: the two that public figures tell apart."""

    STANDARD = "standard"
    EXPEDITED = "expedited"


_EXPEDITED = {RequestClass.URGENT, RequestClass.CONCURRENT_URGENT}
_URGENT = {"urgent", "emergent"}
DRUGS = "pharmacy"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerSetting:
    """A payer as reports see it."""

    payer: PayerId
    pack: Pack
    clocks: ClockBook
    book: DeterminationBook
    facts_of: Callable[[ServiceReview], Mapping[int, Facts]]
    names: Mapping[DestinationId, str]
    desks: frozenset[DestinationId]

    def day(self, moment: datetime) -> date:
        """The payer's own day."""
        return self.clocks.calendar.day_of(moment)

    def classes(self, review: ServiceReview) -> frozenset[RequestClass]:
        """The kinds of request that a review is for sure."""
        found: set[RequestClass] = set()
        for facts in self.facts_of(review).values():
            classes, sure = class_of(self.clocks, facts)
            found |= classes if sure else set()
        return frozenset(found)

    def priority(self, review: ServiceReview) -> Priority:
        """Expedited where one item is urgent: by its kind, else by what the request says of itself."""
        classes = self.classes(review)
        urgent = bool(classes & _EXPEDITED) if classes else self._says_urgent(review)
        return Priority.EXPEDITED if urgent else Priority.STANDARD

    def _says_urgent(self, review: ServiceReview) -> bool:
        return any(facts["urgency"][0] in _URGENT for facts in self.facts_of(review).values())

    def is_drug(self, review: ServiceReview) -> bool:
        """True where all that is asked for are drugs: public figures leave them out."""
        return all(facts["service_category"][0] == DRUGS for facts in self.facts_of(review).values())
