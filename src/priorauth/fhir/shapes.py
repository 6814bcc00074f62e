"""Written acceptors: for one object rule and the names in an object, a function that says whether its values are right.

There is one per shape, which is to say per tuple of names in the order received, written when that shape is first met;
so absent elements cost nothing, and that the names themselves are right is known. The sources are kept where
tracebacks and debuggers look for them.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING

from .elements import Element, Value
from .reporting import Targets

if TYPE_CHECKING:
    from .compiled import Field

Accept = Callable[[Value, list[tuple[str, Targets]]], bool]
"""(value, list of references met) -> accepted. May raise TypeError or AttributeError, which are refusals too."""

MOST_SHAPES = 256
"""So many are kept per rule. Senders repeat few; what comes after is checked in full, which is right and slower."""

_NUMBERS = count(1)


def write_acceptor(
    label: str, fields: Mapping[str, Field], invariants: Sequence[Callable[[Element], bool]] = ()
) -> Accept:
    """The acceptor of objects that have exactly these fields."""
    names = _Names()
    lines = ["def accepts(value, met):"]
    for name, field in fields.items():
        lines.append(f"    x = value[{name!r}]")
        lines.extend(_lines(field, "x", "    ", names))
    lines.extend(f"    if not {names.of(holds)}(value): return False" for holds in invariants)
    lines.append("    return True\n")
    return _compiled(label, "\n".join(lines), names)


def write_item_acceptor(label: str, field: Field) -> Accept:
    """The acceptor of one value of a field."""
    names = _Names()
    lines = ["def accepts(value, met):", *_lines(field, "value", "    ", names), "    return True\n"]
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


def _lines(field: Field, x: str, indent: str, names: _Names) -> Iterator[str]:
    """The statements that leave with False unless the value named `x` is right."""
    if field.quick:
        yield f"{indent}if not ({field.quick.format(x, names.of(field.test))}): return False"
    elif field.rule is not None:
        known, learn = names.of(field.rule.shapes.get), names.of(field.rule.learn)
        yield f"{indent}if not ({known}(tuple({x})) or {learn}({x}))({x}, met): return False"
    elif field.items is not None:
        item, least, most = field.items
        yield f"{indent}if {x}.__class__ is not list or not {max(least, 1)} <= len({x}) <= {most}: return False"
        yield f"{indent}for {x}_ in {x}:"
        yield from _lines(item, f"{x}_", f"{indent}    ", names)
    else:
        yield f"{indent}if not {names.of(field.accepts)}({x}, met): return False"
    if field.refers is not None:
        yield f"{indent}r = {x}.get('reference')"
        yield f"{indent}if r.__class__ is str: met.append((r, {names.of(field.refers)}))"
    for holds in field.holds:
        yield f"{indent}if not {names.of(holds)}({x}): return False"
