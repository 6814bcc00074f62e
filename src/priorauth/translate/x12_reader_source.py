"""Writes the functions that read loops: a frozen value of the domain, field by field, by the rows of the field table.

How a field is read follows from its type: a date, a number, a code, a value with fields of its own, a tuple of those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from priorauth.domain.reviews import DatePeriod
from priorauth.translate.quick import draft_of
from priorauth.translate.x12_fields import FALLBACKS, Row, Spread
from priorauth.translate.x12_values import PAD, read_count, read_counts, read_date, read_decimal, read_period, trimmed


class Count(Enum):
    """How many segments of a key a function is for; its place, or its places, are given accordingly."""

    ONE = "one"
    SEVERAL = "several"
    ANY = "any"  # or none

    def __str__(self) -> str:
        return self.value


Form = tuple[tuple[str, Count], ...]
"""The keys of the segments that a function is for."""

_CONVERSIONS: dict[type, Callable[[str], object]] = {
    date: read_date,
    Decimal: read_decimal,
    DatePeriod: read_period,
    int: read_count,
}

Entry = tuple[str, Row]
"""A row, and its path from the value that is being written."""


class ReaderSource:
    """Writes one function. Variables are named after what they hold: `UM`, `UM_4` its components, `made_location`."""

    def __init__(self, kind: type, rows: Sequence[Row], given: Sequence[str], inner: Sequence[str], form: Form) -> None:
        self.kind = kind
        self.rows = rows
        self.given = given
        self.inner = inner
        self.counts = dict(form)
        self.repeating = {row.key for row in rows if row.spread is Spread.SEGMENTS}
        self.names: dict[str, Any] = {"PAD": PAD, "trimmed": trimmed, "read_counts": read_counts}
        self.names |= {convert.__name__: convert for convert in _CONVERSIONS.values()}
        self.lines: list[str] = []
        self.depth = 0

    def written(self) -> tuple[str, dict[str, Any]]:
        """The source of a function that takes places and answers the one that reads, and the names used in it."""
        places = [*(f"at_{_variable(key)}" for key in self.counts), *(f"read_{name}" for name in self.inner)]
        with (
            self._below(f"def bind({', '.join(places)}):"),
            self._below(f"def read({', '.join(('rows', 'start', 'separator', *self.given))}):"),
        ):
            for key in dict.fromkeys(row.key for row in self.rows):
                if self.counts[key] is Count.ONE:
                    self._take(key, f"rows[start + at_{_variable(key)}]")
                elif key not in self.repeating:
                    self._take(key, f"rows[start + at_{_variable(key)}[0]] if at_{_variable(key)} else []")
            self._object("made", self.kind, [(row.path, row) for row in self.rows])
            self._add("return made")
        self._add("    return read")
        return "\n".join(self.lines) + "\n", self.names

    # Values, each set where it belongs

    def _object(self, variable: str, kind: Any, entries: Sequence[Entry]) -> None:
        self.names |= {kind.__name__: kind, f"{kind.__name__}Draft": draft_of(kind)}
        self._add(f"{variable} = {kind.__name__}Draft()")
        hints = _hints(kind)
        for field in fields(kind):
            own = [entry for entry in entries if _head(entry[0]) == field.name]
            self._field(variable, field, hints[field.name], own)
        self._add(f"{variable}.__class__ = {kind.__name__}")

    def _field(self, owner: str, field: Field[Any], hint: Any, entries: Sequence[Entry]) -> None:
        target, kind = f"{owner}.{field.name}", _required(hint)
        if owner == "made" and field.name in self.given:
            self._add(f"{target} = {field.name}")
        elif owner == "made" and field.name in self.inner:
            read = f"read_{field.name}"
            self._add(f"{target} = {read}(rows, start, separator) if {read} else {self._constant(field.default)}")
        elif not entries and field.default is not MISSING:
            self._add(f"{target} = {self._constant(field.default)}")
        elif get_origin(hint) is tuple:
            self._tuple(target, get_args(hint)[0], entries)
        elif is_dataclass(kind) and kind not in _CONVERSIONS:
            self._part(target, kind, entries, is_optional=kind is not hint)
        else:
            self._add(f"{target} = {self._converted(hint, _place(entries[0][1]) if entries else repr(''))}")

    def _part(self, target: str, kind: Any, entries: Sequence[Entry], *, is_optional: bool) -> None:
        """A value with fields of its own. An optional one that shares its segment is there where its elements are."""
        if not is_optional or not (condition := self._condition([row for _, row in entries])):
            self._place_part(target, kind, entries)
            return
        with self._below(f"if {condition}:"):
            self._place_part(target, kind, entries)
        with self._below("else:"):
            self._add(f"{target} = None")

    def _condition(self, own: Sequence[Row]) -> str:
        """What says that an optional value is there; empty where it is without asking."""
        keys = dict.fromkeys(row.key for row in own)
        if any(row.key in keys for row in self.rows if row not in own):
            return " or ".join(dict.fromkeys(_element(row) for row in own))
        if any(self.counts[key] is not Count.ANY for key in keys):
            return ""
        return " or ".join(f"at_{_variable(key)}" for key in keys)

    def _place_part(self, target: str, kind: type, entries: Sequence[Entry]) -> None:
        variable = target.replace(".", "_")
        self._make_part(variable, kind, entries)
        self._add(f"{target} = {variable}")

    def _make_part(self, variable: str, kind: type, entries: Sequence[Entry]) -> None:
        inner = [(path.partition(".")[2], row) for path, row in entries]
        widths: dict[str, int] = {}
        for path, row in inner:
            if "." not in path and row.component and row.spread is Spread.NONE:
                widths[_element(row)] = max(widths.get(_element(row), 0), row.component)
        for element, width in widths.items():
            self._split(_parts(element), element, width)
        self._object(variable, kind, inner)

    def _tuple(self, target: str, kind: type, entries: Sequence[Entry]) -> None:
        row = entries[0][1]
        if not is_dataclass(kind):
            self._add(f"{target} = {self._values(entries)}")
        elif row.spread is Spread.SEGMENTS and self.counts[row.key] is Count.ONE:
            variable = f"{target.replace('.', '_')}_each"
            self._make_part(variable, kind, entries)
            self._add(f"{target} = ({variable},)")
        else:
            self._add("found = []")
            if row.spread is Spread.SEGMENTS:
                self._of_each_segment(kind, entries)
            elif row.spread is Spread.ELEMENTS:
                self._of_each_element(kind, entries)
            else:
                self._of_each_index(kind, entries)
            self._add(f"{target} = tuple(found)")

    def _of_each_segment(self, kind: type, entries: Sequence[Entry]) -> None:
        key = entries[0][1].key
        with self._below(f"for at in at_{_variable(key)}:"):
            self._take(key, "rows[start + at]")
            self._found(kind, entries)

    def _of_each_element(self, kind: type, entries: Sequence[Entry]) -> None:
        element = _element(entries[0][1])
        with (
            self._below(f"for text in {_variable(entries[0][1].key)}[{entries[0][1].element}:]:"),
            self._below("if text:"),
        ):
            self._split(_parts(element), "text", max(row.component for _, row in entries))
            self._found(kind, entries)

    def _of_each_index(self, kind: type, entries: Sequence[Entry]) -> None:
        for index in dict.fromkeys(path.partition(".")[0] for path, _ in entries):
            own = [entry for entry in entries if entry[0].startswith(f"{index}.")]
            with self._below(f"if {' or '.join(_element(row) for _, row in own)}:"):
                self._found(kind, own)

    def _found(self, kind: type, entries: Sequence[Entry]) -> None:
        self._make_part("each", kind, entries)
        self._add("found.append(each)")

    # Expressions

    def _values(self, entries: Sequence[Entry]) -> str:
        """A tuple of plain values: elements, or components, from one on or as many as are listed."""
        row = entries[0][1]
        if row.spread is Spread.ELEMENTS:
            return f"tuple({_variable(row.key)}[{row.element}:])"
        if row.spread is Spread.COMPONENTS:
            return f"read_counts({_element(row)}, separator) if {_element(row)} else ()"
        return f"trimmed({_parts(_element(row))}[{row.component - 1}:{entries[-1][1].component}])"

    def _converted(self, hint: Any, text: str) -> str:
        kind = _required(hint)
        if kind is str:
            return text
        if issubclass(kind, Enum):
            self.names[f"CODES_{kind.__name__}"] = {member.value: member for member in kind}
            fallback = FALLBACKS.get(kind) if kind is hint else None
            return f"CODES_{kind.__name__}.get({text}, {self._constant(fallback)})"
        return f"{_CONVERSIONS[kind].__name__}({text}) if {text} else None"

    def _constant(self, value: object) -> str:
        if value in (None, "", ()) or isinstance(value, bool):
            return repr(value)
        name = f"{type(value).__name__}_{getattr(value, 'name', len(self.names))}"
        self.names[name] = value
        return name

    # Lines

    def _take(self, key: str, row: str) -> None:
        """The segment, so long that every element that is looked at answers."""
        variable = _variable(key)
        taken = [each for each in self.rows if each.key == key and each.spread is not Spread.ELEMENTS]
        width = max((each.element + 1 for each in taken), default=0)
        self._add(f"{variable} = {row}")
        if width > 1:
            self._add(f"if len({variable}) < {width}: {variable} = {variable} + PAD")

    def _split(self, parts: str, text: str, width: int) -> None:
        self._add(f"{parts} = {text}.split(separator)")
        self._add(f"if len({parts}) < {width}: {parts} += PAD")

    @contextmanager
    def _below(self, line: str) -> Iterator[None]:
        self._add(line)
        self.depth += 1
        yield
        self.depth -= 1

    def _add(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)


_hints = cache(get_type_hints)


def _head(path: str) -> str:
    """The field that a path begins with."""
    return path.partition(".")[0].partition("[")[0]


def _variable(key: str) -> str:
    """The variable of a segment: `REF_BB`."""
    return key.replace("/", "_")


def _element(row: Row) -> str:
    return f"{_variable(row.key)}[{row.element}]"


def _parts(element: str) -> str:
    """The variable of an element's components: `UM_4`."""
    return element.replace("[", "_").rstrip("]")


def _place(row: Row) -> str:
    return f"{_parts(_element(row))}[{row.component - 1}]" if row.component else _element(row)


def _required(hint: Any) -> Any:
    """The type without None."""
    return next((each for each in get_args(hint) if each is not NoneType), hint) if NoneType in get_args(hint) else hint
