"""Rules between segments of 005010X217 that can be checked with confidence. Each says where it is from and how sure.

Where the source is one of good repute that cannot be read (confidence M or L in the facts), the finding is a warning.
Left out: INS only for military status and dependents with an own member id (nothing in the message contradicts them),
UM05-4 for car accidents, and CR608 equal to UM02 (the two lists do not even have the same codes).
"""

from __future__ import annotations

from collections.abc import Sequence

from priorauth.domain.findings import FindingCode as Code

from .datatypes import is_date
from .guides.spec import Guide
from .reporting import Draft
from .structure import Structure
from .tree import LoopNode

_CERTIFIED = frozenset(("A1", "A2", "A6"))
_PATIENTS = {"2000C": "2010C", "2000D": "2010D"}
_EVENT_DATES = ("DTP/AAH", "DTP/435")
_SERVICE_DATES = ("DTP",)
_FIRST = 2  # the number of the first segment after ST
_ANSWERS = frozenset(("HCR", "AAA"))
_SERVICE_KINDS = ("SV1", "SV2", "SV3")


def situation_drafts(structure: Structure, levels: Sequence[LoopNode], guide: Guide) -> list[Draft]:
    """Every situational rule that this set breaks; `levels` are the nodes of the structure's levels."""
    if guide.id != "005010X217":
        return []
    drafts: list[Draft] = []
    is_request = guide.direction == "request"
    event: tuple[LoopNode, int] | None = None
    births: dict[int, str] = {}  # by number of the patient's level
    for number, (node, (shape, _, parent)) in enumerate(zip(levels, structure.levels, strict=False)):
        loop_id = shape.loop.id
        if loop_id in _PATIENTS:
            births[number] = _birth(node, _PATIENTS[loop_id])
        elif loop_id == "2000E":
            event = event or (node, number)
            births[number] = births.get(parent, "")
            _event(node, is_request, births[number], drafts)
        elif loop_id == "2000F":
            _service(node, births.get(parent, ""), drafts)
    if event is not None and not is_request and _ANSWERS.isdisjoint(structure.ids):  # RFI 941, confidence H
        drafts.append(_draft(Code.DETERMINATION_MISSING, event[0], "HL", 0, "HCR or AAA"))
    return drafts


def _event(event: LoopNode, is_request: bool, birth: str, drafts: list[Draft]) -> None:
    _check_dates(event, _EVENT_DATES, birth, drafts)
    if not is_request:
        _check_decision(event, drafts)
        return
    review = event.row("UM")
    category, certification = review[1:2], review[2:3]
    if category == ["AR"] and not event.has("CL1"):  # RFI 1179, confidence H
        drafts.append(_draft(Code.ADMISSION_CODES_MISSING, event, "UM", 1, "CL1 with an admission"))
    if certification == ["1"] and not any(review[6:7]):  # a PAS profile invariant, confidence M
        drafts.append(_draft(Code.APPEAL_URGENCY_MISSING, event, "UM", 6, "UM06 with an immediate appeal"))
    if certification == ["3"] and not (event.has("REF/BB") or event.has("REF/NT")):  # confidence L
        drafts.append(_draft(Code.CANCEL_REFERENCE_MISSING, event, "UM", 2, "REF BB or NT with a cancellation"))
    if event.has("CR5") and not any(event.row("CR5")[10:12]):  # confidence M
        drafts.append(_draft(Code.OXYGEN_TEST_MISSING, event, "CR5", 10, "CR510 or CR511"))


def _service(service: LoopNode, birth: str, drafts: list[Draft]) -> None:
    _check_dates(service, _SERVICE_DATES, birth, drafts)
    _check_decision(service, drafts)
    kinds = [kind for kind in _SERVICE_KINDS if service.has(kind)]
    if len(kinds) > 1:  # confidence L
        drafts.append(_draft(Code.SERVICE_KINDS_MIXED, service, kinds[1], 0, "one of SV1, SV2 and SV3"))
    if service.has("TOO") and "SV3" not in kinds:  # confidence L
        drafts.append(_draft(Code.TOOTH_WITHOUT_DENTAL, service, "TOO", 0, "SV3 with a tooth"))


def _check_decision(level: LoopNode, drafts: list[Draft]) -> None:
    decision = level.row("HCR")
    if decision[1:2] and decision[1] in _CERTIFIED and not any(decision[2:3]):  # X12's examples, confidence M
        drafts.append(_draft(Code.CERTIFICATION_NUMBER_MISSING, level, "HCR", 2, "HCR02 with a certification"))


def _check_dates(level: LoopNode, keys: Sequence[str], birth: str, drafts: list[Draft]) -> None:
    """A service before the patient's birth cannot be (AAA03 60)."""
    for key in keys if birth else ():
        date = level.row(key)[3:4]
        if date and date[0][:8] < birth:
            drafts.append(_draft(Code.BIRTH_AFTER_SERVICE, level, key, 3, "a date on or after the date of birth"))


def _birth(patient: LoopNode, name_loop: str) -> str:
    """The date of birth, or nothing where there is none that can be compared."""
    for name in patient.loops(name_loop):
        date = "".join(name.row("DMG")[2:3])
        if is_date(date):
            return date
    return ""


def _draft(code: Code, level: LoopNode, key: str, element: int, expected: str) -> Draft:
    return Draft(code, level.number(key) - _FIRST, level.id, key.partition("/")[0], element, expected=expected)
