"""What a mutant is made with: small declared changes of a message, each of which tells where it changed something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class DoesNotApply(Exception):
    """The message has no such place, so the change cannot be made in it. Fixed texts: never a value."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A message after one change, and where the change is: a segment and element, a FHIRPath, or the bytes."""

    body: bytes
    place: str


class Edit(Protocol):
    """One change of a message."""

    def apply(self, body: bytes) -> Changed:
        """The message changed. Raises DoesNotApply where it has no such place."""
        ...


@dataclass(frozen=True, slots=True)
class Bytes:
    """The first of these bytes written otherwise; with nothing in their place they are left out."""

    old: bytes
    new: bytes

    def apply(self, body: bytes) -> Changed:
        at = body.find(self.old)
        if at < 0:
            raise DoesNotApply("the message does not hold the bytes")
        return Changed(body[:at] + self.new + body[at + len(self.old) :], f"byte {at}")


@dataclass(frozen=True, slots=True)
class Everywhere:
    """These bytes written otherwise wherever they are, such as a delimiter."""

    old: bytes
    new: bytes

    def apply(self, body: bytes) -> Changed:
        if self.old not in body:
            raise DoesNotApply("the message does not hold the bytes")
        return Changed(body.replace(self.old, self.new), f"byte {body.find(self.old)} and everywhere else")


@dataclass(frozen=True, slots=True)
class After:
    """More bytes at the end."""

    more: bytes

    def apply(self, body: bytes) -> Changed:
        return Changed(body + self.more, f"byte {len(body)}, the end")


@dataclass(frozen=True, slots=True)
class CutOff:
    """The last bytes are missing, line breaks at the end apart."""

    count: int

    def apply(self, body: bytes) -> Changed:
        rest = body.rstrip(b"\r\n")
        if len(rest) <= self.count:
            raise DoesNotApply("the message is shorter")
        return Changed(rest[: -self.count], f"byte {len(rest) - self.count}, the end")


@dataclass(frozen=True, slots=True)
class Twice:
    """The whole message once more behind itself."""

    def apply(self, body: bytes) -> Changed:
        return Changed(body + body, f"byte {len(body)}, the end")
