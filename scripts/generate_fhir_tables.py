"""Write the rule tables of `schemas/fhir` anew: base structure from `fhir.resources.R4B`, profiles from PAS packages.

Facts only: paths, cardinalities, types, URLs and codes. `python scripts/generate_fhir_tables.py FOLDER`, where FOLDER
holds the packages as `hl7.fhir.us.davinci-pas-<version>.tgz`.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fhir.resources.R4B as models
from fhir_core.fhirabstractmodel import FHIRAbstractModel

SCHEMAS = Path(__file__).parents[1] / "schemas" / "fhir"
VERSIONS = ("2.2.1", "2.0.1")
PAS = "http://hl7.org/fhir/us/davinci-pas/"
PROFILE = f"{PAS}StructureDefinition/"

Json = dict[str, Any]


def base_table() -> str:
    """Every datatype, resource and part of one: element -> `min..max type|type target-or-code|...`."""
    types = {name: dict(_elements(model)) for name, model in sorted(_models().items())}
    resources = [name for name, model in sorted(_models().items()) if _is_resource(name, model)]
    return _lines({"fhir": "4.0.1", "resources": resources, "types": types})


@cache
def _models() -> dict[str, type[FHIRAbstractModel]]:
    found: dict[str, type[FHIRAbstractModel]] = {}
    for module in pkgutil.iter_modules(models.__path__):
        if module.ispkg or module.name.startswith("test"):
            continue
        loaded = importlib.import_module(f"fhir.resources.R4B.{module.name}")
        for name, value in vars(loaded).items():
            if isinstance(value, type) and issubclass(value, FHIRAbstractModel) and value.__module__ == loaded.__name__:
                found[name] = value
    return {name: model for name, model in found.items() if name not in ("FHIRPrimitiveExtension", "Resource")}


def _is_resource(name: str, model: type[FHIRAbstractModel]) -> bool:
    return model.has_resource_base() and model.get_resource_type() == name and name != "DomainResource"


def _elements(model: type[FHIRAbstractModel]) -> Iterator[tuple[str, str]]:
    choices: dict[str, tuple[bool, list[str]]] = {}
    for name, field in model.model_fields.items():
        facts = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        if name.endswith("__ext") or name == "fhir_comments":
            continue
        alias = field.alias or name
        annotation = str(field.annotation)
        kind = _type(annotation)
        if choice := facts.get("one_of_many"):
            choices.setdefault(str(choice), (facts.get("one_of_many_required") is True, []))[1].append(
                f"{kind}{_targets(facts)}"
            )
            continue
        least = int(field.is_required() or facts.get("element_required") is True)
        most = "*" if "List[" in annotation else "1"
        yield alias, f"{least}..{most} {kind}{_targets(facts)}{_codes(kind, facts)}"
    for choice, (required, kinds) in choices.items():
        yield f"{choice}[x]", f"{int(required)}..1 {'|'.join(kinds)}"


_TYPES = {"bool": "boolean", "bytes": "base64Binary", "Url": "url", "UuidVersion": "uuid", "Xhtml": "xhtml"}


def _type(annotation: str) -> str:
    if complex_type := re.search(r"abc\.(\w+)Type\b", annotation):
        return str(complex_type[1])
    if annotation.startswith("bool"):
        return "boolean"
    if "Xhtml" in annotation:
        return "xhtml"
    name: str = re.findall(r"(\w+)\(", annotation)[-1]
    return _TYPES.get(name, name[0].lower() + name[1:])


def _targets(facts: Mapping[str, Any]) -> str:
    targets = [target for target in facts.get("enum_reference_types") or () if target != "Resource"]
    return f"({','.join(targets)})" if targets else ""


def _codes(kind: str, facts: Mapping[str, Any]) -> str:
    codes = facts.get("enum_values") or ()
    return f" {'|'.join(codes)}" if kind == "code" and codes and "+" not in codes else ""


def profile_tables(package: tarfile.TarFile, version: str) -> str:
    """One IG version: profiles with the elements that narrow the base, and the value sets that they bind."""
    definitions = {name: file for name, file in _package(package) if file.get("resourceType") == "StructureDefinition"}
    profiles = {
        _short(definition["url"]): _profile(definition)
        for definition in definitions.values()
        if definition["kind"] != "logical"
    }
    bound = {
        rule["binding"] for profile in profiles.values() for rule in profile["elements"].values() if "binding" in rule
    }
    sets = {name: value for name, value in _value_sets(package) if name in bound}
    for profile in profiles.values():  # what cannot be told from the package is not in the table
        for rule in profile["elements"].values():
            if rule.get("binding") not in sets:
                rule.pop("binding", None)
        profile["elements"] = {path: rule for path, rule in profile["elements"].items() if rule}
    return _lines({"pas": version, "profiles": profiles, "valueSets": sets})


REQUEST_PROFILES = (
    "profile-claim", "profile-claim-update", "profile-beneficiary", "profile-subscriber", "profile-coverage",
    "profile-insurer", "profile-requestor", "profile-practitioner", "profile-practitionerrole", "profile-location",
    "profile-encounter", "profile-servicerequest", "profile-medicationrequest", "profile-devicerequest",
    "profile-nutritionorder", "profile-documentreference",
)  # fmt: skip
RESPONSE_PROFILES = (
    "profile-pas-response-bundle", "profile-pas-inquiry-response-bundle", "profile-claimresponse",
    "profile-claiminquiryresponse", "profile-communicationrequest", "profile-task",
)  # fmt: skip


def must_support(package: tarfile.TarFile) -> str:
    """Profile of requests or responses -> the ids of its must-support elements. The checker has no use for them."""
    definitions = {_short(file["url"]): file for _, file in _package(package) if "snapshot" in file}
    return _lines(
        {
            part: {
                name: [each["id"] for each in definitions[name]["snapshot"]["element"] if each.get("mustSupport")]
                for name in names
                if name in definitions
            }
            for part, names in (("requests", REQUEST_PROFILES), ("responses", RESPONSE_PROFILES))
        }
    )


def _package(package: tarfile.TarFile) -> Iterator[tuple[str, Json]]:
    for member in sorted(package.getmembers(), key=lambda member: member.name):
        if re.fullmatch(r"package/(StructureDefinition|ValueSet|CodeSystem)-[^/]+\.json", member.name):
            file = package.extractfile(member)
            assert file is not None
            yield member.name, json.load(file)


def _short(url: str) -> str:
    """The name of a PAS profile; the whole URL of any other, without its version."""
    return url.partition("|")[0].removeprefix(PROFILE)


def _profile(definition: Json) -> Json:
    elements: dict[str, Json] = {}
    for element in definition["snapshot"]["element"]:
        rule = _rule(element, definition["type"])
        if rule:
            elements[element["id"]] = rule
    inherited = {path for path in elements if elements[path] == elements.get(_unsliced(path)) and ":" in path}
    return {
        "type": definition["type"],
        "base": _short(definition["baseDefinition"]),
        "elements": {path: rule for path, rule in elements.items() if path not in inherited},
    }


def _unsliced(path: str) -> str:
    """The path of the same element outside the first slice that it is in; of a slice itself, none."""
    first, _, rest = path.partition(":")
    return first + rest[rest.index(".") :] if "." in rest else ""


def _rule(element: Json, resource: str) -> Json:
    """How an element narrows its base. Must-support alone is no rule: see PAS conf-5 and conf-14."""
    base, rule = element.get("base", {}), {}
    sliced = "sliceName" in element
    if element["min"] > (0 if sliced else base.get("min", 0)):
        rule["min"] = element["min"]
    if element["max"] != ("*" if sliced else base.get("max", "*")) and "." in element["id"]:
        rule["max"] = element["max"]
    types = element.get("type", [])
    if element["id"].rpartition(".")[2].partition(":")[0].endswith("[x]"):
        rule["types"] = [kind["code"] for kind in types]
    rule |= {name: _urls(types, name) for name in ("profile", "targetProfile") if _urls(types, name)}
    rule |= {name: value for name, value in element.items() if re.match("(fixed|pattern)[A-Z]", name)}
    if element.get("binding", {}).get("strength") == "required" and "valueSet" in element["binding"]:
        rule["binding"] = element["binding"]["valueSet"].partition("|")[0]
    if discriminators := element.get("slicing", {}).get("discriminator"):
        rule["slicing"] = [f"{found['type']} {found['path']}" for found in discriminators]
    if keys := [found["key"] for found in element.get("constraint", []) if _is_own(found, resource)]:
        rule["invariants"] = keys
    return rule


def _urls(types: Iterable[Json], name: str) -> list[str]:
    urls = [_short(url) for kind in types for url in kind.get(name, ())]
    return urls if any(not url.startswith("http://hl7.org/fhir/StructureDefinition/") for url in urls) else []


_GENERIC = re.compile(r"(dom|ele|ext|bdl|ref|dom-r4b)-?\w*")


def _is_own(constraint: Json, resource: str) -> bool:
    """True for the invariants of a profile or of its resource; those of every element are the checker's own."""
    return constraint["severity"] == "error" and not _GENERIC.fullmatch(constraint["key"]) and bool(resource)


