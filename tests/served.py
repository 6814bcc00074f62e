"""A gateway as a process of its own, seen only over HTTP. It can be killed and started again on the same files."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path
from typing import Self

import httpx2

from nursery import Born, Start, nursery

START_SECONDS = 60


class Served:
    """`priorauth serve --sandbox` with its database in a folder. A context manager: it ends with the block."""

    def __init__(self, folder: Path, *, sandbox: bool = True, prepared_by: str = "", **settings: str) -> None:
        self.folder = folder
        self._prepared_by = prepared_by
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "gateway.log"
        self._sandbox = sandbox
        self._settings = settings
        self._process: Born | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self.end(signal.SIGTERM)

    def start(self) -> None:
        """Start the gateway and wait until it is ready."""
        serve = ["serve", "--port", str(self.port), *(["--sandbox"] if self._sandbox else [])]
        start = Start(serve, self._environment(), str(self.folder), str(self.log), self._prepared_by)
        self._process = nursery().start(start)
        self._wait_until_ready()

    def kill(self) -> None:
        """End the gateway at once, as `kill -9` does."""
        self.end(signal.SIGKILL)

    def end(self, how: signal.Signals) -> int:
        """End the gateway by a signal; its exit code."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(timeout=40)

    def signal(self, how: signal.Signals) -> None:
        """Send a signal, and do not wait for what comes of it."""
        assert self._process is not None
        self._process.send_signal(how)

    def wait(self) -> int:
        """Wait until the gateway has ended; its exit code."""
        assert self._process is not None
        return self._process.wait(timeout=40)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PRIORAUTH_")}
        return {
            **kept,
            "PRIORAUTH_DATABASE_URL": f"sqlite:///{self.folder / 'priorauth.db'}",
            **{f"PRIORAUTH_{name.upper()}": value for name, value in self._settings.items()},
        }

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/health/ready", timeout=5).is_success:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the gateway was not ready: {self.log.read_text(errors='replace')[-2000:]}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
