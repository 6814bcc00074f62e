"""How bad each finding of the format is, and which SNIP type of promise it breaks. Partner files may say otherwise."""

from __future__ import annotations

from typing import NamedTuple

from priorauth.domain.findings import FindingCode as Code
from priorauth.domain.findings import Severity, SnipType


class Rule(NamedTuple):
    """What a finding code stands for, unless the place says otherwise."""

    snip: SnipType
    severity: Severity


def _rules(snip: SnipType, severity: Severity, *codes: Code) -> dict[Code, Rule]:
    return dict.fromkeys(codes, Rule(snip, severity))


RULES: dict[Code, Rule] = {
    **_rules(
        SnipType.SYNTAX,
        Severity.FATAL,
        Code.ISA_ELEMENT_SEPARATOR,
        Code.ISA_SEGMENT_TERMINATOR,
        Code.ISA_COMPONENT_SEPARATOR,
        Code.INTERCHANGE_EMPTY,
        Code.GROUP_NOT_SUPPORTED,
        Code.GROUP_VERSION,
        Code.SET_NOT_SUPPORTED,
        Code.SET_NOT_IN_GROUP,
        Code.ST_IDENTIFIER,
        Code.SET_TOO_LARGE,
    ),
    **_rules(
        SnipType.SYNTAX,
        Severity.ERROR,
        Code.ISA_AUTHORIZATION_QUALIFIER,
        Code.ISA_SECURITY_QUALIFIER,
        Code.ISA_SENDER_QUALIFIER,
        Code.ISA_SENDER,
        Code.ISA_RECEIVER_QUALIFIER,
        Code.ISA_RECEIVER,
        Code.ISA_DATE,
        Code.ISA_TIME,
        Code.ISA_REPETITION_SEPARATOR,
        Code.ISA_VERSION,
        Code.ISA_CONTROL_NUMBER,
        Code.ISA_ACKNOWLEDGMENT_REQUESTED,
        Code.ISA_USAGE,
        Code.INTERCHANGE_STRUCTURE,
        Code.INTERCHANGE_TRUNCATED,
        Code.INTERCHANGE_SECOND,
        Code.TA1_INVALID,
        Code.GS_ELEMENT,
        Code.IEA_MISSING,
        Code.IEA_CONTROL_NUMBER,
        Code.IEA_GROUP_COUNT,
        Code.GE_MISSING,
        Code.GE_CONTROL_NUMBER,
        Code.GE_SET_COUNT,
        Code.GS_CONTROL_NUMBER,
        Code.GS_CONTROL_NUMBER_DUPLICATE,
        Code.SE_MISSING,
        Code.SE_CONTROL_NUMBER,
        Code.SE_SEGMENT_COUNT,
        Code.ST_CONTROL_NUMBER,
        Code.ST_CONTROL_NUMBER_DUPLICATE,
        Code.SEGMENT_UNKNOWN,
        Code.SEGMENT_EMPTY,
        Code.SEGMENT_NOT_IN_SET,
        Code.ELEMENT_CONDITIONAL,
        Code.ELEMENT_EXCLUDED,
        Code.ELEMENT_TOO_MANY,
        Code.COMPONENT_TOO_MANY,
        Code.ELEMENT_TOO_SHORT,
        Code.ELEMENT_TOO_LONG,
        Code.ELEMENT_CHARACTER,
        Code.CODE_UNKNOWN,
        Code.ELEMENT_DATE,
        Code.ELEMENT_TIME,
    ),
    **_rules(
        SnipType.SYNTAX,
        Severity.WARNING,
        Code.ISA_PADDING_LOST,
        Code.ISA_AUTHORIZATION,
        Code.ISA_SECURITY,
        Code.INTERCHANGE_TRAILING_DATA,
        Code.ELEMENT_TRAILING_SPACE,
        Code.ELEMENT_LEADING_SPACE,
        Code.ELEMENT_TRAILING_SEPARATOR,
    ),
    **_rules(SnipType.SYNTAX, Severity.INFO, Code.INTERCHANGE_ENCODING),
    **_rules(
        SnipType.REQUIREMENT,
        Severity.ERROR,
        Code.ST_GUIDE_MISSING,
        Code.ST_GUIDE,
        Code.SEGMENT_UNEXPECTED,
        Code.SEGMENT_REQUIRED,
        Code.SEGMENT_TOO_MANY,
        Code.SEGMENT_OUT_OF_ORDER,
        Code.LOOP_REQUIRED,
        Code.LOOP_TOO_MANY,
        Code.HL_SEQUENCE,
        Code.HL_DUPLICATE,
        Code.HL_PARENT_UNKNOWN,
        Code.HL_PARENT_LATER,
        Code.HL_CYCLE,
        Code.HL_LEVEL_MISPLACED,
        Code.HL_LEVEL_UNKNOWN,
        Code.HL_CHILD_CODE,
        Code.ELEMENT_REQUIRED,
        Code.ELEMENT_NOT_USED,
        Code.REPETITION_TOO_MANY,
        Code.CODE_NOT_IN_GUIDE,
    ),
    **_rules(SnipType.REQUIREMENT, Severity.WARNING, Code.HL_SERVICE_CHAINED),
    **_rules(
        SnipType.SITUATION,
        Severity.ERROR,
        Code.DATE_RANGE,
        Code.BIRTH_AFTER_SERVICE,
        Code.ADMISSION_CODES_MISSING,
        Code.DETERMINATION_MISSING,
    ),
    **_rules(
        SnipType.SITUATION,
        Severity.WARNING,
        Code.APPEAL_URGENCY_MISSING,
        Code.CANCEL_REFERENCE_MISSING,
        Code.OXYGEN_TEST_MISSING,
        Code.SERVICE_KINDS_MIXED,
        Code.TOOTH_WITHOUT_DENTAL,
        Code.CERTIFICATION_NUMBER_MISSING,
    ),
    **_rules(
        SnipType.CODE_SET,
        Severity.ERROR,
        Code.NPI_INVALID,
        Code.DIAGNOSIS_SHAPE,
        Code.PROCEDURE_SHAPE,
        Code.REVENUE_CODE_SHAPE,
    ),
    **_rules(SnipType.PARTNER, Severity.ERROR, Code.INTERCHANGE_DUPLICATE, Code.INTERCHANGE_PARTNER_UNKNOWN),
}
