"""The segments and composites of 005010 that both directions of 005010X217 are written with, and what the rows share.

Each shape is one line: its data elements in order (a composite by its id, `x5` for five repetitions) and its relational
conditions. Element positions count from 1.
"""

from __future__ import annotations

from functools import partial

from ..shapes import Narrowed, composite, segment
from ..spec import ElementUse
from .codes import CODES, KNOWN

_segment = partial(segment, known=KNOWN)
_composite = partial(composite, known=KNOWN)

# fmt: off
C003 = _composite("C003")
C004 = _composite("C004")
C005 = _composite("C005")
C006 = _composite("C006")
C022 = _composite("C022", "P0304 E0809")
C023 = _composite("C023")
C024 = _composite("C024")
C040 = _composite("C040", "P0304 P0506")

AAA = _segment("AAA", "1073 559 901 889")
BHT = _segment("BHT", "1005 353 127 373 337 640")
CL1 = _segment("CL1", "1315 1314 1352 1345")
CR1 = _segment("CR1", "355 81 1316 1317 355 380 166 166 352 352", "P0102 P0506")
CR2 = _segment("CR2", "609 380 1367 1367 355 380 380 1342 1073 352 352 1073", "P0102 C0403 P0506")
CR5 = _segment("CR5", "1322 380 1348 1348 352 380 380 380 352 380 380 1349 1350 1350 1350 380 1382 1348")
CR6 = _segment("CR6", "923 373 1250 1251 373 1073 1073 1322 373 235 1137 373 373 373 1250 1251 1384 373 373 373 373", "P0304 P091011 P151617")
CRC = _segment("CRC", "1136 1073 1321 1321 1321 1321 1321")
DMG = _segment("DMG", "1250 1251 1068 1067 C056x10 1066 26 659 380 1270 1271", "P0102 P1011 C1105")
DTP = _segment("DTP", "374 1250 1251")
HCR = _segment("HCR", "306 127 1271x5 1073")
HI  = _segment("HI",  "C022 C022 C022 C022 C022 C022 C022 C022 C022 C022 C022 C022")
HL  = _segment("HL",  "628 734 735 736")
HSD = _segment("HSD", "673 380 355 1167 615 616 678 679", "P0102 C0605")
INS = _segment("INS", "1073 1069 875 1203 1216 C052 1219 584 1220 1073 1250 1251 1165 19 156 26 1470", "P1112")
MSG = _segment("MSG", "933 934 1470", "C0302")
N3  = _segment("N3",  "166 166")
N4  = _segment("N4",  "19 156 116 26 309 310 1715", "E0207 C0605 C0704")
NM1 = _segment("NM1", "98 1065 1035 1036 1037 1038 1039 66 67 706 98 1035", "P0809 C1110 C1203")
PER = _segment("PER", "366 93 365 364 365 364 365 364 443", "P0304 P0506 P0708")
PRV = _segment("PRV", "1221 128 127 156 C035 1223", "P0203")
PWK = _segment("PWK", "755 756 757 98 66 67 352 C002 1525", "P0506")
REF = _segment("REF", "128 127 352 C040", "R0203")
SV1 = _segment("SV1", "C003 782 355 380 1331 1365 C004 782 1073 1340 1073 1073 1364 1341 1327 1334 127 116 782 1337 1360", "P0304")
SV2 = _segment("SV2", "234 C003 782 355 380 1371 782 1073 1345 1337", "R0102 P0405")
SV3 = _segment("SV3", "C003 782 1331 C006 1358 380 352 1327 1360 1073 C004")
TOO = _segment("TOO", "1270 1271 C005", "P0102")
TRN = _segment("TRN", "481 127 509 127")
UM  = _segment("UM",  "1525 1322 1365 C023 C024 1338 1213 923 1363 1514")

# Code lists that several rows name.
SERVICE_TYPES = " ".join(CODES["1365"])
"""The published lists differ by position by AH and CQ, which looks like a slip: the union is accepted everywhere."""

CERTIFICATION_TYPES  = "1 2 3 4 I N R S"
PROVIDER_IDS         = "24 34 46 XX"
EVENT_PROVIDERS      = "71 72 73 77 AAJ DD DK DN FA G3 P3 QB QV SJ"
SERVICE_PROVIDERS    = "72 73 77 DD DK DQ FA G3 P3 QB QV SJ"
TRANSPORT_LOCATIONS  = "45 FS ND PW R3"
PROVIDER_REFERENCES  = "0B 1G 1J EI N5 N7 SY ZH"
REQUESTER_REFERENCES = "1G 1J EI G5 N5 N7 SY ZH"
MEMBER_REFERENCES    = "1L 3L 6P DP EJ F6 HJ IG N6 NQ SY"
REQUESTER_ROLES      = "AD AS AT CO CV OP OR OT PC PE RF"
EVENT_PROVIDER_ROLES = "AD AS AT OP OR OT PC PE RF"
SERVICE_ROLES        = "AS OP OR OT PC PE"
PROGNOSES            = "1 2 3 4 5 6 7 8"
NURSING_HOME_CARE    = "1 2 3 4 5 6 7 8"
SUBLUXATIONS         = "C1 C2 C3 C4 C5 C6 C7 CO IL L1 L2 L3 L4 L5 OC SA T1 T10 T11 T12 T2 T3 T4 T5 T6 T7 T8 T9"
WEEK_PATTERNS        = "1 2 3 4 5 6 7 8 9 A B C D E F G H J K L M N O P Q R S SA SB SC SD SG SL SP SX SY SZ T U V W X Y"
TIME_PATTERNS        = "A B C D E F G Y"
OXYGEN_EQUIPMENT     = "A B C D E O"
REPORT_TYPES         = (
    "03 04 05 06 07 08 09 10 11 13 15 21 48 55 59 77 A3 A4 AM AS AT B2 B3 BR BS BT CB CK D2 DA DB DG DJ DS FM HC HR I5 "
    "IR LA M1 NN OB OC OD OE OX P4 P5 P6 P7 PE PN PO PQ PY PZ QC QR RB RR RT RX SG V5 XP"
)

# Rows that say the same wherever they stand.
CONTACT: Narrowed = {1: "IC", 3: "EM FX TE UR", 5: "EM EX FX TE UR", 7: "EM EX FX TE UR"}
LOCATION     = C023("RRN",       {2: "A B"})
PROFESSIONAL = C003("RRSSSSSS",  {1: "HC IV N4 WK"})
INSTITUTION  = C003("RRSSSSSS",  {1: "HC ID IV N4 WK ZZ"})
DENTAL       = C003("RRSSSSSS",  {1: "AD"})
ORAL_CAVITY  = C006("RSSSS")
SURFACES     = C005("RSSSS",     dict.fromkeys(range(1, 6), "B D F I L M O"))
# fmt: on


def diagnosis(code_lists: str) -> ElementUse:
    """A diagnosis of HI, with its date, coded by one of the lists."""
    return C022("RRSSNNNNN", {1: code_lists, 3: "D8"})


def conditions(category: str, codes: str) -> Narrowed:
    """A CRC of one category: whether its conditions apply, and up to five of them."""
    return {1: category, 2: "N Y", **dict.fromkeys(range(3, 8), codes)}
