"""What is asked for: SV1, SV2, SV3, HSD, PWK, TRN, UM and dates, at the event and at the service, both ways.

A segment that the review has no field for is carried: kept as sent beside the event or the item, and put back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from priorauth.domain.reviews import (
    Attachment,
    CarriedSegment,
    CertificationType,
    Delivery,
    FacilityLocation,
    Procedure,
    Service,
    ServiceKind,
    Trace,
)
from priorauth.translate.quick import builder
from priorauth.translate.x12_parties import PAD
from priorauth.translate.x12_values import read_components, read_count, read_decimal, write_number
from priorauth.translate.x12_writing import Row
from priorauth.x12.segments import Element
from priorauth.x12.shape import Selection
from priorauth.x12.tree import LoopNode

CERTIFICATIONS = {certification.value: certification for certification in CertificationType}

COMPOSITES: dict[str, frozenset[int]] = {
    "REF": frozenset({4}),
    "SV1": frozenset({1, 7}),
    "SV2": frozenset({2}),
    "SV3": frozenset({1, 4}),
    "TOO": frozenset({3}),
}
"""Where carried segments have composites; everywhere else a separator is data."""


# Reading. A row is padded, so that every element answers; one that is not there is not looked at.

_PROFESSIONAL, _INSTITUTIONAL, _DENTAL = ServiceKind  # looked up once: a member of an enumeration is slow to reach

_LINES = Selection("SV1", "SV2", "SV3")

_trace = builder(Trace)
_location = builder(FacilityLocation)
_delivery = builder(Delivery)
_attachment = builder(Attachment)
_service = builder(Service)
_procedure = builder(Procedure)


def read_traces(node: LoopNode) -> tuple[Trace, ...]:
    """The traces (TRN) of an event or a service."""
    rows = node.rows("TRN")
    if len(rows) == 1:
        return (_trace(*(rows[0] + PAD)[2:5]),)
    return tuple([_trace(*(trn + PAD)[2:5]) for trn in rows])


def read_location(text: str, separator: str) -> FacilityLocation:
    """UM04."""
    code, _, qualifier = text.partition(separator)
    return _location(code, qualifier)


def read_delivery(hsd: list[str]) -> Delivery | None:
    """HSD, None where there is none."""
    if not hsd:
        return None
    hsd = hsd + PAD
    return _delivery(
        quantity_qualifier=hsd[1],
        quantity=read_decimal(hsd[2]),
        measure=hsd[3],
        modulus=read_decimal(hsd[4]),
        period=hsd[5],
        period_count=read_count(hsd[6]),
        frequency=hsd[7],
        pattern=hsd[8],
    )


def read_attachments(node: LoopNode) -> tuple[Attachment, ...]:
    """PWK: documents that exist or, in a response, are asked for."""
    return tuple([_read_attachment(pwk + PAD) for pwk in node.rows("PWK")])


def _read_attachment(pwk: Sequence[str]) -> Attachment:
    return _attachment(report_type=pwk[1], transmission=pwk[2], control_number=pwk[6], description=pwk[7])


def read_service(node: LoopNode, separator: str) -> Service | None:
    """The service line of a level."""
    sv1, sv2, sv3 = node.pick(_LINES)
    return service_of(sv1, sv2, sv3, separator)


def service_of(sv1: list[str], sv2: list[str], sv3: list[str], separator: str) -> Service | None:
    """The service line: SV2, else SV1, else SV3. A second kind of line beside it is carried."""
    if sv2:
        return _read_institutional(sv2, separator)
    if sv1:
        return _read_professional(sv1, separator)
    return _read_dental(sv3, separator) if sv3 else None


def _read_institutional(sv2: list[str], separator: str) -> Service:
    sv2 = sv2 + PAD
    return _service(
        kind=_INSTITUTIONAL,
        revenue_code=sv2[1],
        procedure=read_procedure(sv2[2], separator) if sv2[2] else None,
        amount=read_decimal(sv2[3]),
        unit=sv2[4],
        quantity=read_decimal(sv2[5]),
        rate=read_decimal(sv2[6]),
        nursing_home_status=sv2[9],
        nursing_home_level=sv2[10],
    )


def _read_professional(sv1: list[str], separator: str) -> Service:
    sv1 = sv1 + PAD
    pointers = sv1[7]
    return _service(
        kind=_PROFESSIONAL,
        procedure=read_procedure(sv1[1], separator),
        amount=read_decimal(sv1[2]),
        unit=sv1[3],
        quantity=read_decimal(sv1[4]),
        diagnosis_pointers=tuple([read_count(one) or 0 for one in pointers.split(separator)]) if pointers else (),
        epsdt=sv1[11],
        nursing_home_level=sv1[20],
    )


def _read_dental(sv3: list[str], separator: str) -> Service:
    sv3 = sv3 + PAD
    return _service(
        kind=_DENTAL,
        procedure=read_procedure(sv3[1], separator),
        amount=read_decimal(sv3[2]),
        quantity=read_decimal(sv3[6]),
    )


def read_procedure(text: str, separator: str) -> Procedure:
    """A C003 composite: code system, code, modifiers, description, end of a range."""
    parts = text.split(separator)
    count = len(parts)
    if count == 2:
        return _procedure(qualifier=parts[0], code=parts[1])
    parts += [""] * (8 - count)
    modifiers = parts[2:6]
    while modifiers and not modifiers[-1]:
        modifiers.pop()
    return _procedure(
        qualifier=parts[0], code=parts[1], modifiers=tuple(modifiers), description=parts[6], last=parts[7]
    )


def carry(loop: str, group: int, segment: Sequence[str], separator: str) -> CarriedSegment:
    """The segment as sent, its composites joined by `:` whatever the sender joined them by."""
    composites = COMPOSITES.get(segment[0], frozenset())
    end = len(segment)
    while end > 1 and not segment[end - 1]:
        end -= 1
    elements = tuple(segment[:end])
    if separator != ":" and composites:
        elements = tuple(
            text.replace(":", " ").replace(separator, ":") if position in composites and separator else text
            for position, text in enumerate(elements)
        )
    return CarriedSegment(loop, group, elements)


def carry_service(node: LoopNode, service: Service | None, separator: str) -> tuple[CarriedSegment, ...]:
    """What SV1, SV2, SV3 and TOO say beyond the service itself."""
    carried: list[CarriedSegment] = []
    kind = service.kind if service else None
    if kind is _INSTITUTIONAL and (sv1 := node.row("SV1")):
        carried.append(carry("2000F", 0, sv1, separator))
    if sv3 := node.row("SV3"):
        if kind is not _DENTAL:
            carried.append(carry("2000F", 0, sv3, separator))
        else:
            sv3 = sv3 + PAD
            rest = ("SV3", "", "", "", sv3[4], sv3[5], "", sv3[7])
            carried.extend([carry("2000F", 0, rest, separator)] if any(rest[1:]) else [])
    carried.extend([carry("2000F", 0, too, separator) for too in node.rows("TOO")])
    return tuple(carried)


# Writing


def trace_rows(traces: Iterable[Trace], kind: str) -> Iterator[Row]:
    """TRN for each trace; kind 1 is the sender's own, 2 one it received."""
    for trace in traces:
        yield "TRN", ("TRN", kind, trace.number, trace.assigner, trace.additional)


