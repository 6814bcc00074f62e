"""The must-support elements of PAS requests and responses: where a Bundle has one, and what it says there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from checked_json import VERSIONS
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element
from priorauth.fhir.matching import slice_matcher
from priorauth.fhir.tables import Narrowing, Profile, Tables

FOLDER = Path(__file__).parents[1] / "schemas" / "fhir"
NDC = "http://hl7.org/fhir/sid/ndc"
OF_FHIR = {"DataAbsentReason": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}
"""Extensions of FHIR itself, of which the tables of PAS do not say the url."""
TABLES = {version: load_checker(version)._tables for version in VERSIONS}


class Part(StrEnum):
    """What a profile is of."""

    REQUESTS = "requests"
    RESPONSES = "responses"


@dataclass(frozen=True, slots=True)
class MustSupport:
    """One must-support element of a profile of one version."""

    version: str
    profile: str
    id: str

    def __str__(self) -> str:
        return f"{self.version}-{self.profile}-{self.id}"


def elements(part: Part) -> list[MustSupport]:
    """Every must-support element of every profile of requests or of responses."""
    return [
        MustSupport(version, profile, id)
        for version in VERSIONS
        for profile, ids in _listed(version)[part].items()
        for id in ids
    ]


def _listed(version: str) -> Mapping[str, Mapping[str, list[str]]]:
    found: Mapping[str, Mapping[str, list[str]]] = json.loads((FOLDER / f"must-support-{version}.json").read_text())
    return found


def said(bundle: Bundle, element: MustSupport) -> list[str]:
    """What the resources of a profile say at one element; as much as `_shown` tells."""
    tables = TABLES[element.version]
    profile = tables.profiles[element.profile]
    steps = element.id.split(".")[1:]
    walk = _Walk(tables)
    found = _of_profile(bundle, profile)
    return [_shown(value) for resource in found for value in walk.at([(resource, [profile.root])], steps)]


def _of_profile(bundle: Bundle, profile: Profile) -> Iterator[Element]:
    """The resources that play the part of a profile; in a response all those of its type."""
    if profile.type == "Bundle":
        yield bundle.root.element
        return
    parts = _parts(bundle) if bundle.types[0] == "Claim" else {}
    of_type = [node.element for node in bundle.of_type(profile.type)]
    yield from (each for each in ([parts[profile.name]] if profile.name in parts else of_type) if each)


def _parts(bundle: Bundle) -> Mapping[str, Element]:
    claim = bundle.first().element
    update = "related" in claim
    insurance: Any = claim["insurance"]
    coverage = _resolved(bundle, insurance[0]["coverage"])
    return {
        "profile-claim": {} if update else claim,
        "profile-claim-update": claim if update else {},
        "profile-beneficiary": _resolved(bundle, claim["patient"]),
        "profile-insurer": _resolved(bundle, claim["insurer"]),
        "profile-requestor": _resolved(bundle, claim["provider"]),
        "profile-coverage": coverage,
        "profile-subscriber": _resolved(bundle, coverage.get("subscriber")),
    }


def _resolved(bundle: Bundle, reference: Any) -> Element:
    entry = bundle.find(reference["reference"], 0) if reference else None
    return bundle.entries[entry].element if entry is not None else {}


@dataclass(frozen=True, slots=True)
class _Walk:
    """Steps down an element id such as `Claim.item.extension:requestType.value[x]`, by the rules of one version."""

    tables: Tables

    def at(self, found: list[tuple[Any, list[Narrowing]]], steps: list[str]) -> list[Any]:
        for step in steps:
            found = [each for value, rules in found for each in self._child(value, rules, step)]
        return [value for value, _ in found]

    def _child(self, value: Any, rules: list[Narrowing], step: str) -> Iterator[tuple[Any, list[Narrowing]]]:
        if not isinstance(value, dict):
            return
        element, _, sliced = step.partition(":")
        name = element.removesuffix("[x]")
        own = [rule.children[name] for rule in rules if name in rule.children]
        is_choice = element.endswith("[x]")
        if is_choice and sliced:
            children = [value[sliced]] if sliced in value else []
        elif is_choice:
            children = [
                child for key, child in value.items() if key.startswith(name) and key[len(name) :][:1].isupper()
            ]
        else:
            children = value.get(name, [])
            children = children if isinstance(children, list) else [children]
        narrowed = [rule.slices[sliced] for rule in own if sliced in rule.slices]
        if sliced and not is_choice:
            children = [child for child in children if self._is_of(child, name, sliced, own, narrowed)]
        inner = [*own, *narrowed]
        for rule in narrowed:
            inner += self._roots(rule)
        yield from ((child, inner) for child in children)

    def _is_of(self, child: Any, name: str, sliced: str, own: list[Narrowing], narrowed: list[Narrowing]) -> bool:
        if name in ("extension", "modifierExtension"):
            roots = [root for rule in narrowed for root in self._roots(rule)]
            urls = {rule.children["url"].fixed for rule in [*roots, *narrowed] if "url" in rule.children}
            urls |= {each for rule in narrowed for each in rule.profiles if each not in self.tables.profiles}
            urls |= {OF_FHIR[sliced]} if sliced in OF_FHIR else set()
            return bool(child.get("url") in urls)
        discriminator = next((rule.discriminator for rule in own if rule.discriminator), "")
        if discriminator == "type resource":
            return bool(child["resource"]["resourceType"] == sliced)
        matches = slice_matcher(discriminator, narrowed)
        return matches is not None and matches(child)

    def _roots(self, rule: Narrowing) -> list[Narrowing]:
        return [self.tables.profiles[each].root for each in rule.profiles if each in self.tables.profiles]


def _shown(value: Any) -> str:
    """A primitive value; of a datatype its codes, value or days; of anything else only that it is there."""
    if not isinstance(value, dict):
        return str(value)
    if "url" in value:
        value = next((child for name, child in value.items() if name.startswith("value")), {})
        return _shown(value)
    if "coding" in value:
        return " ".join(sorted(f"{each.get('system')}|{_plain(each)}" for each in value["coding"] if "code" in each))
    told = [str(value[name]) for name in ("system", "value", "unit", "code", "start", "end") if name in value]
    return " ".join(told) or "..."


def _plain(coding: Mapping[str, str]) -> str:
    """A code; one of the NDC in the form without dashes, which X12 has."""
    code = coding["code"]
    return code.replace("-", "") if coding.get("system") == NDC else code
