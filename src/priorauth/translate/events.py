"""Domain events as CloudEvents 1.0 (structured JSON) and back, in full and without PHI; and the topics they go to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from priorauth.domain.events import (
    DeterminationRecorded,
    DeterminationReturned,
    Event,
    LegDeclined,
    LegDispatched,
    MessageRejected,
    ReviewReceived,
    ReviewRouted,
)
from priorauth.domain.parties import DestinationId, PayerId

EVENT_TYPES: Mapping[str, type[Event]] = {
    event.type: event
    for event in (
        ReviewReceived,
        ReviewRouted,
        LegDispatched,
        LegDeclined,
        DeterminationRecorded,
        DeterminationReturned,
        MessageRejected,
    )
}
"""Every event by the type it is published under."""

EVENTS_TOPIC = "priorauth.events"
"""Every event in its minimal form."""

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
    said = _MINIMAL[event.type](event)
    return _write(event, source, {"review_id": event.review_id, "payer": event.payer, **said})


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


def _received(event: ReviewReceived) -> dict[str, Any]:
    review = event.review
    return {
        "partner": review.partner,
        "format": review.arrived_as,
        "state": review.state,
        "purpose": review.transaction.purpose,
        "certification": review.event.certification,
        "items": [item.sequence for item in review.items],
    }


def _routed(event: ReviewRouted) -> dict[str, Any]:
    return {
        "pack_version": event.route.pack_version,
        "items": [
            {
                "sequence": item.sequence,
                "outcome": item.outcome,
                "destination": item.destination,
                "queue": item.queue,
                "rule": item.rule,
            }
            for item in event.route.items
        ],
        "legs": [
            {"id": leg.id, "number": leg.number, "destination": leg.destination, "sequences": leg.sequences}
            for leg in event.legs
        ],
    }


def _dispatched(event: LegDispatched) -> dict[str, Any]:
    leg = event.leg
    return {
        "leg_id": leg.id,
        "destination": leg.destination,
        "sequences": leg.sequences,
        "state": leg.state,
        "format": event.format,
    }


def _declined(event: LegDeclined) -> dict[str, Any]:
    heir = event.taken_over_by
    return {
        "leg_id": event.leg_id,
        "declined_by": event.declined_by,
        "taken_over_by": {"id": heir.id, "destination": heir.destination} if heir else None,
    }


def _recorded(event: DeterminationRecorded) -> dict[str, Any]:
    determination = event.determination
    return {
        "leg_id": determination.leg_id,
        "determination_id": determination.id,
        "decided_by": determination.decided_by,
        "decided_at": determination.decided_at,
        "items": [
            {"sequence": item.sequence, "action": item.action, "final": item.is_final} for item in determination.items
        ],
    }


def _returned(event: DeterminationReturned) -> dict[str, Any]:
    reply = event.reply
    return {
        "number": reply.number,
        "action": reply.action,
        "more_to_come": reply.more_to_come,
        "format": event.format,
        "channel": event.channel,
        "items": [{"sequence": item.sequence, "action": item.action, "final": item.is_final} for item in reply.items],
    }


def _rejected(event: MessageRejected) -> dict[str, Any]:
    return {
        "partner": event.partner,
        "format": event.format,
        "message_id": event.message_id,
        "findings": [
            {"code": finding.code, "severity": finding.severity, "path": finding.at.path} for finding in event.findings
        ],
    }


_MINIMAL: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    ReviewReceived.type: _received,
    ReviewRouted.type: _routed,
    LegDispatched.type: _dispatched,
    LegDeclined.type: _declined,
    DeterminationRecorded.type: _recorded,
    DeterminationReturned.type: _returned,
    MessageRejected.type: _rejected,
}
