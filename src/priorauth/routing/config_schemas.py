"""JSON Schemas of the files that analysts and integration engineers edit, for their editors."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue

from priorauth.routing.clock_files import CalendarFile, ClocksFile, LawFile
from priorauth.routing.destination_files import DestinationFile
from priorauth.routing.determination_files import DeterminationsFile, NoticesFile
from priorauth.routing.pack_files import ExamplesFile, PackFile, RoutesFile
from priorauth.routing.pack_schemas import DEFINITIONS
from priorauth.routing.requirements import RequirementsFile

MODELS: Mapping[str, type[BaseModel]] = {
    "delegate": DestinationFile,
    "law-clocks": LawFile,
    "pack": PackFile,
    "pack-calendar": CalendarFile,
    "pack-clocks": ClocksFile,
    "pack-determinations": DeterminationsFile,
    "pack-examples": ExamplesFile,
    "pack-notices": NoticesFile,
    "pack-requirements": RequirementsFile,
    "pack-routes": RoutesFile,
}
"""File name in `schemas/config` without its ending -> what such a file holds."""


def config_schemas() -> dict[str, str]:
    """The schemas by file name in `schemas/config`, as text."""
    return {f"{name}.json": _text(model) for name, model in MODELS.items()}


def _text(model: type[BaseModel]) -> str:
    schema = model.model_json_schema(by_alias=True)
    used: set[str] = set()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **_referring(schema, used)}
    if used:
        schema["$defs"] = {**schema.get("$defs", {}), **{name: DEFINITIONS[name] for name in sorted(used)}}
    return json.dumps(schema, indent=2) + "\n"


def _referring(schema: JsonSchemaValue, used: set[str]) -> JsonSchemaValue:
    """The schema with references in the place of what stands for a definition; the definitions used are added."""
    name = schema.get("title")
    if isinstance(name, str) and name in DEFINITIONS and not {"type", "properties"} & set(schema):
        used.add(name)
        return {**{key: value for key, value in schema.items() if key != "title"}, "$ref": f"#/$defs/{name}"}
    return {key: _referring_value(value, used) for key, value in schema.items()}


def _referring_value(value: object, used: set[str]) -> object:
    match value:
        case dict():
            return _referring(value, used)
        case list():
            return [_referring_value(one, used) for one in value]
    return value
