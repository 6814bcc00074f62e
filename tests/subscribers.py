"""A subscriber's endpoint over real HTTP: it keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Received:
    """One notification as it came."""

    at: float
    path: str
    headers: dict[str, str]
    body: bytes
    answered: int

    @property
    def bundle(self) -> Any:
        return json.loads(self.body)

    @property
    def status(self) -> dict[str, Any]:
        """The parameters of its first entry by name, without the events."""
        parameters = self.bundle["entry"][0]["resource"]["parameter"]
        return {each["name"]: value_of(each) for each in parameters if each["name"] != "notification-event"}

    @property
    def kind(self) -> str:
        return str(self.status["type"])

    @property
    def event(self) -> dict[str, Any]:
        """The parts of its only event, by name."""
        return events_in(self.bundle)[0]


def events_in(bundle: Any) -> list[dict[str, Any]]:
    """The events of a notification Bundle, each as its parts by name."""
    parameters = bundle["entry"][0]["resource"]["parameter"]
    return [
        {part["name"]: value_of(part) for part in each["part"]}
        for each in parameters
        if each["name"] == "notification-event"
    ]


def value_of(parameter: Any) -> Any:
    return next(value for name, value in parameter.items() if name.startswith("value"))


@dataclass
class Subscriber:
    """A context manager. `answers` are the next statuses; after them it takes everything."""

    answers: list[int] = field(default_factory=list)
    location: str = ""  # sent along with a redirect
    delay: float = 0.0
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        subscriber = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = subscriber.answers.pop(0) if subscriber.answers else 200
                headers = {name.lower(): value for name, value in self.headers.items()}
                subscriber.received.append(Received(time.monotonic(), self.path, headers, body, status))
                time.sleep(subscriber.delay)
                self.send_response(status)
                if subscriber.location:
                    self.send_header("Location", subscriber.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def of_kind(self, kind: str) -> list[Received]:
        return [each for each in self.received if each.kind == kind]

    def wait_for(self, kind: str, count: int = 1) -> list[Received]:
        """Wait until so many of that kind have come."""
        eventually(lambda: len(self.of_kind(kind)) >= count, f"{count} of {kind}")
        return self.of_kind(kind)


def eventually(happened: Callable[[], object], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)
