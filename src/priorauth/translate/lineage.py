"""Which element of a 278 request each field of its service review came from.

The rows say the same as the readers of `x12_parties`, `x12_services` and `x12_event`; a test changes the element at
every stated position and sees that field change, so that the two cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from priorauth.x12.tree import LoopNode


class Spread(Enum):
    """What a `[]` at the end of a row's path counts, where one row stands for several positions."""

    NONE = "one element"
    SEGMENTS = "repetitions of the segment"
    ELEMENTS = "elements from this one on"
    COMPONENTS = "components from this one on"


@dataclass(frozen=True, slots=True)
class Row:
    """A field, named from its loop's own path, and the element (and component) that it is read from."""

    path: str
    key: str
    element: int
    component: int = 0
    spread: Spread = Spread.NONE


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field came from: the position in the guide, and the segment's number in its set (ST is 1)."""

    label: str  # "2000F/SV201", "2000E/UM04-1", "BHT03"
    segment: int
    loop: str
    element: int
    component: int = 0


# fmt: off
_EACH = Spread.SEGMENTS

TRANSACTION = (
    Row("transaction.purpose",     "BHT", 2),
    Row("transaction.identifier",  "BHT", 3),
    Row("transaction.created",     "BHT", 4),
    Row("transaction.reservation", "BHT", 6),
)
NAME = (
    Row("role",                 "NM1", 1),
    Row("name.kind",            "NM1", 2),
    Row("name.last",            "NM1", 3),
    Row("name.first",           "NM1", 4),
    Row("name.middle",          "NM1", 5),
    Row("name.prefix",          "NM1", 6),
    Row("name.suffix",          "NM1", 7),
    Row("identifier.qualifier", "NM1", 8),
    Row("identifier.value",     "NM1", 9),
)
LOCATED = (
    Row("supplemental[].qualifier",   "REF", 1, spread=_EACH),
    Row("supplemental[].value",       "REF", 2, spread=_EACH),
    Row("supplemental[].description", "REF", 3, spread=_EACH),
    Row("address.lines[]",            "N3",  1, spread=Spread.ELEMENTS),
    Row("address.city",               "N4",  1),
    Row("address.state",              "N4",  2),
    Row("address.postal_code",        "N4",  3),
    Row("address.country",            "N4",  4),
    Row("address.subdivision",        "N4",  7),
)
PROVIDER = (
    *NAME, *LOCATED,
    Row("contact.name",                 "PER", 2),
    Row("contact.numbers[0].qualifier", "PER", 3),
    Row("contact.numbers[0].value",     "PER", 4),
    Row("contact.numbers[1].qualifier", "PER", 5),
    Row("contact.numbers[1].value",     "PER", 6),
    Row("contact.numbers[2].qualifier", "PER", 7),
    Row("contact.numbers[2].value",     "PER", 8),
    Row("specialty.role",               "PRV", 1),
    Row("specialty.qualifier",          "PRV", 2),
    Row("specialty.taxonomy",           "PRV", 3),
)
PERSON = (
    *NAME[1:], *LOCATED,
    Row("demographics.birth_date", "DMG", 2),
    Row("demographics.gender",     "DMG", 3),
)
SUBSCRIBER = (*PERSON, Row("military_status", "INS", 8))
DEPENDENT  = (*PERSON, Row("relationship", "INS", 2), Row("birth_sequence", "INS", 17))

