"""Whole interchanges to send: ISA, TA1, functional groups, sets, with their numbers and counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from .segments import Delimiters, Element, write_segments

Segments = Sequence[Sequence[Element]]

VERSION = "00501"
DEFAULT_DELIMITERS = Delimiters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Who an interchange is from or for: ISA05/ISA06 or ISA07/ISA08, and GS02 or GS03."""

    qualifier: str
    id: str
    group_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundSet:
    """One transaction set: what stands between ST and SE."""

    control_number: str
    segments: Segments


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundGroup:
    """One functional group: sets of one transaction, written by one guide."""

    functional: str  # GS01
    transaction: str  # ST01
    guide: str  # GS08 and ST03
    control_number: int
    sets: Sequence[OutboundSet]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundInterchange:
    """Everything that one interchange is written from. It never asks for a TA1 (ISA14 is 0)."""

    sender: Address
    receiver: Address
    control_number: int
    made_at: datetime
    is_test: bool
    acknowledgments: Segments = ()  # TA1
    groups: Sequence[OutboundGroup] = ()


def write_interchange(
    interchange: OutboundInterchange,
    delimiters: Delimiters = DEFAULT_DELIMITERS,
    *,
    replaced: Callable[[int, int], None] | None = None,
) -> bytes:
    """The interchange as UTF-8 bytes, one segment after another without line breaks.

    `replaced` is told segment and element of every value in which a separator became a space.
    """
    segments: list[Sequence[Element]] = list(interchange.acknowledgments)
    for group in interchange.groups:
        segments += _group(interchange, group)
    number = _control_number(interchange.control_number)
    segments.append(("IEA", str(len(interchange.groups)), number))
    text = _isa(interchange, number, delimiters) + write_segments(segments, delimiters, replaced=replaced)
    return text.encode("utf-8")


def _isa(interchange: OutboundInterchange, number: str, delimiters: Delimiters) -> str:
    """The ISA is of fixed width, and its last element is the component separator itself."""
    sender, receiver = interchange.sender, interchange.receiver
    elements = (
        "ISA", "00", " " * 10, "00", " " * 10,
        sender.qualifier, f"{sender.id:<15.15}", receiver.qualifier, f"{receiver.id:<15.15}",
        f"{interchange.made_at:%y%m%d}", f"{interchange.made_at:%H%M}", delimiters.repetition, VERSION,
        number, "0", "T" if interchange.is_test else "P", delimiters.component,
    )  # fmt: skip
    return delimiters.element.join(elements) + delimiters.segment


def _group(interchange: OutboundInterchange, group: OutboundGroup) -> list[Sequence[Element]]:
    number = str(group.control_number % 1_000_000_000)
    made = interchange.made_at
    segments: list[Sequence[Element]] = [
        (
            "GS", group.functional, interchange.sender.group_id, interchange.receiver.group_id,
            f"{made:%Y%m%d}", f"{made:%H%M}", number, "X", group.guide,
        )
    ]  # fmt: skip
    for each in group.sets:
        segments.append(("ST", group.transaction, each.control_number, group.guide))
        segments += each.segments
        segments.append(("SE", str(len(each.segments) + 2), each.control_number))
    segments.append(("GE", str(len(group.sets)), number))
    return segments


def _control_number(number: int) -> str:
    """ISA13 has nine digits and starts anew after the last."""
    return f"{number % 1_000_000_000:09d}"
