"""The loops of a 278 request to the parts of a service review, by the readers that the field table gives.

What has no field of its own is carried: kept as sent beside the event or the item.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from priorauth.domain.determinations import InformationRequest
from priorauth.domain.parties import Dependent, Provider, Subscriber, Umo
from priorauth.domain.reviews import (
    Attachment,
    CarriedSegment,
    Delivery,
    PatientEvent,
    ReviewItem,
    Service,
)
from priorauth.translate import x12_fields
from priorauth.translate.quick import builder
from priorauth.translate.x12_fields import below
from priorauth.translate.x12_readers import Inner, Reader
from priorauth.translate.x12_services import COMPOSITES
from priorauth.translate.x12_values import PAD, trimmed
from priorauth.x12.shape import Shape
from priorauth.x12.tree import LoopNode

UMO = Reader(Umo, x12_fields.UMO)
PROVIDER = Reader(Provider, x12_fields.PROVIDER)  # the requester, and those of the event and of a service
SUBSCRIBER = Reader(Subscriber, x12_fields.SUBSCRIBER)
DEPENDENT = Reader(Dependent, x12_fields.DEPENDENT)

_DELIVERY = Reader(Delivery, below("delivery", x12_fields.DELIVERY))
_SERVICE = Reader(Service, (), first_of={key: below("service", rows) for key, rows in x12_fields.SERVICES.items()})
_DOCUMENTS = Reader(InformationRequest, x12_fields.DOCUMENTS)

_carried = builder(CarriedSegment)

Rows = list[list[str]]
Carrying = Callable[[Rows, int, str], tuple[CarriedSegment, ...]]


def read_event(node: LoopNode, separator: str) -> PatientEvent:
    """2000E and the loops within it, services aside."""
    return node.read(_EVENT, separator)


def read_item(node: LoopNode, sequence: int, separator: str) -> ReviewItem:
    """2000F and the providers within it."""
    return node.read(_ITEM, separator, sequence)


def read_service(node: LoopNode, separator: str) -> Service | None:
    """The service line of a level, None where it has none."""
    return node.read(_SERVICE, separator) if any(map(node.has, x12_fields.SERVICES)) else None


def read_delivery(node: LoopNode, separator: str) -> Delivery | None:
    """How much and how often (HSD), None where it is not said."""
    return node.read(_DELIVERY, separator) if node.has("HSD") else None


def read_attachments(node: LoopNode, separator: str) -> tuple[Attachment, ...]:
    """PWK: documents that exist or, in a response, are asked for."""
    return node.read(_DOCUMENTS, separator).attachments


# What a loop holds beside its own fields


def _each(loop: str, reader: Reader[Provider]) -> Inner:
    """All repetitions of a loop within."""

    def prepare(shape: Shape) -> Callable[[Rows, int, str], tuple[Provider, ...]] | None:
        reads = [inner.read_by(reader) for inner in shape.blocks.get(loop, ())]

        def read_each(rows: Rows, start: int, separator: str) -> tuple[Provider, ...]:
            return tuple([read(rows, start, separator) for read in reads])

        return read_each if reads else None

    return prepare


_CONDITIONS = ("CRC/07", "CRC/08", "CRC/09", "CRC/11", "CRC/75", "CRC/76", "CRC/77", "CR1", "CR2", "CR5", "CR6")
_CARRIED_LOOPS = {"2010EB": ("NM1", "N3", "N4"), "2010EC": ("NM1", "REF", "DTP")}  # transport, other UMOs


def _carried_of_event(shape: Shape) -> Carrying | None:
    """What the event says that has no field: conditions, CR segments, transport (2010EB), other UMOs (2010EC)."""
    places = [("2000E", 0, at) for key in _CONDITIONS for at in shape.at(key)]
    for loop, keys in _CARRIED_LOOPS.items():
        for group, inner in enumerate(shape.blocks.get(loop, ()), start=1):
            places += [(loop, group, at) for key in keys for at in inner.at(key)]

    def carry(rows: Rows, start: int, separator: str) -> tuple[CarriedSegment, ...]:
        return tuple([_carry(loop, group, rows[start + at], separator) for loop, group, at in places])

    return carry if places else None


def _carried_of_service(shape: Shape) -> Carrying | None:
    """What a service says beyond its own line: another line (SV1 or SV3), the rest of a dental one, teeth (TOO)."""
    line = next((key for key in x12_fields.SERVICES if key in shape.places), "")
    others = [at for key in ("SV1", "SV3") if key != line for at in shape.at(key)[:1]]
    teeth, dental = shape.at("TOO"), shape.at("SV3")[:1] if line == "SV3" else []

    def carry(rows: Rows, start: int, separator: str) -> tuple[CarriedSegment, ...]:
        segments = [rows[start + at] for at in others]
        segments += [rest for at in dental if any((rest := _rest_of_dental(rows[start + at]))[1:])]
        segments += [rows[start + at] for at in teeth]
        return tuple([_carry("2000F", 0, segment, separator) for segment in segments])

    return carry if others or teeth or dental else None


def _rest_of_dental(sv3: list[str]) -> list[str]:
    sv3 = sv3 + PAD
    return ["SV3", "", "", "", sv3[4], sv3[5], "", sv3[7]]


def _carry(loop: str, group: int, segment: Sequence[str], separator: str) -> CarriedSegment:
    """The segment as sent, its composites joined by `:` whatever the sender joined them by."""
    elements = trimmed(segment)
    if separator != ":" and (composites := COMPOSITES.get(segment[0])):
        elements = tuple(
            text.replace(":", " ").replace(separator, ":") if position in composites and separator else text
            for position, text in enumerate(elements)
        )
    return _carried(loop, group, elements)


_EVENT = Reader(
    PatientEvent,
    x12_fields.EVENT,
    inner={"providers": _each("2010EA", PROVIDER), "carried": _carried_of_event},
)
_ITEM = Reader(
    ReviewItem,
    x12_fields.ITEM,
    "sequence",
    first_of=x12_fields.SERVICES,
    inner={"providers": _each("2010F", PROVIDER), "carried": _carried_of_service},
)
