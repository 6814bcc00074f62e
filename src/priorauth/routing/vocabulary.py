"""The facts that rules condition on: their names, what values each may have, and how a value is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class FactKind(StrEnum):
    """What sort of value a fact has; it decides which conditions may be put on it."""

    ENUMERATION = "enumeration"
    TRUTH = "truth"
    DATE = "date"
    NUMBER = "number"
    CODE = "code"


FactValue = str | bool | int | date | tuple[str, ...]
"""A fact's value. A tuple holds several codes of which any may meet a condition."""


@dataclass(frozen=True, slots=True)
class FactDefinition:
    """One fact: its kind and, for an enumeration, its values; for codes, the fact that names their code system."""

    name: str
    kind: FactKind
    values: tuple[str, ...] = ()
    system_fact: str = ""
    outside: bool = False  # asked of the directory, and of nobody else where the message does not carry it


def _enumeration(name: str, *values: str, outside: bool = False) -> FactDefinition:
    return FactDefinition(name, FactKind.ENUMERATION, values, outside=outside)


def _outside(name: str, kind: FactKind) -> FactDefinition:
    return FactDefinition(name, kind, outside=True)


# fmt: off
_DEFINITIONS = (
    # What the directory knows (um-catalogue FACT-02 to FACT-10, FACT-20, FACT-23 to FACT-26, FACT-28).
    _enumeration("line_of_business", "commercial", "medicare_advantage", "qhp", "fep", "medicaid", "other",
                 outside=True),
    _enumeration("product", "bc_commercial", "medicare_plus_blue", "bcn_commercial", "bcn_advantage",
                 "bluecare_traditional_mm", "bluecare_ppo", "bluecare_comprehensive_mm", "hmo", "ppo", outside=True),
    _enumeration("funding", "fully_insured", "self_funded", "individual", outside=True),
    _enumeration("employer_group", "MESSA", "UAW_RMBT", "FEP", "other", outside=True),
    _outside("select_group", FactKind.TRUTH),  # on the payer's roster of select self-funded groups (LST-20)
    _enumeration("medicare_status", "medicare", "non_medicare", outside=True),
    _enumeration("coordination_of_benefits", "primary", "secondary_group_health", "secondary_medicare",
                 "secondary_medicaid", "secondary_other", outside=True),
    _outside("member_active", FactKind.TRUTH),
    _outside("birth_admission", FactKind.TRUTH),
    _outside("facility_electronic", FactKind.TRUTH),
    _enumeration("network_status", "in", "out", outside=True),
    _enumeration("area", "in_area", "out_of_area", outside=True),
    _enumeration("facility_payment_type", "drg", "non_drg", outside=True),
    _outside("date_of_birth", FactKind.DATE),
    _outside("admission_date", FactKind.DATE),
    _outside("procedure_date", FactKind.DATE),
    _outside("prior_discharge_date", FactKind.DATE),  # from the same facility, by Tax ID
    _enumeration("requester_network_status", "in", "out", outside=True),
    _outside("detained_baby", FactKind.TRUTH),  # a newborn that stays after its mother's discharge (FACT-31)
    _outside("detained_baby_group", FactKind.TRUTH),  # on the payer's roster of groups that certify them (LST-21)
    # What is derived from the message where it can be (FACT-14 to FACT-17).
    _enumeration("setting", "er", "observation", "inpatient", "surgical_day", "outpatient_hospital",
                 "freestanding_imaging", "asc", "office", "home", "snf", "rehab", "partial_hosp", "sleep_lab"),
    _enumeration("urgency", "elective", "urgent", "emergent"),
    _enumeration("review_type", "preservice", "concurrent", "retrospective", "reconsideration", "notification",
                 "referral", "admission", "discharge", "extension", "transfer"),
    _enumeration("service_category", "nicu", "msk_ortho", "msk_spine", "msk_pain", "imaging_hitech", "cardiac_imaging",
                 "molecular_genetic", "radiation_therapy", "sleep", "behavioral", "pharmacy", "home_infusion",
                 "home_health", "dme", "enteral", "snf", "rehab_ip", "transplant", "maternity", "hospice", "oncology",
                 "ambulance", "lab", "surgery_other"),
    # What the message says.
    FactDefinition("procedure_code", FactKind.CODE, system_fact="procedure_system"),
    _enumeration("procedure_system", "cpt", "hcpcs", "cdt", "icd_9_pcs", "icd_10_pcs", "ndc", "other"),
    FactDefinition("procedure_modifier", FactKind.CODE),
    FactDefinition("revenue_code", FactKind.CODE),
    FactDefinition("diagnosis_code", FactKind.CODE, system_fact="diagnosis_system"),
    FactDefinition("principal_diagnosis", FactKind.CODE, system_fact="diagnosis_system"),
    FactDefinition("admitting_diagnosis", FactKind.CODE, system_fact="diagnosis_system"),
    FactDefinition("leading_diagnosis", FactKind.CODE, system_fact="diagnosis_system"),  # admitting or principal
    _enumeration("diagnosis_system", "icd_9_cm", "icd_10_cm"),
    FactDefinition("place_of_service", FactKind.CODE),
    FactDefinition("type_of_bill", FactKind.CODE),
    FactDefinition("service_type", FactKind.CODE),
    _enumeration("request_category", "AR", "HS", "IN", "SC"),
    _enumeration("certification_type", "1", "2", "3", "4", "I", "N", "R", "S"),
    FactDefinition("service_date", FactKind.DATE),
    FactDefinition("discharge_date", FactKind.DATE),
    FactDefinition("receipt_date", FactKind.DATE),
    FactDefinition("age", FactKind.NUMBER),  # completed years on the day of service, else of receipt
    FactDefinition("spu_complication", FactKind.TRUTH),  # admitted out of a short procedure unit (FACT-32)
    # What follows from two dates: whole days, negative where the first-named comes later.
    FactDefinition("procedure_day", FactKind.NUMBER),  # from admission to procedure: 0 is the day of admission
    FactDefinition("days_ahead", FactKind.NUMBER),  # from receipt to service: negative after the fact
    FactDefinition("days_since_discharge", FactKind.NUMBER),  # from the prior discharge to this admission
)
# fmt: on

