"""Reading PAS Bundles: entries, references, and what a ClaimResponse says. Knows no gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from priorauth.conformance.x12 import Unreadable

PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
PLAIN_STEP = re.compile(r"([A-Za-z_]\w*)(?:\[(\d+)\])?")
REVIEW_ACTIONS = "https://codesystem.x12.org/005010/306"

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a Bundle."""

    url: str
    resource: Resource

    @property
    def type(self) -> str:
        return str(self.resource.get("resourceType", ""))


class Bundle:
    """The entries of a Bundle, in order. Unreadable where it is none."""

    def __init__(self, document: Any) -> None:
        if not isinstance(document, dict) or document.get("resourceType") != "Bundle":
            raise Unreadable("it is no Bundle")
        self.document = document
        self.entries = [
            Entry(each.get("fullUrl", ""), each.get("resource") or {}) for each in members(document, "entry")
        ]

    def of_type(self, type: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.type == type]

    def first(self, type: str) -> Entry:
        """The first resource of a type. Unreadable where there is none."""
        found = self.of_type(type)
        if not found:
            raise Unreadable(f"there is no {type} in the Bundle")
        return found[0]

    def find(self, reference: str, holder: Entry) -> Entry | None:
        """The entry that a reference of another one leads to: absolute, or relative to where the holder is."""
        url = absolute(reference, holder.url)
        return next((entry for entry in self.entries if entry.url == url), None)


def absolute(reference: str, holder_url: str) -> str:
    """A reference as an absolute URL (R4, resolving references in Bundles)."""
    if reference.startswith(("http://", "https://", "urn:")):
        return reference
    return f"{holder_url.rsplit('/', 2)[0]}/{reference}"


def answers_in(document: Any) -> list[Bundle]:
    """The response Bundles of an answer: itself, or those that Parameters return."""
    if isinstance(document, dict) and document.get("resourceType") == "Parameters":
        returned = [each for each in members(document, "parameter") if each.get("name") == "return"]
        return [Bundle(each.get("resource")) for each in returned]
    return [Bundle(document)]


def members(element: Any, name: str) -> list[Any]:
    """What a repeating element holds; nothing where it is missing or no list of objects."""
    found = element.get(name) if isinstance(element, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def extensions(element: Any, name: str) -> list[Any]:
    """The extensions of PAS, or the parts of one, with this name."""
    return [each for each in members(element, "extension") if each.get("url") in (name, PAS + name)]


def references_of(value: Any, within: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Every reference in a resource: where it is, and what it says."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield ".".join(within), value["reference"]
        for name, each in value.items():
            yield from references_of(each, (*within, name))
    elif isinstance(value, list):
        for each in value:
            yield from references_of(each, within)


def leads_nowhere(document: Any, path: str) -> bool:
    """Whether a path such as `Bundle.entry[1].resource.item[0].sequence` names a repetition that is not there.

    From an element that is missing on there is nothing to compare with. What is no plain path is left alone.
    """
    root, *steps = path.split(".")
    if not isinstance(document, dict) or root != document.get("resourceType"):
        return False
    found: Any = document
    for step in steps:
        plain = PLAIN_STEP.fullmatch(step)
        if plain is None or not isinstance(found, dict) or plain[1] not in found:
            return False
        found = found[plain[1]]
        if plain[2] is not None:
            if not isinstance(found, list) or int(plain[2]) >= len(found):
                return True
            found = found[int(plain[2])]
    return False


def review_actions(item: Any) -> Iterator[Any]:
    """The review actions of an item, an added item, or a whole ClaimResponse."""
    for adjudication in members(item, "adjudication"):
        yield from extensions(adjudication, "extension-reviewAction")


def codings(element: Any) -> list[tuple[str, str]]:
    """System and code of each coding of a value that is a CodeableConcept."""
    concept = element.get("valueCodeableConcept", element)
    return [(str(each.get("system", "")), str(each.get("code", ""))) for each in members(concept, "coding")]


def action_of(item: Any) -> str | None:
    """The decision of an item by its code of X12 306; None where it has none."""
    for action in review_actions(item):
        for part in extensions(action, "extension-reviewActionCode"):
            for system, code in codings(part):
                if system == REVIEW_ACTIONS:
                    return code
    return None


def traces_of(element: Any) -> list[tuple[str, str]]:
    """The trace numbers of an item, by who gave them."""
    found = (each.get("valueIdentifier") or {} for each in extensions(element, "extension-itemTraceNumber"))
    return [identity(each) for each in found]


def identity(identifier: Any) -> tuple[str, str]:
    return str(identifier.get("system", "")), str(identifier.get("value", ""))