TRACES = (
    Row("traces[].number",     "TRN", 2, spread=_EACH),
    Row("traces[].assigner",   "TRN", 3, spread=_EACH),
    Row("traces[].additional", "TRN", 4, spread=_EACH),
)
REVIEW = (
    Row("category",                "UM", 1),
    Row("certification",           "UM", 2),
    Row("service_type",            "UM", 3),
    Row("location.code",           "UM", 4, 1),
    Row("location.qualifier",      "UM", 4, 2),
    Row("previous_authorization",  "REF/BB", 2),
    Row("previous_administrative", "REF/NT", 2),
)
DELIVERY = (
    Row("delivery.quantity_qualifier", "HSD", 1),
    Row("delivery.quantity",           "HSD", 2),
    Row("delivery.measure",            "HSD", 3),
    Row("delivery.modulus",            "HSD", 4),
    Row("delivery.period",             "HSD", 5),
    Row("delivery.period_count",       "HSD", 6),
    Row("delivery.frequency",          "HSD", 7),
    Row("delivery.pattern",            "HSD", 8),
)
DOCUMENTS = (
    Row("attachments[].report_type",    "PWK", 1, spread=_EACH),
    Row("attachments[].transmission",   "PWK", 2, spread=_EACH),
    Row("attachments[].control_number", "PWK", 6, spread=_EACH),
    Row("attachments[].description",    "PWK", 7, spread=_EACH),
    Row("message",                      "MSG", 1),
)
EVENT = (
    *TRACES, *REVIEW,
    Row("accident.causes[0]",      "UM", 5, 1),
    Row("accident.causes[1]",      "UM", 5, 2),
    Row("accident.causes[2]",      "UM", 5, 3),
    Row("accident.state",          "UM", 5, 4),
    Row("accident.country",        "UM", 5, 5),
    Row("level_of_service",        "UM", 6),
    Row("health_condition",        "UM", 7),
    Row("prognosis",               "UM", 8),
    Row("release",                 "UM", 9),
    Row("delay_reason",            "UM", 10),
    Row("accident_date",           "DTP/439", 3),
    Row("last_menstrual_period",   "DTP/484", 3),
    Row("estimated_birth",         "DTP/ABC", 3),
    Row("onset",                   "DTP/431", 3),
    Row("event_dates",             "DTP/AAH", 3),
    Row("admission_dates",         "DTP/435", 3),
    Row("discharge_date",          "DTP/096", 3),
    Row("diagnoses[].qualifier",   "HI", 1, 1, Spread.ELEMENTS),
    Row("diagnoses[].code",        "HI", 1, 2, Spread.ELEMENTS),
    Row("diagnoses[].diagnosed",   "HI", 1, 4, Spread.ELEMENTS),
    *DELIVERY,
    Row("admission.type",                "CL1", 1),
    Row("admission.source",              "CL1", 2),
    Row("admission.patient_status",      "CL1", 3),
    Row("admission.nursing_home_status", "CL1", 4),
    *DOCUMENTS,
)
ITEM = (*TRACES, *REVIEW, Row("service_dates", "DTP", 3), *DELIVERY, *DOCUMENTS)


def _procedure(key: str, element: int) -> tuple[Row, ...]:
    return (
        Row("service.procedure.qualifier",    key, element, 1),
        Row("service.procedure.code",         key, element, 2),
        Row("service.procedure.modifiers[0]", key, element, 3),
        Row("service.procedure.modifiers[1]", key, element, 4),
        Row("service.procedure.modifiers[2]", key, element, 5),
        Row("service.procedure.modifiers[3]", key, element, 6),
        Row("service.procedure.description",  key, element, 7),
        Row("service.procedure.last",         key, element, 8),
    )


SERVICES = {
    "SV2": (
        Row("service.revenue_code",        "SV2", 1),
        *_procedure("SV2", 2),
        Row("service.amount",              "SV2", 3),
        Row("service.unit",                "SV2", 4),
        Row("service.quantity",            "SV2", 5),
        Row("service.rate",                "SV2", 6),
        Row("service.nursing_home_status", "SV2", 9),
        Row("service.nursing_home_level",  "SV2", 10),
    ),
    "SV1": (
        *_procedure("SV1", 1),
        Row("service.amount",                "SV1", 2),
        Row("service.unit",                  "SV1", 3),
        Row("service.quantity",              "SV1", 4),
        Row("service.diagnosis_pointers[]",  "SV1", 7, 1, Spread.COMPONENTS),
        Row("service.epsdt",                 "SV1", 11),
        Row("service.nursing_home_level",    "SV1", 20),
    ),
    "SV3": (
        *_procedure("SV3", 1),
        Row("service.amount",   "SV3", 2),
        Row("service.quantity", "SV3", 6),
    ),
}
"""The rows of a service line by its segment; the first that is there is the service, in this order."""
# fmt: on


