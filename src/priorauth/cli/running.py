"""`explain`, `events tail`, `deadletters` and the mailbox: what a running gateway knows, asked over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx2

from priorauth.cli.files import route_lines
from priorauth.cli.output import COULD_NOT_RUN, fail, note, say, say_json
from priorauth.sandbox.counterparts.payer import refusal_in

TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class At:
    """A running gateway, and the token to call it with; none for a sandbox."""

    url: str
    token: str = field(default="", repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def path(self, path: str) -> str:
        return f"{self.url.rstrip('/')}{path}"


def explain(gateway: At, review_id: str, *, as_json: bool) -> int:
    """Print the route of a review with the rules that lost, and where its items stand."""
    review = get(gateway, f"/reviews/{review_id}", f"there is no review {review_id}")
    route = get(gateway, f"/reviews/{review_id}/route", f"review {review_id} was not routed")
    if as_json:
        say_json({"review": review, "route": route["explanation"], "pack": route["pack"]})
        return 0
    say(f"review {review['id']}: {review['state']}, received {review['received_at']} as {review['arrived_as']}")
    for line in (*route_lines(route["explanation"]), *pack_lines(route["pack"])):
        say(line)
    say()
    for item in review["items"]:
        decided = f"{item['action'] or 'no action'} by {item['decided_by'] or 'nobody yet'}"
        say(f"item {item['sequence']}: {decided}{'' if item['is_final'] else ', more to come'}")
    for leg in review["legs"]:
        say(f"leg {leg['number']} ({leg['id']}) with {leg['destination']}: {leg['state']}, {leg['attempts']} attempts")
    return 0


def pack_lines(pack: Mapping[str, Any] | None) -> Iterator[str]:
    """The rules that decided, as the pack said them that the review was routed by."""
    if pack is None:
        return
    yield f"\npack {pack['version']}, first used {pack['first_used_at']}, {'in use' if pack['in_use'] else 'replaced'}"
    for rule in pack["rules"]:
        yield f"  rule {rule['rule']} of step {rule['step']}: where {' and '.join(rule['when'])}"
        yield f"    {rule['says']}  [{rule['citation']}]"


def deliveries(gateway: At, destination: str, *, as_json: bool) -> int:
    """Print which destinations are left alone, and the legs that wait or were given up."""
    found = get(gateway, f"/deliveries?{urlencode({'destination': destination})}", "this gateway does not tell")
    if as_json:
        say_json(found)
        return 0
    for each in found["circuits"]:
        again = f", tried again at {each['try_at']}" if each["try_at"] else ""
        say(f"circuit {each['name']}: {each['state']}, {each['failures']} failures{again}: {each['last_error']}")
    for leg in found["legs"]:
        again = leg["next_attempt_at"] or "not by itself"
        say(
            f"leg {leg['id']} of {leg['review_id']} to {leg['destination']}: {leg['state']}, {leg['attempts']} attempts"
        )
        say(f"    next attempt: {again}; last error: {leg['last_error'] or 'none'}")
    if not found["circuits"] and not found["legs"]:
        note("everything was delivered, and nobody is left alone")
    return 0


def tail_events(gateway: At, *, after: int, payer: str, follow: bool, as_json: bool) -> int:
    """Print events as they happen, from a position on."""
    query: dict[str, str | int] = {"after": after, "payer": payer, "follow": str(follow).lower()}
    timeout = httpx2.Timeout(TIMEOUT_SECONDS, read=None)
    try:
        with httpx2.stream(
            "GET", gateway.path("/events"), params=query, headers=gateway.headers, timeout=timeout
        ) as response:
            if response.status_code == HTTPStatus.NOT_FOUND:
                fail(refusal_in(response), COULD_NOT_RUN)
            if response.status_code != HTTPStatus.OK:
                fail(why_not(response.status_code), COULD_NOT_RUN)
            for event in server_sent(response.iter_lines()):
                say(event["data"] if as_json else f"{event['id']:>6}  {event['event']:<42} {subject(event['data'])}")
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}; start one with: priorauth serve --sandbox", COULD_NOT_RUN)
    except KeyboardInterrupt:
        return 0
    return 0


def server_sent(lines: Iterator[str]) -> Iterator[Mapping[str, str]]:
    """Server-sent events out of their lines."""
    event: dict[str, str] = {}
    for line in lines:
        if not line:
            if "data" in event:
                yield event
            event = {}
            continue
        name, _, value = line.partition(": ")
        if name:
            event[name] = value


def subject(data: str) -> str:
    """The review that an event is about."""
    import json

    return str(json.loads(data).get("subject", ""))


def get(gateway: At, path: str, missing: str) -> Any:
    """One document of the gateway; ends the command where it cannot be had."""
    try:
        response = httpx2.get(gateway.path(path), headers=gateway.headers, timeout=TIMEOUT_SECONDS)
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}; start one with: priorauth serve --sandbox", COULD_NOT_RUN)
    if response.status_code == HTTPStatus.NOT_FOUND:
        fail(missing)
    if not response.is_success:
        fail(why_not(response.status_code), COULD_NOT_RUN)
    return response.json()


def why_not(status: int) -> str:
    """What to do about an answer that is none."""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return (
            f"the gateway answered {status}: set PRIORAUTH_TOKEN to a token with the scope; see priorauth token --help"
        )
    return f"the gateway answered {status}"
