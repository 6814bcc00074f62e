"""The must-support elements of PAS requests: where a Bundle has one, and what it says there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element
from priorauth.fhir.matching import slice_matcher
from priorauth.fhir.tables import Narrowing

FOLDER = Path(__file__).parents[1] / "schemas" / "fhir"
VERSION = "2.2.1"
MUST_SUPPORT: Mapping[str, list[str]] = json.loads((FOLDER / f"must-support-{VERSION}.json").read_text())
TABLES = load_checker(VERSION)._tables


def said(bundle: Bundle, profile: str, id: str) -> list[str]:
    """What the resources of a profile say at one element; of one with more in it, only that it is there."""
    root = TABLES.profiles[profile].root
    steps = id.split(".")[1:]
    return [_shown(value) for element in _of_profile(bundle, profile) for value in _at([(element, [root])], steps)]


def _of_profile(bundle: Bundle, profile: str) -> Iterator[Element]:
    """The resources that play the part of a profile."""
    claim = bundle.first().element
    update = "related" in claim
    insurance: Any = claim["insurance"]
    coverage = _resolved(bundle, insurance[0]["coverage"])
    parts = {
        "profile-claim": {} if update else claim,
        "profile-claim-update": claim if update else {},
        "profile-beneficiary": _resolved(bundle, claim["patient"]),
        "profile-insurer": _resolved(bundle, claim["insurer"]),
        "profile-requestor": _resolved(bundle, claim["provider"]),
        "profile-coverage": coverage,
        "profile-subscriber": _resolved(bundle, coverage.get("subscriber")),
    }
    if profile in parts:
        found = [parts[profile]]
    else:
        found = [node.element for node in bundle.of_type(TABLES.profiles[profile].type)]
    yield from (each for each in found if each)


def _resolved(bundle: Bundle, reference: Any) -> Element:
    entry = bundle.find(reference["reference"], 0) if reference else None
    return bundle.entries[entry].element if entry is not None else {}


def _at(found: list[tuple[Any, list[Narrowing]]], steps: list[str]) -> list[Any]:
    for step in steps:
        name, _, sliced = step.partition(":")
        found = [
            each for value, rules in found for each in _child(value, rules, name.removesuffix("[x]"), sliced, step)
        ]
    return [value for value, _ in found]


def _child(
    value: Any, rules: list[Narrowing], name: str, sliced: str, step: str
) -> Iterator[tuple[Any, list[Narrowing]]]:
    if not isinstance(value, dict):
        return
    own = [rule.children[name] for rule in rules if name in rule.children]
    is_choice = step.partition(":")[0].endswith("[x]")
    if is_choice and sliced:
        children = [value[sliced]] if sliced in value else []
    elif is_choice:
        children = [child for key, child in value.items() if key.startswith(name) and key[len(name) :][:1].isupper()]
    else:
        children = value.get(name, [])
        children = children if isinstance(children, list) else [children]
    narrowed = [rule.slices[sliced] for rule in own if sliced in rule.slices]
    if sliced and not is_choice:
        children = [child for child in children if _is_of(child, name, own, narrowed)]
    inner = [*own, *narrowed]
    for rule in narrowed:
        inner += [TABLES.profiles[each].root for each in rule.profiles if each in TABLES.profiles]
    yield from ((child, inner) for child in children)


def _is_of(child: Any, name: str, own: list[Narrowing], narrowed: list[Narrowing]) -> bool:
    if name in ("extension", "modifierExtension"):
        roots = [TABLES.profiles[each].root for rule in narrowed for each in rule.profiles if each in TABLES.profiles]
        urls = {rule.children["url"].fixed for rule in [*roots, *narrowed] if "url" in rule.children}
        return bool(child.get("url") in urls)
    discriminator = next((rule.discriminator for rule in own if rule.discriminator), "")
    matches = slice_matcher(discriminator, narrowed)
    return matches is not None and matches(child)


def _shown(value: Any) -> str:
    return "..." if isinstance(value, dict) else str(value)


@cache
def elements() -> list[tuple[str, str]]:
    """Every must-support element of every request profile."""
    return [(profile, id) for profile, ids in MUST_SUPPORT.items() for id in ids]
