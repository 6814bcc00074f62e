"""The JSON Schemas that a target serves for its events, and what in an event is not as they say."""

from __future__ import annotations

from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.streams import Delivered

MINIMAL = "Minimal"


async def served(run: Run, type: str) -> dict[str, Any]:
    """The schema of an event type as the target serves it; asked for once a run."""
    name = f"schema of {type}"
    if name not in run.shared:
        seen = await run.request("GET", f"/schemas/events/{type}.json")
        run.require(f"the status of the schema of {type}", 200, seen.got.status)
        run.shared[name] = seen.got.json()
    found = run.shared[name]
    assert isinstance(found, dict)
    return found


async def schema_faults(run: Run, one: Delivered, *, minimal: bool) -> list[str]:
    """What in an event's data is against its schema in one of its forms: where, and by which keyword."""
    from jsonschema import Draft202012Validator

    schema = await served(run, one.type)
    form = next((each for each in schema.get("anyOf", []) if (MINIMAL in each.get("$ref", "")) is minimal), None)
    if form is None:
        return [f"the schema has no {'minimal' if minimal else 'full'} form"]
    errors = Draft202012Validator({**form, "$schema": schema["$schema"], "$defs": schema["$defs"]}).iter_errors(
        one.data
    )
    return sorted(f"{'.'.join(map(str, error.absolute_path)) or 'data'}: {error.validator}" for error in errors)
