"""Updates of a PAS request: the Bundle that follows another one (PAS spec-65 to spec-72)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from priorauth.conformance.fhir import PAS
from priorauth.conformance.naming import unique_text

CHANGED = f"{PAS}extension-infoChanged"
CANCELLED = f"{PAS}modifierextension-infoCancelled"
CERTIFICATION = f"{PAS}extension-certificationType"
RELATED = "http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship"


FIRST, MORE = "62321", "62322"
"""The procedures of a request's first item and of the one that is added."""


class Update:
    """The update of a request. Every item is there as it was, unflagged, until a method changes it."""

    def __init__(self, previous: Any, unique: str, version: str) -> None:
        self.bundle = deepcopy(previous)
        entries = self.bundle["entry"]
        self.prior = next(deepcopy(each) for each in entries if each["resource"]["resourceType"] == "Claim")
        entry = deepcopy(self.prior)
        self.claim = entry["resource"]
        self.claim["id"] = f"claim-{unique.lower()}"
        entry["fullUrl"] = f"{self.prior['fullUrl'].rsplit('/', 1)[0]}/{self.claim['id']}"
        self.claim["identifier"][0]["value"] = f"U-{unique}"
        self.claim["meta"] = {"profile": [f"{PAS}profile-claim-update"]}
        self.bundle["identifier"]["value"] = f"U-{unique}"
        keeps_prior = version != "2.0.1"  # there a Bundle holds one Claim
        claim = {"reference": self.prior["fullUrl"]} if keeps_prior else {}
        self.claim["related"] = [
            {
                "claim": {**claim, "identifier": deepcopy(self.prior["resource"]["identifier"][0])},
                "relationship": {"coding": [{"system": RELATED, "code": "prior"}]},
            }
        ]
        others = [each for each in entries if each["resource"]["resourceType"] != "Claim"]
        self.bundle["entry"] = [entry, *others, *([self.prior] if keeps_prior else [])]
        for item in self.claim["item"]:
            without(item, CHANGED)
            item.pop("modifierExtension", None)

    def item(self, sequence: int) -> Any:
        return next(each for each in self.claim["item"] if each["sequence"] == sequence)

    def add(self, code: str, *, flag: str = "added") -> None:
        """One more item like the first, for another procedure."""
        item = deepcopy(self.claim["item"][0])
        item["sequence"] = max(each["sequence"] for each in self.claim["item"]) + 1
        item["productOrService"]["coding"][0]["code"] = code
        item["extension"] = [each for each in item["extension"] if not each["url"].endswith("itemTraceNumber")]
        flagged(item, flag)
        self.claim["item"].append(item)

    def change(self, sequence: int, **values: Any) -> None:
        item = self.item(sequence)
        item.update(values)
        flagged(item, "changed")

    def cancel(self, sequence: int) -> None:
        item = self.item(sequence)
        item["modifierExtension"] = [{"url": CANCELLED, "valueBoolean": True}]
        certified(item, "3")
        flagged(item, "changed")

    def cancel_all(self) -> None:
        """The whole request, by its certification type."""
        certified(self.claim, "3")


def chain_of(first: Any, version: str, day: str) -> tuple[Any, Any, Any]:
    """Updates, each of the one before: an item more, an item changed and another cancelled, everything cancelled."""
    added = Update(first, unique_text(), version)
    added.add(MORE)
    changed = Update(added.bundle, unique_text(), version)
    changed.change(1, servicedDate=day)
    changed.cancel(2)
    ended = Update(changed.bundle, unique_text(), version)
    ended.cancel_all()
    for sequence in (1, 2, 3):
        ended.cancel(sequence)
    return added.bundle, changed.bundle, ended.bundle


def flagged(item: Any, word: str) -> None:
    without(item, CHANGED)
    item["extension"].append({"url": CHANGED, "valueCode": word})


def certified(element: Any, code: str) -> None:
    without(element, CERTIFICATION)
    coding = {"system": "https://codesystem.x12.org/005010/1322", "code": code}
    element["extension"].append({"url": CERTIFICATION, "valueCodeableConcept": {"coding": [coding]}})


def without(element: Any, url: str) -> None:
    element["extension"] = [each for each in element.get("extension", []) if each["url"] != url]
