"""Subscription resources (R4 with the Subscriptions backport 1.1.0) to what their owners ask for, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code
from priorauth.domain.subscriptions import (
    LONGEST_TIMEOUT,
    SHORTEST_TIMEOUT,
    USUAL_TIMEOUT,
    Subscription,
    SubscriptionState,
    Terms,
)
from priorauth.fhir.bundles import read_resource, write_resource
from priorauth.fhir.elements import Element, Node, Value
from priorauth.fhir.reporting import finding
from priorauth.translate.fhir_values import write_instant
from priorauth.translate.fhir_vocabulary import Written, compact

TOPIC = "http://hl7.org/fhir/us/davinci-pas/SubscriptionTopic/PASSubscriptionTopic"
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
FILTER = f"{BACKPORT}filter-criteria"
CONTENT = f"{BACKPORT}payload-content"
CHANNEL_TYPE = f"{BACKPORT}channel-type"
HEARTBEAT, TIMEOUT = f"{BACKPORT}heartbeat-period", f"{BACKPORT}timeout"
FILTER_NAMES = frozenset({"org-identifier", "orgidentifier"})
"""The guide's text says the first and its topic the second (`orgIdentifier`)."""
MEDIA_TYPES = ("application/fhir+json", "application/json")
OUR_HEADERS = frozenset(
    {
        "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
"""What only the sender of a request can say."""
MOST_HEADERS, LONGEST_HEADER = 20, 4096

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*?)[ \t]*")
_PERCENT = re.compile(r"%([0-7][0-9A-Fa-f])")
_ABSOLUTE = re.compile(r"https?://[^\s/?#]+[^\s#]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a Subscription asks for, where nothing is found to be wrong with it."""

    terms: Terms
    findings: tuple[Finding, ...]


def read_subscription(resource: Element, now: datetime) -> Asked:
    """The terms of a Subscription that follows R4, and where it asks for what there is not (backport, 60 to 75)."""
    root = Node(resource, "Subscription")
    channel = root.node("channel")
    found = [*_fixed(root, channel)]
    terms = Terms(
        endpoint=channel.text("endpoint"),
        resource=write_resource(resource).decode(),
        headers=tuple(_headers(channel, found)),
        organizations=tuple(_organizations(root, found)),
        media_type=channel.text("payload") or MEDIA_TYPES[0],
        heartbeat=_seconds(channel, HEARTBEAT) or None,
        timeout=max(SHORTEST_TIMEOUT, min(_seconds(channel, TIMEOUT) or USUAL_TIMEOUT, LONGEST_TIMEOUT)),
        end=_moment(root.text("end")),
        is_off=root.text("status") == SubscriptionState.OFF,
    )
    return Asked(terms.until(now), tuple(found))


def endpoint_refused() -> Finding:
    """The finding that notifications may not go to the endpoint."""
    return finding(Code.PAS_SUBSCRIPTION_ENDPOINT, "Subscription.channel.endpoint")


def write_subscription(subscription: Subscription) -> Written:
    """The resource as its owner wrote it, with what we say of it: id, version, state and the last error."""
    own = read_resource(subscription.terms.resource.encode())
    meta = own.get("meta")
    said: dict[str, Value] = {
        "resourceType": "Subscription",
        "id": subscription.id,
        "meta": {
            **(meta if isinstance(meta, dict) else {}),
            "versionId": str(subscription.revision),
            "lastUpdated": write_instant(subscription.changed_at),
        },
    }
    rest = {name: value for name, value in own.items() if name not in (*said, "status", "_status", "error", "_error")}
    if subscription.terms.end is None:
        rest = {name: value for name, value in rest.items() if name not in ("end", "_end")}
    return compact({**said, "status": subscription.state.value, **rest, "error": subscription.error})


def _fixed(root: Node, channel: Node) -> Iterator[Finding]:
    """What can only be as the guide has it: topic, channel, endpoint, content (PAS spec-56, spec-57, spec-62)."""
    if root.text("criteria").partition("|")[0] != TOPIC:
        yield finding(Code.PAS_FIXED, "Subscription.criteria", TOPIC)
    if channel.text("type") != "rest-hook" or channel.node("_type").extension(CHANNEL_TYPE):
        yield finding(Code.PAS_FIXED, "Subscription.channel.type", "rest-hook")
    endpoint = channel.text("endpoint")
    if not endpoint:
        yield finding(Code.PAS_REQUIRED, "Subscription.channel.endpoint", "the URL to send notifications to")
    elif not _ABSOLUTE.fullmatch(endpoint):
        yield finding(Code.FHIR_VALUE, "Subscription.channel.endpoint", "an absolute http or https URL")
    if channel.text("payload") and channel.text("payload") not in MEDIA_TYPES:
        yield finding(Code.PAS_CODE, "Subscription.channel.payload", " or ".join(MEDIA_TYPES))
    contents = channel.node("_payload").extensions(CONTENT)
    if len(contents) != 1:
        code = Code.PAS_TOO_MANY if contents else Code.PAS_REQUIRED
        yield finding(code, "Subscription.channel.payload.extension", f"one {CONTENT} with full-resource")
    elif contents[0].text("valueCode") != "full-resource":
        yield finding(Code.PAS_FIXED, "Subscription.channel.payload.extension[0].value", "full-resource")


def _headers(channel: Node, found: list[Finding]) -> Iterator[tuple[str, str]]:
    """The headers that notifications carry, one line each."""
    lines = channel.texts("header")
    for index, line in enumerate(lines):
        match = _HEADER.fullmatch(line)
        if match is None or index >= MOST_HEADERS or len(line) > LONGEST_HEADER or match[1].lower() in OUR_HEADERS:
            found.append(finding(Code.PAS_SUBSCRIPTION_HEADER, f"Subscription.channel.header[{index}]"))
        else:
            yield match[1], match[2]


def _organizations(root: Node, found: list[Finding]) -> Iterator[tuple[str, ...]]:
    """The filters: for each, the identifiers of organizations of which one is enough."""
    for index, extension in enumerate(root.node("_criteria").extensions(FILTER)):
        _, question, after = extension.text("valueString").partition("?")
        for criterion in (after if question else extension.text("valueString")).split("&"):
            name, _, value = criterion.partition("=")
            identifiers = tuple(filter(None, map(_identifier, value.split(","))))
            if name.strip().lower().removesuffix(":eq") in FILTER_NAMES and identifiers:
                yield identifiers
            else:
                path = f"Subscription.criteria.extension[{index}]"
                found.append(finding(Code.PAS_SUBSCRIPTION_FILTER, path, "org-identifier=<id>[,<id>...]"))


def _identifier(value: str) -> str:
    """An identifier of a filter, without its system and without the escapes of a URL."""
    return _PERCENT.sub(lambda match: chr(int(match[1], 16)), value).rpartition("|")[2].strip()


def _seconds(channel: Node, url: str) -> timedelta:
    extension = channel.extension(url)
    seconds = extension.integer("valueUnsignedInt") or extension.integer("valuePositiveInt") or 0
    return timedelta(seconds=max(0, min(seconds, _A_YEAR)))


_A_YEAR = 366 * 24 * 60 * 60


def _moment(instant: str) -> datetime | None:
    """An instant; None where there is none, or none that is one."""
    try:
        moment = datetime.fromisoformat(instant)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
