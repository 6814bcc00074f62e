"""Compiled rules of elements that repeat: plain arrays, arrays told apart into slices, and extensions by their URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from priorauth.domain.findings import FindingCode as Code

from .compiled import Field, ObjectRule, refuse
from .elements import Value
from .reporting import Place, Report, Targets
from .shapes import Accept, write_item_acceptor
from .tables import UNBOUNDED

_MOST_ARRANGEMENTS = 1024


def array_field(item: Field, least: int, most: int, *, gaps: bool) -> Field:
    """A property that repeats; `gaps` where null may stand for a value with nothing but an extension."""
    check = item.check

    def check_all(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        for at, child in enumerate(_items(value, parent, name, report)):
            if child is None and gaps and parent is not None:
                report.gaps.append((parent, name, at))
            else:
                check(child, parent, name, at, report)
        _count(value, least, most, parent, name, report)

    return Field(check=check_all, items=(item, least, most))


class SliceRule(NamedTuple):
    """One slice of an array: which items are in it, what they are checked against, and how many there may be."""

    name: str
    matches: Callable[[Value], bool]
    field: Field
    least: int
    most: int


def sliced_field(item: Field, slices: Sequence[SliceRule], least: int, most: int) -> Field:
    """An array of objects whose slices are told apart by their content; an item is of the first that takes it."""
    acceptors = [(each.matches, write_item_acceptor(each.name, each.field), each.name) for each in slices]
    default = write_item_acceptor("no slice", item)

    def check_all(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        counts = dict.fromkeys((each.name for each in slices), 0)
        for at, child in enumerate(_items(value, parent, name, report)):
            found = next((each for each in slices if each.matches(child)), None)
            if found is not None:
                counts[found.name] += 1
            (found.field if found else item).check(child, parent, name, at, report)
        for each in slices:
            place = (parent, name, -1)
            report.count(counts[each.name], each.least, each.most, place, f"of slice {each.name}")
        _count(value, least, most, parent, name, report)

    def accepts(value: Value, met: list[tuple[str, Targets]]) -> bool:
        if not isinstance(value, list) or not value or not least <= len(value) <= most:
            return False
        names = []
        for child in value:
            accept = default
            for matches, own, name in acceptors:
                if matches(child):
                    names.append(name)
                    accept = own
                    break
            if not accept(child, met):
                return False
        return not counted or all(fewest <= names.count(name) <= limit for name, fewest, limit in counted)

    counted = [(each.name, each.least, each.most) for each in slices if each.least or each.most < UNBOUNDED]
    return Field(check=check_all, accepts=accepts)


class ExtensionRule(NamedTuple):
    """One extension that may stand here, by its URL."""

    name: str
    rule: ObjectRule
    least: int = 0
    most: int = UNBOUNDED


def extensions_field(
    known: Mapping[str, ExtensionRule], other: ObjectRule, least: int, most: int, *, modifier: bool
) -> Field:
    """The `extension` or `modifierExtension` of an element: known ones by URL, any other as an Extension.

    An unknown modifier changes the meaning of what it stands on, so it cannot be ignored (PAS spec-25).
    """
    counted = {url: rule for url, rule in known.items() if rule.least or rule.most < UNBOUNDED}
    acceptors: dict[object, _Shapes] = {url: (rule.rule.shapes.get, rule.rule.learn) for url, rule in known.items()}
    default: _Shapes = (_unknown, _refusing) if modifier else (other.shapes.get, other.learn)
    arrangements: dict[tuple[str, ...], bool] = {}

    def check_all(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        urls: list[str] = []
        for at, child in enumerate(_items(value, parent, name, report)):
            url = child.get("url") if isinstance(child, dict) else None
            rule = known.get(url) if isinstance(url, str) else None
            (rule.rule if rule else other).check(child, parent, name, at, report)
            if rule is not None and isinstance(url, str):
                urls.append(url)
            elif modifier:
                report.add(Code.FHIR_MODIFIER_UNKNOWN, (parent, name, at), "a modifier extension of the guide")
        for url, rule in counted.items():
            report.count(urls.count(url), rule.least, rule.most, (parent, name, -1), f"extension {rule.name}")
        _count(value, least, most, parent, name, report)

    def is_arranged(urls: tuple[str, ...]) -> bool:
        right = all(rule.least <= urls.count(url) <= rule.most for url, rule in counted.items())
        if len(arrangements) < _MOST_ARRANGEMENTS:
            arrangements[urls] = right
        return right

    def accepts(value: Value, met: list[tuple[str, Targets]]) -> bool:
        if not isinstance(value, list) or not value or not least <= len(value) <= most:
            return False
        urls = []
        for child in value:
            if not isinstance(child, dict):
                return False
            url = child.get("url")
            shapes, learn = acceptors.get(url, default)
            if url in counted:
                urls.append(url)
            if not (shapes(tuple(child)) or learn(child))(child, met):
                return False
        key = tuple(urls)
        arranged = arrangements.get(key)
        return is_arranged(key) if arranged is None else arranged

    return Field(check=check_all, accepts=accepts)


_Shapes = tuple[Callable[[tuple[str, ...]], Accept | None], Callable[[Value], Accept]]
"""How the acceptor of an object's names is found, and how it is learnt."""


def _unknown(names: tuple[str, ...]) -> Accept | None:  # noqa: ARG001
    return None


def _refusing(value: Value) -> Accept:  # noqa: ARG001
    return refuse


def _items(value: Value, parent: Place | None, name: str, report: Report) -> Sequence[Value]:
    """The items of an array that is one and has any; reports what is none."""
    if isinstance(value, list) and value:
        return value
    report.add(Code.FHIR_EMPTY if value in (None, []) else Code.FHIR_TYPE, (parent, name, -1), "an array")
    return ()


def _count(value: Value, least: int, most: int, parent: Place | None, name: str, report: Report) -> None:
    if isinstance(value, list) and value:
        report.count(len(value), least, most, (parent, name, -1), "elements")
