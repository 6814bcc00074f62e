"""Changes of a FHIR document. Paths begin at a resource by its type, such as `Claim.item[0].productOrService`.

`Bundle` is the document itself, any other type the first entry of it. `[0]` counts, `[-1]` is the last, and
`extension(certificationType)` is the extension whose URL ends so.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from priorauth.sandbox.mutants.edits import Changed, DoesNotApply

_STEP = re.compile(r"(\w+)(?:\[(-?\d+)\]|\((\w+)\))?")


class _ChangesDocument(Protocol):
    """An edit that changes the document itself, and says where."""

    def change(self, document: Any) -> str: ...


def _apply(edit: _ChangesDocument, body: bytes) -> Changed:
    document = json.loads(body)
    place = edit.change(document)
    return Changed(json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n", place)


def _root(document: Any, name: str) -> tuple[Any, str]:
    if not isinstance(document, dict):
        raise DoesNotApply("the document is not an object")
    if document.get("resourceType", name) == name:
        return document, name
    for index, entry in enumerate(document.get("entry", ())):
        if entry.get("resource", {}).get("resourceType") == name:
            return entry["resource"], f"Bundle.entry[{index}].resource"
    raise DoesNotApply("the Bundle has no such resource")


def _find(document: Any, path: str) -> tuple[Any, str | int, str]:
    """The container that a path ends in, the last step as a key of it, and the path as FHIRPath writes it."""
    first, *steps = path.split(".")
    container, place = _root(document, first)
    keys: list[str | int] = []
    for step in steps:
        found = _STEP.fullmatch(step)
        assert found is not None, "paths are our own"
        name, index, url_end = found.groups()
        keys.append(name)
        if index is not None or url_end is not None:
            container, place = _walk(container, keys, place)
            keys = [_extension(container, url_end) if url_end else int(index)]
    container, place = _walk(container, keys[:-1], place)
    key = keys[-1]
    if isinstance(key, int) and key < 0 and isinstance(container, list):
        key += len(container)
    return container, key, _said(place, key)


def _walk(container: Any, keys: list[str | int], place: str) -> tuple[Any, str]:
    for key in keys:
        try:
            if isinstance(key, int) and key < 0:
                key += len(container)
            container, place = container[key], _said(place, key)
        except (KeyError, IndexError, TypeError):
            raise DoesNotApply("the resource has no such element") from None
    return container, place


def _extension(extensions: Any, url_end: str) -> int:
    for index, each in enumerate(extensions):
        if each.get("url", "").endswith(url_end):
            return index
    raise DoesNotApply("the element has no such extension")


def _said(place: str, key: str | int) -> str:
    return f"{place}[{key}]" if isinstance(key, int) else f"{place}.{key}"


def _value(container: Any, key: str | int) -> Any:
    try:
        return container[key]
    except (KeyError, IndexError, TypeError):
        raise DoesNotApply("the resource has no such element") from None


@dataclass(frozen=True, slots=True)
class Put:
    """An element given a value, whether it had one or not."""

    path: str
    value: Any

    apply = _apply

    def change(self, document: Any) -> str:
        container, key, place = _find(document, self.path)
        if isinstance(container, list):
            _value(container, key)
        container[key] = copy.deepcopy(self.value)
        return place


@dataclass(frozen=True, slots=True)
class Change:
    """An element that is there given another value."""

    path: str
    value: Any

    def apply(self, body: bytes) -> Changed:
        return Replace(self.path, lambda _: copy.deepcopy(self.value)).apply(body)


@dataclass(frozen=True, slots=True)
class Having:
    """No change, but the mutant is of documents only where an element has this value."""

    path: str
    value: Any

    def apply(self, body: bytes) -> Changed:
        container, key, _ = _find(json.loads(body), self.path)
        if _value(container, key) != self.value:
            raise DoesNotApply("the element says something else")
        return Changed(body, "")


@dataclass(frozen=True, slots=True)
class Copy:
    """An element given the value of another one."""

    source: str
    path: str

    def apply(self, body: bytes) -> Changed:
        container, key, _ = _find(json.loads(body), self.source)
        return Change(self.path, _value(container, key)).apply(body)


@dataclass(frozen=True, slots=True)
class TakeEntry:
    """The first entry of a type of resource left out."""

    resource_type: str

    apply = _apply

    def change(self, document: Any) -> str:
        _, place = _root(document, self.resource_type)
        index = int(place.partition("[")[2].partition("]")[0])
        del document["entry"][index]
        return place


@dataclass(frozen=True, slots=True)
class Replace:
    """An element that is there given another value; `make` makes it of the one it has."""

    path: str
    make: Callable[[Any], Any]

    apply = _apply

    def change(self, document: Any) -> str:
        container, key, place = _find(document, self.path)
        container[key] = self.make(_value(container, key))
        return place


@dataclass(frozen=True, slots=True)
class Take:
    """An element left out."""

    path: str

    apply = _apply

    def change(self, document: Any) -> str:
        container, key, place = _find(document, self.path)
        _value(container, key)
        del container[key]
        return place


@dataclass(frozen=True, slots=True)
class Append:
    """One more at the end of a list: a value, or else a copy of the first that is there."""

    path: str
    value: Any = None

    apply = _apply

    def change(self, document: Any) -> str:
        container, key, place = _find(document, self.path)
        found = _value(container, key) if self.value is None else container.setdefault(key, [])
        if not isinstance(found, list) or (self.value is None and not found):
            raise DoesNotApply("the element is no list")
        found.append(copy.deepcopy(found[0] if self.value is None else self.value))
        return f"{place}[{len(found) - 1}]"


@dataclass(frozen=True, slots=True)
class Swap:
    """Two of a list in each other's places."""

    path: str
    first: int
    second: int

    apply = _apply

    def change(self, document: Any) -> str:
        container, key, place = _find(document, self.path)
        found = _value(container, key)
        if not isinstance(found, list) or len(found) <= max(self.first, self.second):
            raise DoesNotApply("the list is shorter")
        found[self.first], found[self.second] = found[self.second], found[self.first]
        return f"{place}[{self.first}]"


@dataclass(frozen=True, slots=True)
class Nest:
    """A value so many arrays deep."""

    path: str
    depth: int

    def apply(self, body: bytes) -> Changed:
        marker = "the place that nests"
        changed = Put(self.path, marker).apply(body)
        deep = b"[" * self.depth + b"]" * self.depth
        return Changed(changed.body.replace(f'"{marker}"'.encode(), deep), changed.place)
