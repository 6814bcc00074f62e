"""Readers generated from the field table: for the segments that a loop has, a function that makes its part of a review.

There is one function per loop and segments present, written when it is first wanted, so that what is absent costs
nothing and what is there is taken from its place straight into the field; and one for all that come when there are
many already. `Reader.source` shows a function, and tracebacks do.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Generic, TypeVar

from priorauth.translate.x12_fields import Row, Spread
from priorauth.translate.x12_reader_source import Count, Form, ReaderSource
from priorauth.x12.shape import Shape

Made = TypeVar("Made")

Inner = Callable[[Shape], Callable[[list[list[str]], int, str], object] | None]
"""For a shape, what reads a field from elsewhere than the loop's own segments, or None where there is nothing."""

Bind = Callable[..., Callable[..., Made]]
"""Takes places and readers within, and answers the function that reads."""

_FORMS_KEPT = 100  # of one reader; forms come from senders, so later ones are read by one function for any


class Reader(Generic[Made]):
    """Reads loops into one kind of frozen dataclass, by rows of the field table.

    Of `first_of` only the rows of the first key that is there count. The fields of `given` are not read but passed,
    and those of `inner` are read by others.
    """

    def __init__(
        self,
        kind: type[Made],
        rows: Sequence[Row],
        *given: str,
        first_of: Mapping[str, Sequence[Row]] | None = None,
        inner: Mapping[str, Inner] | None = None,
        forms: int = _FORMS_KEPT,
    ) -> None:
        self._kind = kind
        self._rows = rows
        self._given = given
        self._first_of = first_of or {}
        self._inner = inner or {}
        self._keys = {row.key for row in rows} | self._first_of.keys()
        self._repeating = {row.key for row in rows if row.spread is Spread.SEGMENTS}
        self._most = forms
        self._binders: dict[Form, Bind[Made]] = {}
        self._any: dict[Form, Bind[Made]] = {}

    def prepare(self, shape: Shape) -> Callable[..., Made]:
        """The function for loops of that shape."""
        places = {key: shape.at(key) for key in sorted(self._keys.intersection(shape.places))}
        form = self._form(places)
        bind = self._binders.get(form)
        if bind is None and len(self._binders) >= self._most:
            places = {key: places.get(key, []) for key in self._any_keys(places)}
            form = tuple((key, Count.ANY) for key in places)
            bind = self._any.get(form) or self._generate(form, self._any)
        bind = bind or self._generate(form, self._binders)
        own = [at[0] if count is Count.ONE else at for (_, count), at in zip(form, places.values(), strict=True)]
        return bind(*own, *[prepare(shape) for prepare in self._inner.values()])

    def source(self, form: Form) -> tuple[str, dict[str, Any]]:
        """The function for loops of a form, as Python, and the names in it that are not its own."""
        present = {key for key, _ in form}
        chosen = next((rows for key, rows in self._first_of.items() if key in present), ())
        rows = [row for row in (*self._rows, *chosen) if row.key in present]
        return ReaderSource(self._kind, rows, self._given, tuple(self._inner), form).written()

    def _form(self, places: Mapping[str, list[int]]) -> Form:
        several = {key for key in self._repeating.intersection(places) if len(places[key]) > 1}
        return tuple((key, Count.SEVERAL if key in several else Count.ONE) for key in places)

    def _any_keys(self, present: Container[str]) -> list[str]:
        """Every key that counts where these are present."""
        chosen = next((key for key in self._first_of if key in present), None)
        return sorted(self._keys - self._first_of.keys() | ({chosen} if chosen else set()))

    def _generate(self, form: Form, kept: dict[Form, Bind[Made]]) -> Bind[Made]:
        source, names = self.source(form)
        file = f"<reader of {self._kind.__name__} from {', '.join(f'{count} {key}' for key, count in form)}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        exec(compile(source, file, "exec"), names)
        bind: Bind[Made] = names["bind"]
        kept[form] = bind
        return bind
