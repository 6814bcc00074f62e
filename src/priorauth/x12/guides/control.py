"""The control segments of 005010: interchange, functional group, transaction set, and the interchange acknowledgment.

GS01, GS08, ST01 and ST03 name the guide, so their codes are those of the guides we have and not of this table.
"""

from __future__ import annotations

from functools import partial

from .shapes import segment
from .spec import Usage

R, S = Usage.REQUIRED, Usage.SITUATIONAL

_segment = partial(segment, known={})

# fmt: off
# TA104 and TA105. Labels are ours.
INTERCHANGE_ACKNOWLEDGMENTS: dict[str, str] = {
    "A": "accepted",
    "E": "accepted with errors",
    "R": "rejected",
}
INTERCHANGE_NOTES: dict[str, str] = {
    "000": "no error",
    "001": "ISA13 and IEA02 differ",
    "002": "standard not supported",
    "003": "version of the controls not supported",
    "004": "segment terminator invalid",
    "005": "sender qualifier invalid",
    "006": "sender id invalid",
    "007": "receiver qualifier invalid",
    "008": "receiver id invalid",
    "009": "receiver id unknown",
    "010": "ISA01 invalid",
    "011": "ISA02 invalid",
    "012": "ISA03 invalid",
    "013": "ISA04 invalid",
    "014": "interchange date invalid",
    "015": "interchange time invalid",
    "016": "ISA11 invalid",
    "017": "interchange version invalid",
    "018": "interchange control number invalid",
    "019": "ISA14 invalid",
    "020": "test indicator invalid",
    "021": "number of groups invalid",
    "022": "control structure invalid",
    "023": "file ends too early",
    "024": "content invalid",
    "025": "interchange control number used before",
    "026": "element separator invalid",
    "027": "component separator invalid",
    "028": "deferred delivery date invalid",
    "029": "deferred delivery time invalid",
    "030": "deferred delivery time code invalid",
    "031": "grade of service invalid",
}
INTERCHANGE_IDS = "01 14 20 27 28 29 30 33 ZZ"

ISA_CODES = {1: "00 03", 3: "00 01", 5: INTERCHANGE_IDS, 7: INTERCHANGE_IDS, 12: "00501", 14: "0 1", 15: "P T"}
TA1_CODES = {4: frozenset(INTERCHANGE_ACKNOWLEDGMENTS), 5: frozenset(INTERCHANGE_NOTES)}

ISA = _segment("ISA", "I01 I02 I03 I04 I05 I06 I05 I07 I08 I09 I65 I11 I12 I13 I14 I15")(
    "interchange header",         R, 1, "RRRRRRRRRRRRRRRR", ISA_CODES)
TA1 = _segment("TA1", "I12 I08 I09 I17 I18")(
    "interchange acknowledgment", S, 1, "RRRRR", TA1_CODES)
GS = _segment("GS", "479 142 124 373 337 28 455 480")(
    "functional group header",    R, 1, "RRRRRRRR", {7: "X"})
ST = _segment("ST", "143 329 1705")(
    "transaction set header",     R, 1, "RRR")
SE = _segment("SE", "96 329")(
    "transaction set trailer",    R, 1, "RR")
GE = _segment("GE", "97 28")(
    "functional group trailer",   R, 1, "RR")
IEA = _segment("IEA", "I16 I12")(
    "interchange trailer",        R, 1, "RR")
# fmt: on
