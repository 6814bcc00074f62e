"""Being told: a system subscribes at the target, and listens for what it is sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.fhir import Bundle, action_of, members
from priorauth.conformance.json_paths import values_at
from priorauth.conformance.listening import Listener, Notification, value_of
from priorauth.conformance.naming import unique_text
from priorauth.conformance.seen import Seen
from priorauth.conformance.stories.deciding import decide
from priorauth.conformance.stories.registry import story
from priorauth.conformance.subscriptions import subscription

FHIR = {"Content-Type": "application/fhir+json"}
NOTIFIED_WITHIN = 5.0
ACTIVE_WITHIN = 5.0
ERROR_WITHIN = 20.0
ASKED_EVERY = 0.2
HEADER = "X-Conformance: told"
QUIET = 0.7
"""How long nothing must come where nothing is to come."""
SENDER = "Claim.extension(TransmissionIdentifiers).extension(interchangeSenderID).valueString"
MESSAGE = "pas-imaging.json"


class Subscriber:
    """One subscription at the target, with the endpoint that it names. It is told of what this case submits only."""

    def __init__(self, run: Run, version: str, listener: Listener) -> None:
        self.run = run
        self.listener = listener
        self.base = f"fhir/{version}:"
        self.version = version
        self.sender = run.unique[:15]
        self.id = ""

    async def create(self, *, filter: str | None = None, endpoint: str = "", **words: Any) -> Seen:
        """Subscribe. The answer is 201 with the resource as it is kept."""
        resource = subscription(endpoint or self.listener.url, filter or f"org-identifier={self.sender}", **words)
        answer = await self.run.request("POST", f"{self.base}Subscription", json=resource, headers=FHIR)
        self.run.require("HTTP status of create", 201, answer.got.status)
        self.id = str(answer.got.json().get("id", ""))
        return answer

    async def active(self) -> None:
        """Wait until the target says that the subscription is active."""
        await self.becomes("active", ACTIVE_WITHIN)

    async def becomes(self, status: str, within: float) -> None:
        async def is_so() -> bool:
            answer = await self.read()
            is_there = bool(answer.got.json().get("status") == status)
            if not is_there:
                self.run.exchanges.pop()  # only the last try is of interest
            return is_there

        await self.run.until(is_so, within=within, every=ASKED_EVERY, what=f"the subscription becomes {status}")

    async def read(self) -> Seen:
        return await self.run.request("GET", f"{self.base}Subscription/{self.id}")

    async def told(self, kind: str, count: int = 1, within: float = NOTIFIED_WITHIN) -> list[Notification]:
        """Wait for so many notifications of a kind; they are kept for the wire trace."""
        found = await self.listener.wait_for(kind, count, within)
        for each in found[count - 1 :]:
            self.run.note(f"notification received at {each.path}", each.body.decode(errors="replace"))
        self.run.require(f"notifications of type {kind}", count, len(found))
        return found

    async def submit(self, trace: str, message: str = MESSAGE) -> str:
        """A request of this case's sender; its review's id."""
        number = unique_text()  # a case may submit several
        edit = [
            {"set": {SENDER: self.sender, "Bundle.identifier.value": number}},
            {"set": {"Claim.identifier[0].value": f"{trace}{number}"}},
        ]
        answer = await self.run.fhir(message, operation="Claim/$submit", version=self.version, edit=edit)
        self.run.require("HTTP status of the request", 200, answer.got.status)
        return str(values_at(answer.got.json(), "ClaimResponse.id")[0])

    async def decide(self, review_id: str, sequence: int = 1, action: str = "A1") -> None:
        """Let the sandbox decide an item."""
        await decide(self.run, review_id, sequence=sequence, action=action)

    async def delete(self) -> Seen:
        return await self.run.request("DELETE", f"{self.base}Subscription/{self.id}")

    async def status(self) -> dict[str, Any]:
        """The parameters of $status by name."""
        answer = await self.run.request("GET", f"{self.base}Subscription/{self.id}/$status")
        self.run.require("HTTP status of $status", 200, answer.got.status)
        found = values_at(answer.got.json(), "Parameters.parameter")
        self.run.require("status resources in the answer to $status", 1, len(found))
        return {each.get("name", ""): value_of(each) for each in found[0]}


@asynccontextmanager
async def subscriber(run: Run, version: str, *answers: int) -> AsyncIterator[Subscriber]:
    """A subscriber whose subscription is gone when the case is over."""
    async with Listener(*answers, listen=run.target.listen) as listener:
        told = Subscriber(run, version, listener)
        try:
            yield told
        finally:
            if told.id:
                await told.delete()


@story("pas-handshake")
async def handshake(run: Run, *, version: str) -> None:
    """201 with the resource as it was sent, a handshake with the headers that were asked for, then active."""
    async with subscriber(run, version) as told:
        created = await told.create(header=HEADER)
        kept = created.got.json()
        run.want("status of the new subscription", "requested", kept.get("status"))
        run.want("headers that the channel keeps", [HEADER], (kept.get("channel") or {}).get("header"))
        run.want(
            "Location of the new subscription",
            True,
            f"Subscription/{told.id}" in created.got.headers.get("location", ""),
        )
        (first,) = await told.told("handshake")
        name, _, value = HEADER.partition(": ")
        run.want(f"header {name} of the handshake", value, first.headers.get(name.lower()))
        run.want("content type of the handshake", "application/fhir+json", first.headers.get("content-type", ""))
        run.want("type of the Bundle", "history", first.json().get("type"))
        run.want("events since the subscription began", "0", str(first.status.get("events-since-subscription-start")))
        reference = (first.status.get("subscription") or {}).get("reference", "")
        run.want("subscription that the handshake names", True, reference.endswith(f"Subscription/{told.id}"))
        await told.active()


@story("pas-event")
async def event(run: Run, *, version: str) -> None:
    """A later decision is told within five seconds, with the whole response Bundle, which can be read again."""
    async with subscriber(run, version) as told:
        await told.create()
        await told.active()
        review_id = await told.submit("SBX-PEND-")
        await told.decide(review_id)
        (notification,) = await told.told("event-notification")
        run.want("type of the notification Bundle", "history", notification.json().get("type"))
        run.want("number of events in it", 1, len(notification.events))
        happened = notification.events[0]
        run.want("event-number", "1", str(happened.get("event-number")))
        run.want(
            "events-since-subscription-start", "1", str(notification.status.get("events-since-subscription-start"))
        )
        run.want("status in the notification", "active", notification.status.get("status"))
        answer = nested_answer(run, notification)
        response = answer.first("ClaimResponse")
        run.want("first entry of the response Bundle", "ClaimResponse", answer.entries[0].type)
        run.want("decision that is told", ["A1"], [action_of(item) for item in members(response.resource, "item")])
        run.want("review that it is about", review_id, response.resource.get("id"))
        focus = (happened.get("focus") or {}).get("reference", "")
        run.want(
            "focus of the event is the response Bundle", True, focus.endswith(f"Bundle/{answer.document.get('id')}")
        )
        read = await run.request("GET", f"{told.base}Bundle/{answer.document.get('id')}")
        run.want("the Bundle that was told, when it is read", True, read.got.json() == answer.document)


def nested_answer(run: Run, notification: Notification) -> Bundle:
    """The response Bundle that a notification holds as one resource."""
    held = [each.get("resource") or {} for each in notification.json().get("entry", [])[1:]]
    bundles = [each for each in held if each.get("resourceType") == "Bundle"]
    run.require("response Bundles in the notification", 1, len(bundles))
    return Bundle(bundles[0])


@story("pas-partial-event")
async def partial_event(run: Run, *, version: str) -> None:
    """A decision of one item while another is still pended is told, and so is the last one."""
    async with subscriber(run, version) as told:
        await told.create()
        await told.active()
        review_id = await told.submit("SBX-PEND-", "pas-two-items.json")
        await told.decide(review_id, 1)
        (first,) = await told.told("event-notification")
        run.want("decisions after the first item", ["A1", "A4"], decisions(run, first))
        await told.decide(review_id, 2, "A3")
        second = (await told.told("event-notification", 2))[1]
        run.want("decisions after both items", ["A1", "A3"], decisions(run, second))
        run.want("event-number of the second", "2", str(second.events[0].get("event-number")))


def decisions(run: Run, notification: Notification) -> list[str | None]:
    response = nested_answer(run, notification).first("ClaimResponse").resource
    return [action_of(item) for item in members(response, "item")]


@story("pas-status-and-events")
async def status_and_events(run: Run, *, version: str) -> None:
    """$status counts the events, $events gives them again."""
    async with subscriber(run, version) as told:
        await told.create()
        await told.active()
        for number in (1, 2):
            await told.decide(await told.submit("SBX-PEND-"))
            await told.told("event-notification", number)
        status = await told.status()
        run.want("status", "active", status.get("status"))
        run.want("type of the status", "query-status", status.get("type"))
        run.want("events-since-subscription-start", "2", str(status.get("events-since-subscription-start")))
        answer = await run.request("GET", f"{told.base}Subscription/{told.id}/$events?eventsSinceNumber=2")
        again = Notification("", {}, answer.got.body)
        run.want("type of the answer to $events", "query-event", again.kind)
        run.want("events from number 2 on", ["2"], [str(each.get("event-number")) for each in again.events])


@story("pas-subscription-changes")
async def changes(run: Run, *, version: str) -> None:
    """An update moves the endpoint after a new handshake; a deleted subscription is told nothing."""
    async with subscriber(run, version) as told:
        await told.create()
        await told.active()
        kept = (await told.read()).got.json()
        moved = {**kept, "channel": {**kept["channel"], "endpoint": f"{told.listener.url}/moved"}}
        updated = await run.request("PUT", f"{told.base}Subscription/{told.id}", json=moved, headers=FHIR)
        run.require("HTTP status of the update", 200, updated.got.status)
        handshakes = await told.told("handshake", 2)
        run.want("path of the second handshake", "/hook/moved", handshakes[1].path)
        await told.active()
        await told.decide(await told.submit("SBX-PEND-"))
        (first,) = await told.told("event-notification")
        run.want("path of the event", "/hook/moved", first.path)
        waiting = await told.submit("SBX-PEND-")
        gone = await told.delete()
        run.want("HTTP status of delete", True, gone.got.status in (200, 204))
        run.want("HTTP status of reading it then", True, (await told.read()).got.status in (404, 410))
        await told.decide(waiting)
        await asyncio.sleep(QUIET)
        run.want("events after it was deleted", 1, len(told.listener.of_kind("event-notification")))
        told.id = ""


@story("pas-unreachable-endpoint")
async def unreachable(run: Run, *, version: str) -> None:
    """An endpoint where nobody listens brings the subscription to error, and the target says why."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with subscriber(run, version) as told:
            await told.create(endpoint=f"http://127.0.0.1:{nobody.getsockname()[1]}/hook")
            await told.becomes("error", ERROR_WITHIN)
            run.want("error that the subscription names", True, bool((await told.read()).got.json().get("error")))


