"""A simulated EHR: sends requests on one rail, subscribes to later answers at its own endpoint, tells what comes."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import httpx2

from priorauth.sandbox.counterparts.telling import answer_line

PAUSE_SECONDS = 0.1
CALL_SECONDS = 40.0
LARGEST_NOTIFICATION = 20 * 1024 * 1024
BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"
TOPIC = "http://hl7.org/fhir/us/davinci-pas/SubscriptionTopic/PASSubscriptionTopic"
PENDED = "A4"
VERSIONS = ("2.2.1", "2.0.1")
EVENT = "event-notification"

_REVIEW = re.compile(r"rev-[0-9A-Za-z]+")

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
    subscribed: bool = False
    waiting: set[str] = field(default_factory=set)  # reviews that were pended
    decided: set[str] = field(
        default_factory=set
    )  # those whose answer came later, it may be before they were pended here

    def subscribe(self, endpoint: str) -> str:
        """Subscribe to later answers; the id of the subscription. GatewayAway where it is not taken."""
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
        id = str(answer.json()["id"])
        self.subscribed = True
        self.say(f"subscribed: {id}, notified at {endpoint}")
        return id

    def send(self, requests: Iterable[tuple[str, bytes]]) -> None:
        """Send requests, one after the other, and tell the answer of each."""
        path = "/x12" if self.rail == "x12" else f"/fhir/{self.version}/Claim/$submit"
        media_type = "application/edi-x12" if self.rail == "x12" else "application/fhir+json"
        for name, body in requests:
            answer = self._call("POST", path, content=body, headers={"Content-Type": media_type})
            reviews = answer.headers.get("X-Review-Id", "")
            line = answer_line(answer.status_code, answer.content)
            self.say(f"{name}: {line}{f'  [{reviews}]' if reviews else ''}")
            self._print(answer.content)
            if PENDED in line.partition(":")[2].split():
                self.waiting |= set(filter(None, reviews.split(",")))

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is pended any more, for so long at most; True where nothing is."""
        end = time.monotonic() + seconds
        while self.waiting - self.decided and time.monotonic() < end:
            if self.rail == "x12":
                self._look_into_the_mailbox()
            elif not self.subscribed:
                self.decided |= {each for each in self.waiting if self._is_final(each)}
            time.sleep(PAUSE_SECONDS)
        return self.waiting <= self.decided

    def notified(self, body: bytes) -> None:
        """Tell a notification. It may come from another thread than the one that sends."""
        try:
            bundle = json.loads(body)
            kind = _parameter(bundle, "type")
        except (ValueError, KeyError, IndexError, TypeError):
            self.say("notified: what came is no notification")
            return
        number = _parameter(bundle, "events-since-subscription-start")
        inner = json.dumps(bundle.get("entry", [])[1:]).encode()
        told = answer_line(HTTPStatus.OK, b'{"resourceType":"Bundle","entry":' + inner + b"}").partition(" ")[2]
        self.say(f"notified: {kind}, event {number}" + (f", {told}" if kind == EVENT else ""))
        self._print(body)
        if kind == EVENT and PENDED not in told.split():
            self.decided |= set(_REVIEW.findall(body.decode("utf-8", errors="replace")))

    def _look_into_the_mailbox(self) -> None:
        for entry in self._call("GET", "/x12/mailbox").json()["waiting"]:
            if (self.waiting - self.decided).isdisjoint(entry["review_ids"]):
                continue
            later = self._call("GET", entry["href"])
            line = answer_line(later.status_code, later.content)
            self.say(f"mailbox: {line}  [{','.join(entry['review_ids'])}]")
            if PENDED not in line.split():
                self.decided |= set(entry["review_ids"])
            self._print(later.content)
            self._call("POST", f"{entry['href']}/ack")

    def _is_final(self, review: str) -> bool:
        items = self._call("GET", f"/reviews/{review}").json()["items"]
        return all(item["is_final"] for item in items)

    def _call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            return self.http.request(method, path, **options)
        except httpx2.HTTPError:
            raise GatewayAway("no gateway answers there") from None

    def _print(self, body: bytes) -> None:
        if self.show:
            self.say(
                body.decode("utf-8", errors="replace").replace("~", "~\n") if body[:3] == b"ISA" else body.decode()
            )


def _parameter(bundle: Any, name: str) -> str:
    found = next(each for each in bundle["entry"][0]["resource"]["parameter"] if each["name"] == name)
    return str(next(value for key, value in found.items() if key.startswith("value")))
