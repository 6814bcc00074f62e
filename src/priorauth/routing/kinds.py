"""What a pack can tell apart: items that no condition of the pack can tell apart are of one kind and get one answer.

A pack asks few questions of a fact (is it on this list, is it before that day), so that items fall into few kinds. The
answer to a kind is worked out once and remembered; what differs within a kind are the values that the answer shows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date

from priorauth.domain.parties import DestinationId
from priorauth.domain.routes import AppliedRequirement, LosingRule, Outcome
from priorauth.routing.conditions import Condition, FactCondition, Holds, Listed, Within, compiled, tests_of
from priorauth.routing.fact import UNKNOWN, Absence, Facts
from priorauth.routing.vocabulary import FACTS, FactKind

MOST_REMEMBERED = 4096
"""How many kinds, and how many codes of one fact, are remembered before all are forgotten."""

Kind = tuple[Hashable, ...]
Part = Callable[[Facts], Hashable]
"""What a pack can say of one fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the pack says of every item of a kind; `facts` are the names of those that it looked at."""

    outcome: Outcome
    destination: DestinationId | None
    queue: str | None
    rule: str
    reason: str
    citation: str
    facts: tuple[str, ...]
    losing: tuple[LosingRule, ...]
    unknown: tuple[str, ...] = ()
    requirements: tuple[AppliedRequirement, ...] = ()
    desk: DestinationId | None = None


VALUE_IS_KIND = frozenset({FactKind.ENUMERATION, FactKind.TRUTH})
"""Facts of so few values that each is a kind of its own, which explanations may name."""


def kind_of(conditions: Iterable[Condition]) -> Callable[[Facts], Kind]:
    """The function from facts to their kind, as far as these conditions go."""
    tests: dict[str, list[FactCondition]] = {}
    for condition in conditions:
        for one in tests_of(condition):
            tests.setdefault(one.fact, []).append(one)
    plain = [name for name in tests if FACTS[name].kind in VALUE_IS_KIND]
    parts = [_part(name, list(dict.fromkeys(tests[name]))) for name in tests if name not in plain]

    def kind(facts: Facts) -> Kind:
        return (facts.member_known, *[facts[name][0] for name in plain], *[part(facts) for part in parts])

    return kind


def _part(name: str, tests: list[FactCondition]) -> Part:
    bounds = _bounds(tests)
    if bounds is not None:
        return _between(name, bounds)
    system = FACTS[name].system_fact if any(isinstance(one.test, Listed) for one in tests) else ""
    return _answers(name, system, tuple(map(compiled, tests)))


def _bounds(tests: list[FactCondition]) -> list[date | int] | None:
    """Where the answers of tests change that are all of windows; None where there are others."""
    found: set[date | int] = set()
    for one in tests:
        if not isinstance(one.test, Within):
            return None
        found.update(bound for bound in (one.test.first, one.test.limit) if bound is not None)
    return sorted(found)


def _between(name: str, bounds: list[date | int]) -> Part:
    def part(facts: Facts) -> Hashable:
        value = facts[name][0]
        return value if isinstance(value, Absence) else bisect_right(bounds, value)

    return part


def _answers(name: str, system: str, tests: tuple[Holds, ...]) -> Part:
    """The answers of all tests: remembered by code where the fact is one code."""
    remembered: dict[Hashable, Hashable] = {}

    def part(facts: Facts) -> Hashable:
        value = facts[name][0]
        asked = (value, facts[system][0]) if system else value
        known = remembered.get(asked)
        if known is not None:
            return known
        answers = (value is UNKNOWN, isinstance(value, Absence), *[test(facts) for test in tests])
        if not isinstance(value, tuple):
            if len(remembered) >= MOST_REMEMBERED:
                remembered.clear()
            remembered[asked] = answers
        return answers

    return part
