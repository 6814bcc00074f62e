"""005010X231A1: the implementation acknowledgment (999) of one functional group.

Ids, order, usage, counts and codes only. The guide's text is X12's and stays in the guide.
Loops are written from the innermost out. Usage letters: R required, S situational, N not used.
"""

from __future__ import annotations

from functools import partial

from ..shapes import composite, namesakes, segment
from ..spec import UNBOUNDED, Guide, Loop, Usage
from .codes import CODES

R, S = Usage.REQUIRED, Usage.SITUATIONAL

_KNOWN = {number: frozenset(codes) for number, codes in CODES.items()}
_segment = partial(segment, known=_KNOWN)
_composite = partial(composite, known=_KNOWN)

# fmt: off
C030 = _composite("C030")
C998 = _composite("C998")
C999 = _composite("C999")

AK1 = _segment("AK1", "479 28 480")
AK2 = _segment("AK2", "143 329 1705")
AK9 = _segment("AK9", "715 97 123 2 716 716 716 716 716")
CTX = _segment("CTX", "C998x10 721 719 447 C030 C999")
IK3 = _segment("IK3", "721 719 447 620")
IK4 = _segment("IK4", "C030 725 621 724")
IK5 = _segment("IK5", "717 618 618 618 618 618")

SET_FAULTS     = frozenset(CODES["618"])
SEGMENT_FAULTS = frozenset(CODES["620"])
ELEMENT_FAULTS = frozenset(CODES["621"])
GROUP_FAULTS   = frozenset(CODES["716"])

POSITION = C030("RSS")
TRIGGER  = {1: C998("RN", {1: frozenset({"SITUATIONAL TRIGGER"})}), 5: POSITION, 6: C999("RN")}
UNIT     = {1: C998("RR", {1: frozenset({
    "CLM01", "ENT01", "NM109", "PATIENT NAME NM109", "SUBSCRIBER NAME NM109", "SUBSCRIBER NUMBER REF02", "TRN02",
})}), 5: POSITION}

ELEMENT = Loop("2110", "element in error", S, UNBOUNDED, (
    IK4("element in error",       R, 1, "RSRS", {1: POSITION, 3: ELEMENT_FAULTS}),
    CTX("what triggers the rule", S, 10, "RRRSSS", TRIGGER),
))

SEGMENT = Loop("2100", "segment in error", S, UNBOUNDED, (
    IK3("segment in error",       R, 1, "RRSS", {4: SEGMENT_FAULTS}),
    *namesakes(
        CTX("what triggers the rule", S, 9, "RRRSSS", TRIGGER, key="CTX/TRIGGER"),
        CTX("which business unit",    S, 1, "RNNNSN", UNIT, key="CTX/UNIT"),
    ),
), (ELEMENT,))

SET = Loop("2000", "set received", S, UNBOUNDED, (
    AK2("set received",           R, 1, "RRS"),
), (SEGMENT,), trailer=(
    IK5("set answer",             R, 1, "RSSSSS", {1: frozenset(CODES["717"]), **dict.fromkeys(range(2, 7), SET_FAULTS)}),
))

X231_999 = Guide("005010X231A1", "999", "FA", "", "implementation acknowledgment", (
    AK1("group received",         R, 1, "RRR"),
), (SET,), trailer=(
    AK9("group answer",           R, 1, "RRRRSSSSS", {1: frozenset(CODES["715"]), **dict.fromkeys(range(5, 10), GROUP_FAULTS)}),
))
# fmt: on
