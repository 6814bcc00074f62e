"""JSON Schemas of what we publish and of what delegates post, generated from the types themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from priorauth.translate.dead_letters import DEAD_LETTER_TYPE, DeadLetterNotice
from priorauth.translate.delegate_answers import PostedDecline, PostedDetermination
from priorauth.translate.events import EVENT_TYPES, schema_uri
from priorauth.translate.minimal_events import MINIMAL_FORMS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

POSTED: Mapping[str, type[PostedDetermination | PostedDecline]] = {
    "delegate.determination.v1": PostedDetermination,
    "delegate.decline.v1": PostedDecline,
}
"""What a delegate posts, by the name of its schema."""

_ENVELOPE = ("id", "at")  # of the event; the CloudEvent carries them beside its data


def schemas() -> Mapping[str, dict[str, Any]]:
    """Every schema by its name: of an event type's data, in full or minimal form, and of a delegate's answers."""
    events = {event_type: _event_schema(event_type) for event_type in EVENT_TYPES}
    notice = {DEAD_LETTER_TYPE: _notice(DEAD_LETTER_TYPE, DeadLetterNotice)}
    return events | notice | {name: _schema(name, posted) for name, posted in POSTED.items()}


def _event_schema(event_type: str) -> dict[str, Any]:
    full, smallest = EVENT_TYPES[event_type], MINIMAL_FORMS[event_type]
    references, definitions = _components(full, smallest)
    whole = definitions[full.__name__]
    for name in _ENVELOPE:
        del whole["properties"][name]
    whole["required"] = [name for name in whole["required"] if name not in _ENVELOPE]
    return {
        "$schema": DIALECT,
        "$id": schema_uri(event_type),
        "title": event_type,
        "description": whole["description"],
        "anyOf": list(references),
        "$defs": definitions,
    }


def _notice(name: str, data: type[object]) -> dict[str, Any]:
    """The schema of a CloudEvent's data that has one form."""
    (reference,), definitions = _components(data)
    return {"$schema": DIALECT, "$id": schema_uri(name), "title": name, **reference, "$defs": definitions}


def _schema(name: str, posted: type[object]) -> dict[str, Any]:
    """The schema of what is posted; a decimal may come as a number too."""
    (reference,), definitions = _components(posted)
    for definition in definitions.values():
        for member in definition.get("properties", {}).values():
            for choice in member.get("anyOf", (member,)):
                if choice.get("format") == "decimal":
                    choice["type"] = ["string", "number"]
    return {"$schema": DIALECT, "$id": schema_uri(name), "title": name, **reference, "$defs": definitions}


def _components(*types: type[object]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    return msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
