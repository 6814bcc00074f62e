"""Which element of a 278 request each field of its service review is read from: one row a field.

`x12_readers` generates what reads a loop from these rows, and `lineage` answers from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from priorauth.domain.parties import EntityKind
from priorauth.domain.reviews import CertificationType


class Spread(Enum):
    """What a `[]` at the end of a row's path counts, where one row stands for several positions."""

    NONE = "one element"
    SEGMENTS = "repetitions of the segment"
    ELEMENTS = "elements from this one on"
    COMPONENTS = "components from this one on, all of them counts"


@dataclass(frozen=True, slots=True)
class Row:
    """A field, named from its loop's own path, and the element (and component) that it is read from; 0 is the id."""

    path: str
    key: str
    element: int
    component: int = 0
    spread: Spread = Spread.NONE


# fmt: off
_EACH = Spread.SEGMENTS

TRANSACTION = (  # `created` has BHT05 behind BHT04, so `x12_review` reads these itself
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
UMO = NAME
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
        Row("service.kind",                "SV2", 0),
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
        Row("service.kind",                  "SV1", 0),
        *_procedure("SV1", 1),
        Row("service.amount",                "SV1", 2),
        Row("service.unit",                  "SV1", 3),
        Row("service.quantity",              "SV1", 4),
        Row("service.diagnosis_pointers[]",  "SV1", 7, 1, Spread.COMPONENTS),
        Row("service.epsdt",                 "SV1", 11),
        Row("service.nursing_home_level",    "SV1", 20),
    ),
    "SV3": (
        Row("service.kind",     "SV3", 0),
        *_procedure("SV3", 1),
        Row("service.amount",   "SV3", 2),
        Row("service.quantity", "SV3", 6),
    ),
}
"""The rows of a service line by its segment; the first that is there is the service, in this order."""
# fmt: on

FALLBACKS = {EntityKind: EntityKind.ORGANIZATION, CertificationType: CertificationType.INITIAL}
"""What stands in a field that must hold something, for a code that is none."""


def below(field: str, rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows of what stands in one field, by its own paths: `quantity` for `delivery.quantity`."""
    start = f"{field}."
    return tuple(replace(row, path=row.path.removeprefix(start)) for row in rows if row.path.startswith(start))
