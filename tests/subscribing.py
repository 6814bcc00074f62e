"""Synthetic subscriptions for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from priorauth.domain.access import ClientId
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import Format, MessageId, ReviewId
from priorauth.domain.subscriptions import (
    Notification,
    Subscription,
    SubscriptionId,
    SubscriptionState,
    Terms,
)

NOON = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
OWNER, ANOTHER = ClientId("harbor-ehr"), ClientId("lakeside-ehr")
HOSPITAL = PartnerId("demo-hospital")
TOPIC = "http://hl7.org/fhir/us/davinci-pas/SubscriptionTopic/PASSubscriptionTopic"
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"


def some_terms(**changes: Any) -> Terms:
    return Terms(**{"endpoint": "https://ehr.example/hook", "resource": "{}", **changes})


def a_subscription(id: str = "sub-1", **changes: Any) -> Subscription:
    given: dict[str, Any] = {
        "id": SubscriptionId(id),
        "owner": OWNER,
        "partner": HOSPITAL,
        "version": Format.PAS_2_2_1,
        "terms": some_terms(),
        "state": SubscriptionState.REQUESTED,
        "asked_at": NOON,
        "changed_at": NOON,
    }
    return Subscription(**{**given, **changes})


def a_notification(number: int = 1, *, of: str = "sub-1", **changes: Any) -> Notification:
    given: dict[str, Any] = {
        "id": f"ntf-{of}-{number}",
        "subscription_id": SubscriptionId(of),
        "number": number,
        "at": NOON,
        "review_id": ReviewId("rev-1"),
        "message_id": MessageId("msg-1"),
    }
    return Notification(**{**given, **changes})


def subscription_resource(
    endpoint: str = "https://ehr.example/hook",
    *,
    filters: tuple[str, ...] = ("org-identifier=1234567893",),
    content: str = "full-resource",
    channel: Mapping[str, Any] | None = None,
    channel_extensions: Mapping[str, int] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """The Subscription that a system sends. `channel_extensions` are those of the backport by their short names."""
    kinds = {"max-count": "valuePositiveInt"}
    beside = [
        {"url": f"{BACKPORT}{name}", kinds.get(name, "valueUnsignedInt"): value}
        for name, value in (channel_extensions or {}).items()
    ]
    resource: dict[str, Any] = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "answers that come later",
        "criteria": TOPIC,
        "channel": {
            **({"extension": beside} if beside else {}),
            "type": "rest-hook",
            "endpoint": endpoint,
            "payload": "application/fhir+json",
            "_payload": {"extension": [{"url": f"{BACKPORT}payload-content", "valueCode": content}]},
            **(channel or {}),
        },
        **changes,
    }
    if filters:
        found = [{"url": f"{BACKPORT}filter-criteria", "valueString": each} for each in filters]
        resource["_criteria"] = {"extension": found}
    return resource
