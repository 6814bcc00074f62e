"""Traces, days, changes and codes as PAS writes them, and as the domain holds them. The readers never raise."""

from __future__ import annotations

import re
from datetime import date, datetime

from priorauth.domain.reviews import Change, DatePeriod, Trace
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_elements import (
    NO_EXTENSION,
    Concept,
    Extension,
    Extensions,
    Identifier,
    Period,
    by_url,
)
from priorauth.translate.fhir_reading import child, code, day, text
from priorauth.translate.fhir_typed import typed
from priorauth.translate.fhir_vocabulary import (
    INFO_CANCELLED,
    INFO_CHANGED,
    REVENUE,
    REVENUE_2_0_1,
    SUB_DEPARTMENT,
    TRACE_SYSTEM,
    Written,
    valued,
)
from priorauth.translate.quick import builder

CHANGES = {change.value: change for change in Change}
CANCELLED = Change.CANCELLED  # of an enumeration it would be looked up by name each time
_NDC = re.compile(r"([0-9]{4,5})-([0-9]{3,4})-([0-9]{1,2})")
_ZIP_9 = re.compile(r"([0-9]{5})([0-9]{4})")

_trace = builder(Trace)
_period = builder(DatePeriod)


def read_trace(identifier: Element) -> Trace:
    """A trace number, as `trace_of`."""
    return trace_of(typed(identifier, Identifier))


def trace_of(identifier: Identifier, assigner: str = "") -> Trace:
    """A trace number: TRN02 is the value, TRN03 the assigner's identifier or what follows `urn:trnorg:`."""
    named = identifier.assigner.identifier
    own = named.value if named else ""
    if not own and identifier.system.startswith(TRACE_SYSTEM):
        own = identifier.system.removeprefix(TRACE_SYSTEM)
    found = identifier.extension
    department = by_url(found).get(SUB_DEPARTMENT, NO_EXTENSION).valueString if found else ""
    return _trace(identifier.value, own or assigner, department)


def read_days(element: Element, name: str) -> DatePeriod | None:
    """A choice of date and Period (`serviced[x]`, `timing[x]`), as `days_of`."""
    return days_of(text(element, f"{name}Date"), typed(child(element, f"{name}Period"), Period))


def days_of(date: str, period: Period) -> DatePeriod | None:
    """A choice of date and Period; times of day are left out."""
    if date:
        start = day(date)
        return _period(start) if start else None
    return period_of(period)


def read_period(period: Element) -> DatePeriod | None:
    """A Period of days, None where it has none."""
    return period_of(typed(period, Period))


def period_of(period: Period) -> DatePeriod | None:
    """A Period of days, None where it has none."""
    start, end = day(period.start), day(period.end)
    if start is None:
        return _period(end) if end else None
    return _period(start, end)


def revenue_code(concept: Element) -> str:
    """The revenue code of a CodeableConcept; the two versions of PAS name its system differently."""
    return code(concept, REVENUE) or code(concept, REVENUE_2_0_1)


def change_of(modifiers: tuple[Extension, ...], found: Extensions) -> Change | None:
    """What an update does to an entry, by its modifiers and other extensions (PAS spec-69 to spec-72)."""
    if modifiers and by_url(modifiers).get(INFO_CANCELLED, NO_EXTENSION).valueBoolean is True:
        return CANCELLED
    return CHANGES.get(found[INFO_CHANGED].valueCode) if INFO_CHANGED in found else None


def revenue_of(concept: Concept) -> str:
    """As `revenue_code`."""
    return (concept.of(REVENUE) or concept.of(REVENUE_2_0_1)) if concept.coding else ""


def plain_ndc(value: str) -> str:
    """The eleven digits that N4 holds, of a code that is written with dashes."""
    parts = _NDC.fullmatch(value)
    return f"{parts[1]:0>5}{parts[2]:0>4}{parts[3]:0>2}" if parts else value


def plain_diagnosis(value: str) -> str:
    """The code without its point, as HI holds it."""
    return value.replace(".", "")


def read_created(moment: str) -> str:
    """BHT04 and BHT05 as one text, by the sender's own clock."""
    digits = moment[:19].replace("-", "").replace("T", "").replace(":", "")
    return digits[:12] if digits[12:] == "00" else digits


# Writing


def write_trace(trace: Trace) -> Written:
    """The Identifier of a trace number."""
    identifier: Written = {"system": f"{TRACE_SYSTEM}{trace.assigner}", "value": trace.number}
    if trace.additional:
        identifier = {"extension": [valued(SUB_DEPARTMENT, "String", trace.additional)], **identifier}
    if trace.assigner:
        identifier["assigner"] = {"identifier": {"system": TRACE_SYSTEM[:-1], "value": trace.assigner}}
    return identifier


def write_days(name: str, period: DatePeriod | None) -> Written:
    """A choice of date and Period (`serviced[x]`, `timing[x]`, `value[x]`)."""
    if period is None:
        return {}
    if period.end is None:
        return {f"{name}Date": period.start.isoformat()}
    return {f"{name}Period": write_period(period)}


def write_period(period: DatePeriod) -> Written:
    """A Period; of a single day where it has no end."""
    return {"start": period.start.isoformat(), "end": (period.end or period.start).isoformat()}


def write_day(value: date | None) -> str:
    """A date, or empty."""
    return value.isoformat() if value else ""


def write_instant(moment: datetime) -> str:
    """An instant with its zone."""
    return moment.isoformat(timespec="seconds")


def dotted_diagnosis(system: str, code: str) -> str:
    """The code with the point that ICD-9-CM and ICD-10-CM have after the category."""
    if "icd" not in system:
        return code
    category = 4 if code[:1] == "E" and "icd9" in system else 3
    return f"{code[:category]}.{code[category:]}" if len(code) > category else code


def dashed_zip(postal_code: str) -> str:
    """A ZIP+4 with its dash."""
    found = _ZIP_9.fullmatch(postal_code)
    return f"{found[1]}-{found[2]}" if found else postal_code
