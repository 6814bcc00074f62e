"""What a pack can tell apart: items that no condition of the pack can tell apart are of one kind and get one answer.

A pack asks few questions of a fact (is it on this list, is it before that day), so that items fall into few kinds. The
answer to a kind is worked out once and remembered; what differs within a kind are the values that the answer shows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date

from priorauth.domain.parties import DestinationId
from priorauth.domain.routes import AppliedRequirement, LosingRule, Outcome
from priorauth.routing.conditions import Condition, FactCondition, Holds, Listed, Within, compiled, tests_of
from priorauth.routing.fact import UNKNOWN, Absence, Fact, Facts
from priorauth.routing.vocabulary import FACTS, FactKind

MOST_REMEMBERED = 4096
"""How many kinds, and how many codes of one fact, are remembered before all are forgotten."""

Part = Callable[[Facts], Hashable]
"""What a pack can say of one fact."""

VALUE_IS_KIND = frozenset({FactKind.ENUMERATION, FactKind.TRUTH})
"""Facts of so few values that each is a kind of its own, which explanations may name."""


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


@dataclass(slots=True)
class _Step:
    """Which fact is looked at next, and where what is said of it leads; without `part` it is the fact's value."""

    name: str
    part: Part | None
    leads: dict[Hashable, _Step | Decision] = field(default_factory=dict)


class Kinds:
    """What was decided before, found by looking at the facts in the order in which deciding looks at them.

    Deciding looks at a fact because of what the facts before it said, so that items for which all of them say the same
    take the same way to the same decision; a fact that does not matter is not even looked for.
    """

    def __init__(self, conditions: Iterable[Condition]) -> None:
        tests: dict[str, list[FactCondition]] = {}
        for condition in conditions:
            for one in tests_of(condition):
                tests.setdefault(one.fact, []).append(one)
        self._parts = {
            name: _part(name, list(dict.fromkeys(each)))
            for name, each in tests.items()
            if FACTS[name].kind not in VALUE_IS_KIND
        }
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self._first = _Step("", lambda facts: facts.member_known)
        self.remembered = 0

    def decided(self, facts: Facts) -> Decision | None:
        """What was decided of an item of this kind; None where none came before."""
        found: _Step | Decision | None = self._first
        while type(found) is _Step:
            part = found.part
            found = found.leads.get(facts[found.name][0] if part is None else part(facts))
        return found  # type: ignore[return-value]

    def remember(self, decision: Decision, facts: Facts, looked_at: Iterable[str]) -> None:
        """Keep a decision by the facts that were looked at for it, in that order."""
        if self.remembered >= MOST_REMEMBERED:
            self.forget()
        self.remembered += 1
        step = self._first
        for name in looked_at:
            said = step.part(facts) if step.part else facts[step.name][0]
            following = step.leads.get(said)
            if following is None:
                following = step.leads[said] = _Step(name, self._parts.get(name))
            assert isinstance(following, _Step)
            assert following.name == name
            step = following
        step.leads[step.part(facts) if step.part else facts[step.name][0]] = decision


class Watched(Facts):
    """Facts that note which of them are looked at, in order."""

    __slots__ = ("looked_at",)

    def __init__(self, facts: Facts) -> None:
        super().__init__(lambda _, name: facts[name], {}, facts.message, {}, facts.outside_source)
        self.member_known = facts.member_known
        self.looked_at: dict[str, None] = {}

    def __getitem__(self, name: str) -> Fact:
        self.looked_at[name] = None
        return super().__getitem__(name)


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
    """The answers of all tests, remembered by what the fact holds: a code, or several together."""
    remembered: dict[Hashable, Hashable] = {}

    def part(facts: Facts) -> Hashable:
        value = facts[name][0]
        asked = (value, facts[system][0]) if system else value
        known = remembered.get(asked)
        if known is not None:
            return known
        answers = (value is UNKNOWN, isinstance(value, Absence), *[test(facts) for test in tests])
        if len(remembered) >= MOST_REMEMBERED:
            remembered.clear()
        remembered[asked] = answers
        return answers

    return part
