"""Content checks: values that are well written and still cannot be right, whatever the guide says of their form.

What they find is answered by an AAA in the 278 response and never by a 999. Shapes only: whether a code exists is a
question for a licensed list, and whether a provider exists one for a directory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from priorauth.domain.findings import FindingCode as Code

from .checks import Extra
from .diagnosis import Fault
from .guides.spec import Use


class Content(NamedTuple):
    """A content check, and the same as a condition in the generated check of rows with so many elements or more.

    `faults` takes a row that is clean as far as the guide goes, and the component separator.
    """

    faults: Callable[[Sequence[str], str], tuple[Fault, ...]]
    needs: int
    condition: str


_PAIRS = {f"{first}{second}": sum(divmod(2 * first, 10)) + second for first in range(10) for second in range(10)}
_NPI_REST = 6  # of the Luhn sum, as the 80840 before an NPI adds 24 to it (45 CFR 162.406)

_ICD_9 = re.compile(r"(?:[0-9]{3}|V[0-9]{2})[0-9]{0,2}|E[0-9]{3}[0-9]?")
_ICD_10 = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_HCPCS = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
_DENTAL = re.compile(r"D[0-9]{4}")
_REVENUE = re.compile(r"[0-9]{3,4}")

_DIAGNOSES = {
    **dict.fromkeys(("BK", "BF", "BJ", "PR"), (_ICD_9, "an ICD-9-CM diagnosis without a point")),
    **dict.fromkeys(("ABK", "ABF", "ABJ", "APR"), (_ICD_10, "an ICD-10-CM diagnosis without a point")),
}
"""Qualifier of HI (data element 1270) -> the form of the codes on that list. DRG and LOINC are not looked at."""

_PROCEDURES = {"HC": (_HCPCS, "a CPT or HCPCS code"), "AD": (_DENTAL, "a CDT code")}
"""Qualifier of SV1, SV2 and SV3 (data element 235) -> the form of the codes on that list."""


def is_npi(text: str) -> bool:
    """Ten digits of which the last is the Luhn check digit over 80840 and the first nine."""
    if len(text) != 10:
        return False
    try:
        total = _PAIRS[text[:2]] + _PAIRS[text[2:4]] + _PAIRS[text[4:6]] + _PAIRS[text[6:8]] + _PAIRS[text[8:]]
    except KeyError:  # not digits
        return False
    return total % 10 == _NPI_REST


def is_diagnosis(qualifier: str, code: str) -> bool:
    """False where `code` cannot be on the list that `qualifier` names."""
    known = _DIAGNOSES.get(qualifier)
    return known is None or known[0].fullmatch(code) is not None


def is_procedure(qualifier: str, code: str) -> bool:
    """False where `code` cannot be on the list that `qualifier` names."""
    known = _PROCEDURES.get(qualifier)
    return known is None or known[0].fullmatch(code) is not None


def is_revenue_code(text: str) -> bool:
    """Four digits, or three where the leading zero was left away."""
    return _REVENUE.fullmatch(text) is not None


def _name(row: Sequence[str], component: str) -> tuple[Fault, ...]:  # noqa: ARG001  (a content check)
    if len(row) > 9 and row[8] == "XX" and not is_npi(row[9]):
        return (Fault(Code.NPI_INVALID, 9, 0, 0, "67", "a national provider identifier with its check digit"),)
    return ()


def _date(row: Sequence[str], component: str) -> tuple[Fault, ...]:  # noqa: ARG001
    if row[2] == "RD8" and row[3][:8] > row[3][9:]:
        return (Fault(Code.DATE_RANGE, 3, 0, 0, "1251", "a range whose end is not before its start"),)
    return ()


def _home_health(row: Sequence[str], component: str) -> tuple[Fault, ...]:  # noqa: ARG001
    return tuple(
        Fault(Code.DATE_RANGE, at + 1, 0, 0, "1251", "a range whose end is not before its start")
        for at in (3, 15)
        if len(row) > at + 1 and row[at] == "RD8" and row[at + 1][:8] > row[at + 1][9:]
    )


def _diagnoses(row: Sequence[str], component: str) -> tuple[Fault, ...]:
    faults: tuple[Fault, ...] = ()
    for position in range(1, len(row)):
        qualifier, _, rest = row[position].partition(component)
        known = _DIAGNOSES.get(qualifier)
        if known is not None and not known[0].fullmatch(rest.partition(component)[0]):
            faults += (Fault(Code.DIAGNOSIS_SHAPE, position, 2, 0, "1271", known[1]),)
    return faults


def _procedure(row: Sequence[str], component: str, position: int) -> tuple[Fault, ...]:
    qualifier, _, rest = row[position].partition(component)
    known = _PROCEDURES.get(qualifier)
    if known is not None and not known[0].fullmatch(rest.partition(component)[0]):
        return (Fault(Code.PROCEDURE_SHAPE, position, 2, 0, "234", known[1]),)
    return ()


def _service(row: Sequence[str], component: str) -> tuple[Fault, ...]:
    return _procedure(row, component, 1)


def _institutional(row: Sequence[str], component: str) -> tuple[Fault, ...]:
    faults = _procedure(row, component, 2) if len(row) > 2 else ()
    if row[1] and not is_revenue_code(row[1]):
        faults = (Fault(Code.REVENUE_CODE_SHAPE, 1, 0, 0, "234", "a revenue code of four digits"), *faults)
    return faults


def content_check(use: Use) -> Content | None:
    """The content check of one use of a segment, or None where its form leaves nothing to doubt."""
    if use.segment == "NM1" and "XX" not in (use.elements[7].codes or ()):
        return None
    if use.segment == "DTP" and "RD8" not in (use.elements[1].codes or ()):
        return None
    return _CHECKS.get(use.segment)


def content_condition(content: Content | None) -> Extra | None:
    """The same for the generated check."""
    if content is None:
        return None
    return Extra(content.needs, content.condition, {"is_npi": is_npi, "content": content.faults})


_CHECKS = {
    "NM1": Content(_name, 9, "(e8 != 'XX' or is_npi(e9))"),
    "DTP": Content(_date, 3, "(e2 != 'RD8' or e3[:8] <= e3[9:])"),
    "CR6": Content(_home_health, 4, "not content(row, component)"),
    "HI": Content(_diagnoses, 1, "not content(row, component)"),
    "SV1": Content(_service, 1, "not content(row, component)"),
    "SV2": Content(_institutional, 1, "not content(row, component)"),
    "SV3": Content(_service, 1, "not content(row, component)"),
}
"""Segment id -> the content check of a row that is clean as far as the guide goes."""
