"""The rule tables of `schemas/fhir` as values: the base structure, and one tree of narrowings per profile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .elements import Value

UNBOUNDED = 2**31


@dataclass(frozen=True, slots=True)
class Kind:
    """One datatype that an element may have; `targets` are the resources that a Reference may name, empty for any."""

    name: str
    targets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ElementDefinition:
    """One element of a base type. `codes` are those of a required binding that can be enumerated, else empty."""

    name: str  # without the [x] of a choice
    least: int
    most: int
    kinds: tuple[Kind, ...]
    codes: frozenset[str]
    is_choice: bool


@dataclass(slots=True)
class Narrowing:
    """How profiles narrow one element: each list holds what every profile on the way says, all of it binding."""

    least: int = 0
    most: int = UNBOUNDED
    types: frozenset[str] | None = None
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    fixed: Value = None
    pattern: Value = None
    binding: str = ""
    discriminator: str = ""
    invariants: tuple[str, ...] = ()
    children: dict[str, Narrowing] = field(default_factory=dict)
    slices: dict[str, Narrowing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile: its name (or URL, where it is not of PAS), the type it constrains, and its narrowings."""

    name: str
    type: str
    base: str
    root: Narrowing


Systems = Mapping[str, frozenset[str] | None]
"""A value set: code system -> its codes, None for all of them."""


@dataclass(frozen=True, slots=True)
class Tables:
    """One version: the base types, which of them are resources, the profiles and the value sets."""

    version: str
    types: Mapping[str, Mapping[str, ElementDefinition]]
    resources: frozenset[str]
    profiles: Mapping[str, Profile]
    value_sets: Mapping[str, Systems]
    only_profile: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)
    """The one of several profiles that is of a type, where it is one: kept, as each reference asks it."""


def read_tables(base: str, profiles: str) -> Tables:
    """The tables in the texts of `schemas/fhir/r4.json` and of one `schemas/fhir/pas-*.json`."""
    structure, guide = json.loads(base), json.loads(profiles)
    return Tables(
        version=guide["pas"],
        types={
            name: {definition.name: definition for definition in _definitions(elements)}
            for name, elements in structure["types"].items()
        },
        resources=frozenset(structure["resources"]),
        profiles={name: _profile(name, rows) for name, rows in guide["profiles"].items()},
        value_sets={
            url: {system: frozenset(codes) if codes else None for system, codes in systems.items()}
            for url, systems in guide["valueSets"].items()
        },
    )


def _definitions(elements: Mapping[str, str]) -> Iterator[ElementDefinition]:
    for name, row in elements.items():
        count, kinds, *codes = row.split(" ")
        least, _, most = count.partition("..")
        yield ElementDefinition(
            name=name.removesuffix("[x]"),
            least=int(least),
            most=UNBOUNDED if most == "*" else int(most),
            kinds=tuple(map(_kind, kinds.split("|"))),
            codes=frozenset(codes[0].split("|")) if codes else frozenset(),
            is_choice=name.endswith("[x]"),
        )


def _kind(text: str) -> Kind:
    name, _, targets = text.removesuffix(")").partition("(")
    return Kind(name, frozenset(filter(None, targets.split(","))))


def _profile(name: str, rows: Mapping[str, Any]) -> Profile:
    root = Narrowing()
    for path, rule in rows["elements"].items():
        _fill(_narrowing_at(root, path), rule)
    return Profile(name, rows["type"], rows["base"], root)


def _narrowing_at(root: Narrowing, path: str) -> Narrowing:
    """The narrowing of an element id such as `Claim.item.extension:requestType.value[x]`, made where it is not."""
    node = root
    for step in path.split(".")[1:]:
        name, _, slice_name = step.partition(":")
        node = node.children.setdefault(name.removesuffix("[x]"), Narrowing())
        if slice_name:
            node = node.slices.setdefault(slice_name, Narrowing())
    return node


def _fill(node: Narrowing, rule: Mapping[str, Any]) -> None:
    node.least = rule.get("min", 0)
    most = rule.get("max", "*")
    node.most = UNBOUNDED if most == "*" else int(most)
    node.types = frozenset(rule["types"]) if "types" in rule else None
    node.profiles = tuple(rule.get("profile", ()))
    node.targets = tuple(rule.get("targetProfile", ()))
    node.binding = rule.get("binding", "")
    node.discriminator = " ".join(rule.get("slicing", ()))
    node.invariants = tuple(rule.get("invariants", ()))
    for key, value in rule.items():
        if key.startswith("fixed"):
            node.fixed = value
        elif key.startswith("pattern"):
            node.pattern = value
