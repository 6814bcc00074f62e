"""Traces, days, changes and codes as PAS writes them, and as the domain holds them. The readers never raise."""

from __future__ import annotations

import re
from datetime import date, datetime

from priorauth.domain.reviews import Change, DatePeriod, Trace
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_reading import NOTHING, child, code, day, extension_text, extensions, text
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
_NDC = re.compile(r"([0-9]{4,5})-([0-9]{3,4})-([0-9]{1,2})")
_ZIP_9 = re.compile(r"([0-9]{5})([0-9]{4})")

_trace = builder(Trace)
_period = builder(DatePeriod)


def read_trace(identifier: Element, assigner: str = "") -> Trace:
    """A trace number: TRN02 is the value, TRN03 the assigner's identifier or what follows `urn:trnorg:`."""
    own = text(child(child(identifier, "assigner"), "identifier"), "value")
    if not own and (system := text(identifier, "system")).startswith(TRACE_SYSTEM):
        own = system.removeprefix(TRACE_SYSTEM)
    department = extension_text(extensions(identifier), SUB_DEPARTMENT) if "extension" in identifier else ""
    return _trace(text(identifier, "value"), own or assigner, department)


def read_days(element: Element, name: str) -> DatePeriod | None:
    """A choice of date and Period (`serviced[x]`, `timing[x]`); times of day are left out."""
    if found := text(element, f"{name}Date"):
        start = day(found)
        return _period(start) if start else None
    return read_period(child(element, f"{name}Period"))


def read_period(period: Element) -> DatePeriod | None:
    """A Period of days, None where it has none."""
    start, end = day(text(period, "start")), day(text(period, "end"))
    if start is None:
        return _period(end) if end else None
    return _period(start, end)


def revenue_code(concept: Element) -> str:
    """The revenue code of a CodeableConcept; the two versions of PAS name its system differently."""
    return code(concept, REVENUE) or code(concept, REVENUE_2_0_1)


def read_change(element: Element, found: dict[str, Element]) -> Change | None:
    """What an update does to an entry (PAS spec-69 to spec-72)."""
    if "modifierExtension" in element:
        cancelled = extensions(element, "modifierExtension").get(INFO_CANCELLED, NOTHING)
        if cancelled.get("valueBoolean") is True:
            return Change.CANCELLED
    return CHANGES.get(extension_text(found, INFO_CHANGED, "Code"))


def plain_ndc(value: str) -> str:
    """The eleven digits that N4 holds, of a code that is written with dashes."""
    parts = _NDC.fullmatch(value)
    return f"{parts[1]:0>5}{parts[2]:0>4}{parts[3]:0>2}" if parts else value


def plain_diagnosis(value: str) -> str:
    """The code without its point, as HI holds it."""
    return value.replace(".", "")


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
