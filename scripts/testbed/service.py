"""What a service is: one module each, listed in `program.services`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol


class Unavailable(Exception):
    """This machine cannot have the service; the text says why, and what would help."""


class Service(Protocol):
    """A server on a free port of 127.0.0.1, with everything it writes below one folder."""

    name: str

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that tests find it by."""

    def start(self, folder: Path) -> Mapping[str, str]:
        """Start it, wait until it answers, and return those variables. Raises Unavailable."""

    def stop(self) -> None:
        """End it in order. Does nothing where it does not run."""
