"""Compiled rules of elements that repeat: plain arrays, arrays told apart into slices, and extensions by their URL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from priorauth.domain.findings import FindingCode as Code

from .compiled import Accept, Field, Reference
from .elements import Element, Value
from .reporting import Place, Report
from .tables import UNBOUNDED

_MOST_ARRANGEMENTS = 1024


def array_field(item: Field, least: int, most: int, *, gaps: bool) -> Field:
    """A property that repeats; `gaps` where null may stand for a value with nothing but an extension."""
    check, test, accept = item

    def check_all(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        for at, child in enumerate(_items(value, parent, name, report)):
            if child is None and gaps and parent is not None:
                report.gaps.append((parent, name, at))
            else:
                check(child, parent, name, at, report)
        _count(value, least, most, parent, name, report)

    def accepts(value: Value, met: list[Reference]) -> bool:
        if not isinstance(value, list) or not value or not least <= len(value) <= most:
            return False
        if accept is not None:
            return all(accept(child, met) for child in value)
        return test is not None and all(value) and all(map(test, value))

    return Field(check_all, accepts=accepts)


class SliceRule(NamedTuple):
    """One slice of an array: which items are in it, what they are checked against, and how many there may be."""

    name: str
    matches: Callable[[Element], bool]
    field: Field
    least: int
    most: int


def sliced_field(item: Field, slices: Sequence[SliceRule], least: int, most: int) -> Field:
    """An array of objects whose slices are told apart by their content; an item is of the first that takes it."""

    def slice_of(child: Value) -> SliceRule | None:
        if isinstance(child, dict):
            for each in slices:
                if each[1](child):
                    return each
        return None

    def check_all(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        counts = dict.fromkeys((each.name for each in slices), 0)
        for at, child in enumerate(_items(value, parent, name, report)):
            found = slice_of(child)
            if found is not None:
                counts[found.name] += 1
            (found.field if found else item).check(child, parent, name, at, report)
        for each in slices:
            place = (parent, name, -1)
            report.count(counts[each.name], each.least, each.most, place, f"of slice {each.name}")
        _count(value, least, most, parent, name, report)

    def accepts(value: Value, met: list[Reference]) -> bool:
        if not isinstance(value, list) or not value or not least <= len(value) <= most:
            return False
        names = []
        for child in value:
            found = slice_of(child)
            accept = (found.field if found else item).accepts
            if accept is None or not accept(child, met):
                return False
            if found:
                names.append(found.name)
        return all(each.least <= names.count(each.name) <= each.most for each in slices)

    return Field(check_all, accepts=accepts)


class ExtensionRule(NamedTuple):
    """One extension that may stand here, by its URL."""

    name: str
    field: Field
    least: int = 0
    most: int = UNBOUNDED


def extensions_field(
    known: Mapping[str, ExtensionRule], other: Field, least: int, most: int, *, modifier: bool
) -> Field:
    """The `extension` or `modifierExtension` of an element: known ones by URL, any other as an Extension.

    An unknown modifier changes the meaning of what it stands on, so it cannot be ignored (PAS spec-25).
    """
    counted = {url: rule for url, rule in known.items() if rule.least or rule.most < UNBOUNDED}
    acceptors: dict[str, Accept] = {url: rule.field.accepts for url, rule in known.items() if rule.field.accepts}
    default = _accept_none if modifier or other.accepts is None else other.accepts
    arrangements: dict[tuple[str, ...], bool] = {}

    def check_all(value: Value, parent: Place | None, name: str, index: int, report: Report) -> None:  # noqa: ARG001
        urls: list[str] = []
        for at, child in enumerate(_items(value, parent, name, report)):
            url = child.get("url") if isinstance(child, dict) else None
            rule = known.get(url) if isinstance(url, str) else None
            (rule.field if rule else other).check(child, parent, name, at, report)
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

    def accepts(value: Value, met: list[Reference]) -> bool:
        if not isinstance(value, list) or not value or not least <= len(value) <= most:
            return False
        urls = []
        for child in value:
            if not isinstance(child, dict):
                return False
            url = child.get("url")
            accept = acceptors.get(url) if isinstance(url, str) else None
            if accept is not None:
                urls.append(str(url))
            if not (accept or default)(child, met):
                return False
        key = tuple(urls)
        arranged = arrangements.get(key)
        return is_arranged(key) if arranged is None else arranged

    return Field(check_all, accepts=accepts)


def _accept_none(value: Value, met: list[Reference]) -> bool:  # noqa: ARG001
    return False


def _items(value: Value, parent: Place | None, name: str, report: Report) -> Sequence[Value]:
    """The items of an array that is one and has any; reports what is none."""
    if isinstance(value, list) and value:
        return value
    report.add(Code.FHIR_EMPTY if value in (None, []) else Code.FHIR_TYPE, (parent, name, -1), "an array")
    return ()


def _count(value: Value, least: int, most: int, parent: Place | None, name: str, report: Report) -> None:
    if isinstance(value, list) and value:
        report.count(len(value), least, most, (parent, name, -1), "elements")
