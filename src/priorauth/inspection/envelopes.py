"""What a translation is: a document in one of the formats, 278s in an envelope between those that a message names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from priorauth.domain.carried import Transmission
from priorauth.tools import OURSELVES
from priorauth.translate.losses import Loss
from priorauth.x12.envelope import read_interchange
from priorauth.x12.segments import Element
from priorauth.x12.writing import Address, OutboundGroup, OutboundInterchange, OutboundSet, write_interchange

_LONGEST_ID = 15  # ISA06, ISA08 and GS02, GS03


class Target(StrEnum):
    """What a message can be translated to."""

    X12 = "x12"
    FHIR = "fhir"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A message in another format, and what could not cross."""

    body: bytes = field(repr=False)
    losses: Sequence[Loss]


def transmission_of(body: bytes) -> Transmission:
    """Who sent to whom, as the first envelope says."""
    interchange = read_interchange(body)
    isa = interchange.header
    groups = interchange.groups
    gs = groups[0].header if groups else []
    return Transmission(
        application_sender=gs[2].strip() if len(gs) > 2 else "",
        application_receiver=gs[3].strip() if len(gs) > 3 else "",
        interchange_sender=isa[6].strip(),
        interchange_receiver=isa[8].strip(),
    )


def interchange_of(
    sets: Sequence[Sequence[Sequence[Element]]], transmission: Transmission | None, made_at: datetime
) -> bytes:
    """An interchange of 278s, marked as a test, between those that the message names, else between nobody and us."""
    named = transmission or Transmission()
    group = OutboundGroup(
        functional="HI",
        transaction="278",
        guide="005010X217",
        control_number=1,
        sets=[OutboundSet(control_number=f"{at:04d}", segments=each) for at, each in enumerate(sets, start=1)],
    )
    return write_interchange(
        OutboundInterchange(
            sender=_address(named.interchange_sender, named.application_sender, "SENDER"),
            receiver=_address(named.interchange_receiver, named.application_receiver, OURSELVES.id),
            control_number=1,
            made_at=made_at,
            is_test=True,
            groups=[group],
        )
    )


def _address(interchange_id: str, group_id: str, instead: str) -> Address:
    id = interchange_id if 2 <= len(interchange_id) <= _LONGEST_ID and interchange_id.isascii() else instead
    application = group_id if 2 <= len(group_id) <= _LONGEST_ID and group_id.isascii() else id
    return Address(qualifier="ZZ", id=id, group_id=application)
