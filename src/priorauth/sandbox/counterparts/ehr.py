"""A simulated EHR: sends requests on one rail, subscribes to later answers at its own endpoint, tells what comes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx2

from priorauth.sandbox.counterparts.telling import claim_responses, read_answer, shown

PAUSE_SECONDS = 0.1
CALL_SECONDS = 40.0
LARGEST_NOTIFICATION = 20 * 1024 * 1024
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
TOPIC = "http://hl7.org/fhir/us/davinci-pas/SubscriptionTopic/PASSubscriptionTopic"
VERSIONS = ("2.2.1", "2.0.1")
EVENT = "event-notification"
TOLD = ("requested", "active")
"""How a subscription stands that tells of what comes."""

Say = Callable[[str], None]


class GatewayAway(Exception):
    """The gateway cannot be reached, or does not do what an EHR needs."""


class Endpoint:
    """A small HTTP server on this machine that takes notifications. A context manager."""

    def __init__(self, taken: Callable[[bytes], None], host: str = "127.0.0.1", port: int = 0) -> None:
        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), LARGEST_NOTIFICATION)
                taken(self.rfile.read(length))
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """What comes is told by `taken`."""

        self._server = ThreadingHTTPServer((host, port), Taking)
        self.url = f"http://{host}:{self._server.server_address[1]}/notifications"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass(slots=True)
class Ehr:
    """One EHR at one gateway. `show` prints the messages themselves, which are about people."""

    http: httpx2.Client
    rail: str
    say: Say
    version: str = "2.2.1"
    show: bool = False
    subscription: str = ""
    waiting: set[str] = field(default_factory=set)  # reviews that were pended
    decided: set[str] = field(default_factory=set)  # those whose answer came later, maybe before they were pended here

    @contextmanager
    def subscribed(self, endpoint: str) -> Iterator[None]:
        """Be told of later answers there while the block lasts. GatewayAway where the gateway does not take it."""
        self._subscribe(endpoint)
        try:
            yield
        finally:
            with suppress(GatewayAway):
                self._call("DELETE", f"/fhir/{self.version}/Subscription/{self.subscription}")

    def send(self, requests: Iterable[tuple[str, bytes]]) -> None:
        """Send requests, one after the other, and tell the answer of each."""
        path = "/x12" if self.rail == "x12" else f"/fhir/{self.version}/Claim/$submit"
        media_type = "application/edi-x12" if self.rail == "x12" else "application/fhir+json"
        for name, body in requests:
            answer = self._call("POST", path, content=body, headers={"Content-Type": media_type})
            reviews = [each for each in answer.headers.get("X-Review-Id", "").split(",") if each]
            told = read_answer(answer.content)
            self.say(f"{name}: {answer.status_code} {told}{named(reviews)}")
            self._print(answer.content)
            if told.is_pended:  # of several reviews it may be one
                self.waiting |= {each for each in reviews if len(reviews) == 1 or not self._is_final(each)}

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is pended any more, for so long at most; True where nothing is."""
        end = time.monotonic() + seconds
        while self.waiting - self.decided and time.monotonic() < end:
            if self.rail == "x12":
                self._look_into_the_mailbox()
            elif self.subscription:
                self._look_at_the_subscription()
            else:
                self.decided |= {each for each in self.waiting if self._is_final(each)}
            time.sleep(PAUSE_SECONDS)
        return self.waiting <= self.decided

    def notified(self, body: bytes) -> None:
        """Tell a notification. It may come from another thread than the one that sends."""
        try:
            bundle = json.loads(body)
            kind, number = _parameter(bundle, "type"), _parameter(bundle, "events-since-subscription-start")
        except (ValueError, KeyError, IndexError, TypeError, StopIteration):
            self.say("notified: what came is no notification")
            return
        answers = dict(claim_responses(bundle)) if kind == EVENT else {}
        what = "".join(f", {told}{named([review])}" for review, told in answers.items())
        self.say(f"notified: {kind}, event {number}{what}")
        self._print(body)
        self.decided |= {review for review, told in answers.items() if not told.is_pended}

    def _subscribe(self, endpoint: str) -> None:
        resource = {
            "resourceType": "Subscription",
            "meta": {"profile": [f"{BACKPORT}subscription"]},
            "status": "requested",
            "reason": "answers that come later",
            "criteria": TOPIC,
            "channel": {
                "type": "rest-hook",
                "endpoint": endpoint,
                "payload": "application/fhir+json",
                "_payload": {"extension": [{"url": f"{BACKPORT}payload-content", "valueCode": "full-resource"}]},
            },
        }
        headers = {"Content-Type": "application/fhir+json"}
        answer = self._call("POST", f"/fhir/{self.version}/Subscription", json=resource, headers=headers)
        if answer.status_code != HTTPStatus.CREATED:
            raise GatewayAway(f"the subscription was answered with status {answer.status_code}")
        self.subscription = str(answer.json()["id"])
        self.say(f"subscribed: {self.subscription}, notified at {endpoint}")

    def _look_at_the_subscription(self) -> None:
        """Answers come by themselves, unless the gateway is gone or tells nothing any more."""
        stands = self._read(f"/fhir/{self.version}/Subscription/{self.subscription}")["status"]
        if stands not in TOLD:
            raise GatewayAway(f"the gateway tells nothing any more: the subscription is {stands}")

    def _look_into_the_mailbox(self) -> None:
        for entry in self._read("/x12/mailbox")["waiting"]:
            if (self.waiting - self.decided).isdisjoint(entry["review_ids"]):
                continue
            later = self._call("GET", entry["href"])
            told = read_answer(later.content)
            self.say(f"mailbox: {later.status_code} {told}{named(entry['review_ids'])}")
            if not told.is_pended:
                self.decided |= set(entry["review_ids"])
            self._print(later.content)
            self._call("POST", f"{entry['href']}/ack")

    def _is_final(self, review: str) -> bool:
        return all(item["is_final"] for item in self._read(f"/reviews/{review}")["items"])

    def _read(self, path: str) -> Any:
        """What stands there. GatewayAway where nothing does."""
        answer = self._call("GET", path)
        if not answer.is_success:
            raise GatewayAway(f"the gateway answered {answer.status_code} when it was asked for what came later")
        return answer.json()

    def _call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            return self.http.request(method, path, **options)
        except httpx2.HTTPError:
            raise GatewayAway("no gateway answers there") from None

    def _print(self, body: bytes) -> None:
        if self.show:
            self.say(shown(body))


def named(reviews: Iterable[str]) -> str:
    """Our ids of reviews as they stand at the end of a line."""
    ids = ",".join(reviews)
    return f"  [{ids}]" if ids else ""


def _parameter(bundle: Any, name: str) -> str:
    found = next(each for each in bundle["entry"][0]["resource"]["parameter"] if each["name"] == name)
    return str(next(value for key, value in found.items() if key.startswith("value")))
