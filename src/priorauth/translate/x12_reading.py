"""The loops of a 278 request to the parts of a service review, by the readers that the field table gives.

What has no field of its own is carried: kept as sent beside the event or the item.
"""

from __future__ import annotations

from collections.abc import Sequence

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
from priorauth.translate.x12_readers import Reader
from priorauth.translate.x12_services import COMPOSITES
from priorauth.translate.x12_values import PAD, trimmed
from priorauth.x12.tree import LoopNode

UMO = Reader(Umo, x12_fields.UMO)
PROVIDER = Reader(Provider, x12_fields.PROVIDER)  # the requester, and those of the event and of a service
SUBSCRIBER = Reader(Subscriber, x12_fields.SUBSCRIBER)
DEPENDENT = Reader(Dependent, x12_fields.DEPENDENT)

_EVENT = Reader(PatientEvent, x12_fields.EVENT, "providers", "carried")
_ITEM = Reader(ReviewItem, x12_fields.ITEM, "sequence", "providers", "carried", first_of=x12_fields.SERVICES)
_DELIVERY = Reader(Delivery, below("delivery", x12_fields.DELIVERY))
_SERVICE = Reader(Service, (), first_of={key: below("service", rows) for key, rows in x12_fields.SERVICES.items()})
_DOCUMENTS = Reader(InformationRequest, x12_fields.DOCUMENTS)

_carried = builder(CarriedSegment)

_CONDITIONS = ("CRC/07", "CRC/08", "CRC/09", "CRC/11", "CRC/75", "CRC/76", "CRC/77", "CR1", "CR2", "CR5", "CR6")
_CARRIED_LOOPS = {"2010EB": ("NM1", "N3", "N4"), "2010EC": ("NM1", "REF", "DTP")}  # transport, other UMOs
_CARRIED_OF_EVENT = frozenset((*_CONDITIONS, *_CARRIED_LOOPS))
_CARRIED_OF_SERVICE = frozenset(("SV3", "TOO"))


def read_event(node: LoopNode, separator: str) -> PatientEvent:
    """2000E and the loops within it, services aside."""
    carried = _carry_event(node, separator) if node.has_any(_CARRIED_OF_EVENT) else ()
    return node.read(_EVENT, separator, node.read_each("2010EA", PROVIDER, separator), carried)


def read_item(node: LoopNode, sequence: int, separator: str) -> ReviewItem:
    """2000F and the providers within it."""
    has_more = node.has_any(_CARRIED_OF_SERVICE) or (node.has("SV1") and node.has("SV2"))
    carried = _carry_service(node, separator) if has_more else ()
    return node.read(_ITEM, separator, sequence, node.read_each("2010F", PROVIDER, separator), carried)


def read_service(node: LoopNode, separator: str) -> Service | None:
    """The service line of a level, None where it has none."""
    return node.read(_SERVICE, separator) if any(map(node.has, x12_fields.SERVICES)) else None


def read_delivery(node: LoopNode, separator: str) -> Delivery | None:
    """How much and how often (HSD), None where it is not said."""
    return node.read(_DELIVERY, separator) if node.has("HSD") else None


def read_attachments(node: LoopNode, separator: str) -> tuple[Attachment, ...]:
    """PWK: documents that exist or, in a response, are asked for."""
    return node.read(_DOCUMENTS, separator).attachments


def _carry_event(node: LoopNode, separator: str) -> tuple[CarriedSegment, ...]:
    """What the event says that has no field: conditions, CR segments, transport (2010EB), other UMOs (2010EC)."""
    carried = [_carry("2000E", 0, one, separator) for key in _CONDITIONS for one in node.rows(key)]
    for loop, keys in _CARRIED_LOOPS.items():
        for group, inner in enumerate(node.loops(loop), start=1):
            carried.extend([_carry(loop, group, one, separator) for key in keys for one in inner.rows(key)])
    return tuple(carried)


def _carry_service(node: LoopNode, separator: str) -> tuple[CarriedSegment, ...]:
    """What a service says beyond its own line: another line (SV1 or SV3), the rest of a dental one, teeth (TOO)."""
    line = next((key for key in x12_fields.SERVICES if node.has(key)), "")
    others = [node.row(key) for key in ("SV1", "SV3") if key != line and node.has(key)]
    if line == "SV3":
        sv3 = node.row("SV3") + PAD
        rest = ["SV3", "", "", "", sv3[4], sv3[5], "", sv3[7]]
        others += [rest] if any(rest[1:]) else []
    return tuple([_carry("2000F", 0, one, separator) for one in (*others, *node.rows("TOO"))])


def _carry(loop: str, group: int, segment: Sequence[str], separator: str) -> CarriedSegment:
    """The segment as sent, its composites joined by `:` whatever the sender joined them by."""
    elements = trimmed(segment)
    if separator != ":" and (composites := COMPOSITES.get(segment[0])):
        elements = tuple(
            text.replace(":", " ").replace(separator, ":") if position in composites and separator else text
            for position, text in enumerate(elements)
        )
    return _carried(loop, group, elements)
