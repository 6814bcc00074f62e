"""Reads the members of decoded elements. Plain look-ups on plain dictionaries: this is on the path of every message.

Nothing fails: what is absent or of another type than FHIR's is empty. The checker says what is wrong with a bundle.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any, TypeVar, cast

import msgspec

from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element
from priorauth.fhir.primitives import can_be_written_out
from priorauth.translate.fhir_typed import typed

T = TypeVar("T")
NOTHING: Element = {}
_DAY = 10


def text(element: Element, name: str) -> str:
    """A member that is a string, or empty."""
    value = element.get(name)
    return value if isinstance(value, str) else ""


def child(element: Element, name: str) -> Element:
    """A member that is an element, the first one where it repeats, or an empty one."""
    value = element.get(name)
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return value[0]
    return NOTHING


def children(element: Element, name: str) -> list[Element]:
    """The elements of a member that repeats."""
    value = element.get(name)
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, dict)]


def texts(element: Element, name: str) -> list[str]:
    """The strings of a member that repeats."""
    value = element.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def counts(element: Element, name: str) -> list[int]:
    """The integers of a member that repeats, such as `diagnosisSequence`."""
    value = element.get(name)
    return [each for each in value if type(each) is int] if isinstance(value, list) else []


def count(element: Element, name: str) -> int | None:
    """A member that is an integer, or None."""
    value = element.get(name)
    return value if type(value) is int else None


def decimal(element: Element, name: str) -> Decimal | None:
    """A member that is a number, with its digits as sent, or None."""
    value = element.get(name)
    if isinstance(value, Decimal):
        return value if can_be_written_out(value) else None
    return Decimal(value) if type(value) is int else None


def day(value: str) -> date | None:
    """The day of a date, dateTime or instant; None for a year or a month alone."""
    if len(value) < _DAY:
        return None
    try:
        return date.fromisoformat(value[:_DAY])
    except ValueError:
        return None


def extensions(element: Element, name: str = "extension") -> dict[str, Element]:
    """The first extension of every url, by the whole of it."""
    value = element.get(name)
    if not isinstance(value, list):
        return {}
    found: dict[str, Element] = {}
    if value:
        for each in value:
            if isinstance(each, dict) and isinstance(url := each.get("url"), str) and url not in found:
                found[url] = each
    return found


def code(concept: Element, system: str) -> str:
    """The code of a CodeableConcept in one system, or empty."""
    codings = concept.get("coding")
    if isinstance(codings, list):
        for coding in codings:
            if isinstance(coding, dict) and coding.get("system") == system:
                return text(coding, "code")
    return ""


def codings(concept: Element) -> Iterator[tuple[str, str]]:
    """Every (system, code) of a CodeableConcept."""
    for coding in children(concept, "coding"):
        yield text(coding, "system"), text(coding, "code")


def any_code(concept: Element) -> str:
    """The first code of a CodeableConcept, whatever its system, or empty."""
    return next((found for _, found in codings(concept) if found), "")


def extension_code(found: dict[str, Element], url: str, system: str) -> str:
    """The code that an extension holds, or empty."""
    return code(child(found[url], "valueCodeableConcept"), system) if url in found else ""


def extension_text(found: dict[str, Element], url: str, kind: str = "String") -> str:
    """The text that an extension holds, or empty."""
    return text(found[url], f"value{kind}") if url in found else ""


class Resource(msgspec.Struct, gc=False, eq=False):
    """A resource of the Bundle, and where it stands. False where a reference leads nowhere.

    `json` is None until its JSON is asked for; `part` is the same of strict types, where it is decoded into them.
    """

    entry: int
    url: str
    type: str
    json: Element | None = None
    part: Any = None
    bundle: Bundle | None = None

    def __repr__(self) -> str:
        return f"Resource(entry={self.entry})"  # PHI: the place, never the content

    def __bool__(self) -> bool:
        return self.part is not None or bool(self.element)

    @property
    def element(self) -> Element:
        """Its JSON, decoded when it is asked for."""
        if self.json is None:
            self.json = self.bundle.entries[self.entry].element if self.bundle else NOTHING
        return self.json

    def read_as(self, kind: builtins.type[T]) -> T:
        """The resource with types, as `typed`."""
        part = self.part
        if part is not None and part.read_as is kind:
            return part  # type: ignore[no-any-return]
        return typed(self.element, kind) if self.entry >= 0 else nothing_of(kind)


_NOTHING_OF: dict[object, Any] = {}


def nothing_of(kind: type[T]) -> T:
    """The element of that kind that says nothing. Elements do not change, so one is enough."""
    found = _NOTHING_OF.get(kind)
    if found is None:
        found = _NOTHING_OF[kind] = kind()
    return cast(T, found)


def outside(element: Element, entry: int = -1) -> Resource:
    """A resource that is no entry: one contained in an entry, or none at all."""
    return Resource(entry, "", text(element, "resourceType"), element)


_NOWHERE = outside(NOTHING)


class Resources:
    """Finds what references of a Bundle lead to, and remembers which entries were read into the review."""

    __slots__ = ("_all", "_bundle", "_places", "read")

    def __init__(self, bundle: Bundle) -> None:
        self._bundle, self._places = bundle, bundle.places
        parts, urls, types = bundle.parts, bundle.urls, bundle.types
        self._all = [*map(Resource, range(len(parts)), urls, types, repeat(None), parts, repeat(bundle))]
        self.read: set[int] = set()

    def at(self, entry: int) -> Resource:
        """The resource of one entry."""
        return self._all[entry]

    def of_type(self, resource_type: str) -> list[Element]:
        """The resources of a type, in order."""
        return [node.element for node in self._bundle.of_type(resource_type)]

    def find(self, reference: Element, origin: Resource) -> Resource:
        """What a Reference in a resource leads to, in the Bundle or contained."""
        return self.at_reference(text(reference, "reference"), origin)

    def at_reference(self, literal: str, origin: Resource) -> Resource:
        """What a literal reference leads to, in the Bundle or contained."""
        if not literal:
            return _NOWHERE
        entry = self._places.get(literal)
        if entry is not None:
            return self._all[entry]
        if literal[0] == "#":
            for contained in children(origin.element, "contained"):
                if contained.get("id") == literal[1:]:
                    return outside(contained, origin.entry)
            return _NOWHERE
        entry = self._bundle.find(literal, origin.entry)
        return _NOWHERE if entry is None else self.at(entry)

    def unread(self) -> Iterator[Resource]:
        """The resources that were not read into the review, in order."""
        return (each for each in self._all if each.entry not in self.read and each)