def _value_sets(package: tarfile.TarFile) -> Iterator[tuple[str, Json]]:
    """Value sets as system -> codes, or null for every code of the system; those by filter are left out."""
    for _, definition in _package(package):
        if definition["resourceType"] != "ValueSet":
            continue
        systems: Json = {}
        for include in definition["compose"]["include"]:
            if include.get("filter") or "system" not in include:
                break
            codes = [concept["code"] for concept in include.get("concept", ())]
            systems[include["system"]] = sorted([*(systems.get(include["system"]) or ()), *codes]) or None
        else:
            yield definition["url"], systems


_DEPTHS = {"profiles": 3, "types": 1, "valueSets": 1, "requests": 1, "responses": 1}


def _lines(table: Json) -> str:
    """JSON with one row per type, profile element or value set, so that a change shows as one line."""

    def rows(value: Any, depth: int) -> str:
        if depth and isinstance(value, dict) and value:
            inner = ",\n".join(f"{json.dumps(key)}: {rows(child, depth - 1)}" for key, child in value.items())
            return f"{{\n{inner}\n}}"
        return json.dumps(value, ensure_ascii=False)

    sections = ",\n".join(f"{json.dumps(key)}: {rows(value, _DEPTHS.get(key, 0))}" for key, value in table.items())
    return f"{{\n{sections}\n}}\n"


def tables(folder: Path) -> Iterator[tuple[str, str]]:
    """Each file of `schemas/fhir` with its text."""
    yield "r4.json", base_table()
    for version in VERSIONS:
        with tarfile.open(folder / f"hl7.fhir.us.davinci-pas-{version}.tgz") as package:
            yield f"pas-{version}.json", profile_tables(package, version)
            yield f"must-support-{version}.json", must_support(package)


def main(folder: str) -> None:
    """Write every file."""
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    for name, text in tables(Path(folder)):
        (SCHEMAS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
