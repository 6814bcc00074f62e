"""Rules of a Bundle that no single element can break: first entry, fullUrls, closure of references, duplicates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code

from .bundles import Bundle
from .elements import Element, Node, Value
from .profiles import BundleProfile
from .reporting import finding

_ABSOLUTE = re.compile(r"(?:https?://[^\s/]+/\S+|urn:(?:uuid|oid):\S+)")

SEQUENCES = {
    "Claim": {
        "careTeam": "sequence",
        "supportingInfo": "sequence",
        "diagnosis": "sequence",
        "procedure": "sequence",
        "insurance": "sequence",
        "item": "sequence",
    },
    "ClaimResponse": {"item": "itemSequence", "processNote": "number"},
}
POINTERS = {
    "Claim": {
        "careTeamSequence": "careTeam",
        "diagnosisSequence": "diagnosis",
        "procedureSequence": "procedure",
        "informationSequence": "supportingInfo",
    },
    "ClaimResponse": {"noteNumber": "processNote"},
}
"""Of each item: which numbers point at which list."""


def check_entries(bundle: Bundle, profile: BundleProfile) -> Iterator[Finding]:
    """Everything that is wrong between the entries, references apart: spec-12 to spec-17, spec-22, spec-30 to 32."""
    if bundle.types[:1] != (profile.first,):
        code = Code.PAS_CLAIM_FIRST if profile.first == "Claim" else Code.PAS_RESPONSE_FIRST
        yield finding(code, "Bundle.entry[0].resource", profile.first)
    yield from _full_urls(bundle)
    yield from _duplicates(bundle)
    for entry, resource_type in enumerate(bundle.types):
        if resource_type in SEQUENCES:
            yield from _sequences(bundle.entries[entry], resource_type)


def _full_urls(bundle: Bundle) -> Iterator[Finding]:
    if are_sound(bundle.urls):
        return
    seen: set[str] = set()
    for entry, url in enumerate(bundle.urls):
        if not url:
            continue  # that one is missing is a rule of the profile
        if not _ABSOLUTE.fullmatch(url) or "/_history/" in url:
            expected = "an absolute URL without a version, or urn:uuid"
            yield finding(Code.FHIR_FULL_URL, f"Bundle.entry[{entry}].fullUrl", expected)
        if url in seen:
            yield finding(Code.FHIR_FULL_URL_DUPLICATE, f"Bundle.entry[{entry}].fullUrl", "a fullUrl of its own")
        seen.add(url)


def are_sound(urls: Sequence[str]) -> bool:
    """True where each is there, absolute and unlike the others; as nearly all are, without a look at each letter."""
    if len(set(urls)) != len(urls) or " ".join(urls).split() != list(urls):
        return False
    for url in urls:
        scheme, _, rest = url.partition("://")
        host, _, path = rest.partition("/")
        if not (scheme in ("http", "https") and host and path) and not (url[:9] == "urn:uuid:" and url[9:]):
            return False
        if "/_history/" in url:
            return False
    return True


def _duplicates(bundle: Bundle) -> Iterator[Finding]:
    """The same type and id under another fullUrl is the same resource, unless two servers gave that id."""
    by_type: dict[str, list[int]] = {}
    for entry, resource_type in enumerate(bundle.types):
        others = by_type.get(resource_type)
        if others is None:
            by_type[resource_type] = [entry]
            continue
        for other in others if resource_type else ():
            first, second = bundle.entries[other].element, bundle.entries[entry].element
            places = bundle.urls[other], bundle.urls[entry]
            path = f"Bundle.entry[{entry}].resource"
            if first.get("id") == second.get("id") is not None:
                if places[0] != places[1] and not all(url.startswith("http") for url in places):
                    yield finding(Code.PAS_RESOURCE_DUPLICATE, path, "each resource once")
            elif _alike(first, second):
                yield finding(Code.PAS_RESOURCE_ALIKE, path, "one resource per thing")
        others.append(entry)


def _alike(first: Element, second: Element) -> bool:
    """True where two resources say the same, whatever they are called; most differ in an early member."""
    for name, value in first.items():
        if name not in _NOT_CONTENT and (name not in second or second[name] != value):
            return False
    return first.keys() - _NOT_CONTENT == second.keys() - _NOT_CONTENT


_NOT_CONTENT = frozenset(("id", "meta", "text"))


def _sequences(node: Node, resource_type: str) -> Iterator[Finding]:
    numbers: dict[str, list[Value]] = {}
    for name, number_name in SEQUENCES[resource_type].items():
        items = _items(node.element, name)
        found = numbers[name] = [item.get(number_name) if isinstance(item, dict) else None for item in items]
        for index, number in enumerate(found):
            if index and number is not None and number in found[:index]:
                path = f"{node.path}.{name}[{index}].{number_name}"
                yield finding(Code.PAS_SEQUENCE_DUPLICATE, path, "a number of its own")
    for index, item in enumerate(_items(node.element, "item")):
        if not isinstance(item, dict):
            continue
        for pointer, name in POINTERS[resource_type].items():
            pointers = item.get(pointer)
            if not isinstance(pointers, list):
                continue
            for at, number in enumerate(pointers):
                if number is not None and number not in numbers[name]:
                    path = f"{node.path}.item[{index}].{pointer}[{at}]"
                    yield finding(Code.PAS_SEQUENCE_UNKNOWN, path, f"the number of a {name}")


def _items(element: Element, name: str) -> Sequence[Value]:
    """The items of a property that is a list."""
    items = element.get(name)
    return items if isinstance(items, list) else ()


def may_leave_the_bundle(bundle: Bundle, profile: BundleProfile, entry: int, element: str) -> bool:
    """True for references that need not resolve here, by the entry and the element that holds them.

    An update includes the prior Claim and nothing older (spec-65 to 67), an answer need not include the Claim that it
    answers nor, where it echoes it, what that references.
    """
    if bundle.types[entry] == "Claim":
        return profile.first == "ClaimResponse" or (entry > 0 and element == "ClaimRelated.claim")
    return element == "ClaimResponse.request"
