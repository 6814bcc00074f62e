"""MATCH: how a case says which values are right. A literal, a list of allowed ones, or an operator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator


def check_match(wanted: Any) -> Any:
    """The same, where it is a MATCH at all."""
    if isinstance(wanted, dict):
        if len(wanted) != 1 or not set(wanted) <= set(OPERATORS):
            raise ValueError(f"a match is a value, a list, or one of {', '.join(OPERATORS)}")
        ((operator, argument),) = wanted.items()
        if operator in ("not", "each", "any"):
            check_match(argument)
        if operator == "matches":
            re.compile(str(argument))
        if operator == "count" and not isinstance(argument, int):
            raise ValueError("count wants a number")
    return wanted


Match = Annotated[Any, AfterValidator(check_match)]


def matches(wanted: Any, values: Sequence[Any], *, text: bool = False) -> bool:
    """Are these the wanted values? `text`: numbers of a case are texts of the message."""
    if isinstance(wanted, dict) and len(wanted) == 1 and next(iter(wanted)) in OPERATORS:
        ((operator, argument),) = wanted.items()
        return OPERATORS[operator](argument, values, text)
    allowed = wanted if isinstance(wanted, list) else [wanted]
    return bool(values) and all(any(same(each, value, text) for each in allowed) for value in values)


def same(wanted: Any, value: Any, text: bool) -> bool:
    if text:
        return str(wanted) == str(value)
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    return bool(wanted == value)


def same_members(wanted: Any, values: Sequence[Any], text: bool) -> bool:
    found = [str(value) for value in values] if text else [json.dumps(value, sort_keys=True) for value in values]
    asked = [str(each) for each in wanted] if text else [json.dumps(each, sort_keys=True) for each in wanted]
    return sorted(found) == sorted(asked)


def contains(argument: Any, value: Any) -> bool:
    if isinstance(value, str):
        return str(argument) in value
    return isinstance(value, list | dict) and argument in value


OPERATORS: Mapping[str, Callable[[Any, Sequence[Any], bool], bool]] = {
    "matches": lambda wanted, values, _: bool(values) and all(re.search(str(wanted), str(value)) for value in values),
    "present": lambda wanted, values, _: bool(values) is bool(wanted),
    "count": lambda wanted, values, _: len(values) == wanted,
    "contains": lambda wanted, values, _: any(contains(wanted, value) for value in values),
    "equals": lambda wanted, values, text: bool(values) and all(same(wanted, value, text) for value in values),
    "not": lambda wanted, values, text: not matches(wanted, values, text=text),
    "each": lambda wanted, values, text: bool(values) and all(matches(wanted, [each], text=text) for each in values),
    "any": lambda wanted, values, text: any(matches(wanted, [each], text=text) for each in values),
    "set": same_members,
}


def describe(wanted: Any) -> str:
    """A MATCH in words."""
    if isinstance(wanted, dict) and len(wanted) == 1 and next(iter(wanted)) in OPERATORS:
        ((operator, argument),) = wanted.items()
        words = {
            "matches": f"something like {argument}",
            "present": "something" if argument else "nothing",
            "count": f"{argument} of them",
            "contains": f"something that contains {show(argument)}",
            "equals": show(argument),
            "set": f"these in any order: {show(argument)}",
        }
        return words.get(operator) or f"{operator} {describe(argument)}"
    if isinstance(wanted, list):
        return "one of " + ", ".join(map(show, wanted))
    return show(wanted)


def found(values: Sequence[Any]) -> str:
    """What was found, in words."""
    return ", ".join(map(show, values)) if values else "nothing"


def show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