def lineage_of(tree: LoopNode, separator: str) -> dict[str, Source]:
    """The source of every field of the review that `tree` is read into, by canonical path (`items[0].service.unit`)."""
    found: dict[str, Source] = {}
    for prefix, node, rows in _nodes(tree):
        for row in rows:
            for path, source in _sources(prefix, node, row, separator):
                found[path] = source
    return found


def _nodes(tree: LoopNode) -> Iterator[tuple[str, LoopNode, Sequence[Row]]]:
    """Every loop that a review is read from, with the path of what it becomes."""
    yield "", tree, TRANSACTION
    for umo in tree.loops("2000A"):
        yield from _named("umo.", umo.loops("2010A"), (*NAME,))
        for requester in umo.loops("2000B"):
            yield from _named("requester.", requester.loops("2010B"), PROVIDER)
            for subscriber in requester.loops("2000C"):
                yield from _named("subscriber.", subscriber.loops("2010C"), SUBSCRIBER)
                patient = subscriber
                for dependent in subscriber.loops("2000D"):
                    yield from _named("dependent.", dependent.loops("2010D"), DEPENDENT)
                    patient = dependent
                for event in patient.loops("2000E"):
                    yield from _event(event)


def _event(event: LoopNode) -> Iterator[tuple[str, LoopNode, Sequence[Row]]]:
    yield "event.", event, EVENT
    for place, provider in enumerate(event.loops("2010EA")):
        yield f"event.providers[{place}].", provider, PROVIDER
    for place, service in enumerate(event.loops("2000F")):
        line = next((key for key in SERVICES if service.segment(key)), "")
        yield f"items[{place}].", service, (*ITEM, *SERVICES.get(line, ()))
        for inner, provider in enumerate(service.loops("2010F")):
            yield f"items[{place}].providers[{inner}].", provider, PROVIDER


def _named(
    prefix: str, nodes: Sequence[LoopNode], rows: Sequence[Row]
) -> Iterator[tuple[str, LoopNode, Sequence[Row]]]:
    for node in nodes[:1]:
        yield prefix, node, rows


def _sources(prefix: str, node: LoopNode, row: Row, separator: str) -> Iterator[tuple[str, Source]]:
    segments = node.segments(row.key)
    if row.spread is not Spread.SEGMENTS:
        segments = segments[:1]
    for repetition, segment in enumerate(segments):
        number = node.number(row.key, repetition)
        for place, element, component in _positions(row, segment, separator):
            index = repetition if row.spread is Spread.SEGMENTS else place
            path = prefix + row.path.replace("[]", f"[{index}]")
            yield path, Source(_label(node.id, row.key, element, component), number, node.id, element, component)


def _positions(row: Row, segment: Sequence[str], separator: str) -> Iterator[tuple[int, int, int]]:
    """Index, element and component of each position of a row that holds a value."""
    last = len(segment) - 1 if row.spread is Spread.ELEMENTS else row.element
    index = 0
    for element in range(row.element, last + 1):
        parts = segment[element].split(separator) if row.component else [segment[element]]
        if not segment[element]:
            continue
        if row.spread is Spread.COMPONENTS:
            for place, part in enumerate(parts):
                if part:
                    yield place, element, place + 1
        elif len(parts) >= (row.component or 1) and parts[(row.component or 1) - 1]:
            yield index, element, row.component
        index += 1


def _label(loop: str, key: str, element: int, component: int) -> str:
    position = f"{key.partition('/')[0]}{element:02d}" + (f"-{component}" if component else "")
    return f"{loop}/{position}" if loop else position
