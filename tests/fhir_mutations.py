"""Ways to change a good request Bundle, each against one rule."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from checked_json import Change, extension
from priorauth.domain.findings import FindingCode as Code

CLAIM = "Bundle.entry[0].resource"
OTHER = {"url": "https://ehr.example/more", "valueString": "X"}
IDENTIFIER = {"system": "urn:trnorg:9HARBORGEN", "value": "X"}
CHILD = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "child"},
        {"system": "https://codesystem.x12.org/005010/1069", "code": "19"},
    ]
}


class Mutation(NamedTuple):
    """What is changed in the first Claim, or with `whole` in the Bundle, and what is then found where."""

    rule: str
    change: Change
    code: Code
    path: str
    expected: str = ""  # the beginning of it
    whole: bool = False
    sample: str = "nicu-admission"


def put(name: str, value: object, *path: str | int) -> Change:
    """Give an element a value."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        element[name] = value

    return change


def drop(name: str | int, *path: str | int) -> Change:
    """Take an element away."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        del element[name]

    return change


def repeat(*path: str | int) -> Change:
    """Append a copy of the first of a list to it."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        element.append(copy.deepcopy(element[0]))

    return change


def within(url_end: str, inner: Change, *path: str | int) -> Change:
    """Change an extension, by the end of its URL."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        inner(extension(element, url_end))

    return change


def swap_first_entries(bundle: Any) -> None:
    bundle["entry"][0], bundle["entry"][1] = bundle["entry"][1], bundle["entry"][0]


def same_resource_elsewhere(bundle: Any) -> None:
    again = copy.deepcopy(bundle["entry"][1])
    again["fullUrl"] = "urn:uuid:11111111-2222-4333-8444-555555555555"
    bundle["entry"].append(again)


def same_content_elsewhere(bundle: Any) -> None:
    again = copy.deepcopy(bundle["entry"][1])
    again["resource"]["id"] = "another"
    again["fullUrl"] = again["fullUrl"] + "x"
    bundle["entry"].append(again)


def same_url_twice(bundle: Any) -> None:
    bundle["entry"][8]["fullUrl"] = bundle["entry"][7]["fullUrl"]


def two_claims(bundle: Any) -> None:
    again = copy.deepcopy(bundle["entry"][0])
    again["resource"]["id"] = "another"
    again["resource"]["created"] = "2026-11-02"
    again["fullUrl"] = again["fullUrl"] + "x"
    bundle["entry"].append(again)


def child_without_subscriber(bundle: Any) -> None:
    bundle["entry"][4]["resource"]["relationship"] = CHILD
    del bundle["entry"][4]["resource"]["subscriber"]


def again_extension(claim: Any) -> None:
    claim["item"][0]["extension"].append(copy.deepcopy(extension(claim["item"][0], "certificationType")))


def second_admission(claim: Any) -> None:
    claim["supportingInfo"].append(copy.deepcopy(claim["supportingInfo"][0]) | {"sequence": 9})


def address_for_location(claim: Any) -> None:
    claim["item"][0]["locationAddress"] = {"city": "BOSTON"}
    del claim["item"][0]["locationCodeableConcept"]
