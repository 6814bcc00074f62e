"""The editor schemas are those of the models, and the shipped files meet them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from priorauth.routing.config_schemas import config_schemas
from priorauth.routing.yaml_source import read_yaml
from routing_requests import MAPPINGS, PAYERS

SCHEMAS = MAPPINGS.parent / "schemas" / "config"
FILES = [
    *((path, "delegate.json") for path in sorted((MAPPINGS / "delegates").glob("*.yaml"))),
    *(
        (MAPPINGS / "payers" / payer / name, schema)
        for payer in PAYERS
        for name, schema in (
            ("pack.yaml", "pack.json"),
            ("routes.yaml", "pack-routes.json"),
            ("examples.yaml", "pack-examples.json"),
            ("clocks.yaml", "pack-clocks.json"),
            ("calendar.yaml", "pack-calendar.json"),
            ("determinations.yaml", "pack-determinations.json"),
            ("notices.yaml", "pack-notices.json"),
        )
    ),
    *((path, "pack-requirements.json") for path in sorted((MAPPINGS / "payers").glob("*/requirements.yaml"))),
]


def test_the_shipped_schemas_are_those_of_the_models() -> None:
    shipped = {path.name: path.read_text() for path in SCHEMAS.glob("*.json") if path.name in config_schemas()}

    assert shipped == config_schemas()


@pytest.mark.parametrize(("path", "schema"), FILES, ids=lambda value: getattr(value, "name", value))
def test_a_shipped_file_meets_its_schema(path: Path, schema: str) -> None:
    data = json.loads(json.dumps(read_yaml(path.name, path.read_text()).data, default=str))

    jsonschema.validate(data, json.loads((SCHEMAS / schema).read_text()))


def test_the_schema_refuses_a_value_that_a_fact_cannot_have() -> None:
    rule = {
        "id": "RTE-X-01",
        "step": "desk",
        "citation": "000:L1",
        "when": {"line_of_business": "comercial"},
        "then": {"outcome": "manual", "reason": "a reason"},
    }

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"rules": [rule]}, json.loads((SCHEMAS / "pack-routes.json").read_text()))
