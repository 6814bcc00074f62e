"""Mutants of the envelope: interchange, functional group, transaction set."""

from __future__ import annotations

from priorauth.domain.findings import FindingCode as Code
from priorauth.sandbox.mutants.bases import ACKNOWLEDGMENT, of_x12
from priorauth.sandbox.mutants.edits import After, Bytes, CutOff, Everywhere, Twice
from priorauth.sandbox.mutants.segment_edits import Again, Drop, Element, Elements, Insert, Many

_MORE_SEGMENTS_THAN_A_SET_MAY_HAVE = 40_000

# fmt: off
ENVELOPE = (
    # The interchange
    of_x12(Code.ISA_PADDING_LOST, "the sender's id is not padded to its fifteen characters",
           Element("ISA", 6, "HARBORGENERAL")),
    of_x12(Code.ISA_AUTHORIZATION_QUALIFIER, "ISA01 is on no list", Element("ISA", 1, "99")),
    of_x12(Code.ISA_AUTHORIZATION, "ISA02 says something where ISA01 says that there is nothing",
           Element("ISA", 2, "UNASKED   ")),
    of_x12(Code.ISA_AUTHORIZATION, "ISA01 announces authorization information, and ISA02 is blank",
           Element("ISA", 1, "03"), variant=2),
    of_x12(Code.ISA_SECURITY_QUALIFIER, "ISA03 is on no list", Element("ISA", 3, "99")),
    of_x12(Code.ISA_SECURITY, "ISA04 says something where ISA03 says that there is nothing",
           Element("ISA", 4, "UNASKED   ")),
    of_x12(Code.ISA_SENDER_QUALIFIER, "ISA05 is on no list", Element("ISA", 5, "XX")),
    of_x12(Code.ISA_SENDER, "ISA06 is blank", Element("ISA", 6, " " * 15)),
    of_x12(Code.ISA_RECEIVER_QUALIFIER, "ISA07 is on no list", Element("ISA", 7, "XX")),
    of_x12(Code.ISA_RECEIVER, "ISA08 is blank", Element("ISA", 8, " " * 15)),
    of_x12(Code.ISA_DATE, "ISA09 is the 31st of November", Element("ISA", 9, "261131")),
    of_x12(Code.ISA_TIME, "ISA10 is a minute that no hour has", Element("ISA", 10, "0960")),
    of_x12(Code.ISA_REPETITION_SEPARATOR, "ISA11 is a letter", Element("ISA", 11, "U")),
    of_x12(Code.ISA_REPETITION_SEPARATOR, "ISA11 is the component separator", Element("ISA", 11, ":"), variant=2),
    of_x12(Code.ISA_VERSION, "ISA12 is that of version 4010", Element("ISA", 12, "00401")),
    of_x12(Code.ISA_CONTROL_NUMBER, "ISA13, and IEA02 with it, has letters",
           Element("ISA", 13, "00000ABCD"), Element("IEA", 2, "00000ABCD")),
    of_x12(Code.ISA_ACKNOWLEDGMENT_REQUESTED, "ISA14 is neither 0 nor 1", Element("ISA", 14, "2")),
    of_x12(Code.ISA_USAGE, "ISA15 is neither P nor T", Element("ISA", 15, "X")),
    of_x12(Code.ISA_COMPONENT_SEPARATOR, "ISA16 is a letter", Element("ISA", 16, "A")),
    of_x12(Code.ISA_ELEMENT_SEPARATOR, "segments end with the element separator", Everywhere(b"~", b"*")),
    of_x12(Code.ISA_SEGMENT_TERMINATOR, "segments end with a letter", Everywhere(b"~", b"X")),
    of_x12(Code.INTERCHANGE_EMPTY, "there is nothing between ISA and IEA", Drop("TA1"), base=ACKNOWLEDGMENT),
    of_x12(Code.INTERCHANGE_STRUCTURE, "a segment stands between GE and IEA", Insert("MSG*ASTRAY", "GE")),
    of_x12(Code.INTERCHANGE_TRUNCATED, "the last terminator is missing", CutOff(1)),
    of_x12(Code.INTERCHANGE_TRUNCATED, "the interchange ends in the middle of IEA02", CutOff(5), variant=2),
    of_x12(Code.INTERCHANGE_TRAILING_DATA, "text follows the IEA", After(b"-- end of file --\n")),
    of_x12(Code.INTERCHANGE_SECOND, "the same interchange follows once more", Twice()),
    of_x12(Code.INTERCHANGE_ENCODING, "a letter of a name is Latin-1", Bytes(b"CHARLES", b"CHARL\xc9S")),
    of_x12(Code.TA1_INVALID, "TA104 is on no list", Element("TA1", 4, "Z"), base=ACKNOWLEDGMENT),
    of_x12(Code.GS_ELEMENT, "GS04 is the 31st of November", Element("GS", 4, "20261131")),
    of_x12(Code.IEA_MISSING, "the IEA is left out", Drop("IEA")),
    of_x12(Code.IEA_CONTROL_NUMBER, "IEA02 is not ISA13", Element("IEA", 2, "000000099")),
    of_x12(Code.IEA_GROUP_COUNT, "IEA01 counts two groups where there is one", Element("IEA", 1, "2")),
    # The functional group
    of_x12(Code.GROUP_NOT_SUPPORTED, "GS01 is on no list", Element("GS", 1, "ZZ")),
    of_x12(Code.GROUP_VERSION, "GS08, and ST03 with it, is a later version",
           Element("GS", 8, "006020X315"), Element("ST", 3, "006020X315")),
    of_x12(Code.GE_MISSING, "the GE is left out", Drop("GE")),
    of_x12(Code.GE_CONTROL_NUMBER, "GE02 is not GS06", Element("GE", 2, "99")),
    of_x12(Code.GE_SET_COUNT, "GE01 counts seven sets where there is one", Element("GE", 1, "7")),
    of_x12(Code.GS_CONTROL_NUMBER, "GS06, and GE02 with it, is a letter",
           Element("GS", 6, "A"), Element("GE", 2, "A")),
    of_x12(Code.GS_CONTROL_NUMBER_DUPLICATE, "the group is there twice under one number",
           Again("GS", "GE"), Element("IEA", 1, "2")),
    # The transaction set
    of_x12(Code.SET_NOT_SUPPORTED, "ST01 is a purchase order", Element("ST", 1, "850")),
    of_x12(Code.SE_MISSING, "the SE is left out", Drop("SE")),
    of_x12(Code.SE_CONTROL_NUMBER, "SE02 is not ST02", Element("SE", 2, "0002")),
    of_x12(Code.SE_SEGMENT_COUNT, "SE01 counts 99 segments", Element("SE", 1, "99")),
    of_x12(Code.ST_IDENTIFIER, "ST01 is no set identifier", Element("ST", 1, "QQ")),
    of_x12(Code.ST_CONTROL_NUMBER, "ST02, and SE02 with it, is one digit",
           Element("ST", 2, "1"), Element("SE", 2, "1")),
    of_x12(Code.SET_NOT_IN_GROUP, "ST01 is a claim, in a group of reviews", Element("ST", 1, "837")),
    of_x12(Code.ST_GUIDE_MISSING, "ST03 is left out", Elements("ST", 3)),
    of_x12(Code.ST_GUIDE, "ST03 is another guide than GS08", Element("ST", 3, "005010X215")),
    of_x12(Code.ST_CONTROL_NUMBER_DUPLICATE, "the set is there twice under one number",
           Again("ST", "SE"), Element("GE", 1, "2")),
    of_x12(Code.SET_TOO_LARGE, "a message segment is repeated 40,000 times",
           Insert("MSG*MORE", "HI"), Many("MSG*MORE", _MORE_SEGMENTS_THAN_A_SET_MAY_HAVE)),
)
# fmt: on
