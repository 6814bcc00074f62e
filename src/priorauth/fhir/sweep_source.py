"""How sweeps are written: the names that they use, and the conditions of patterns and slices on structs."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from .compiling import Narrowings
from .elements import Value
from .matching import CARE_TEAM_SCOPES, scope_of
from .profiles import CARE_TEAM_CLAIM_SCOPE
from .roles import Nameable

Sweep = Callable[[Any, list[tuple[str, Nameable]]], bool]
"""(struct, references met) -> nothing is wrong. May raise TypeError or AttributeError, which are refusals too."""


_NUMBERS = count(1)


class Names:
    """The global names of all sweeps: what they look up and call, and they themselves."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self._known: dict[int, str] = {}

    def of(self, thing: object) -> str:
        """The name of a table, function or struct."""
        name = self._known.get(id(thing))
        if name is None:
            name = self._known[id(thing)] = f"g{next(_NUMBERS)}"
            self.scope[name] = thing
        return name

    def variable(self) -> str:
        """A name that no other variable has."""
        return f"v{next(_NUMBERS)}"

    def write(self, name: str, source: str) -> None:
        """Make the function `sweep` of a source known by a name."""
        file = f"<{name} {next(_NUMBERS)}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        made: dict[str, Any] = {}
        exec(compile(source, file, "exec"), self.scope, made)
        self.scope[name] = made["sweep"]


def matches(names: Names, discriminator: str, narrowings: Narrowings, item: str) -> str:
    """As `matching.slice_matcher`, on structs."""
    if discriminator in ("value category", "value type", "pattern type"):
        name = discriminator.partition(" ")[2]
        patterns = [each.children[name].pattern for each in narrowings if name in each.children]
        wanted = next((each for each in patterns if each is not None), None)
        return "" if wanted is None else has(names, f"{item}.{name}", wanted)
    if discriminator == "pattern $this":
        wanted = next((each.pattern for each in narrowings if each.pattern is not None), None)
        return "" if wanted is None else has(names, item, wanted)
    if discriminator.startswith(CARE_TEAM_SCOPES):
        scope = scope_of(narrowings)
        return "" if scope is None else f"{names.of(_has_scope)}({item}.extension, {scope!r})"
    return ""


def has(names: Names, value: str, wanted: Value) -> str:
    """The condition that a pattern is in a value."""
    if isinstance(wanted, dict):
        return " and ".join(has(names, f"{value}.{name}", child) for name, child in wanted.items())
    if isinstance(wanted, list):
        tests = []
        for child in wanted:
            if isinstance(child, dict) and all(isinstance(each, str) for each in child.values()):
                if child.keys() == {"system", "code"}:
                    tests.append(f"{names.of(_has_code)}({value}, {child['system']!r}, {child['code']!r})")
                else:
                    tests.append(f"{names.of(_has_item)}({value}, {tuple(child.items())!r})")
            else:
                tests.append("False")
        return " and ".join(tests)
    return f"{value} == {wanted!r}" if isinstance(wanted, str) else f"{value} is {wanted!r}"


def builtins_of(value: Any) -> Any:
    """The struct as decoded JSON, for the invariants that ask more than what is there."""
    return msgspec.to_builtins(value, builtin_types=(Decimal,))


def _has_code(codings: Sequence[Any], system: str, code: str) -> bool:
    for coding in codings:  # noqa: SIM110  (any() takes twice as long, and this is asked of each item of a slice)
        if coding.code == code and coding.system == system:
            return True
    return False


def _has_item(items: Sequence[Any], wanted: tuple[tuple[str, str], ...]) -> bool:
    for item in items:
        for name, value in wanted:
            if getattr(item, name, None) != value:
                break
        else:
            return True
    return False


def _has_scope(extensions: Sequence[Any], scope: bool) -> bool:
    return any(each.url == CARE_TEAM_CLAIM_SCOPE and each.valueBoolean is scope for each in extensions)
