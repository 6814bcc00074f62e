"""Subscriptions as PAS has them (R4 with the Subscriptions backport 1.1.0)."""

from __future__ import annotations

from typing import Any

TOPIC = "http://hl7.org/fhir/us/davinci-pas/SubscriptionTopic/PASSubscriptionTopic"
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"


def subscription(endpoint: str, filter: str = "", *, header: str = "", heartbeat: int = 0) -> dict[str, Any]:
    """What a system sends to be told of later answers at its endpoint."""
    channel: dict[str, Any] = {
        "type": "rest-hook",
        "endpoint": endpoint,
        "payload": "application/fhir+json",
        "_payload": {"extension": [{"url": f"{BACKPORT}payload-content", "valueCode": "full-resource"}]},
    }
    if header:
        channel["header"] = [header]
    if heartbeat:
        channel["extension"] = [{"url": f"{BACKPORT}heartbeat-period", "valueUnsignedInt": heartbeat}]
    resource: dict[str, Any] = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "answers that come later",
        "criteria": TOPIC,
        "channel": channel,
    }
    if filter:
        resource["_criteria"] = {"extension": [{"url": f"{BACKPORT}filter-criteria", "valueString": filter}]}
    return resource
