"""JSON Schema of conditions and fact sets, from the vocabulary, so that editors complete facts and their values."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic.json_schema import JsonSchemaValue

from priorauth.routing.vocabulary import FACTS, FactDefinition, FactKind, what_it_takes

CODE = {"type": "string", "minLength": 1}
LIST_ID = {"type": "string", "pattern": "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$"}
DATE = {"type": "string", "format": "date"}


def _value(definition: FactDefinition) -> JsonSchemaValue:
    match definition.kind:
        case FactKind.ENUMERATION:
            return {"enum": list(definition.values)}
        case FactKind.TRUTH:
            return {"type": "boolean"}
        case FactKind.DATE:
            return DATE
        case FactKind.NUMBER:
            return {"type": "integer"}
        case FactKind.CODE:
            return CODE


def _one_operator(**operators: JsonSchemaValue) -> JsonSchemaValue:
    return {"type": "object", "properties": operators, "minProperties": 1, "additionalProperties": False}


def _several(value: JsonSchemaValue) -> JsonSchemaValue:
    return {"type": "array", "items": value, "minItems": 1, "uniqueItems": True}


def _condition(definition: FactDefinition) -> JsonSchemaValue:
    value, several = _value(definition), _several(_value(definition))
    equals = {"equals": value, "in": several, "not": value, "not_in": several}
    match definition.kind:
        case FactKind.DATE:
            forms = [value, _one_operator(equals=value, before=value, on_or_after=value)]
        case FactKind.NUMBER:
            bounds = {"type": "object", "properties": {"from": value, "to": value}, "additionalProperties": False}
            forms = [value, _one_operator(equals=value, range=bounds)]
        case FactKind.CODE:
            lists = {"anyOf": [LIST_ID, _several(LIST_ID)]}
            forms = [value, several, _one_operator(**equals, in_list=lists, not_in_list=lists)]
        case _:
            forms = [value, several, _one_operator(**equals)]
    return {"description": f"{definition.name}: {what_it_takes(definition)}", "anyOf": forms}


def _when() -> JsonSchemaValue:
    facts = {name: _condition(definition) for name, definition in FACTS.items()}
    groups = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/When"}}
    return {"type": "object", "properties": {**facts, "any": groups, "all": groups}, "additionalProperties": False}


def _fact_set() -> JsonSchemaValue:
    values = {name: {"anyOf": [_value(definition), {"type": "null"}]} for name, definition in FACTS.items()}
    return {"type": "object", "properties": values, "additionalProperties": False}


WHEN: JsonSchemaValue = {"title": "When"}
FACT_SET: JsonSchemaValue = {"title": "FactSet"}
FACT_NAME: JsonSchemaValue = {"title": "FactName"}
"""What stands in a model's schema for a definition of `DEFINITIONS`, which every file needs only once."""

DEFINITIONS: Mapping[str, JsonSchemaValue] = {
    "When": _when(),
    "FactSet": _fact_set(),
    "FactName": {"enum": list(FACTS)},
}
"""Conditions by fact with `any` and `all` of groups; a set of facts; the name of a fact."""