@story("pas-repeated-event")
async def repeated(run: Run, *, version: str) -> None:
    """What was not taken comes again: the same bytes under the same number."""
    async with subscriber(run, version, 200, 503) as told:
        await told.create()
        await told.active()
        await told.decide(await told.submit("SBX-PEND-"))
        first, second = (await told.told("event-notification", 2, within=8.0))[:2]
        run.want("answer to the first try", 503, first.answered)
        run.want("body of the second try", True, first.body == second.body)


@story("pas-filter")
async def filtered(run: Run, *, version: str, filter: str, is_told: bool) -> None:
    """Whether a filter lets a decision through."""
    async with subscriber(run, version) as told:
        filter = filter.replace("SENDER", told.sender)
        await told.create(filter=filter)
        await told.active()
        await told.decide(await told.submit("SBX-PEND-"))
        if is_told:
            await told.told("event-notification")
            return
        await asyncio.sleep(QUIET)
        run.want("events for another sender", 0, len(told.listener.of_kind("event-notification")))


@story("pas-heartbeat")
async def heartbeat(run: Run, *, version: str) -> None:
    """Where nothing happens a heartbeat comes after the time that was asked for."""
    async with subscriber(run, version) as told:
        await told.create(heartbeat=1)
        await told.active()
        await told.told("heartbeat", within=6.0)


@story("pas-subscription-ownership")
async def ownership(run: Run, *, version: str, other: str) -> None:
    """Another client can neither see nor change nor delete a subscription."""
    async with subscriber(run, version) as told:
        created = await told.create(endpoint="https://ehr.example.com/hook")
        path = f"{told.base}Subscription/{told.id}"
        for method, body in (("GET", None), ("PUT", created.got.json()), ("DELETE", None)):
            answer = await run.request(method, path, json=body, headers=FHIR if body else None, client=other)
            run.want(f"HTTP status of {method} by another client", True, answer.got.status in (403, 404))
        run.want("HTTP status for its owner", 200, (await told.read()).got.status)
