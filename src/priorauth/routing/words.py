"""Conditions in words: what holds, what fails and what is undecided. Never a code, a date or another message value.

Values of enumerated facts are the vocabulary's own words and may be named; the values that a rule asks for are the
pack's and may be named too.
"""

from __future__ import annotations

from collections.abc import Iterable

from priorauth.routing.conditions import AnyOf, Condition, FactCondition, Listed, OneOf, Within
from priorauth.routing.vocabulary import FACTS, FactKind, FactValue


def in_words(condition: Condition) -> str:
    """What the condition asks for."""
    if isinstance(condition, AnyOf):
        return either(" and ".join(in_words(part) for part in branch) for branch in condition.branches)
    name, test = condition.fact, condition.test
    match test:
        case OneOf():
            return f"{name} is {'not ' if test.negated else ''}{_values(test)}"
        case Within():
            return f"{name} is {_window(name, test)}"
        case Listed():
            return f"{name} is {'not ' if test.negated else ''}on list {_lists(test)}"


def failed_text(condition: Condition, value: FactValue | None = None) -> str:
    """Why the condition failed. `value` is named only where the fact is enumerated."""
    if isinstance(condition, AnyOf):
        return f"neither holds: {in_words(condition)}"
    name, test = condition.fact, condition.test
    enumerated = FACTS[name].kind is FactKind.ENUMERATION
    match test:
        case OneOf(negated=True):
            return f"{name} is {value if enumerated and value else _values(test)}"
        case OneOf() if enumerated and value:
            return f"{name} is {value}, not {_values(test)}"
        case OneOf():
            return f"{name} is not {_values(test)}"
        case Within():
            return f"{name} is not {_window(name, test)}"
        case Listed():
            return f"{name} is {'' if test.negated else 'not '}on list {_lists(test)}"


def inapplicable_text(condition: FactCondition) -> str:
    """Why the condition failed where its fact can have no value."""
    return f"{condition.fact} does not apply"


def unknown_text(condition: Condition) -> str:
    """Why the condition is undecided where a fact is unknown."""
    if isinstance(condition, AnyOf):
        return f"cannot be said: {in_words(condition)}"
    return f"{condition.fact} is unknown"


def silent_text(condition: Condition) -> str:
    """Why the condition is undecided where the fact is known: its lists cannot say."""
    if isinstance(condition, AnyOf) or not isinstance(condition.test, Listed):
        return unknown_text(condition)
    missing = [code_list.id for code_list in condition.test.lists if not code_list.is_loaded]
    if missing:
        return f"list {either(missing)} is not loaded"
    return f"list {_lists(condition.test)} has no codes of this code system"


def either(texts: Iterable[str]) -> str:
    """Alternatives in words: `a, b or c`."""
    *rest, last = texts
    return f"{', '.join(rest)} or {last}" if rest else last


def _values(test: OneOf) -> str:
    return either(sorted(str(value).lower() if isinstance(value, bool) else str(value) for value in test.values))


def _lists(test: Listed) -> str:
    return either(code_list.id for code_list in test.lists)


def _window(name: str, test: Within) -> str:
    if FACTS[name].kind is FactKind.NUMBER:
        bounds = (("at least", test.first), ("less than", test.limit))
    else:
        bounds = (("on or after", test.first), ("before", test.limit))
    return " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
