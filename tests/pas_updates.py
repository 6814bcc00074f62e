"""Updates of PAS requests for tests: the Bundle that follows another one, and what it changes (PAS spec-65 to 72)."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from pas_requests import claim_in, pas_sample

PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"
INFO_CHANGED = f"{PAS}extension-infoChanged"
INFO_CANCELLED = f"{PAS}modifierextension-infoCancelled"
CERTIFICATION_TYPE = f"{PAS}extension-certificationType"
CERTIFICATION = "https://codesystem.x12.org/005010/1322"
RELATED = "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship"

Edit = Callable[[Any], object]


def first(name: str, trace: str) -> Any:
    """A sample as the first request of a chain."""

    def traced(bundle: Any) -> None:
        claim_in(bundle)["identifier"][0]["value"] = trace

    return json.loads(pas_sample(name, traced))


def update(previous: Any, number: int, *edits: Edit) -> Any:
    """The Bundle that follows another one, after each edit of its Claim. The one before is included, none before it."""
    bundle = copy.deepcopy(previous)
    entries = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Claim"]
    prior = next(each for each in bundle["entry"] if each["resource"]["resourceType"] == "Claim")
    entry = copy.deepcopy(prior)
    claim = entry["resource"]
    claim["id"] = f"{claim['id'].split('-u')[0]}-u{number}"
    entry["fullUrl"] = f"{prior['fullUrl'].rsplit('/', 1)[0]}/{claim['id']}"
    claim["identifier"][0]["value"] = f"{claim['identifier'][0]['value'].split('-U')[0]}-U{number}"
    claim["meta"] = {"profile": [f"{PAS}profile-claim-update"]}
    relationship = {"coding": [{"system": RELATED, "code": "prior"}]}
    claim["related"] = [{"claim": {"reference": prior["fullUrl"]}, "relationship": relationship}]
    for item in claim["item"]:
        _without(item, INFO_CHANGED)
        item.pop("modifierExtension", None)
    for edit in edits:
        edit(claim)
    bundle["identifier"]["value"] = f"{bundle['identifier']['value'].split('-U')[0]}-U{number}"
    bundle["entry"] = [entry, *entries, prior]
    return bundle


def adding(code: str, like: int = 1) -> Edit:
    """Add an item like the first one, or the one of that place, for another procedure."""

    def edit(claim: Any) -> None:
        item = copy.deepcopy(claim["item"][like - 1])
        item["sequence"] = max(each["sequence"] for each in claim["item"]) + 1
        item["productOrService"]["coding"][0]["code"] = code
        item["extension"] = [each for each in item["extension"] if "TraceNumber" not in each["url"]]
        _flag(item, "added")
        claim["item"].append(item)

    return edit


def changing(sequence: int, **values: Any) -> Edit:
    """Change elements of an item."""

    def edit(claim: Any) -> None:
        item = _item(claim, sequence)
        item.update(values)
        _flag(item, "changed")

    return edit


def cancelling(sequence: int) -> Edit:
    """Cancel an item."""

    def edit(claim: Any) -> None:
        item = _item(claim, sequence)
        item["modifierExtension"] = [{"url": INFO_CANCELLED, "valueBoolean": True}]
        _certify(item, "3")
        _flag(item, "changed")

    return edit


def cancelling_all(claim: Any) -> None:
    """Cancel the whole request."""
    for item in claim["item"]:
        cancelling(item["sequence"])(claim)
    _certify(claim, "3")


def _item(claim: Any, sequence: int) -> Any:
    return next(each for each in claim["item"] if each["sequence"] == sequence)


def _certify(element: Any, code: str) -> None:
    _without(element, CERTIFICATION_TYPE)
    concept = {"coding": [{"system": CERTIFICATION, "code": code}]}
    element["extension"].append({"url": CERTIFICATION_TYPE, "valueCodeableConcept": concept})


def _flag(item: Any, change: str) -> None:
    _without(item, INFO_CHANGED)
    item["extension"].append({"url": INFO_CHANGED, "valueCode": change})


def _without(element: Any, url: str) -> None:
    element["extension"] = [each for each in element.get("extension", []) if each["url"] != url]
