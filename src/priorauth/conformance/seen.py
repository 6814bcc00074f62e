"""What a check sees: what was sent, what came back, and the steps before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from priorauth.conformance.targets import Target
from priorauth.conformance.x12 import Interchange, Unreadable, read_interchange


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it was sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return as_text(self.body)

    def json(self) -> Any:
        return json.loads(self.body)

    def interchange(self) -> Interchange:
        """What was sent, as an interchange; Unreadable where it was broken on purpose."""
        return read_interchange(self.text)


@dataclass(frozen=True, slots=True)
class Got:
    """An answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return as_text(self.body)

    def json(self) -> Any:
        """The body as JSON; Unreadable where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unreadable("the body of the answer is not JSON") from None

    def interchange(self) -> Interchange:
        """The body as an X12 interchange; Unreadable where it is none."""
        try:
            return read_interchange(self.text)
        except Unreadable as problem:
            raise Unreadable(f"the body of the answer is no interchange: {problem}") from None


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange, for the checks."""

    name: str
    sent: Sent
    got: Got
    seconds: float
    target: Target
    earlier: Mapping[str, Seen] = field(default_factory=dict)

    def step(self, name: str) -> Seen:
        """An earlier step of the case."""
        return self.earlier[name]


def as_text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
