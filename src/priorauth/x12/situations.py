"""Rules between segments of 005010X217 that can be checked with confidence. Each says where it is from and how sure.

Where the source is one of good repute that cannot be read (confidence M or L in the facts), the finding is a warning.
Left out: INS only for military status and dependents with an own member id (nothing in the message contradicts them),
UM05-4 for car accidents, and CR608 equal to UM02 (the two lists do not even have the same codes).

What a rule looks at is found once for each structure; only the looking is done for each set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from priorauth.domain.findings import FindingCode as Code

from .datatypes import is_date, is_period
from .guides.spec import Guide
from .reporting import Draft
from .shape import Shape

Row = list[str]

_APPEAL, _CANCELLATION = "1", "3"
_ASKING = frozenset((_APPEAL, _CANCELLATION))  # UM02 that ask for something else
_CERTIFIED = frozenset(("A1", "A2", "A6"))
_SERVICE_KINDS = ("SV1", "SV2", "SV3")
_PATIENTS = {"2000C": "2010C", "2000D": "2010D"}
_SERVICE_DATES = {"2000E": ("DTP/AAH", "DTP/435"), "2000F": ("DTP", "DTP/472")}
_ANSWERS = frozenset(("HCR", "AAA"))


@dataclass(slots=True, eq=False)
class _Event:
    """The review of a request at event level: its UM, and what UM may ask for."""

    review: int
    has_institutional_codes: bool
    has_previous_number: bool
    oxygen: int | None


@dataclass(slots=True, eq=False)
class Situations:
    """Where, in sets of one structure, there is something to look at. Numbers are rows."""

    events: list[_Event] = field(default_factory=list)
    decisions: list[tuple[int, str]] = field(default_factory=list)  # HCR, and its loop
    dates: list[tuple[int, int, str]] = field(default_factory=list)  # of a service, of birth, and the loop
    drafts: list[Draft] = field(default_factory=list)  # what the structure itself says

    def look(self, rows: Sequence[Row]) -> list[Draft]:
        """Every situational rule that this set breaks."""
        drafts = [replace(draft) for draft in self.drafts]
        for event in self.events:
            review = rows[event.review]
            if event.oxygen is not None or len(review) < 3 or review[1] == "AR" or review[2] in _ASKING:
                drafts += _look_at_event(event, rows)
        for index, loop in self.decisions:
            row = rows[index]
            if row[1:2] and row[1] in _CERTIFIED and not any(row[2:3]):  # X12's examples, confidence M
                expected = "HCR02 with a certification"
                drafts.append(Draft(Code.CERTIFICATION_NUMBER_MISSING, index, loop, "HCR", 2, expected=expected))
        for index, birth, loop in self.dates:
            date, born = rows[index], rows[birth]
            if len(date) > 3 and len(born) > 2 and date[3][:8] < born[2] and _are_dates(date, born):  # AAA03 60
                expected = "a date on or after the date of birth"
                drafts.append(Draft(Code.BIRTH_AFTER_SERVICE, index, loop, "DTP", 3, expected=expected))
        return drafts


def _look_at_event(event: _Event, rows: Sequence[Row]) -> list[Draft]:
    review = rows[event.review]
    category, certification = review[1:2], review[2:3]
    drafts: list[Draft] = []

    def note(code: Code, element: int, expected: str, index: int = event.review, segment_id: str = "UM") -> None:
        drafts.append(Draft(code, index, "2000E", segment_id, element, expected=expected))

    if category == ["AR"] and not event.has_institutional_codes:  # RFI 1179, confidence H
        note(Code.ADMISSION_CODES_MISSING, 1, "CL1 with an admission")
    if certification == [_APPEAL] and not any(review[6:7]):  # a PAS profile invariant, confidence M
        note(Code.APPEAL_URGENCY_MISSING, 6, "UM06 with an immediate appeal")
    if certification == [_CANCELLATION] and not event.has_previous_number:  # confidence L
        note(Code.CANCEL_REFERENCE_MISSING, 2, "REF BB or NT with a cancellation")
    if event.oxygen is not None and not any(rows[event.oxygen][10:12]):  # confidence M
        note(Code.OXYGEN_TEST_MISSING, 10, "CR510 or CR511", event.oxygen, "CR5")
    return drafts


def find_situations(levels: Sequence[tuple[Shape, int, int]], ids: frozenset[str], guide: Guide) -> Situations:
    """What there is to look at in sets of this structure (see `Structure.levels`)."""
    found = Situations()
    if guide.id != "005010X217":
        return found
    births: dict[int, int] = {}  # row of the DMG, by number of the level below which it holds
    is_request = guide.direction == "request"
    for number, (shape, start, parent) in enumerate(levels):
        loop = shape.loop.id
        if parent in births:
            births[number] = births[parent]
        if loop in _PATIENTS:
            births.pop(number, None)  # a dependent is born later than the subscriber
            for name in shape.blocks.get(_PATIENTS[loop], ()):
                if "DMG" in name.places:
                    births[number] = start + _first(name, "DMG")
        for key in _SERVICE_DATES.get(loop, ()):
            if key in shape.places and number in births:
                found.dates.append((start + _first(shape, key), births[number], loop))
        if "HCR" in shape.places:
            found.decisions.append((start + _first(shape, "HCR"), loop))
        if loop == "2000E" and is_request and "UM" in shape.places:
            found.events.append(_event(shape, start))
        if loop == "2000F":
            found.drafts += _service_drafts(shape, start)
    events = [start for shape, start, _ in levels if shape.loop.id == "2000E"]
    if events and not is_request and _ANSWERS.isdisjoint(ids):  # RFI 941, confidence H
        found.drafts.append(Draft(Code.DETERMINATION_MISSING, events[0], "2000E", "HL", expected="HCR or AAA"))
    return found


def _event(shape: Shape, start: int) -> _Event:
    return _Event(
        review=start + _first(shape, "UM"),
        has_institutional_codes="CL1" in shape.places,
        has_previous_number="REF/BB" in shape.places or "REF/NT" in shape.places,
        oxygen=start + _first(shape, "CR5") if "CR5" in shape.places else None,
    )


def _service_drafts(shape: Shape, start: int) -> list[Draft]:
    drafts: list[Draft] = []
    kinds = [kind for kind in _SERVICE_KINDS if kind in shape.places]
    if len(kinds) > 1:  # confidence L
        index = start + _first(shape, kinds[1])
        expected = "one of SV1, SV2 and SV3"
        drafts.append(Draft(Code.SERVICE_KINDS_MIXED, index, "2000F", kinds[1], expected=expected))
    if "TOO" in shape.places and "SV3" not in kinds:  # confidence L
        index = start + _first(shape, "TOO")
        drafts.append(Draft(Code.TOOTH_WITHOUT_DENTAL, index, "2000F", "TOO", expected="SV3 with a tooth"))
    return drafts


def _are_dates(date: Row, born: Row) -> bool:
    """True where both are written as dates: else that is what is wrong."""
    return is_date(born[2]) and is_period(date[2], date[3])


def _first(shape: Shape, key: str) -> int:
    return shape.places[key][0][0]
