"""Domain events as CloudEvents 1.0 (structured JSON) and back, in full and without PHI; and the topics they go to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from priorauth.domain.events import (
    ClockBreached,
    ClockWarned,
    DeterminationRecorded,
    DeterminationRemarked,
    DeterminationReturned,
    Event,
    InformationRequested,
    InformationSupplied,
    LegDeclined,
    LegDispatched,
    MessageRejected,
    NoticeDue,
    ReviewReceived,
    ReviewRouted,
    StepRecorded,
)
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.translate.minimal_events import minimal

EVENT_TYPES: Mapping[str, type[Event]] = {
    event.type: event
    for event in (
        ReviewReceived,
        ReviewRouted,
        LegDispatched,
        LegDeclined,
        DeterminationRecorded,
        DeterminationReturned,
        InformationRequested,
        InformationSupplied,
        ClockWarned,
        ClockBreached,
        StepRecorded,
        NoticeDue,
        DeterminationRemarked,
        MessageRejected,
    )
}
"""Every event by the type it is published under."""

EVENTS_TOPIC = "priorauth.events"
"""Every event in its minimal form."""

STEPS_TOPIC = "priorauth.steps"
"""The same of reviews that only their payer is told of. The gateway's own steps follow it; nobody else reads it."""

DEAD_LETTERS_TOPIC = "priorauth.dead-letters"
"""A notice of everything that was set aside."""

EVENT_SOURCE = "urn:priorauth:gateway"
"""This gateway as the source of CloudEvents."""

MEDIA_TYPE = "application/cloudevents+json"

_ENVELOPE = ("id", "at")  # attributes of the CloudEvent, not of its data


def payer_topic(payer: PayerId) -> str:
    """The topic of one payer's events in full."""
    return f"priorauth.payer.{payer.lower()}"


def requests_topic(destination: DestinationId) -> str:
    """The topic that a destination reads its legs from."""
    return f"priorauth.delegate.{destination.lower()}.requests"


def determinations_topic(destination: DestinationId) -> str:
    """The topic that a destination puts its answers on."""
    return f"priorauth.delegate.{destination.lower()}.determinations"


def schema_uri(event_type: str) -> str:
    """The name of the JSON Schema of an event type; its file is `schemas/events/<type>.json`."""
    return f"urn:priorauth:schemas:events:{event_type}"


def write_full(event: Event, *, source: str) -> bytes:
    """The event with everything it holds. PHI: for the payer's own topic and the delegate concerned only."""
    data: dict[str, Any] = msgspec.to_builtins(event)
    return _write(event, source, {name: value for name, value in data.items() if name not in _ENVELOPE})


def write_minimal(event: Event, *, source: str) -> bytes:
    """The event with identifiers and status only: nothing that says who the patient is or what is asked for."""
    return _write(event, source, msgspec.to_builtins(minimal(event)))


def read_event(body: bytes) -> Event:
    """The event that `write_full` wrote; msgspec.ValidationError (which may quote values) for anything else."""
    envelope = msgspec.json.decode(body, type=_Envelope)
    event_type = EVENT_TYPES.get(envelope.type)
    if event_type is None:
        raise msgspec.ValidationError("the event type is not known")
    return msgspec.convert({**envelope.data, "id": envelope.id, "at": envelope.time}, event_type)


class _Envelope(msgspec.Struct):
    id: str
    type: str
    time: str
    data: dict[str, Any]


def _write(event: Event, source: str, data: Mapping[str, Any]) -> bytes:
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "source": source,
        "type": event.type,
        "subject": event.review_id,
        "time": event.at,
        "datacontenttype": "application/json",
        "dataschema": schema_uri(event.type),
        "data": data,
    }
    if not event.review_id:
        del attributes["subject"]  # of a message that never became a review; an empty subject is not allowed
    return msgspec.json.encode(attributes)
