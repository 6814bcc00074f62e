"""What a server must tolerate: optional elements left away, whether must-support or not, and codes that X12 keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from checked_json import SAMPLES, checker, findings_in, sample
from priorauth.domain.findings import Finding
from priorauth.fhir.tables import Narrowing

REQUESTS = [path.stem for path in SAMPLES if not path.stem.startswith("inquiry")]
CODE_SYSTEMS_KEPT_ELSEWHERE = (
    "https://codesystem.x12.org/",
    "https://www.nubc.org/",
    "http://www.ama-assn.org/",
    "http://hl7.org/fhir/sid/icd-10",
    "http://nucc.org/",
    "http://www.cms.gov/",
)
# fmt: off
NEEDED_BY_ANOTHER_RULE = {
    "Claim.supportingInfo.extension": "its slice asks what document it is",
    "Coverage.identifier.type":       "a slice asks for the member's identifier, which its type tells",
    "Coverage.subscriber":            "self-beneficiary: may be absent only where the patient is the subscriber",
    "MedicationRequest.requester":    "us-core-21: an order has a requester",
    "Organization.identifier.system": "the profile of its identifiers requires it",
    "Organization.identifier.value":  "likewise",
    "Organization.telecom.system":    "cpt-2 of R4",
    "Practitioner.identifier.system": "the profile of its identifiers requires it",
    "Practitioner.identifier.value":  "likewise",
    "PractitionerRole.telecom":       "pd-1: a telecom or an endpoint",
}
# fmt: on
"""Elements that are optional where their type is defined, and why they are not where these samples have them."""


@pytest.mark.parametrize("name", REQUESTS)
def test_leaving_an_optional_element_away_is_never_refused(name: str) -> None:
    for entry, path, element, key in optional(sample(name)):
        changed = sample(name)
        target = changed["entry"][entry]["resource"]
        for step in element:
            target = target[step]
        del target[key]

        refusing = refusals(findings_in(changed))

        assert not refusing or path in NEEDED_BY_ANOTHER_RULE, (path, [(each.code, each.at.path) for each in refusing])


def refusals(found: tuple[Finding, ...]) -> list[Finding]:
    return [each for each in found if each.rejects]


def optional(bundle: Any) -> Iterator[tuple[int, str, list[Any], str]]:
    """Each element of a resource, and of what repeats in it, that neither R4 nor its profile requires."""
    tables = checker()._tables
    for number, entry in enumerate(bundle["entry"]):
        resource = entry["resource"]
        resource_type = resource["resourceType"]
        said = resource["meta"]["profile"][0].rpartition("/")[2]
        root = tables.profiles[said].root
        types = tables.types[resource_type]
        for key in resource:
            if key in types and is_optional(types[key].least, root, key):
                yield number, f"{resource_type}.{key}", [], key
            if key in types and isinstance(resource[key], list) and types[key].kinds[0].name in tables.types:
                inner = tables.types[types[key].kinds[0].name]
                narrowed = root.children.get(key, Narrowing())
                for index, item in enumerate(resource[key]):
                    for name in item if len(item) > 1 else ():
                        if name in inner and key != "extension" and is_optional(inner[name].least, narrowed, name):
                            yield number, f"{resource_type}.{key}.{name}", [key, index], name


def is_optional(least: int, narrowing: Narrowing, name: str) -> bool:
    return not least and not narrowing.children.get(name, Narrowing()).least


@pytest.mark.parametrize("name", REQUESTS)
def test_a_code_that_a_list_of_others_does_not_have_is_never_refused(name: str) -> None:
    changed = sample(name)
    count = sum(unknown_code(coding) for coding in codings(changed))

    assert count > 5
    assert refusals(findings_in(changed)) == []


def codings(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get("system"), str) and isinstance(value.get("code"), str):
            yield value
        for child in value.values():
            yield from codings(child)
    elif isinstance(value, list):
        for child in value:
            yield from codings(child)


def unknown_code(coding: Any) -> bool:
    """Give a coding of a list that others keep a code that is on none."""
    if not coding["system"].startswith(CODE_SYSTEMS_KEPT_ELSEWHERE):
        return False
    coding["code"] = "ZZZ"
    return True
