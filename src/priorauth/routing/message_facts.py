"""Facts that a message states or that follow from it, each with the position it was read at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from priorauth.domain.reviews import Format, ReviewItem, Service, ServiceKind, ServiceReview
from priorauth.routing.fact import Fact, Facts, FactState, known, not_applicable, unknown
from priorauth.routing.fact_tables import NONE_OF_THEM, FactTables
from priorauth.routing.vocabulary import normal_code


@dataclass(frozen=True, slots=True)
class Message:
    """What derivations look at: the review, one item of it, the tables, and the day of receipt."""

    review: ServiceReview
    item: ReviewItem
    tables: FactTables
    received_on: date

    def position(self, canonical: str) -> str:
        """Where a canonical field came from: loop, segment and element for X12, the canonical path otherwise."""
        return POSITIONS[canonical] if self.review.arrived_as is Format.X12_278 else canonical


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
    "item.service.SV1.system":       "2000F/SV101-1",
    "item.service.SV2.system":       "2000F/SV202-1",
    "item.service.SV3.system":       "2000F/SV301-1",
}
# fmt: on

PROCEDURE_SYSTEMS: Mapping[str, str] = {"AD": "cdt", "ID": "icd_9_pcs", "N4": "ndc", "ZZ": "icd_10_pcs"}
"""Data element 235 -> code system. HC is CPT or HCPCS by the shape of the code."""

ACCOMMODATION = ("0100", "0219")
"""Revenue codes of room and board: such a line names no procedure (NUBC 010X to 021X)."""

NEWBORN = "4"
"""CL101: the birth encounter."""


def system_of_shape(code: str) -> str:
    """CPT (level I) or HCPCS (level II) by the shape of the code: level II begins with a letter."""
    return "hcpcs" if code[:1].isalpha() else "cpt"


def _date_of_birth(message: Message, _: Facts) -> Fact:
    whose = "dependent" if message.review.dependent else "subscriber"
    position = message.position(f"{whose}.birth_date")
    demographics = message.review.patient.demographics
    return known(demographics.birth_date, position) if demographics and demographics.birth_date else unknown(position)


def _admission_date(message: Message, _: Facts) -> Fact:
    position, dates = message.position("event.admission_dates"), message.review.event.admission_dates
    return known(dates.start, position) if dates else unknown(position)


def _discharge_date(message: Message, _: Facts) -> Fact:
    position, day = message.position("event.discharge_date"), message.review.event.discharge_date
    return known(day, position) if day else unknown(position)


def _procedure_date(message: Message, _: Facts) -> Fact:
    position, dates = message.position("item.service_dates"), message.item.service_dates
    return known(dates.start, position) if dates else unknown(position)


def _service_date(message: Message, _: Facts) -> Fact:
    event = message.review.event
    for canonical, dates in (
        ("item.service_dates", message.item.service_dates),
        ("event.event_dates", event.event_dates),
        ("event.admission_dates", event.admission_dates),
    ):
        if dates:
            return known(dates.start, message.position(canonical))
    return unknown(message.position("item.service_dates"))


def _receipt_date(message: Message, _: Facts) -> Fact:
    return known(message.received_on, "receipt")


def _age(message: Message, facts: Facts) -> Fact:
    born = facts["date_of_birth"]
    on = facts["service_date"].value or message.received_on
    if not isinstance(born.value, date) or not isinstance(on, date):
        return unknown(born.source)
    return known(on.year - born.value.year - ((on.month, on.day) < (born.value.month, born.value.day)), born.source)


def _birth_admission(message: Message, facts: Facts) -> Fact:
    """Only suggested: an admission of type newborn, or one on the day of birth."""
    admission = message.review.event.admission
    position = message.position("event.admission.type")
    if admission and admission.type == NEWBORN:
        return known(True, position)
    born, admitted = facts["date_of_birth"], facts["admission_date"]
    if born.value is not None and born.value == admitted.value:
        return known(True, admitted.source)
    return unknown("directory")


def _procedure_code(message: Message, _: Facts) -> Fact:
    service = message.item.service
    if service is None:
        return unknown(message.position("item.service"))
    position = message.position(f"item.service.{service.kind}.procedure")
    if service.procedure and service.procedure.code and not service.procedure.last:
        return known(normal_code("procedure_code", service.procedure.code), position)
    return not_applicable(position) if service.procedure is None and _is_accommodation(service) else unknown(position)


def _is_accommodation(service: Service) -> bool:
    first, last = ACCOMMODATION
    return bool(service.revenue_code) and first <= normal_code("revenue_code", service.revenue_code) <= last


def _procedure_system(message: Message, facts: Facts) -> Fact:
    code, service = facts["procedure_code"], message.item.service
    if not isinstance(code.value, str) or service is None or service.procedure is None:
        return Fact(code.state, None, code.source)
    position = message.position(f"item.service.{service.kind}.system")
    if service.procedure.qualifier == "HC":
        return known(system_of_shape(code.value), position)
    return known(PROCEDURE_SYSTEMS.get(service.procedure.qualifier, "other"), position)


def _revenue_code(message: Message, _: Facts) -> Fact:
    service = message.item.service
    position = message.position("item.service.revenue_code")
    if service is not None and service.revenue_code:
        return known(normal_code("revenue_code", service.revenue_code), position)
    if service is not None and service.kind is not ServiceKind.INSTITUTIONAL:
        return not_applicable(message.position(f"item.service.{service.kind}.procedure"))
    return unknown(position)


def _diagnoses(*qualifiers: str) -> Callable[[Message, Facts], Fact]:
    """The codes of the diagnoses with these qualifiers of data element 1270."""

    def derive(message: Message, _: Facts) -> Fact:
        position = message.position("event.diagnoses")
        codes = tuple(
            normal_code("diagnosis_code", diagnosis.code)
            for diagnosis in message.review.event.diagnoses
            if diagnosis.qualifier in qualifiers
        )
        return known(codes, position) if codes else unknown(position)

    return derive


def _diagnosis_system(message: Message, _: Facts) -> Fact:
    position = message.position("event.diagnoses")
    systems = {
        "icd_10_cm" if diagnosis.qualifier.startswith("A") else "icd_9_cm"
        for diagnosis in message.review.event.diagnoses
        if diagnosis.qualifier in ("ABF", "ABJ", "ABK", "APR", "BF", "BJ", "BK", "PR")
    }
    return known(systems.pop(), position) if len(systems) == 1 else unknown(position)


def _location(qualifier: str) -> Callable[[Message, Facts], Fact]:
    """The code of the item's location, else the event's, where it has that qualifier (B place of service, A bill)."""

    def derive(message: Message, _: Facts) -> Fact:
        canonical = "item.location" if message.item.location else "event.location"
        location = message.item.location or message.review.event.location
        position = message.position(canonical)
        if location is None:
            return unknown(position)
        return known(location.code, position) if location.qualifier == qualifier else not_applicable(position)

    return derive


def _setting(message: Message, facts: Facts) -> Fact:
    """The revenue code where it names a setting (observation, emergency room), else the location."""
    settings = message.tables.settings
    for qualifier, name in (("R", "revenue_code"), ("B", "place_of_service"), ("A", "type_of_bill")):
        fact = facts[name]
        found = settings.get((qualifier, fact.value)) if isinstance(fact.value, str) else None
        if found is not None:
            return _from_table(found, fact.source)
    return unknown(facts["place_of_service"].source)


def _from_table(found: str, source: str) -> Fact:
    return not_applicable(source) if found == NONE_OF_THEM else known(found, source)


def _stated(field: str, read: Callable[[Message], tuple[str, str]]) -> Callable[[Message, Facts], Fact]:
    """A code that the item states, or else the event."""

    def derive(message: Message, _: Facts) -> Fact:
        of_item, of_event = read(message)
        position = message.position(f"item.{field}" if of_item else f"event.{field}")
        code = of_item or of_event
        return known(code, position) if code else unknown(position)

    return derive


def _urgency(message: Message, _: Facts) -> Fact:
    """The level of service, else the admission type; a request that says neither is elective by default."""
    event = message.review.event
    for element, code, canonical in (
        ("UM06", event.level_of_service, "event.level_of_service"),
        ("CL101", event.admission.type if event.admission else "", "event.admission.type"),
    ):
        found = message.tables.urgencies.get((element, code)) if code else None
        if found:
            return known(found, message.position(canonical))
    default = message.tables.urgencies.get(("", ""))
    return known(default, "default") if default else unknown(message.position("event.level_of_service"))


def _review_type(message: Message, facts: Facts) -> Fact:
    category, certification = facts["request_category"], facts["certification_type"]
    found = message.tables.review_types.get((str(category.value), str(certification.value)))
    if found is None or FactState.KNOWN not in (category.state, certification.state):
        return unknown(category.source)
    return _from_table(found, certification.source)


def _service_category(message: Message, facts: Facts) -> Fact:
    """By the procedure, else the revenue code, else the service type: the first that the table knows."""
    for family, name in (("hcpcs", "procedure_code"), ("revenue", "revenue_code"), ("service_type", "service_type")):
        fact, table = facts[name], message.tables.categories.get(family)
        if not isinstance(fact.value, str) or table is None:
            continue
        if name == "procedure_code" and facts["procedure_system"].value not in ("cpt", "hcpcs"):
            continue
        found = table.category(fact.value)
        if found is not None:
            return _from_table(found, fact.source)
    return unknown(facts["procedure_code"].source)


def _certification_of(message: Message) -> tuple[str, str]:
    return (message.item.certification or "", message.review.event.certification)


DERIVATIONS: Mapping[str, Callable[[Message, Facts], Fact]] = {
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
    "revenue_code": _revenue_code,
    "diagnosis_code": _diagnoses("ABF", "ABJ", "ABK", "APR", "BF", "BJ", "BK", "PR"),
    "principal_diagnosis": _diagnoses("ABK", "BK"),
    "admitting_diagnosis": _diagnoses("ABJ", "BJ"),
    "diagnosis_system": _diagnosis_system,
    "place_of_service": _location("B"),
    "type_of_bill": _location("A"),
    "setting": _setting,
    "urgency": _urgency,
    "review_type": _review_type,
    "service_category": _service_category,
    "service_type": _stated("service_type", lambda m: (m.item.service_type, m.review.event.service_type)),
    "request_category": _stated("category", lambda m: (m.item.category, m.review.event.category)),
    "certification_type": _stated("certification", _certification_of),
}
"""How each fact of the message is derived. The directory's facts have no entry."""
