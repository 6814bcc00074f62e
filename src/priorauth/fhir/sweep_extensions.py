"""Extensions in sweeps: each by its url, in the way that profiles narrow it where it stands, and how many of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .compiling import Narrowings
from .roles import Nameable
from .strict import Shape, url_of
from .sweep_source import Sweep
from .tables import UNBOUNDED, Tables

_MOST_ARRANGEMENTS = 1024

Known = dict[str, tuple[Narrowings, int, int]]
"""Url -> how an extension is narrowed, and how few and how many there may be."""


def known_extensions(tables: Tables, own: Narrowings) -> Known:
    """The extensions that profiles say something of, where it is narrowed so."""
    known: Known = {
        url: ((profile.root,), 0, UNBOUNDED)
        for profile in tables.profiles.values()
        if profile.type == "Extension" and (url := url_of(profile.root))
    }
    for each in own:
        for narrowing in each.slices.values():
            profiles = [tables.profiles[name] for name in narrowing.profiles if name in tables.profiles]
            narrowings = (narrowing, *(profile.root for profile in profiles))
            url = next((found for narrowed in narrowings if (found := url_of(narrowed))), "")
            if url:
                _, least, most = known.get(url, ((), 0, UNBOUNDED))
                known[url] = narrowings, max(least, narrowing.least), min(most, narrowing.most)
    return known


class Extensions(dict[str, Sweep | None]):
    """Url -> the sweep of that extension where it stands; None where there is nothing to look at."""

    def __init__(
        self,
        write: Callable[[Shape, Narrowings], Sweep | None],
        shapes: dict[str, Shape],
        known: Known,
        *,
        is_modifier: bool,
    ) -> None:
        self._write, self._shapes, self._known, self._is_modifier = write, shapes, known, is_modifier

    def __missing__(self, url: str) -> Sweep | None:
        if self._is_modifier and url not in self._known:
            found: Sweep | None = _refuses_all  # it would change the meaning of what it stands on
        else:
            found = self._write(self._shapes[url], self._known.get(url, ((), 0, 0))[0])
        self[url] = found
        return found


class Arrangements(dict[tuple[str, ...], bool]):
    """The urls of extensions that stand together -> whether there are as many of each as there may be."""

    def __init__(self, counted: dict[str, tuple[int, int]]) -> None:
        self._counted = counted

    def __missing__(self, urls: tuple[str, ...]) -> bool:
        right = all(least <= urls.count(url) <= most for url, (least, most) in self._counted.items())
        if len(self) < _MOST_ARRANGEMENTS:
            self[urls] = right
        return right


def _refuses_all(value: Any, met: list[tuple[str, Nameable]]) -> bool:  # noqa: ARG001
    return False