FACTS: Mapping[str, FactDefinition] = {definition.name: definition for definition in _DEFINITIONS}
"""Every fact by name. Names and values of the outside facts are fixed: directories and `--facts` files use them."""

ENUMERATED = {name: frozenset(definition.values) for name, definition in FACTS.items() if definition.values}
"""The values of each enumerated fact, which are read as they stand."""

_MAXIMUM_CODE_LENGTH = 30


class FactNotReadable(Exception):
    """A value that its fact cannot have. The text says what the fact takes, never what was there."""


def read_value(name: str, raw: object) -> FactValue:
    """The value in the form that rules compare; FactNotReadable where the fact cannot have it, KeyError if no fact."""
    definition = FACTS[name]
    match definition.kind:
        case FactKind.ENUMERATION if isinstance(raw, str) and raw in definition.values:
            return raw
        case FactKind.TRUTH if isinstance(raw, bool):
            return raw
        case FactKind.NUMBER if isinstance(raw, int) and not isinstance(raw, bool):
            return int(raw)
        case FactKind.DATE:
            return _read_date(name, raw)
        case FactKind.CODE if isinstance(raw, str) and 0 < len(raw) <= _MAXIMUM_CODE_LENGTH:
            return normal_code(name, raw)
        case FactKind.CODE if isinstance(raw, list | tuple) and raw and all(isinstance(one, str) for one in raw):
            return tuple(normal_code(name, one) for one in raw)
    raise FactNotReadable(f"{name} takes {what_it_takes(definition)}")


def _read_date(name: str, raw: object) -> date:
    if isinstance(raw, date):
        return date(raw.year, raw.month, raw.day)
    if isinstance(raw, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            pass
    raise FactNotReadable(f"{name} takes {what_it_takes(FACTS[name])}")


def what_it_takes(definition: FactDefinition) -> str:
    """What values a fact may have, in words."""
    match definition.kind:
        case FactKind.ENUMERATION:
            return "one of " + ", ".join(definition.values)
        case FactKind.TRUTH:
            return "true or false"
        case FactKind.NUMBER:
            return "a whole number"
        case FactKind.DATE:
            return "a date YYYY-MM-DD"
        case FactKind.CODE:
            return "a code in quotes"


def normal_code(fact: str, code: str) -> str:
    """A code as lists and rules compare it: no dots or spaces, capitals; revenue codes have four digits."""
    plain = code.upper() if code.isalnum() else code.replace(".", "").replace(" ", "").upper()
    return plain.zfill(4) if fact == "revenue_code" else plain


def faults_in(facts: Mapping[str, object]) -> list[str]:
    """What is wrong with facts that come from outside (a directory's answer, a facts file), one text per fault."""
    faults = []
    for name, raw in facts.items():
        if name not in FACTS:
            faults.append(f"{name} is not a fact")
            continue
        if raw is None:
            continue
        try:
            read_value(name, raw)
        except FactNotReadable as fault:
            faults.append(str(fault))
    return faults
