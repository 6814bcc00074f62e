"""Which datatype stands where in FHIR, by the rule tables that ship; what they do not know is text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from priorauth.adapters.mapping_files import shipped_folder
from priorauth.fhir.tables import read_tables
from priorauth.wiring import PAS_VERSIONS
from priorauth.x12.guides.x217.codes import KNOWN

NOT_KNOWN = ""
RESOURCE = "Resource"


@dataclass(frozen=True, slots=True)
class Types:
    """The elements of each type, every code that a table lists, and the names that an element may have."""

    elements: Mapping[str, Mapping[str, str]]  # type -> element -> datatype
    resources: frozenset[str]
    codes: frozenset[str]
    by_system: Mapping[str, frozenset[str]]
    names: frozenset[str]

    def kind(self, type: str, name: str) -> str:
        """The datatype of an element, or `NOT_KNOWN`."""
        if name.startswith("_"):
            return "Element"
        return self.elements.get(type, {}).get(name, NOT_KNOWN)


@cache
def types() -> Types:
    """The types of R4, with what every version of PAS that is spoken adds to their codes."""
    folder = shipped_folder("schemas") / "fhir"
    base = (folder / "r4.json").read_text(encoding="utf-8")
    tables = [read_tables(base, (folder / f"pas-{version}.json").read_text("utf-8")) for version in PAS_VERSIONS]
    elements: dict[str, dict[str, str]] = {}
    codes: set[str] = set()
    for name, definitions in tables[0].types.items():
        of_type = elements.setdefault(name, {})
        for definition in definitions.values():
            codes |= definition.codes
            for kind in definition.kinds:
                ending = kind.name[:1].upper() + kind.name[1:] if definition.is_choice else ""
                of_type[definition.name + ending] = kind.name
    by_system: dict[str, set[str]] = {}
    for table in tables:
        for systems in table.value_sets.values():
            for system, listed in systems.items():
                by_system.setdefault(system, set()).update(listed or ())
                codes.update(listed or ())
    for number, listed in KNOWN.items():
        by_system.setdefault(f"https://codesystem.x12.org/005010/{number}", set()).update(listed)
    return Types(
        elements=elements,
        resources=tables[0].resources,
        codes=frozenset(codes),
        by_system={system: frozenset(listed) for system, listed in by_system.items()},
        names=frozenset(name for of_type in elements.values() for name in of_type) | {"resourceType", "reference"},
    )


@dataclass(frozen=True, slots=True)
class EventWords:
    """The names of members and the words that the schemas of events and of delegates' answers know."""

    names: frozenset[str]
    words: frozenset[str]


@cache
def event_words() -> EventWords:
    """What `schemas/events` names and enumerates."""
    names = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"}
    words = set().union(*KNOWN.values())

    def walk(value: object) -> None:
        if isinstance(value, dict):
            properties = value.get("properties")
            names.update(properties if isinstance(properties, dict) else ())
            listed = [value.get("const"), *(value["enum"] if isinstance(value.get("enum"), list) else ())]
            words.update(each for each in listed if isinstance(each, str))
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    for file in sorted((shipped_folder("schemas") / "events").glob("*.json")):
        walk(json.loads(file.read_text(encoding="utf-8")))
    return EventWords(frozenset(names), frozenset(words))
