"""What a request says in elements that the readers do not look at, so that a review has no field for it: the losses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from priorauth.fhir.elements import Element, Value
from priorauth.translate import fhir_vocabulary
from priorauth.translate.fhir_elements import (
    Claim,
    Coverage,
    Extension,
    Location,
    Organization,
    Part,
    Patient,
    Practitioner,
    PractitionerRole,
    Reference,
)
from priorauth.translate.fhir_typed import members, typed

_READ: Mapping[str, type[Part]] = {
    each.__name__: each for each in (Claim, Coverage, Location, Organization, Patient, Practitioner, PractitionerRole)
}
_LABELS = frozenset(("resourceType", "id", "meta", "text", "language", "implicitRules", "url", "display", "use"))
"""Members that name or show what the others say."""
_WRITTEN_ANEW = frozenset(
    (
        "Claim.status",
        "Claim.use",
        "Claim.insurance.sequence",
        "Claim.related.relationship",
        "Coverage.status",
        "Coverage.beneficiary",
        "Coverage.payor",
        "Organization.active",
    )
)
"""Members that can only say one thing in a request, or what other members say already."""
_IMPLIED = {"Claim.item.unitPrice.currency": "USD"}
"""Members that may say what a 278 leaves unsaid, and else are a loss."""
_KNOWN_URLS = frozenset(value for value in vars(fhir_vocabulary).values() if isinstance(value, str))

_URLS_AT = {"Claim.identifier.extension": frozenset((fhir_vocabulary.SUB_DEPARTMENT,))}


def unread(resource: Element) -> Iterator[str]:
    """The elements of a resource that no reader looks at, once each, as `Patient.address.district`."""
    kind = _READ.get(str(resource.get("resourceType")))
    if kind is not None:
        yield from dict.fromkeys(_unread(resource, kind, kind.__name__))
    if kind is Coverage and any(each.type.any() != "group" for each in typed(resource, Coverage).classes):
        yield "Coverage.class"


def _unread(value: Value, kind: Any, path: str) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _unread(each, kind, path)
        return
    if get_origin(kind) is tuple:
        kind = get_args(kind)[0]
    part = next((each for each in get_args(kind) or (kind,) if isinstance(each, type) and issubclass(each, Part)), None)
    if part is None or not isinstance(value, dict):
        return
    if part is Extension:
        if value.get("url") not in _URLS_AT.get(path, _KNOWN_URLS):
            yield path
        return
    known = members(part)
    for name, child in value.items():
        place = f"{path}.{name}"
        if name in known:
            yield from _unread(child, known[name], place)
        elif name in _LABELS or place in _WRITTEN_ANEW or (part is Reference and name == "type"):
            continue
        elif not _says_nothing(name, child) and _IMPLIED.get(place) != child:
            yield place


def _says_nothing(name: str, child: Value) -> bool:
    """True for an extension, or what stands beside a primitive, that only says why there is no value."""
    if name.startswith("_") and isinstance(child, dict) and child.keys() == {"extension"}:
        child = child["extension"]
    elif name != "extension":
        return False
    found = child if isinstance(child, list) else []
    return all(isinstance(each, dict) and each.get("url") == fhir_vocabulary.ABSENT_REASON for each in found)
