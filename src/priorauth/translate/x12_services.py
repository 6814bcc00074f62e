"""What is asked for, as segments: SV1, SV2, SV3, HSD, PWK, TRN and MSG, at the event and at the service.

A segment that the review has no field for is carried: kept as sent beside the event or the item, and put back here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from priorauth.domain.reviews import (
    Attachment,
    CarriedSegment,
    Delivery,
    FacilityLocation,
    Procedure,
    Service,
    ServiceKind,
    Trace,
)
from priorauth.translate.x12_values import read_components, write_number
from priorauth.translate.x12_writing import Row
from priorauth.x12.segments import Element

COMPOSITES: dict[str, frozenset[int]] = {
    "REF": frozenset({4}),
    "SV1": frozenset({1, 7}),
    "SV2": frozenset({2}),
    "SV3": frozenset({1, 4}),
    "TOO": frozenset({3}),
}
"""Where carried segments have composites; everywhere else a separator is data."""


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