def write_location(location: FacilityLocation | None) -> Element:
    """UM04."""
    return (location.code, location.qualifier) if location else ""


def reference_row(qualifier: str, number: str) -> Row:
    """REF BB or NT, told apart by its qualifier."""
    return f"REF/{qualifier}", ("REF", qualifier if number else "", number)


def delivery_row(delivery: Delivery | None) -> Row:
    """HSD."""
    if delivery is None:
        return "HSD", ("HSD",)
    return "HSD", (
        "HSD",
        delivery.quantity_qualifier,
        write_number(delivery.quantity),
        delivery.measure,
        write_number(delivery.modulus),
        delivery.period,
        write_number(delivery.period_count),
        delivery.frequency,
        delivery.pattern,
    )


def attachment_rows(attachments: Iterable[Attachment]) -> Iterator[Row]:
    """PWK for each document."""
    for attachment in attachments:
        number = attachment.control_number
        yield (
            "PWK",
            (
                "PWK",
                attachment.report_type,
                attachment.transmission,
                "",
                "",
                "AC" if number else "",
                number,
                attachment.description,
            ),
        )


def message_row(message: str) -> Row:
    """MSG, its line breaks as spaces."""
    return "MSG", ("MSG", message)


def service_rows(service: Service | None, carried: Iterable[CarriedSegment]) -> Iterator[Row]:
    """SV1, SV2, SV3 and TOO, with what was carried of them."""
    lines: dict[str, Sequence[Element]] = {}
    teeth: list[Row] = []
    for segment in carried:
        kind = segment.elements[0]
        if kind == "TOO":
            teeth.append(("TOO", restore(segment)))
        elif kind in ("SV1", "SV2", "SV3"):
            lines[kind] = restore(segment)
    if service:
        own = _SERVICE_SEGMENTS[service.kind](service)
        rest = lines.get(service.kind, ())
        lines[service.kind] = [
            mine or (rest[place] if place < len(rest) else "")
            for place, mine in enumerate([*own, *[""] * (len(rest) - len(own))])
        ]
    for kind in ("SV1", "SV2", "SV3"):
        if kind in lines:
            yield kind, lines[kind]
    yield from teeth


def restore(carried: CarriedSegment) -> tuple[Element, ...]:
    """The carried segment, its composites taken apart again."""
    composites = COMPOSITES.get(carried.elements[0], frozenset())
    return tuple(
        read_components(text, ":") if position in composites and text else text
        for position, text in enumerate(carried.elements)
    )


def write_procedure(procedure: Procedure | None) -> Element:
    """A C003 composite."""
    if procedure is None:
        return ""
    modifiers = (*procedure.modifiers[:4], *[""] * (4 - len(procedure.modifiers)))
    return (procedure.qualifier, procedure.code, *modifiers, procedure.description, procedure.last)


def _professional(service: Service) -> list[Element]:
    pointers: Element = tuple(str(one) if one else "" for one in service.diagnosis_pointers)
    counted = (service.unit, write_number(service.quantity))
    head = ["SV1", write_procedure(service.procedure), write_number(service.amount), *counted]
    return [*head, "", "", pointers, "", "", "", service.epsdt, *[""] * 8, service.nursing_home_level]


def _institutional(service: Service) -> list[Element]:
    return [
        "SV2",
        service.revenue_code,
        write_procedure(service.procedure),
        write_number(service.amount),
        service.unit,
        write_number(service.quantity),
        write_number(service.rate),
        "",
        "",
        service.nursing_home_status,
        service.nursing_home_level,
    ]


def _dental(service: Service) -> list[Element]:
    head = ["SV3", write_procedure(service.procedure), write_number(service.amount)]
    return [*head, "", "", "", write_number(service.quantity)]


_SERVICE_SEGMENTS = {
    ServiceKind.PROFESSIONAL: _professional,
    ServiceKind.INSTITUTIONAL: _institutional,
    ServiceKind.DENTAL: _dental,
}
