"""Rules between segments of 005010X217 that can be checked with confidence. Each says where it is from and how sure.

Where the source is one of good repute that cannot be read (confidence M or L in the facts), the finding is a warning.
Left out: INS only for military status and dependents with an own member id (nothing in the message contradicts them),
UM05-4 for car accidents, and CR608 equal to UM02 (the two lists do not even have the same codes).
"""

from __future__ import annotations

from collections.abc import Iterator

from priorauth.domain.findings import FindingCode as Code

from .guides.spec import Guide
from .reporting import Draft
from .tree import LoopNode

_CERTIFIED = frozenset(("A1", "A2", "A6"))
_SERVICE_KINDS = ("SV1", "SV2", "SV3")


def situation_drafts(root: LoopNode, guide: Guide) -> Iterator[Draft]:
    """Every situational rule that this set breaks."""
    if guide.id != "005010X217":
        return
    is_request = guide.direction == "request"
    subscribers = [
        subscriber
        for umo in root.levels.get("2000A", ())
        for requester in umo.levels.get("2000B", ())
        for subscriber in requester.levels.get("2000C", ())
    ]
    has_event = False
    for patient in [*subscribers, *(each for above in subscribers for each in above.levels.get("2000D", ()))]:
        for event in patient.levels.get("2000E", ()):
            has_event = True
            yield from _event(event, is_request)
            yield from _born_after(patient, event)
            for service in event.levels.get("2000F", ()):
                yield from _service(service)
    if has_event and not is_request and not any(_answers(node) for node in root.walk()):  # RFI 941, confidence H
        yield _draft(Code.DETERMINATION_MISSING, _first_event(root), "HL", 0, "HCR or AAA")


def _event(event: LoopNode, is_request: bool) -> Iterator[Draft]:
    review = event.row("UM")
    category, certification = review[1:2], review[2:3]
    if not is_request:
        yield from _certification_number(event)
        return
    if category == ["AR"] and not event.has("CL1"):  # RFI 1179, confidence H
        yield _draft(Code.ADMISSION_CODES_MISSING, event, "UM", 1, "CL1 with an admission")
    if certification == ["1"] and not review[6:7]:  # a PAS profile invariant, confidence M
        yield _draft(Code.APPEAL_URGENCY_MISSING, event, "UM", 6, "UM06 with an immediate appeal")
    if certification == ["3"] and not (event.has("REF/BB") or event.has("REF/NT")):  # confidence L
        yield _draft(Code.CANCEL_REFERENCE_MISSING, event, "UM", 2, "REF BB or NT with a cancellation")
    if event.has("CR5") and not any(event.row("CR5")[10:12]):  # confidence M
        yield _draft(Code.OXYGEN_TEST_MISSING, event, "CR5", 10, "CR510 or CR511")


def _service(service: LoopNode) -> Iterator[Draft]:
    kinds = [kind for kind in _SERVICE_KINDS if service.has(kind)]
    if len(kinds) > 1:  # confidence L
        yield _draft(Code.SERVICE_KINDS_MIXED, service, kinds[1], 0, "one of SV1, SV2 and SV3")
    if service.has("TOO") and "SV3" not in kinds:  # confidence L
        yield _draft(Code.TOOTH_WITHOUT_DENTAL, service, "TOO", 0, "SV3 with a tooth")
    yield from _certification_number(service)


def _certification_number(level: LoopNode) -> Iterator[Draft]:
    decision = level.row("HCR")
    if decision[1:2] and decision[1] in _CERTIFIED and not any(decision[2:3]):  # X12's examples, confidence M
        yield _draft(Code.CERTIFICATION_NUMBER_MISSING, level, "HCR", 2, "HCR02 with a certification")


def _born_after(patient: LoopNode, event: LoopNode) -> Iterator[Draft]:
    """A service before the patient's birth cannot be (AAA03 60). An expected birth, or none, says nothing."""
    names = patient.loops("2010D") or patient.loops("2010C")
    birth = names[0].row("DMG")[2:3] if names else []
    if not birth or len(birth[0]) != 8:
        return
    for level in (event, *event.levels.get("2000F", ())):
        for key in ("DTP/AAH", "DTP/435", "DTP"):
            date = level.row(key)[3:4]
            if date and date[0][:8] < birth[0]:
                yield _draft(Code.BIRTH_AFTER_SERVICE, level, key, 3, "a date on or after the date of birth")


def _answers(node: LoopNode) -> bool:
    return node.has("HCR") or node.has("AAA")


def _first_event(root: LoopNode) -> LoopNode:
    return next(node for node in root.walk() if node.id == "2000E")


def _draft(code: Code, level: LoopNode, key: str, element: int, expected: str) -> Draft:
    return Draft(code, level.number(key), level.id, key.partition("/")[0], element, expected=expected)
