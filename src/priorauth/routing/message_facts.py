"""Facts that a message states or that follow from it, each with the position it was read at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from priorauth.domain.reviews import Service, ServiceKind
from priorauth.routing.fact import NOT_APPLICABLE, UNKNOWN, Fact, Facts, Message
from priorauth.routing.fact_tables import NONE_OF_THEM
from priorauth.routing.vocabulary import normal_code

# fmt: off
POSITIONS: Mapping[str, str] = {
    "subscriber.birth_date":         "2010C/DMG02",
    "dependent.birth_date":          "2010D/DMG02",
    "event.category":                "2000E/UM01",
    "event.certification":           "2000E/UM02",
    "event.service_type":            "2000E/UM03",
    "event.location":                "2000E/UM04-1",
    "event.level_of_service":        "2000E/UM06",
    "event.event_dates":             "2000E/DTP03[AAH]",
    "event.admission_dates":         "2000E/DTP03[435]",
    "event.discharge_date":          "2000E/DTP03[096]",
    "event.diagnoses":               "2000E/HI",
    "event.admission.type":          "2000E/CL101",
    "event.admission.source":        "2000E/CL102",
    "item.category":                 "2000F/UM01",
    "item.certification":            "2000F/UM02",
    "item.service_type":             "2000F/UM03",
    "item.location":                 "2000F/UM04-1",
    "item.service_dates":            "2000F/DTP03[472]",
    "item.service":                  "2000F",
    "item.service.revenue_code":     "2000F/SV201",
    "item.service.SV1.procedure":    "2000F/SV101-2",
    "item.service.SV2.procedure":    "2000F/SV202-2",
    "item.service.SV3.procedure":    "2000F/SV301-2",
    "item.service.SV1.modifiers":    "2000F/SV101-3",
    "item.service.SV2.modifiers":    "2000F/SV202-3",
    "item.service.SV3.modifiers":    "2000F/SV301-3",
    "item.service.SV1.system":       "2000F/SV101-1",
    "item.service.SV2.system":       "2000F/SV202-1",
    "item.service.SV3.system":       "2000F/SV301-1",
}
# fmt: on
"""Canonical field -> loop, segment and element of X217, for facts of messages that came as X12."""

PROCEDURES: Mapping[ServiceKind, str] = {kind: f"item.service.{kind}.procedure" for kind in ServiceKind}
SYSTEMS: Mapping[ServiceKind, str] = {kind: f"item.service.{kind}.system" for kind in ServiceKind}
"""Where a line of each kind states its procedure and the code system of it."""

MODIFIERS: Mapping[ServiceKind, str] = {kind: f"item.service.{kind}.modifiers" for kind in ServiceKind}

PROCEDURE_SYSTEMS: Mapping[str, str] = {"AD": "cdt", "ID": "icd_9_pcs", "N4": "ndc", "ZZ": "icd_10_pcs"}
"""Data element 235 -> code system. HC is CPT or HCPCS by the shape of the code."""

ACCOMMODATION = ("0100", "0219")
"""Revenue codes of room and board: such a line names no procedure (NUBC 010X to 021X)."""

_INSTITUTIONAL = ServiceKind.INSTITUTIONAL

NEWBORN = "4"
"""CL101: the birth encounter."""

FROM_SURGERY_CENTER, FROM_ANOTHER_UNIT = "E", "D"
"""CL102: came from an ambulatory surgery center; from another unit of the same hospital (NUBC point of origin)."""

DIAGNOSIS_QUALIFIERS = ("ABF", "ABJ", "ABK", "APR", "BF", "BJ", "BK", "PR")
"""Data element 1270: ICD diagnoses; those of ICD-10-CM begin with A."""

DIAGNOSIS_SYSTEMS: Mapping[str, str] = {
    qualifier: "icd_10_cm" if qualifier.startswith("A") else "icd_9_cm" for qualifier in DIAGNOSIS_QUALIFIERS
}

DEFAULT = "default"
"""The source of a fact that was assumed."""

Derivation = Callable[[Message, Facts], Fact]
"""How a fact is read from the message, or worked out from other facts."""


def system_of_shape(code: str) -> str:
    """CPT (level I) or HCPCS (level II) by the shape of the code: level II begins with a letter."""
    return "hcpcs" if code[:1].isalpha() else "cpt"


def _date_of_birth(message: Message, _: Facts) -> Fact:
    review = message.review
    demographics = review.patient.demographics
    found = demographics.birth_date if demographics else None
    return (found or UNKNOWN, "dependent.birth_date" if review.dependent else "subscriber.birth_date")


def _admission_date(message: Message, _: Facts) -> Fact:
    dates = message.review.event.admission_dates
    return (dates.start if dates else UNKNOWN, "event.admission_dates")


def _discharge_date(message: Message, _: Facts) -> Fact:
    return (message.review.event.discharge_date or UNKNOWN, "event.discharge_date")


def _procedure_date(message: Message, _: Facts) -> Fact:
    dates = message.item.service_dates
    return (dates.start if dates else UNKNOWN, "item.service_dates")


def _service_date(message: Message, _: Facts) -> Fact:
    event = message.review.event
    if message.item.service_dates:
        return (message.item.service_dates.start, "item.service_dates")
    if event.event_dates:
        return (event.event_dates.start, "event.event_dates")
    if event.admission_dates:
        return (event.admission_dates.start, "event.admission_dates")
    return (UNKNOWN, "item.service_dates")


def _receipt_date(message: Message, _: Facts) -> Fact:
    return (message.received_on or message.review.received_at.date(), "receipt")


def _age(_: Message, facts: Facts) -> Fact:
    born, source = facts["date_of_birth"]
    on = facts["service_date"][0]
    if not isinstance(on, date):
        on = facts["receipt_date"][0]
    if not isinstance(born, date) or not isinstance(on, date):
        return (UNKNOWN, source)
    return (on.year - born.year - ((on.month, on.day) < (born.month, born.day)), source)


def _birth_admission(message: Message, facts: Facts) -> Fact:
    """Only suggested: an admission of type newborn, or one on the day of birth."""
    admission = message.review.event.admission
    if admission and admission.type == NEWBORN:
        return (True, "event.admission.type")
    born, (admitted, source) = facts["date_of_birth"][0], facts["admission_date"]
    if isinstance(born, date) and born == admitted:
        return (True, source)
    return (UNKNOWN, facts.outside_source)


def _procedure_code(message: Message, _: Facts) -> Fact:
    service = message.item.service
    if service is None:
        return (UNKNOWN, "item.service")
    procedure, where = service.procedure, PROCEDURES[service.kind]
    if procedure and procedure.code and not procedure.last:
        return (normal_code("procedure_code", procedure.code), where)
    return (NOT_APPLICABLE if procedure is None and _is_accommodation(service) else UNKNOWN, where)


def _is_accommodation(service: Service) -> bool:
    first, last = ACCOMMODATION
    return bool(service.revenue_code) and first <= normal_code("revenue_code", service.revenue_code) <= last


def _procedure_system(message: Message, facts: Facts) -> Fact:
    code, service = facts["procedure_code"][0], message.item.service
    if not isinstance(code, str) or service is None or service.procedure is None:
        return facts["procedure_code"]
    qualifier = service.procedure.qualifier
    system = system_of_shape(code) if qualifier == "HC" else PROCEDURE_SYSTEMS.get(qualifier, "other")
    return (system, SYSTEMS[service.kind])


def _procedure_modifier(message: Message, _: Facts) -> Fact:
    service = message.item.service
    if service is None or service.procedure is None:
        return (NOT_APPLICABLE, "item.service")
    modifiers = tuple(normal_code("procedure_modifier", one) for one in service.procedure.modifiers if one)
    return (modifiers or NOT_APPLICABLE, MODIFIERS[service.kind])


def _revenue_code(message: Message, _: Facts) -> Fact:
    service = message.item.service
    if service is None:
        return (UNKNOWN, "item.service.revenue_code")
    if service.revenue_code:
        return (normal_code("revenue_code", service.revenue_code), "item.service.revenue_code")
    if service.kind is _INSTITUTIONAL:
        return (UNKNOWN, "item.service.revenue_code")
    return (NOT_APPLICABLE, PROCEDURES[service.kind])


def _diagnoses(*qualifiers: str) -> Derivation:
    """The codes of the diagnoses with these qualifiers of data element 1270."""

    def derive(message: Message, _: Facts) -> Fact:
        codes = [
            normal_code("diagnosis_code", diagnosis.code)
            for diagnosis in message.review.event.diagnoses
            if diagnosis.qualifier in qualifiers
        ]
        return (tuple(codes) or UNKNOWN, "event.diagnoses")

    return derive


def _diagnosis_system(message: Message, _: Facts) -> Fact:
    systems = {DIAGNOSIS_SYSTEMS.get(diagnosis.qualifier, "") for diagnosis in message.review.event.diagnoses}
    systems.discard("")
    return (systems.pop() if len(systems) == 1 else UNKNOWN, "event.diagnoses")


def _spu_complication(message: Message, _: Facts) -> Fact:
    """Whether a short procedure unit sent the patient; another unit of the hospital may be one."""
    admission = message.review.event.admission
    if not admission or not admission.source:
        return (False, DEFAULT)
    origin = admission.source
    return (UNKNOWN if origin == FROM_ANOTHER_UNIT else origin == FROM_SURGERY_CENTER, "event.admission.source")


def _location(qualifier: str) -> Derivation:
    """The code of the item's location, else the event's, where it has that qualifier (B place of service, A bill)."""

    def derive(message: Message, _: Facts) -> Fact:
        location, where = message.item.location, "item.location"
        if location is None:
            location, where = message.review.event.location, "event.location"
        if location is None:
            return (UNKNOWN, where)
        return (location.code if location.qualifier == qualifier else NOT_APPLICABLE, where)

    return derive


def _setting(message: Message, facts: Facts) -> Fact:
    """The revenue code where it names a setting (observation, emergency room), else the location."""
    settings = message.tables.settings
    for qualifier, name in (("R", "revenue_code"), ("B", "place_of_service"), ("A", "type_of_bill")):
        code, where = facts[name]
        found = settings.get((qualifier, code)) if type(code) is str else None
        if found is not None:
            return (NOT_APPLICABLE if found == NONE_OF_THEM else found, where)
    return (UNKNOWN, facts["place_of_service"][1])


def _from_table(found: str, where: str) -> Fact:
    return (NOT_APPLICABLE if found == NONE_OF_THEM else found, where)


def _service_type(message: Message, _: Facts) -> Fact:
    if message.item.service_type:
        return (message.item.service_type, "item.service_type")
    return (message.review.event.service_type or UNKNOWN, "event.service_type")


def _request_category(message: Message, _: Facts) -> Fact:
    if message.item.category:
        return (message.item.category, "item.category")
    return (message.review.event.category or UNKNOWN, "event.category")


def _certification_type(message: Message, _: Facts) -> Fact:
    if message.item.certification:
        return (message.item.certification, "item.certification")
    return (message.review.event.certification, "event.certification")


def _urgency(message: Message, _: Facts) -> Fact:
    """The level of service, else the admission type; a request that says neither is elective by default."""
    event, urgencies = message.review.event, message.tables.urgencies
    stated = urgencies.get(("UM06", event.level_of_service))
    if stated:
        return (stated, "event.level_of_service")
    admitted = urgencies.get(("CL101", event.admission.type)) if event.admission else None
    if admitted:
        return (admitted, "event.admission.type")
    default = urgencies.get(("", ""))
    return (default, DEFAULT) if default else (UNKNOWN, "event.level_of_service")


def _review_type(message: Message, facts: Facts) -> Fact:
    category, where = facts["request_category"]
    certification, where_certified = facts["certification_type"]
    if not isinstance(category, str) or not isinstance(certification, str):
        return (UNKNOWN, where)
    found = message.tables.review_types.get((category, certification))
    return (UNKNOWN, where) if found is None else _from_table(found, where_certified)


CATEGORY_FAMILIES: Mapping[object, str] = {"cpt": "hcpcs", "hcpcs": "hcpcs", "cdt": "hcpcs", "icd_9_pcs": "icd_9_pcs"}
"""Systems of procedures by which a category is found, with the part of the table for each."""


def _service_category(message: Message, facts: Facts) -> Fact:
    """By the procedure, else the revenue code, else the service type: the first that the table knows."""
    for name, family in (("procedure_code", ""), ("revenue_code", "revenue"), ("service_type", "service_type")):
        code, where = facts[name]
        if not isinstance(code, str):
            continue
        if not family:
            family = CATEGORY_FAMILIES.get(facts["procedure_system"][0], "")
            code = code.ljust(4, "0") if family == "icd_9_pcs" else code
        table = message.tables.categories.get(family)
        found = table.category(code) if table else None
        if found is not None:
            return _from_table(found, where)
    return (UNKNOWN, facts["procedure_code"][1])


DERIVATIONS: Mapping[str, Derivation] = {
    "date_of_birth": _date_of_birth,
    "admission_date": _admission_date,
    "discharge_date": _discharge_date,
    "procedure_date": _procedure_date,
    "service_date": _service_date,
    "receipt_date": _receipt_date,
    "age": _age,
    "birth_admission": _birth_admission,
    "procedure_code": _procedure_code,
    "procedure_system": _procedure_system,
    "procedure_modifier": _procedure_modifier,
    "revenue_code": _revenue_code,
    "diagnosis_code": _diagnoses(*DIAGNOSIS_QUALIFIERS),
    "principal_diagnosis": _diagnoses("ABK", "BK"),
    "admitting_diagnosis": _diagnoses("ABJ", "BJ"),
    "leading_diagnosis": _diagnoses("ABK", "BK", "ABJ", "BJ"),
    "diagnosis_system": _diagnosis_system,
    "place_of_service": _location("B"),
    "type_of_bill": _location("A"),
    "setting": _setting,
    "urgency": _urgency,
    "review_type": _review_type,
    "service_category": _service_category,
    "spu_complication": _spu_complication,
    "service_type": _service_type,
    "request_category": _request_category,
    "certification_type": _certification_type,
}
"""How each fact of the message is derived. The directory's facts have no entry."""
