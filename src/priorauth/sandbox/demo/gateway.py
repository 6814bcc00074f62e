"""The gateway seen from outside: its process, and the requests that an EHR makes of it."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx2

START_SECONDS = 30
MAILBOX_SECONDS = 20
PAUSE_SECONDS = 0.2
FHIR = "/fhir/2.2.1"
SETTINGS_PREFIX = "PRIORAUTH_"


class DemoFailed(Exception):
    """The demonstration cannot go on: what did not happen."""


@contextmanager
def running_gateway(command: Sequence[str], folder: Path) -> Iterator[str]:
    """Run `command --sandbox --port N` with its files in a folder of its own; its URL, once it is ready."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS_PREFIX)}
    environment["PRIORAUTH_DATABASE_URL"] = f"sqlite:///{folder / 'priorauth.db'}"
    log = folder / "gateway.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--sandbox", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
        )
    try:
        _wait_until_ready(url, process, log)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{url}/health/ready", timeout=2).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(PAUSE_SECONDS)
    last_words = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
    raise DemoFailed(f"the gateway was not ready within {START_SECONDS} seconds; its last words:\n{last_words}")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back to a posted interchange."""

    status: int
    body: bytes
    review_ids: tuple[str, ...]


class Ehr:
    """What a hospital's system does: send interchanges, pick up later answers, and look at what became of a request."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.Client(base_url=url, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, interchange: bytes) -> Answered:
        """Post one interchange and wait for its answer."""
        response = self._client.post("/x12", content=interchange, headers={"Content-Type": "application/edi-x12"})
        ids = response.headers.get("X-Review-Id", "")
        return Answered(response.status_code, response.content, tuple(filter(None, ids.split(","))))

    def submit(self, bundle: bytes) -> Answered:
        """Submit one PAS request Bundle and wait for its answer."""
        response = self._client.post(
            f"{FHIR}/Claim/$submit", content=bundle, headers={"Content-Type": "application/fhir+json"}
        )
        ids = response.headers.get("X-Review-Id", "")
        return Answered(response.status_code, response.content, tuple(filter(None, ids.split(","))))

    def inquire(self, bundle: bytes) -> Answered:
        """Ask by one PAS inquiry Bundle for what is known of earlier requests."""
        response = self._client.post(
            f"{FHIR}/Claim/$inquire", content=bundle, headers={"Content-Type": "application/fhir+json"}
        )
        ids = response.headers.get("X-Review-Id", "")
        return Answered(response.status_code, response.content, tuple(filter(None, ids.split(","))))

    def changed_response(self, review_id: str, first: Mapping[str, Any]) -> dict[str, Any]:
        """The ClaimResponse of a review, once it is another than the first. DemoFailed where it stays the same."""
        deadline = time.monotonic() + MAILBOX_SECONDS
        while time.monotonic() < deadline:
            present = self._get(f"{FHIR}/ClaimResponse/{review_id}")
            if present != first:
                return present
            time.sleep(PAUSE_SECONDS)
        raise DemoFailed(f"the ClaimResponse stayed the same for {MAILBOX_SECONDS} seconds")

    def pick_up(self, review_id: str) -> bytes:
        """The next interchange about a review from the mailbox, acknowledged. DemoFailed where none comes in time."""
        deadline = time.monotonic() + MAILBOX_SECONDS
        while time.monotonic() < deadline:
            for entry in self._get("/x12/mailbox")["waiting"]:
                if review_id in entry["review_ids"]:
                    interchange = self._client.get(entry["href"]).raise_for_status().content
                    self._client.post(f"{entry['href']}/ack").raise_for_status()
                    return interchange
            time.sleep(PAUSE_SECONDS)
        raise DemoFailed(f"nothing came to the mailbox within {MAILBOX_SECONDS} seconds")

    def decide(self, review_id: str, items: Mapping[int, str]) -> None:
        """Decide lines of a review as people at a desk would (sandbox only). DemoFailed where that was not possible."""
        chosen = [{"sequence": sequence, "action": action} for sequence, action in items.items()]
        decision = {"review_id": review_id, "items": chosen}
        response = self._client.post("/sandbox/decide", json=decision)
        if not response.is_success:
            raise DemoFailed(f"POST /sandbox/decide was answered with status {response.status_code}")

    def advance(self, by: timedelta) -> datetime:
        """Move the time of the sandbox on; what time it is then."""
        response = self._client.post("/sandbox/clock", json={"advance": by.total_seconds()}).raise_for_status()
        return datetime.fromisoformat(response.json()["now"])

    def log_of(self, payer: str) -> list[bytes]:
        """The event log of a payer so far, in full."""
        stream = self._client.get("/events", params={"payer": payer, "follow": "false"}).raise_for_status()
        return [line.removeprefix(b"data: ") for line in stream.content.split(b"\n") if line.startswith(b"data: ")]

    def route(self, review_id: str) -> dict[str, Any]:
        """Where each item went and why."""
        return self._get(f"/reviews/{review_id}/route")

    def events(self, review_id: str) -> list[dict[str, Any]]:
        """What happened to a review, in order."""
        return list(self._get(f"/reviews/{review_id}/events")["events"])

    def messages(self, review_id: str) -> list[dict[str, Any]]:
        """Every message of a review, as received and sent."""
        return list(self._get(f"/reviews/{review_id}/messages")["messages"])

    def _get(self, path: str) -> dict[str, Any]:
        document: dict[str, Any] = self._client.get(path).raise_for_status().json()
        return document
