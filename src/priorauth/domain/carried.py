"""What travels beside a review: X12 segments and FHIR resources without fields of their own, urls, numbers."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CarriedSegment:
    """A segment that has no field of its own in the review and travels beside it, verbatim (CRC, CR1 ... SV3, TOO).

    `loop` is the X217 loop, `group` tells repetitions of one loop apart, `elements` starts with the segment id and
    holds elements as sent, with components joined by `:` and repetitions by `^`.
    """

    loop: str
    group: int
    elements: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CarriedResource:
    """A FHIR resource that travels beside the review, verbatim: an order, a document, an encounter.

    `url` is its fullUrl; `body` is its JSON with the digits of its decimals as sent.
    """

    type: str
    url: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResourceUrl:
    """The fullUrl under which a Bundle had what the review holds at `place` (`patient`, `event.providers[0]`)."""

    place: str
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EntryNumber:
    """The sequence that a Claim's supportingInfo gave what the review holds at `place` (`event.attachments[0]`)."""

    place: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """Who sent to whom, as the envelope says (GS02, GS03, ISA06, ISA08)."""

    application_sender: str = ""
    application_receiver: str = ""
    interchange_sender: str = ""
    interchange_receiver: str = ""
