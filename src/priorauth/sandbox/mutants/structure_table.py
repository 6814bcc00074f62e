"""Mutants of the structure of a 278: its segments, its loops and the tree of its HLs."""

from __future__ import annotations

from priorauth.domain.findings import FindingCode as Code
from priorauth.sandbox.mutants.bases import SPINE, of_x12
from priorauth.sandbox.mutants.segment_edits import Drop, Element, Having, Insert, Move

# fmt: off
STRUCTURE = (
    of_x12(Code.SEGMENT_UNKNOWN, "a segment with an id that X12 does not have", Insert("ZZZ*1", "HI")),
    of_x12(Code.SEGMENT_EMPTY, "a terminator stands alone", Insert("", "HI")),
    of_x12(Code.SEGMENT_UNEXPECTED, "admission codes stand at the subscriber", Insert("CL1*4*5*30", "DMG")),
    of_x12(Code.SEGMENT_REQUIRED, "the UM of the event is left out", Drop("UM")),
    of_x12(Code.LOOP_TOO_MANY, "a second UMO is named",
           Insert("NM1*X3*2*ANOTHER HEALTH PLAN*****PI*BCBSMA", "NM1*X3")),
    of_x12(Code.SEGMENT_TOO_MANY, "the subscriber has two DMGs", Insert("DMG*D8*19830705*F", "DMG")),
    of_x12(Code.SEGMENT_NOT_IN_SET, "a claim's CLM stands in the event", Insert("CLM*EXAMPLE*1", "HI")),
    of_x12(Code.SEGMENT_OUT_OF_ORDER, "HI stands before the dates of the event", Move("HI", "UM")),
    of_x12(Code.LOOP_REQUIRED, "the UMO is not named", Drop("NM1*X3")),
    of_x12(Code.LOOP_REQUIRED, "there is no patient event",
           Having("BHT*0007*13"), Drop("HL*4"), Drop("TRN"), Drop("UM"), Drop("DTP*AAH"), Drop("HI"),
           Drop("NM1*DK"), Drop("NM1*FA"), Drop("HL*5"), Drop("TRN"), Drop("DTP*472"), Drop("SV1"),
           variant=2),
    # The tree
    of_x12(Code.HL_SEQUENCE, "HL01 leaps from 4 to 7", Element("HL*5", 1, "7")),
    of_x12(Code.HL_DUPLICATE, "two levels have the number 5", Element("HL*6", 1, "5"), base=SPINE),
    of_x12(Code.HL_PARENT_UNKNOWN, "HL02 names a level that is not there", Element("HL*5", 2, "9")),
    of_x12(Code.HL_PARENT_LATER, "HL02 names a level that comes later",
           Having("HL*6*4*SS"), Element("HL*5*4*SS", 2, "6"), base=SPINE),
    of_x12(Code.HL_CYCLE, "the event hangs below its own service", Element("HL*4", 2, "5")),
    of_x12(Code.HL_LEVEL_MISPLACED, "the service hangs below the subscriber", Element("HL*5", 2, "3")),
    of_x12(Code.HL_SERVICE_CHAINED, "the second service hangs below the first, sent by a partner that may do so",
           Element("HL*6*4*SS", 2, "5"), base=SPINE, partner="sandbox-lenient"),
    of_x12(Code.HL_LEVEL_UNKNOWN, "HL03 is no level", Element("HL*5", 3, "XX")),
    of_x12(Code.HL_CHILD_CODE, "the event says that nothing is below it", Element("HL*4*3*EV", 4, "0")),
)
# fmt: on
