"""A gateway that a test ends at a named point of a message's path and starts again, and what it then knows."""

from __future__ import annotations

import base64
import json
import re
import signal
from contextlib import suppress
from typing import Any

import httpx2
import pytest

import killable
from pas_requests import FHIR
from served import Served

PATIENCE_SECONDS = 90.0
"""How long anything is waited for: a busy machine is not a failure."""
STORY = ["review.received", "review.routed", "leg.dispatched", "determination.recorded", "determination.returned"]
SUBMIT = "/fhir/2.2.1/Claim/$submit"
LEASE_SECONDS = 150
"""Longer than a leg or a subscription is a dead process's, where others may share its database."""


class Mortal:
    """A gateway that ends where it is told to."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.ahead = 0
        self.http = httpx2.Client(base_url=served.url, timeout=PATIENCE_SECONDS)

    def arm(self, point: str) -> None:
        """The gateway ends the next time that it comes to this point."""
        (self.served.folder / killable.KILL_AT).write_text(point)

    def start_again(self) -> None:
        """Wait until the gateway has ended at its point, and start it again."""
        assert self.served.wait() == -signal.SIGKILL
        assert not (self.served.folder / killable.KILL_AT).exists()
        self.served.start()

    def post(self, path: str, body: bytes) -> httpx2.Response:
        return self.http.post(path, content=body, headers=FHIR if path == SUBMIT else {})

    def post_until_it_ends(self, point: str, path: str, body: bytes) -> None:
        """Send, and lose the connection when the gateway ends there; then start it again."""
        self.arm(point)
        with pytest.raises(httpx2.TransportError):
            self.post(path, body)
        self.start_again()

    def post_through_its_end(self, point: str, path: str, body: bytes) -> httpx2.Response:
        """Send, lose the connection, and send the same bytes again: the answer."""
        self.post_until_it_ends(point, path, body)
        return self.post(path, body)

    def let_leases_end(self) -> None:
        """Move the clock on, beyond where it was moved before: a new process begins with the true time."""
        self.ahead += LEASE_SECONDS
        self.http.post("/sandbox/clock", json={"advance": self.ahead}).raise_for_status()

    def story_of(self, review_id: str) -> list[str]:
        """The kinds of a review's events in order."""
        events = self.http.get(f"/reviews/{review_id}/events").json()["events"]
        assert len({event["id"] for event in events}) == len(events)
        return [re.sub(r"priorauth\.(.*)\.v1", r"\1", event["type"]) for event in events]

    def messages_of(self, review_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get(f"/reviews/{review_id}/messages").json()["messages"]
        return found

    def sent_of(self, review_id: str) -> list[tuple[str, bytes]]:
        """What destinations were called with for a review: the message's id and its bytes, each time."""
        ids = {message["id"] for message in self.messages_of(review_id)}
        notes = map(json.loads, (self.served.folder / killable.SENT).read_text().splitlines())
        return [(note["id"], base64.b64decode(note["body"])) for note in notes if note["id"] in ids]

    def review_ids(self) -> set[str]:
        return {review["id"] for review in self.http.get("/reviews", params={"limit": 500}).json()["reviews"]}

    def reviews_received(self) -> int:
        text = self.http.get("/events", params={"follow": "false"}).text
        return text.count("event: priorauth.review.received.v1")

    def waiting_for(self, review_id: str) -> list[dict[str, Any]]:
        """What waits in the mailbox of a review."""
        waiting = self.http.get("/x12/mailbox", params={"limit": 1000}).json()["waiting"]
        return [entry for entry in waiting if entry["review_ids"] == [review_id]]

    def decide(self, review_id: str) -> None:
        """Certify what its destination pended, as people do; the gateway may end over it."""
        with suppress(httpx2.TransportError):
            decision = {"review_id": review_id, "items": [{"sequence": 1, "action": "A1"}]}
            self.http.post("/sandbox/decide", json=decision)
