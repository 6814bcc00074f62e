"""Mutants of single elements of a 278, and of what its values say."""

from __future__ import annotations

from priorauth.domain.findings import FindingCode as Code
from priorauth.sandbox.mutants.bases import ADMISSION, CANCELLATION, DENTAL, OXYGEN, RESPONSE, of_x12
from priorauth.sandbox.mutants.segment_edits import Add, Drop, DropAll, Element, Elements, Having, Insert, Trail

# fmt: off
ELEMENTS = (
    of_x12(Code.ELEMENT_REQUIRED, "BHT03 is left out", Element("BHT", 3, "")),
    of_x12(Code.ELEMENT_REQUIRED, "the trace number is left out of the TRN of a response",
           Element("TRN", 2, ""), base=RESPONSE, variant=2),
    of_x12(Code.ELEMENT_CONDITIONAL, "PER03 says telephone, and there is no number", Elements("PER", 4)),
    of_x12(Code.ELEMENT_EXCLUDED, "N402 and N407 are both there", Having("N4", 2, "MA"),
           Elements("N4", 4, ("CA", "", "", "QC"))),
    of_x12(Code.ELEMENT_NOT_USED, "NM110, which the guide does not use, has a value", Element("NM1*IL", 10, "72")),
    of_x12(Code.ELEMENT_TOO_MANY, "DTP has a fourth element", Elements("DTP*472", 4, ("X",))),
    of_x12(Code.COMPONENT_TOO_MANY, "UM04 has a fourth component", Element("UM", 4, "22:B::X")),
    of_x12(Code.REPETITION_TOO_MANY, "NM103 is repeated", Add("NM1*IL", 3, "^AGAIN")),
    of_x12(Code.ELEMENT_TOO_SHORT, "the member id has one character", Element("NM1*IL", 9, "M")),
    of_x12(Code.ELEMENT_TOO_LONG, "the member id has 81 characters", Element("NM1*IL", 9, "M" * 81)),
    of_x12(Code.ELEMENT_CHARACTER, "the quantity is a word", Element("SV1", 4, "ONE")),
    of_x12(Code.ELEMENT_CHARACTER, "a name has a control character", Add("NM1*IL", 3, "\a"), variant=2),
    of_x12(Code.ELEMENT_TRAILING_SPACE, "a name ends with a space", Add("NM1*IL", 3, " ")),
    of_x12(Code.ELEMENT_LEADING_SPACE, "a name begins with a space", Element("NM1*IL", 3, " EXAMPLE")),
    of_x12(Code.ELEMENT_TRAILING_SEPARATOR, "DMG ends with a separator", Trail("DMG")),
    of_x12(Code.CODE_UNKNOWN, "UM01 is no code at all", Element("UM", 1, "ZZ")),
    of_x12(Code.CODE_UNKNOWN, "HCR01 of the response is no code at all", Element("HCR", 1, "ZZ"), base=RESPONSE,
           variant=2),
    of_x12(Code.CODE_NOT_IN_GUIDE, "BHT02 is a purpose that the guide does not use", Element("BHT", 2, "00")),
    of_x12(Code.CODE_NOT_IN_GUIDE, "BHT02 of the response is a purpose that the guide does not use",
           Element("BHT", 2, "00"), base=RESPONSE, variant=2),
    of_x12(Code.ELEMENT_DATE, "the service is on the 31st of November", Element("DTP*472", 3, "20261131")),
    of_x12(Code.ELEMENT_TIME, "BHT05 is a minute that no hour has", Element("BHT", 5, "0960")),
)

CONTENT = (
    of_x12(Code.NPI_INVALID, "the check digit of the requester's NPI is wrong", Having("NM1*1P", 8, "XX"),
           Element("NM1*1P", 9, "1200000037")),
    of_x12(Code.NPI_INVALID, "the check digit of the facility's NPI is wrong", Element("NM1*FA", 9, "1200000078"),
           variant=2),
    of_x12(Code.DATE_RANGE, "the service ends the day before it begins",
           Elements("DTP*472", 2, ("RD8", "20261118-20261117"))),
    of_x12(Code.DATE_RANGE, "the admission ends before it begins",
           Elements("DTP*435", 2, ("RD8", "20261103-20261101")), base=ADMISSION, variant=2),
    of_x12(Code.BIRTH_AFTER_SERVICE, "the service is before the patient's birth",
           Having("DMG"), Element("DTP*472*D8", 3, "19001118")),
    of_x12(Code.BIRTH_AFTER_SERVICE, "the event is before the patient's birth", Element("DTP*AAH*D8", 3, "19001118"),
           variant=2),
    of_x12(Code.BIRTH_AFTER_SERVICE, "the admission is before the patient's birth",
           Element("DTP*435*D8", 3, "19001118"), base=ADMISSION, variant=3),
    of_x12(Code.DIAGNOSIS_SHAPE, "the diagnosis is no ICD-10-CM code", Element("HI", 1, "R5!9", 2)),
    of_x12(Code.PROCEDURE_SHAPE, "the procedure has six characters", Element("SV1", 1, "970553", 2)),
    of_x12(Code.REVENUE_CODE_SHAPE, "the revenue code has a letter", Element("SV2", 1, "017X"), base=ADMISSION),
    of_x12(Code.ADMISSION_CODES_MISSING, "CL1 is left out of an admission",
           Having("BHT*0007*13"), Having("UM*AR"), Drop("CL1"), base=ADMISSION),
    of_x12(Code.APPEAL_URGENCY_MISSING, "an immediate appeal without UM06",
           Having("BHT*0007*13"), Element("UM", 2, "1"), Elements("UM", 5)),
    of_x12(Code.CANCEL_REFERENCE_MISSING, "both numbers of the authorization are left out of a cancellation",
           Having("BHT*0007*01"), Having("UM*HS*3"), Drop("REF*BB"), Drop("REF*NT"), base=CANCELLATION),
    of_x12(Code.OXYGEN_TEST_MISSING, "both test results are left out of CR5",
           Having("BHT*0007*13"), Element("CR5", 10, ""), Element("CR5", 11, ""), base=OXYGEN),
    of_x12(Code.SERVICE_KINDS_MIXED, "one service has SV1 and SV2", Insert("SV2*0610", "SV1")),
    of_x12(Code.TOOTH_WITHOUT_DENTAL, "the teeth stand in a service that is no dental one",
           Drop("SV3"), Insert("SV1*HC:41899**UN*1", "DTP*472"), base=DENTAL),
    of_x12(Code.DETERMINATION_MISSING, "the response says neither HCR nor AAA", DropAll("HCR"), base=RESPONSE),
    of_x12(Code.CERTIFICATION_NUMBER_MISSING, "HCR02 is left out of a certification", Elements("HCR", 2),
           base=RESPONSE),
)
# fmt: on
