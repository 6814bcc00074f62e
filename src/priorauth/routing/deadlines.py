"""Which clocks are on a review's items, how they stand, and which of them binds: the strictest, with why others do not.

Pure: facts, calendar and what happened are passed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from priorauth.domain.calendars import Calendar
from priorauth.domain.clocks import (
    ClockKind,
    ClockState,
    History,
    Occurrence,
    RunningClock,
    Standing,
    Wait,
    standing,
)
from priorauth.routing.clock_rules import ClockBook, ClockRule, RequestClass
from priorauth.routing.conditions import all_of, open_questions
from priorauth.routing.fact import UNKNOWN, Facts

DECIDING = frozenset({ClockKind.DECISION, ClockKind.VERBAL_NOTICE, ClockKind.WRITTEN_NOTICE, ClockKind.GOAL})
"""Kinds of clocks that are only on items which somebody decides."""

DATES: Mapping[Occurrence, str] = {
    Occurrence.ADMISSION: "admission_date",
    Occurrence.DISCHARGE: "discharge_date",
    Occurrence.PRIOR_DISCHARGE: "prior_discharge_date",
    Occurrence.SERVICE: "service_date",
    Occurrence.BIRTH: "date_of_birth",
}
"""What happened on a day that is a fact. Nobody knows the hour, so the first one counts: the stricter."""


class Where(Enum):
    """Whether an item is one that somebody decides."""

    DECIDED = "decided by a delegate or desk"
    ANSWERED = "answered without a decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockItem:
    """An item of a review as clocks see it: its facts, and the name of the group that is decided together."""

    sequence: int
    facts: Facts
    group: str
    where: Where = Where.DECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A clock, how it stands, whether it binds, and why where it does not."""

    running: RunningClock
    standing: Standing
    binds: bool
    because: str


def class_of(book: ClockBook, facts: Facts) -> tuple[frozenset[RequestClass], bool]:
    """The kind of request that an item is; every kind that it may be where a fact is unknown, which is not sure."""
    possible: set[RequestClass] = set()
    for rule in book.classes:
        holds = all_of(rule.checks, facts)
        if holds is not False:
            possible.add(rule.request_class)
        if holds:
            return frozenset(possible), len(possible) == 1
    return frozenset(possible or RequestClass), False


def clocks_on(book: ClockBook, items: Sequence[ClockItem], received_on: date) -> tuple[RunningClock, ...]:
    """Every clock that is on these items, one per group of items decided together."""
    found: dict[tuple[int, str, bool, str], list[int]] = {}
    in_force = [rule for rule in book.rules if rule.in_force(received_on)]
    for item in items:
        facts = assuming(book, item.facts)
        classes, sure = class_of(book, facts)
        for place, rule in enumerate(in_force):
            if item.where is Where.ANSWERED and rule.clock.kind in DECIDING:
                continue
            answer = _applies(rule, classes, facts, class_is_sure=sure)
            if answer is not None:
                found.setdefault((place, item.group, *answer), []).append(item.sequence)
    return tuple(
        RunningClock(
            clock=in_force[place].clock, sequences=tuple(sequences), sure=sure, because=because or in_force[place].unset
        )
        for (place, _, sure, because), sequences in found.items()
    )


def _applies(
    rule: ClockRule, classes: frozenset[RequestClass], facts: Facts, *, class_is_sure: bool
) -> tuple[bool, str] | None:
    """Whether that is sure, and why not; None where the rule surely does not apply."""
    if not rule.classes & classes:
        return None
    holds = all_of(rule.checks, facts)
    if holds is False:
        return None
    if holds is None:
        return False, "not sure to apply: " + ", ".join(sorted(set(_unknown(rule, facts)))) + " unknown"
    if not class_is_sure and not classes <= rule.classes:
        return False, "not sure to apply: the kind of request is unknown"
    return True, ""


def _unknown(rule: ClockRule, facts: Facts) -> Iterator[str]:
    for condition in rule.conditions:
        for question in open_questions(condition, facts):
            yield question if isinstance(question, str) else question.id


def assuming(book: ClockBook, facts: Facts) -> Facts:
    """The facts with what holds for every member of the payer, where nobody said otherwise."""
    missing = {name: value for name, value in book.assumes.items() if facts[name][0] is UNKNOWN}
    if not missing:
        return facts
    assumed = Facts(lambda _, name: facts[name], {}, facts.message, facts.outside, facts.outside_source)
    assumed.update((name, (value, "default")) for name, value in missing.items())
    return assumed


def dates_in(items: Sequence[ClockItem], calendar: Calendar) -> dict[Occurrence, datetime]:
    """What happened by the facts of the items: the first day that any of them says."""
    found: dict[Occurrence, datetime] = {}
    for occurrence, name in DATES.items():
        days = [day for item in items if isinstance(day := item.facts[name][0], date)]
        if days:
            found[occurrence] = calendar.start_of_day(min(days))
    return found


def weigh(
    clocks: Sequence[RunningClock], histories: Sequence[History], calendar: Calendar, now: datetime
) -> tuple[Weighed, ...]:
    """How every clock stands, and which bind: per item, kind and decision the one that is due first.

    A clock that is not sure to apply binds only where none is that is. `histories` has one for each clock.
    """
    stands = [standing(running, history, calendar, now) for running, history in zip(clocks, histories, strict=True)]
    strictest: dict[tuple[ClockKind, int], int] = {}
    for place, (running, stand) in enumerate(zip(clocks, stands, strict=True)):
        for sequence in running.sequences if stand.due_at is not None else ():
            best = strictest.setdefault((running.clock.kind, sequence), place)
            if _rank(running, stand) < _rank(clocks[best], stands[best]):
                strictest[running.clock.kind, sequence] = place
    return tuple(
        _weighed(place, running, stand, strictest, clocks)
        for place, (running, stand) in enumerate(zip(clocks, stands, strict=True))
    )


def _rank(running: RunningClock, stand: Standing) -> tuple[bool, datetime]:
    assert stand.due_at is not None
    return (not running.sure, stand.due_at)


def _weighed(
    place: int,
    running: RunningClock,
    stand: Standing,
    strictest: Mapping[tuple[ClockKind, int], int],
    clocks: Sequence[RunningClock],
) -> Weighed:
    winners = dict.fromkeys(
        strictest[key] for sequence in running.sequences if (key := (running.clock.kind, sequence)) in strictest
    )
    binds = place in winners or (running.clock.kind is ClockKind.WINDOW and running.sure and stand.due_at is not None)
    because = running.because
    if not because and not binds and stand.due_at is None:
        because = "nothing has started it" if stand.state is ClockState.WAITING else ""
    if not binds and stand.due_at is not None and not because:
        because = f"{', '.join(clocks[winner].clock.id for winner in winners)} is due first"
    return Weighed(running=running, standing=stand, binds=binds, because=because)


def information_complete(received_at: datetime, waits: Sequence[Wait]) -> datetime | None:
    """When everything needed was there: on receipt where nothing was asked for; None while something is awaited."""
    if any(wait.until is None for wait in waits):
        return None
    return max((wait.until for wait in waits if wait.until is not None), default=received_at)
