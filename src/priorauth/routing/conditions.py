"""Conditions on facts: three-valued (holds, fails, undecided), explained in words, comparable by what they imply.

A condition on an unknown fact is undecided. A fact that is not applicable has no value: what asks for a value fails,
what excludes values holds. There is no expression language: a condition is one test of one fact, or `any` of groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from priorauth.routing.codelists import FAMILIES, CodeList, joined
from priorauth.routing.fact import UNKNOWN, Absence, Facts
from priorauth.routing.vocabulary import FACTS, FactKind, FactValue

Holds = Callable[[Facts], bool | None]
"""True, False, or None where it cannot be said."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these; negated: none of these."""

    values: frozenset[FactValue]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """The date or number is at least `first` and less than `limit`."""

    first: date | int | None = None
    limit: date | int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The code is on one of these lists; negated: on none of them."""

    lists: tuple[CodeList, ...]
    negated: bool = False

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(code_list.id for code_list in self.lists)


@dataclass(frozen=True, slots=True)
class FactCondition:
    """One test of one fact."""

    fact: str
    test: OneOf | Within | Listed


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one branch holds; a branch holds where all its conditions do."""

    branches: tuple[tuple[Condition, ...], ...]


Condition = FactCondition | AnyOf


def compiled(condition: Condition) -> Holds:
    """The condition as a function of the facts."""
    if isinstance(condition, AnyOf):
        return _any_of(tuple(tuple(compiled(part) for part in branch) for branch in condition.branches))
    match condition.test:
        case OneOf():
            return _one_of(condition.fact, condition.test)
        case Within():
            return _within(condition.fact, condition.test)
        case Listed():
            return _listed(condition.fact, condition.test)


def _one_of(name: str, test: OneOf) -> Holds:
    values, negated = test.values, test.negated

    def holds(facts: Facts) -> bool | None:
        value = facts[name][0]
        if isinstance(value, Absence):
            return None if value is UNKNOWN else negated
        if isinstance(value, tuple):
            return values.isdisjoint(value) is negated
        return (value in values) is not negated

    return holds


def _within(name: str, test: Within) -> Holds:
    first, limit = test.first, test.limit

    def holds(facts: Facts) -> bool | None:
        value = facts[name][0]
        if isinstance(value, Absence):
            return None if value is UNKNOWN else False
        return (first is None or value >= first) and (limit is None or value < limit)  # type: ignore[operator]

    return holds


def _listed(name: str, test: Listed) -> Holds:
    negated, system_fact = test.negated, FACTS[name].system_fact or name
    by_system = {system: joined(test.lists, family) for system, family in FAMILIES.items()}
    otherwise = by_system["revenue"] if system_fact == name else joined(test.lists, "")

    def holds(facts: Facts) -> bool | None:
        value = facts[name][0]
        if isinstance(value, Absence):
            return None if value is UNKNOWN else negated
        lists = by_system.get(facts[system_fact][0], otherwise)  # type: ignore[arg-type]
        found: bool | None = False
        for code in value if isinstance(value, tuple) else (value,):
            listed = lists.contains(code)  # type: ignore[arg-type]
            if listed:
                return not negated
            found = listed
        return None if found is None else negated

    return holds


def _any_of(branches: tuple[tuple[Holds, ...], ...]) -> Holds:
    def holds(facts: Facts) -> bool | None:
        answer: bool | None = False
        for branch in branches:
            found = all_of(branch, facts)
            if found:
                return True
            if found is None:
                answer = None
        return answer

    return holds


def all_of(branch: tuple[Holds, ...], facts: Facts) -> bool | None:
    """The conjunction: false where one fails, else undecided where one is."""
    answer: bool | None = True
    for holds in branch:
        found = holds(facts)
        if found is False:
            return False
        if found is None:
            answer = None
    return answer


def tests_of(condition: Condition) -> Iterator[FactCondition]:
    """Every single test of one fact in the condition."""
    if isinstance(condition, AnyOf):
        for branch in condition.branches:
            for part in branch:
                yield from tests_of(part)
    else:
        yield condition


def fact_names(condition: Condition) -> Iterator[str]:
    """The facts that the condition looks at, in order; code systems included."""
    for one in tests_of(condition):
        yield one.fact
        if isinstance(one.test, Listed) and FACTS[one.fact].system_fact:
            yield FACTS[one.fact].system_fact


def lists_of(condition: Condition) -> Iterator[CodeList]:
    """The code lists that the condition looks at."""
    for one in tests_of(condition):
        if isinstance(one.test, Listed):
            yield from one.test.lists


def open_questions(condition: Condition, facts: Facts) -> Iterator[str | CodeList]:
    """What keeps a condition undecided that is: names of unknown facts, and lists that cannot say."""
    if isinstance(condition, AnyOf):
        for branch in condition.branches:
            answers = [compiled(part)(facts) for part in branch]
            if False not in answers:
                for part, answer in zip(branch, answers, strict=True):
                    if answer is None:
                        yield from open_questions(part, facts)
        return
    if facts[condition.fact][0] is UNKNOWN:
        yield condition.fact
    elif isinstance(condition.test, Listed):
        yield from (code_list for code_list in condition.test.lists if not code_list.is_loaded)
        if all(code_list.is_loaded for code_list in condition.test.lists):
            yield FACTS[condition.fact].system_fact or condition.fact


def implies(condition: Condition, other: Condition) -> bool:
    """True where every set of facts that meets the first surely meets the second."""
    if condition == other:
        return True
    if isinstance(condition, AnyOf):
        return all(any(implies(part, other) for part in branch) for branch in condition.branches)
    if isinstance(other, AnyOf):
        return any(all(implies(condition, part) for part in branch) for branch in other.branches)
    return condition.fact == other.fact and _test_implies(condition.fact, condition.test, other.test)


def _test_implies(name: str, test: OneOf | Within | Listed, other: OneOf | Within | Listed) -> bool:
    if isinstance(test, OneOf) and isinstance(other, OneOf):
        values, others = allowed(name, test), allowed(name, other)
        if values is not None and others is not None:
            return values <= others
        return test.negated and other.negated and test.values >= other.values
    if isinstance(test, Within) and isinstance(other, Within):
        starts = other.first is None or (test.first is not None and test.first >= other.first)  # type: ignore[operator]
        ends = other.limit is None or (test.limit is not None and test.limit <= other.limit)  # type: ignore[operator]
        return starts and ends
    if isinstance(test, Listed) and isinstance(other, Listed) and test.negated == other.negated:
        return test.ids >= other.ids if test.negated else test.ids <= other.ids
    return False


_DOES_NOT_APPLY = "does not apply"


def allowed(name: str, test: OneOf) -> frozenset[FactValue] | None:
    """The values that meet the test, not applicable among them; None where the fact's values cannot be counted."""
    if not test.negated:
        return test.values
    match FACTS[name].kind:
        case FactKind.ENUMERATION:
            return frozenset[FactValue]((*FACTS[name].values, _DOES_NOT_APPLY)) - test.values
        case FactKind.TRUTH:
            return frozenset[FactValue]((True, False, _DOES_NOT_APPLY)) - test.values
    return None
