"""Rules of a Bundle that no single element can break: first entry, fullUrls, closure of references, duplicates."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
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
    several = {its_type for its_type, times in Counter(bundle.types).items() if its_type and times > 1}
    named: dict[object, _SameName] = defaultdict(_SameName)
    saying: dict[object, _SameContent] = defaultdict(_SameContent)
    for entry, resource_type in enumerate(bundle.types):
        if resource_type not in several:
            continue
        resource = bundle.entries[entry].element
        id = comparable(resource.get("id"))
        content = comparable({name: value for name, value in resource.items() if name not in _NOT_CONTENT})
        twin = named[resource_type, id].met(entry, bundle.urls[entry]) if id is not None else None
        alike = saying[resource_type, content].met(entry, id)
        path = f"Bundle.entry[{entry}].resource"
        found = [
            (twin, Code.PAS_RESOURCE_DUPLICATE, "each resource once"),
            (alike, Code.PAS_RESOURCE_ALIKE, "one resource per thing"),
        ]
        for _, code, expected in sorted(
            (other, code, expected) for other, code, expected in found if other is not None
        ):
            yield finding(code, path, expected)


class _SameName:
    """The resources of one type and id: the first, the first of another fullUrl, and the first beyond HTTP."""

    def __init__(self) -> None:
        self.first: tuple[int, str] | None = None
        self.elsewhere: int | None = None
        self.beyond_http: int | None = None

    def met(self, entry: int, url: str) -> int | None:
        """The first of those before that is the same resource; takes note of this one."""
        is_http = url.startswith("http")
        if self.first is None:
            self.first, same = (entry, url), None
        else:
            same = self.beyond_http if is_http else self.first[0] if self.first[1] != url else self.elsewhere
            if self.elsewhere is None and self.first[1] != url:
                self.elsewhere = entry
        if self.beyond_http is None and not is_http:
            self.beyond_http = entry
        return same


class _SameContent:
    """The resources that say the same: the first, and the first of another id."""

    def __init__(self) -> None:
        self.first: tuple[int, object] | None = None
        self.other: int | None = None

    def met(self, entry: int, id: object) -> int | None:
        """The first of those before that has another id, or none; takes note of this one."""
        if self.first is None:
            self.first = entry, id
            return None
        its_entry, its_id = self.first
        differs = id is None or id != its_id
        alike = its_entry if differs else self.other
        if self.other is None and differs:
            self.other = entry
        return alike


def comparable(value: Value) -> object:
    """What is equal where two values are, to be looked up by: each is looked at once, not once for each other."""
    if isinstance(value, dict):
        return frozenset((name, comparable(child)) for name, child in value.items())
    return tuple(map(comparable, value)) if isinstance(value, list) else value


_NOT_CONTENT = frozenset(("id", "meta", "text"))


def _sequences(node: Node, resource_type: str) -> Iterator[Finding]:
    numbers: dict[str, set[object]] = {}
    for name, number_name in SEQUENCES[resource_type].items():
        seen = numbers[name] = set()
        for index, item in enumerate(_items(node.element, name)):
            number = comparable(item.get(number_name)) if isinstance(item, dict) else None
            if number is not None and number in seen:
                path = f"{node.path}.{name}[{index}].{number_name}"
                yield finding(Code.PAS_SEQUENCE_DUPLICATE, path, "a number of its own")
            seen.add(number)
    for index, item in enumerate(_items(node.element, "item")):
        if not isinstance(item, dict):
            continue
        for pointer, name in POINTERS[resource_type].items():
            pointers = item.get(pointer)
            if not isinstance(pointers, list):
                continue
            for at, number in enumerate(pointers):
                if number is not None and comparable(number) not in numbers[name]:
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
