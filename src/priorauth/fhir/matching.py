"""Fixed values, patterns, and which slice an element is of, by the discriminators that the profiles use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .elements import Element, Value
from .profiles import CARE_TEAM_CLAIM_SCOPE
from .tables import Narrowing

CARE_TEAM_SCOPES = f"value extension('{CARE_TEAM_CLAIM_SCOPE}').value"


def contains(wanted: Value) -> Callable[[Value], bool]:
    """The test of a pattern: every element of it is in the value, every item of a list in some item there."""
    if isinstance(wanted, dict):
        names, coding = wanted.keys(), wanted.get("coding")
        if (
            names == {"coding"}
            and isinstance(coding, list)
            and len(coding) == 1
            and coding[0]
            and isinstance(coding[0], dict)
        ):
            return _has_item("coding", coding[0])
        if len(wanted) == 1:
            ((name, child),) = wanted.items()
            return _has_member(name, contains(child))
        members = [_has_member(name, contains(child)) for name, child in wanted.items()]
        return lambda value: isinstance(value, dict) and all(has(value) for has in members)
    if isinstance(wanted, list):
        items = [contains(each) for each in wanted]
        return lambda value: isinstance(value, list) and all(any(map(holds, value)) for holds in items)
    return _equals(wanted)


def _has_member(name: str, holds: Callable[[Value], bool]) -> Callable[[Value], bool]:
    return lambda value: isinstance(value, dict) and holds(value.get(name))


def _equals(wanted: Value) -> Callable[[Value], bool]:
    if isinstance(wanted, str):
        return lambda value: value == wanted
    return lambda value: value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _has_item(name: str, wanted: Element) -> Callable[[Value], bool]:
    """The same for the commonest pattern, one coding of a CodeableConcept: quick, as it is asked of every item."""
    pairs = tuple(wanted.items())
    (first, its), rest = pairs[0], pairs[1:]

    def holds(value: Value) -> bool:
        items = value.get(name) if isinstance(value, dict) else None
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and item.get(first) == its:
                for key, child in rest:
                    if item.get(key) != child:
                        break
                else:
                    return True
        return False

    return holds


def slice_matcher(discriminator: str, narrowings: Sequence[Narrowing]) -> Callable[[Value], bool] | None:
    """Which items are of a slice. None where that cannot be told from the tables, as for value sets not at hand."""
    if discriminator in ("value category", "value type", "pattern type"):
        return _by_child(discriminator.partition(" ")[2], narrowings)
    if discriminator == "pattern $this":
        pattern = next((each.pattern for each in narrowings if each.pattern is not None), None)
        return contains(pattern) if pattern is not None else None
    if discriminator.startswith(
        CARE_TEAM_SCOPES
    ):  # as each validator reads this path in its own way, it is known by name
        return _by_scope(narrowings)
    return None


def _by_child(name: str, narrowings: Sequence[Narrowing]) -> Callable[[Value], bool] | None:
    children = [each.children[name] for each in narrowings if name in each.children]
    wanted = next((each.pattern for each in children if each.pattern is not None), None)
    if wanted is None:
        return None
    holds = contains(wanted)
    return lambda item: isinstance(item, dict) and holds(item.get(name))


def scope_of(narrowings: Sequence[Narrowing]) -> Value:
    """Whether a slice of the care team is of the whole claim; None where that is not said."""
    scope: Value = None
    for each in narrowings:
        for found in each.children.get("extension", Narrowing()).slices.values():
            scope = found.children["value"].fixed if "value" in found.children else scope
    return scope


def _by_scope(narrowings: Sequence[Narrowing]) -> Callable[[Value], bool] | None:
    scope = scope_of(narrowings)
    if scope is None:
        return None
    return _has_item("extension", {"url": CARE_TEAM_CLAIM_SCOPE, "valueBoolean": scope})
