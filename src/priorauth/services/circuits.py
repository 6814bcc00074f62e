"""The circuits of this process, one for each destination and each host of subscribers.

Each replica has its own and learns within a few calls; after a start every circuit is closed. Decision 0015.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.circuits import Circuit
from priorauth.services.delegate_ports import Refused
from priorauth.services.ports import Retryable

CLOSED = Circuit()


class HeldBack(Exception):
    """The circuit is open: nothing was called, and no attempt is used up. `until` is when to come again."""

    def __init__(self, until: datetime, error: str) -> None:
        super().__init__("the circuit is open")
        self.until = until
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuits:
    """Lets calls through, or holds them back. `moved` is told of every change of a circuit's state."""

    now: Callable[[], datetime]
    moved: Callable[[str, Circuit], None] = lambda _name, _circuit: None
    known: dict[str, Circuit] = field(default_factory=dict)

    @contextmanager
    def calling(self, name: str, subject: str) -> Iterator[None]:
        """Make a call in this block. Raises HeldBack where the circuit is open; Retryable from it is a failure."""
        circuit = self.known.get(name, CLOSED)
        if until := circuit.wait_until(self.now()):
            raise HeldBack(until, circuit.error)
        self._set(name, circuit.begun(self.now()))
        after = None
        try:
            yield
            after = CLOSED
        except Retryable as problem:
            after = self.known.get(name, CLOSED).failing(subject, str(problem), self.now())
            raise
        except Refused:
            after = CLOSED  # it answered, though not what was hoped for
            raise
        finally:  # neither: the call was broken off
            self._set(name, after or self.known.get(name, CLOSED).gave_up(self.now()))

    def states(self) -> Mapping[str, Circuit]:
        """Every circuit that is not as at the start, by name."""
        return dict(self.known)

    def _set(self, name: str, circuit: Circuit) -> None:
        before = self.known.get(name, CLOSED)
        if circuit == CLOSED:
            self.known.pop(name, None)
        else:
            self.known[name] = circuit
        if before.state is not circuit.state:
            self.moved(name, circuit)
