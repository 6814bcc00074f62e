"""A payer's clocks, compiled: which are on which requests, by the payer's own rules and by law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from priorauth.domain.calendars import Calendar
from priorauth.domain.clocks import Clock, Occurrence
from priorauth.domain.parties import PayerId
from priorauth.routing.conditions import Condition, Holds
from priorauth.routing.vocabulary import FactValue


class RequestClass(StrEnum):
    """The kinds of requests that time limits tell apart."""

    STANDARD = "standard"
    URGENT = "urgent"
    CONCURRENT_URGENT = "concurrent_urgent"
    CONCURRENT_STANDARD = "concurrent_standard"
    RETROSPECTIVE = "retrospective"
    RECONSIDERATION = "reconsideration"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """A clock, and on which requests it is put."""

    clock: Clock
    classes: frozenset[RequestClass]
    conditions: tuple[Condition, ...]
    checks: tuple[Holds, ...] = field(repr=False, compare=False)
    since: date | None = None
    until: date | None = None
    states: frozenset[str] = frozenset()
    accreditation: str | None = None
    unset: str = ""  # why nobody knows when it is due
    is_law: bool = False

    def in_force(self, day: date) -> bool:
        """True for requests received on that day."""
        return (self.since is None or day >= self.since) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRule:
    """Which requests are of a kind."""

    request_class: RequestClass
    conditions: tuple[Condition, ...]
    checks: tuple[Holds, ...] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that a document says of time and that is no deadline, and what it comes to here."""

    id: str
    citation: str
    says: str
    done_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBook:
    """Everything that says which clocks are on a payer's reviews, its own and those of law that may reach it."""

    payer: PayerId
    version: str
    calendar: Calendar
    state: str
    classes: tuple[ClassRule, ...]
    rules: tuple[ClockRule, ...]
    assumes: Mapping[str, FactValue] = field(default_factory=dict)
    returned_counts_as: frozenset[Occurrence] = frozenset()
    remarks: tuple[Remark, ...] = ()
