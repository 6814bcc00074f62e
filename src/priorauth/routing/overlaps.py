"""Which rules can never meet, which may, and what no rule takes: reasoning about conditions without a review.

Nothing here decides an item. It is for the linter, so that a doubt is told as a warning and never as an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from priorauth.routing.codelists import FAMILIES, CodeList
from priorauth.routing.conditions import (
    AnyOf,
    Condition,
    FactCondition,
    Listed,
    OneOf,
    Within,
    all_of,
    allowed,
    lists_of,
    tests_of,
)
from priorauth.routing.fact_tables import CategoryRanges
from priorauth.routing.facts import facts_given
from priorauth.routing.message_facts import ACCOMMODATION
from priorauth.routing.rules import Rule, covers
from priorauth.routing.vocabulary import FACTS, FactKind, FactValue

SINGLE_CODES = frozenset({"procedure_code", "revenue_code"})
"""Facts of codes of which a line has one: two lists without a common code exclude each other."""

NO_CODE = {"procedure_code": "00000", "revenue_code": "0000"}
"""A code that stands for all that are on no list."""

MOST_TRIED = 20_000
"""How many reviews are made up before the search for a gap gives up."""


def contradict(condition: Condition, other: Condition) -> bool:
    """True where no item can surely meet both."""
    if isinstance(condition, AnyOf):
        return all(apart(branch, (other,)) for branch in condition.branches)
    if isinstance(other, AnyOf):
        return contradict(other, condition)
    if condition.fact != other.fact:
        return False
    match condition.test, other.test:
        case OneOf() as test, OneOf() as asked:
            return _no_value_of(condition.fact, test, asked)
        case Within() as test, Within() as asked:
            return _ends_before(test, asked) or _ends_before(asked, test)
        case Listed() as test, Listed() as asked:
            return _no_code_of(condition.fact, test, asked)
    return False


def apart(conditions: Sequence[Condition], others: Sequence[Condition]) -> bool:
    """True where no item can surely meet both groups."""
    if any(contradict(one, other) for one in conditions for other in others):
        return True
    return _alternatives_apart(conditions, others) or _alternatives_apart(others, conditions)


def _alternatives_apart(conditions: Sequence[Condition], others: Sequence[Condition]) -> bool:
    return any(isinstance(one, AnyOf) and all(apart(branch, others) for branch in one.branches) for one in conditions)


def _no_value_of(name: str, test: OneOf, asked: OneOf) -> bool:
    if test.negated != asked.negated:
        wanted, excluded = (asked, test) if test.negated else (test, asked)
        return wanted.values <= excluded.values
    if FACTS[name].kind is FactKind.CODE and name not in SINGLE_CODES:
        return False
    values, others = allowed(name, test), allowed(name, asked)
    return values is not None and others is not None and values.isdisjoint(others)


def _ends_before(test: Within, asked: Within) -> bool:
    return test.limit is not None and asked.first is not None and test.limit <= asked.first  # type: ignore[operator]


def _no_code_of(name: str, test: Listed, asked: Listed) -> bool:
    if test.negated and asked.negated:
        return False
    if test.negated != asked.negated:
        wanted, excluded = (asked, test) if test.negated else (test, asked)
        return wanted.ids <= excluded.ids
    return name in SINGLE_CODES and not any(_share_a_code(one, other) for one in test.lists for other in asked.lists)


def _share_a_code(one: CodeList, other: CodeList) -> bool:
    """Whether a code may be on both; a list that is not loaded may hold any."""
    if not (one.is_loaded and other.is_loaded):
        return True
    return any(
        FAMILIES[row.system] == FAMILIES[beside.system] and row.first <= beside.last and beside.first <= row.last
        for row in one.rows
        for beside in other.rows
    )


def overlapping(rules: Sequence[Rule], categories: CategoryRanges | None) -> Iterator[tuple[Rule, Rule]]:
    """Rules of one step that say otherwise of a review that both may take, of which neither is the more specific.

    Where one of them is `manual` nothing is lost: so is what both would take. Of lists that are not loaded nothing can
    be said. `categories` say of which service category a listed procedure is; without them a list and a category are
    taken to exclude each other.
    """
    rules = [rule for rule in rules if all(one.is_loaded for part in rule.conditions for one in lists_of(part))]
    for place, rule in enumerate(rules):
        for other in rules[:place]:
            if other.step == rule.step and other.answer != rule.answer and _meet(rule, other, categories):
                yield rule, other


def _meet(rule: Rule, other: Rule, categories: CategoryRanges | None) -> bool:
    if "manual" in {rule.answer.outcome, other.answer.outcome} or apart(rule.conditions, other.conditions):
        return False
    if covers(rule.conditions, other.conditions) or covers(other.conditions, rule.conditions):
        return False
    return not any(_of_other_category(*pair, categories) or _of_a_room(*pair) for pair in _pairs(rule, other))


def _pairs(rule: Rule, other: Rule) -> Iterator[tuple[Condition, Condition]]:
    for one in rule.conditions:
        for beside in other.conditions:
            yield one, beside
            yield beside, one


def _of_other_category(listed: Condition, asked: Condition, categories: CategoryRanges | None) -> bool:
    """Whether the first is a list of procedures of which none is of the service categories that the second asks for."""
    if isinstance(listed, AnyOf) or isinstance(asked, AnyOf) or asked.fact != "service_category":
        return False
    if listed.fact != "procedure_code" or not isinstance(listed.test, Listed) or not isinstance(asked.test, OneOf):
        return False
    if listed.test.negated or asked.test.negated:
        return False
    codes = [code for each in listed.test.lists for row in each.rows for code in (row.first, row.last)]
    return categories is None or all(categories.category(code) not in asked.test.values for code in codes)


def _of_a_room(listed: Condition, asked: Condition) -> bool:
    """Whether the first is a list of rooms, whose lines name no procedure, and the second asks for one."""
    if isinstance(listed, AnyOf) or isinstance(asked, AnyOf) or asked.fact != "procedure_code":
        return False
    if listed.fact != "revenue_code" or not isinstance(listed.test, Listed) or listed.test.negated:
        return False
    first, last = ACCOMMODATION
    return all(first <= row.first and row.last <= last for each in listed.test.lists for row in each.rows)


def find_gap(rules: Sequence[Rule]) -> Mapping[str, str] | None:
    """A review that no rule takes, in words by fact; None where none was found. Every list has to be loaded."""
    if any(not rule.conditions for rule in rules):
        return None
    candidates = _candidates(test for rule in rules for one in rule.conditions for test in tests_of(one))
    return _search(rules, candidates, {}, iter(range(MOST_TRIED)))


Candidates = Mapping[str, Mapping[FactValue, str]]
"""Values of each fact that stand for all of their kind, and how each is named."""


def _search(
    rules: Sequence[Rule], candidates: Candidates, known: Mapping[str, FactValue], tries: Iterator[int]
) -> Mapping[str, str] | None:
    if next(tries, None) is None:
        return None
    facts = facts_given(known)
    left = [rule for rule in rules if all_of(rule.holds, facts) is not False]
    if not left:
        return {name: candidates[name][value] for name, value in known.items()}
    open_facts = [name for name in left[0].facts if name in candidates and name not in known]
    if not open_facts:
        return None
    name = open_facts[0]
    for value in candidates[name]:
        found = _search(left, candidates, {**known, name: value}, tries)
        if found is not None:
            return found
    return None


def _candidates(tests: Iterable[FactCondition]) -> Candidates:
    """For each fact that is tested, one value for every way in which the tests may come out."""
    found: dict[str, dict[FactValue, str]] = {}
    for one in tests:
        values = found.setdefault(one.fact, _all_values(one.fact))
        match one.test:
            case OneOf() if FACTS[one.fact].kind is FactKind.CODE:
                values.update((value, str(value)) for value in sorted(map(str, one.test.values)))
            case OneOf() if FACTS[one.fact].kind in {FactKind.DATE, FactKind.NUMBER}:
                values.update((value, str(value)) for value in one.test.values)
            case Within():
                values.update(_beside(one.test))
            case Listed():
                values.update((row.first, f"on {each.id}") for each in one.test.lists for row in each.rows[:1])
    return found


def _all_values(name: str) -> dict[FactValue, str]:
    match FACTS[name].kind:
        case FactKind.ENUMERATION:
            return {value: value for value in FACTS[name].values}
        case FactKind.TRUTH:
            return {True: "true", False: "false"}
        case FactKind.CODE:
            return {NO_CODE.get(name, "0"): "on no list"}
    return {}


def _beside(window: Within) -> Iterator[tuple[FactValue, str]]:
    for bound in (window.first, window.limit):
        if isinstance(bound, date):
            yield from ((day, str(day)) for day in (bound - timedelta(days=1), bound))
        elif bound is not None:
            yield from ((number, str(number)) for number in (bound - 1, bound))
