"""What goes over topics, as an AsyncAPI 3 document: generated from the event types, beside their JSON Schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from priorauth.translate.dead_letters import DEAD_LETTER_TYPE, DeadLetterNotice
from priorauth.translate.event_schemas import POSTED
from priorauth.translate.events import DEAD_LETTERS_TOPIC, EVENT_TYPES, EVENTS_TOPIC, MEDIA_TYPE
from priorauth.translate.minimal_events import MINIMAL_FORMS

LEG = "priorauth.leg.dispatched.v1"

ANSWERS: Mapping[str, str] = {
    "delegate.determination.v1": "priorauth.determination.recorded.v1",
    "delegate.decline.v1": "priorauth.leg.declined.v1",
}
"""The CloudEvents type under which a delegate posts each of its answers."""

KEY = {"type": "string", "description": "The id of the review: its messages come in order."}

HEADERS = {
    "type": "object",
    "properties": {
        "content-type": {"type": "string", "const": MEDIA_TYPE},
        "ce_id": {"type": "string", "description": "The id of the event, as in the body."},
        "ce_type": {"type": "string", "description": "The type of the event, as in the body."},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
    },
}

ENVELOPE = {
    "type": "object",
    "description": "A CloudEvent 1.0 in structured mode.",
    "required": ["specversion", "id", "source", "type", "data"],
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "description": "The same when it comes again: count ids."},
        "source": {"type": "string"},
        "type": {"type": "string"},
        "subject": {"type": "string", "description": "The id of the review."},
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": {"type": "string"},
        "dataschema": {"type": "string"},
        "data": {"type": "object"},
    },
}


def asyncapi_document(*, version: str, payers: Sequence[str], delegates: Sequence[str]) -> dict[str, Any]:
    """The document; `payers` and `delegates` are the ids in use, in lower case."""
    channels = {
        "events": channel(EVENTS_TOPIC, "Every event in its minimal form: identifiers and status, no PHI.", minimal()),
        "payer": channel(
            "priorauth.payer.{payer}", "One payer's events in full. PHI.", full(), payer=("The payer's id.", payers)
        ),
        "requests": channel(
            "priorauth.delegate.{delegate}.requests",
            "The legs that a delegate is asked to decide, with its own services only. PHI.",
            {LEG: data_of(LEG, EVENT_TYPES[LEG].__name__)},
            delegate=("The delegate's id.", delegates),
        ),
        "determinations": channel(
            "priorauth.delegate.{delegate}.determinations",
            "What a delegate answers: determinations and declines. PHI.",
            {ANSWERS[name]: data_of(name, form.__name__) for name, form in POSTED.items()},
            delegate=("The delegate's id.", delegates),
        ),
        "deadLetters": channel(
            DEAD_LETTERS_TOPIC,
            "A notice of everything that was set aside: what, why and where it came from, never what it says.",
            {DEAD_LETTER_TYPE: data_of(DEAD_LETTER_TYPE, DeadLetterNotice.__name__)},
        ),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "priorauth",
            "version": version,
            "description": "The topics of the gateway. Within a version of an event fields are only added.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": MEDIA_TYPE,
        "channels": channels,
        "operations": dict(operations()),
        "components": {"schemas": {"CloudEvent": ENVELOPE}, "messageTraits": {"record": trait()}},
    }


def channel(
    address: str, description: str, messages: Mapping[str, dict[str, Any]], **parameters: tuple[str, Sequence[str]]
) -> dict[str, Any]:
    """One topic, or a family of them, and the messages on it by CloudEvents type."""
    made: dict[str, Any] = {"address": address, "description": description}
    if parameters:
        made["parameters"] = {
            name: {"description": says, "enum": sorted(values)} for name, (says, values) in parameters.items()
        }
    made["messages"] = {name_of(kind): message(kind, data) for kind, data in messages.items()}
    return made


def message(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """A message of that CloudEvents type."""
    own = {"type": "object", "properties": {"type": {"type": "string", "const": kind}, "data": data}}
    return {
        "name": kind,
        "title": kind,
        "traits": [{"$ref": "#/components/messageTraits/record"}],
        "payload": {"allOf": [{"$ref": "#/components/schemas/CloudEvent"}, own]},
    }


def trait() -> dict[str, Any]:
    """What every record has."""
    return {"contentType": MEDIA_TYPE, "headers": HEADERS, "bindings": {"kafka": {"key": KEY}}}


def full() -> dict[str, dict[str, Any]]:
    return {kind: data_of(kind, event.__name__) for kind, event in EVENT_TYPES.items()}


def minimal() -> dict[str, dict[str, Any]]:
    return {kind: data_of(kind, form.__name__) for kind, form in MINIMAL_FORMS.items()}


def data_of(schema: str, definition: str) -> dict[str, Any]:
    """One definition of a schema's file."""
    return {"$ref": f"./events/{schema}.json#/$defs/{definition}"}


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the gateway does with each channel."""
    for name, action, address in (
        ("publishEvents", "send", "events"),
        ("publishToPayer", "send", "payer"),
        ("dispatchLegs", "send", "requests"),
        ("recordDeterminations", "receive", "determinations"),
        ("tellOfDeadLetters", "send", "deadLetters"),
    ):
        yield name, {"action": action, "channel": {"$ref": f"#/channels/{address}"}}


def name_of(kind: str) -> str:
    """The name of a message within its channel: `priorauth.review.routed.v1` is `reviewRouted`."""
    first, *rest = [word for part in kind.split(".")[1:-1] for word in part.split("-")]
    return first + "".join(word.capitalize() for word in rest)
