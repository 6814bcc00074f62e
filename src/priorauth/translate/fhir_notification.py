"""Notification Bundles of the Subscriptions backport for R4: the status of the subscription first, then the answer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from priorauth.domain.subscriptions import NotificationKind, Subscription, SubscriptionState
from priorauth.fhir.bundles import read_resource, write_resource
from priorauth.fhir.elements import Element, Value
from priorauth.translate.fhir_reading import child, children, text
from priorauth.translate.fhir_subscription import BACKPORT, TOPIC, write_subscription
from priorauth.translate.fhir_vocabulary import Written, compact, reference

BUNDLE_PROFILE = f"{BACKPORT}subscription-notification-r4"
STATUS_PROFILE = f"{BACKPORT}subscription-status-r4"
QUERY_STATUS, QUERY_EVENT = "query-status", "query-event"
ERRORS = "urn:priorauth:subscription"
"""The code system of the error that a status names."""


def write_handshake(subscription: Subscription, events: int, *, base: str) -> bytes:
    """What asks an endpoint whether it is there. Asked again it is the same, until the owner changes something."""
    at = subscription.asked_at
    id = f"{subscription.id}-{int(at.timestamp() * 1000)}"
    return _without_events(subscription, NotificationKind.HANDSHAKE, events, base=base, id=id, at=at)


def write_heartbeat(subscription: Subscription, events: int, *, base: str, id: str, at: datetime) -> bytes:
    """What says that the subscription is alive while nothing happens."""
    return _without_events(subscription, NotificationKind.HEARTBEAT, events, base=base, id=id, at=at)


def write_event(subscription: Subscription, number: int, answer: bytes, *, base: str, id: str, at: datetime) -> bytes:
    """What tells of an event: its number, and the response Bundle as a resource of its own (PAS spec-61).

    It is sent when the subscription is active, and says so, whatever the state is while it is written.
    """
    subscription = replace(subscription, state=SubscriptionState.ACTIVE)
    bundle = read_resource(answer)
    focus = f"{base}/Bundle/{text(bundle, 'id')}"
    happened = _event(number, at, focus)
    status = _status(subscription, NotificationKind.EVENT, number, base=base, happened=[happened])
    return write_resource(_bundle(subscription, status, [_entry(focus, bundle)], base=base, id=id, at=at))


def write_events(
    subscription: Subscription, events: int, told: Sequence[bytes], *, base: str, id: str, at: datetime
) -> bytes:
    """The answer to `$events`: what the notifications told, in one Bundle."""
    happened: list[Written] = []
    answers: dict[str, Written] = {}
    for notification in map(read_resource, told):
        status, *about = children(notification, "entry")
        happened.extend(
            dict(each)
            for each in children(child(status, "resource"), "parameter")
            if text(each, "name") == "notification-event"
        )
        answers.update((text(each, "fullUrl"), dict(each)) for each in about)
    said = _status(subscription, QUERY_EVENT, events, base=base, happened=happened)
    return write_resource(_bundle(subscription, said, list(answers.values()), base=base, id=id, at=at))


def write_statuses(statuses: Sequence[tuple[Subscription, int]], *, base: str, id: str, at: datetime) -> bytes:
    """The answer to `$status`: one status for each subscription with its count of events."""
    entries: list[Written] = [
        {
            "fullUrl": _urn(f"{id}/{subscription.id}"),
            "resource": _status(subscription, QUERY_STATUS, events, base=base),
            "search": {"mode": "match"},
        }
        for subscription, events in statuses
    ]
    return _searchset(entries, id=id, at=at)


def write_found(found: Sequence[Subscription], *, base: str, id: str, at: datetime, link: str) -> bytes:
    """The answer to a search."""
    entries: list[Written] = [
        {
            "fullUrl": subscription_url(each, base),
            "resource": write_subscription(each),
            "search": {"mode": "match"},
        }
        for each in found
    ]
    return _searchset(entries, id=id, at=at, link=link)


def subscription_url(subscription: Subscription, base: str) -> str:
    """Where a subscription is."""
    return f"{base}/Subscription/{subscription.id}"


def _without_events(
    subscription: Subscription, kind: NotificationKind, events: int, *, base: str, id: str, at: datetime
) -> bytes:
    status = _status(subscription, kind, events, base=base)
    return write_resource(_bundle(subscription, status, [], base=base, id=id, at=at))


def _status(
    subscription: Subscription, kind: str, events: int, *, base: str, happened: Sequence[Written] = ()
) -> Written:
    """The Parameters that R4 has in place of a SubscriptionStatus."""
    parameters: list[Value] = [
        {"name": "subscription", "valueReference": reference(subscription_url(subscription, base))},
        {"name": "topic", "valueCanonical": TOPIC},
        {"name": "status", "valueCode": subscription.state.value},
        {"name": "type", "valueCode": str(kind)},
        {"name": "events-since-subscription-start", "valueString": str(events)},
        *happened,
    ]
    if subscription.error and kind in (QUERY_STATUS, QUERY_EVENT):
        error: Written = {"coding": [{"system": ERRORS, "code": "not-delivered"}], "text": subscription.error}
        parameters.append({"name": "error", "valueCodeableConcept": error})
    return {"resourceType": "Parameters", "meta": {"profile": [STATUS_PROFILE]}, "parameter": parameters}


def _event(number: int, at: datetime, focus: str) -> Written:
    parts: list[Value] = [
        {"name": "event-number", "valueString": str(number)},
        {"name": "timestamp", "valueInstant": _instant(at)},
        {"name": "focus", "valueReference": reference(focus)},
    ]
    return {"name": "notification-event", "part": parts}


def _bundle(
    subscription: Subscription, status: Element, about: Sequence[Written], *, base: str, id: str, at: datetime
) -> Written:
    first: Written = {
        "fullUrl": _urn(id),
        "resource": status,
        "request": {"method": "GET", "url": f"{subscription_url(subscription, base)}/$status"},
        "response": {"status": "200"},
    }
    return {
        "resourceType": "Bundle",
        "id": id,
        "meta": {"profile": [BUNDLE_PROFILE]},
        "type": "history",
        "timestamp": _instant(at),
        "entry": [first, *about],
    }


def _entry(url: str, resource: Element) -> Written:
    return {
        "fullUrl": url,
        "resource": resource,
        "request": {"method": "GET", "url": url},
        "response": {"status": "200"},
    }


def _searchset(entries: Sequence[Written], *, id: str, at: datetime, link: str = "") -> bytes:
    return write_resource(
        compact(
            {
                "resourceType": "Bundle",
                "id": id,
                "type": "searchset",
                "timestamp": _instant(at),
                "total": len(entries),
                "link": [{"relation": "self", "url": link}] if link else [],
                "entry": list(entries),
            }
        )
    )


def _urn(name: str) -> str:
    """A UUID (version 8) of a name: what is written again has the same."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
