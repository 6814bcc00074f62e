"""Written acceptors: for one object rule and the names in an object, a function that says whether its values are right.

There is one per shape, which is to say per tuple of names in the order received, written when that shape is first met;
so absent elements cost nothing, and that the names themselves are right is known. The sources are kept where
tracebacks and debuggers look for them.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

from .elements import Element, Value
from .reporting import Targets
from .tables import UNBOUNDED

if TYPE_CHECKING:
    from .compiled import Field, ObjectRule

Accept = Callable[[Value, list[tuple[str, Targets]]], bool]
"""(value, list of references met) -> accepted. May raise TypeError or AttributeError, which are refusals too."""

MOST_SHAPES = 256
"""So many are kept per rule. Senders repeat few; what comes after is checked in full, which is right and slower."""

_MOST_WRITTEN_OUT, _DEEPEST_WRITTEN_OUT = 6, 3
_NUMBERS = count(1)


def write_acceptor(rule: ObjectRule, example: Element) -> Accept:
    """The acceptor of objects that have exactly the names of one that the rule has fields for.

    What is in the example is written out as well where it is small: elements of the same names need no call then.
    """
    names = _Names()
    lines = ["def accepts(value, met):", *_members(rule, "value", example, "    ", names, 0), "    return True\n"]
    return _compiled(rule.label, "\n".join(lines), names)


def write_item_acceptor(label: str, field: Field) -> Accept:
    """The acceptor of one value of a field."""
    names = _Names()
    lines = ["def accepts(value, met):", *_lines(field, "value", None, "    ", names, 0), "    return True\n"]
    return _compiled(label, "\n".join(lines), names)


class _Names(dict[str, object]):
    """The global names of one acceptor."""

    def of(self, thing: object) -> str:
        """The name of a function or table."""
        name = f"g{len(self)}"
        self[name] = thing
        return name


def _compiled(label: str, source: str, names: _Names) -> Accept:
    file = f"<acceptor {next(_NUMBERS)} of {label}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict[str, object] = dict(names)
    exec(compile(source, file, "exec"), scope)
    accepts: Accept = scope["accepts"]  # type: ignore[assignment]
    return accepts


def _members(rule: ObjectRule, x: str, example: Element, indent: str, names: _Names, depth: int) -> Iterator[str]:
    """The statements that leave with False unless everything in the object named `x` is right."""
    for name, field in rule.fields_of(example).items():
        child = f"x{depth}"
        yield f"{indent}{child} = {x}[{name!r}]"
        yield from _lines(field, child, example[name], indent, names, depth)
    for invariant in rule.invariants:
        yield f"{indent}if not {names.of(invariant.holds)}({x}): return False"


def _lines(field: Field, x: str, example: Value, indent: str, names: _Names, depth: int) -> Iterator[str]:
    """The statements that leave with False unless the value named `x` is right."""
    if field.quick:
        yield f"{indent}if not ({field.quick.format(x, *map(names.of, field.tests))}): return False"
    elif field.rule is not None:
        refers = names.of(field.refers) if field.refers is not None else ""
        yield from _object(field.rule, x, example, indent, names, depth, refers)
    elif field.items is not None:
        item, least, most = field.items
        first = example[0] if isinstance(example, list) and example else None
        yield f"{indent}if {x}.__class__ is not list or {_is_not_so_long(x, least, most)}: return False"
        yield f"{indent}for {x}_ in {x}:"
        yield from _lines(item, f"{x}_", first, f"{indent}    ", names, depth)
    else:
        yield f"{indent}if not {names.of(field.accepts)}({x}, met): return False"
    for holds in field.holds:
        yield f"{indent}if not {names.of(holds)}({x}): return False"


def _is_not_so_long(x: str, least: int, most: int) -> str:
    if most >= UNBOUNDED:
        return f"len({x}) < {least}" if least > 1 else f"not {x}"
    return f"not {max(least, 1)} <= len({x}) <= {most}"


def _object(
    rule: ObjectRule, x: str, example: Value, indent: str, names: _Names, depth: int, refers: str
) -> Iterator[str]:
    """An object: written out for the names of the example, and by the acceptor of its own names for any other.

    `refers` is the name of the targets where the object is a Reference, else empty.
    """
    known, learn = names.of(rule.shapes.get), names.of(rule.learn)
    meet = f"    if (r := {x}.get('reference')).__class__ is str: met.append((r, {refers}))" if refers else ""
    ask = f"if not ({known}(tuple({x})) or {learn}({x}))({x}, met): return False"
    is_small = isinstance(example, dict) and len(example) <= _MOST_WRITTEN_OUT and depth < _DEEPEST_WRITTEN_OUT
    if not isinstance(example, dict) or not is_small or not rule.fields_of(example):
        yield f"{indent}{ask}"
        if refers:
            yield indent + meet.strip()
        return
    has_names = " and ".join(f"{name!r} in {x}" for name in example)
    yield f"{indent}if {x}.__class__ is dict and len({x}) == {len(example)} and {has_names}:"
    yield from _members(rule, x, example, f"{indent}    ", names, depth + 1)
    if refers and "reference" in example:
        yield f"{indent}    met.append(({x}['reference'], {refers}))"
    yield f"{indent}else:"
    yield f"{indent}    {ask}"
    if refers:
        yield indent + meet
