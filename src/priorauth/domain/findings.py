"""What is wrong with a message, as data: which rule, how bad and where. Never the value: values may be PHI."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum


class FindingCode(StrEnum):
    """The stable rule ids. Each has a row in `mappings/findings.csv`; ids without a rail prefix hold on both rails."""

    # Interchange: the reply is a TA1; the comment gives TA105.
    ISA_PADDING_LOST = "X12-ISA-PADDING-LOST"  # 022: elements are not at their fixed columns, but can be told apart
    ISA_AUTHORIZATION_QUALIFIER = "X12-ISA01-AUTHORIZATION-QUALIFIER"  # 010
    ISA_AUTHORIZATION = "X12-ISA02-AUTHORIZATION"  # 011
    ISA_SECURITY_QUALIFIER = "X12-ISA03-SECURITY-QUALIFIER"  # 012
    ISA_SECURITY = "X12-ISA04-SECURITY"  # 013
    ISA_SENDER_QUALIFIER = "X12-ISA05-SENDER-QUALIFIER"  # 005
    ISA_SENDER = "X12-ISA06-SENDER"  # 006
    ISA_RECEIVER_QUALIFIER = "X12-ISA07-RECEIVER-QUALIFIER"  # 007
    ISA_RECEIVER = "X12-ISA08-RECEIVER"  # 008
    ISA_DATE = "X12-ISA09-DATE"  # 014
    ISA_TIME = "X12-ISA10-TIME"  # 015
    ISA_REPETITION_SEPARATOR = "X12-ISA11-REPETITION-SEPARATOR"  # 016
    ISA_VERSION = "X12-ISA12-VERSION"  # 017: not 00501
    ISA_CONTROL_NUMBER = "X12-ISA13-CONTROL-NUMBER"  # 018: not nine digits
    ISA_ACKNOWLEDGMENT_REQUESTED = "X12-ISA14-ACKNOWLEDGMENT-REQUESTED"  # 019
    ISA_USAGE = "X12-ISA15-USAGE"  # 020
    ISA_COMPONENT_SEPARATOR = "X12-ISA16-COMPONENT-SEPARATOR"  # 027: missing, a letter, or the same as another one
    ISA_ELEMENT_SEPARATOR = "X12-ISA-ELEMENT-SEPARATOR"  # 026: the same as another delimiter
    ISA_SEGMENT_TERMINATOR = "X12-ISA-SEGMENT-TERMINATOR"  # 004: missing, a letter, or the same as another one
    INTERCHANGE_DUPLICATE = "X12-INTERCHANGE-DUPLICATE"  # 025: this ISA13 came before with other content
    INTERCHANGE_PARTNER_UNKNOWN = "X12-INTERCHANGE-PARTNER-UNKNOWN"  # 403 and no TA1: not a partner, or not the caller
    INTERCHANGE_EMPTY = "X12-INTERCHANGE-EMPTY"  # 024: neither a functional group nor a TA1
    INTERCHANGE_STRUCTURE = "X12-INTERCHANGE-STRUCTURE"  # 022: a segment stands outside a group or a set
    INTERCHANGE_TRUNCATED = "X12-INTERCHANGE-TRUNCATED"  # 023: the last segment has no terminator
    INTERCHANGE_TRAILING_DATA = "X12-INTERCHANGE-TRAILING-DATA"  # 022: something that is not layout follows IEA
    INTERCHANGE_SECOND = "X12-INTERCHANGE-SECOND"  # 022: another ISA follows where one interchange was expected
    INTERCHANGE_ENCODING = "X12-INTERCHANGE-ENCODING"  # none, a note: not UTF-8, so read as Latin-1
    TA1_INVALID = "X12-TA1-INVALID"  # 024: an element of a TA1 segment is missing or not on its list
    GS_ELEMENT = "X12-GS-ELEMENT"  # 024: GS02, GS03, GS04, GS05 or GS07 missing or malformed
    IEA_MISSING = "X12-IEA-MISSING"  # 023
    IEA_CONTROL_NUMBER = "X12-IEA02-CONTROL-NUMBER"  # 001: not ISA13
    IEA_GROUP_COUNT = "X12-IEA01-GROUP-COUNT"  # 021

    # Functional group: the reply is AK9 of a 999; the comment gives AK905.
    GROUP_NOT_SUPPORTED = "X12-GS01-NOT-SUPPORTED"  # 1: GS01 is not the functional identifier of any guide we have
    GROUP_VERSION = "X12-GS08-NOT-SUPPORTED"  # 2: no guide for this GS08
    GE_MISSING = "X12-GE-MISSING"  # 3
    GE_CONTROL_NUMBER = "X12-GE02-CONTROL-NUMBER"  # 4: not GS06
    GE_SET_COUNT = "X12-GE01-SET-COUNT"  # 5
    GS_CONTROL_NUMBER = "X12-GS06-CONTROL-NUMBER"  # 6: not 1 to 9 digits
    GS_CONTROL_NUMBER_DUPLICATE = "X12-GS06-DUPLICATE"  # 19

    # Transaction set: the reply is IK5 of a 999; the comment gives IK502.
    SET_NOT_SUPPORTED = "X12-ST01-NOT-SUPPORTED"  # 1: no guide for this ST01, or ST01 missing (then 6)
    SE_MISSING = "X12-SE-MISSING"  # 2
    SE_CONTROL_NUMBER = "X12-SE02-CONTROL-NUMBER"  # 3: not ST02
    SE_SEGMENT_COUNT = "X12-SE01-SEGMENT-COUNT"  # 4
    ST_IDENTIFIER = "X12-ST01-IDENTIFIER"  # 6: ST01 missing or not three characters
    ST_CONTROL_NUMBER = "X12-ST02-CONTROL-NUMBER"  # 7: missing or not 4 to 9 characters
    SET_NOT_IN_GROUP = "X12-ST01-NOT-IN-GROUP"  # 18: a set that does not belong under this GS01
    ST_GUIDE_MISSING = "X12-ST03-MISSING"  # 19
    ST_GUIDE = "X12-ST03-GUIDE"  # I6: ST03 is not GS08
    ST_CONTROL_NUMBER_DUPLICATE = "X12-ST02-DUPLICATE"  # 23
    SET_TOO_LARGE = "X12-SET-TOO-LARGE"  # 5: more bytes or segments than one set may have; not read further

    # Segments: the reply is IK3 of a 999; the comment gives IK304.
    SEGMENT_UNKNOWN = "X12-SEGMENT-UNKNOWN"  # no IK3 (RFI 1257), IK502 5: not the id of any segment
    SEGMENT_EMPTY = "X12-SEGMENT-EMPTY"  # no IK3, IK502 5: nothing before a terminator, or an id alone
    SEGMENT_UNEXPECTED = "X12-SEGMENT-UNEXPECTED"  # 2: used in this guide, but not in this loop
    SEGMENT_REQUIRED = "X12-SEGMENT-REQUIRED"  # 3
    LOOP_TOO_MANY = "X12-LOOP-TOO-MANY"  # 4
    SEGMENT_TOO_MANY = "X12-SEGMENT-TOO-MANY"  # 5
    SEGMENT_NOT_IN_SET = "X12-SEGMENT-NOT-IN-SET"  # 6: an X12 segment that this guide does not use
    SEGMENT_OUT_OF_ORDER = "X12-SEGMENT-OUT-OF-ORDER"  # 7
    LOOP_REQUIRED = "X12-LOOP-REQUIRED"  # I7; `at.segment_id` is the segment that would open the loop

    # The HL tree: the reply is IK3 8 on the HL with IK4, and CTX (RFI 2394); the comment gives the element and IK403.
    HL_SEQUENCE = "X12-HL01-SEQUENCE"  # HL01, 7: not one more than the one before
    HL_DUPLICATE = "X12-HL01-DUPLICATE"  # HL01, 7
    HL_PARENT_UNKNOWN = "X12-HL02-PARENT-UNKNOWN"  # HL02, 7: no HL of that number in the set (orphan)
    HL_PARENT_LATER = "X12-HL02-PARENT-LATER"  # HL02, 7: the parent stands after its child
    HL_CYCLE = "X12-HL02-CYCLE"  # HL02, 7: its own ancestor
    HL_LEVEL_MISPLACED = "X12-HL02-LEVEL-MISPLACED"  # HL02, 7: this level may not stand below that parent
    HL_SERVICE_CHAINED = "X12-HL02-SERVICE-CHAINED"  # none, a warning: SS under SS, which this partner may send
    HL_LEVEL_UNKNOWN = "X12-HL03-LEVEL-UNKNOWN"  # HL03, 7: not a level of this guide
    HL_CHILD_CODE = "X12-HL04-CHILD-CODE"  # HL04, 7: says the contrary of what follows

    # Elements: X12.6 and the guide tables; the reply is IK4 of a 999; the comment gives IK403.
    ELEMENT_REQUIRED = "X12-ELEMENT-REQUIRED"  # 1
    ELEMENT_CONDITIONAL = "X12-ELEMENT-CONDITIONAL"  # 2: a relational condition P, R, C or L asks for it
    ELEMENT_EXCLUDED = "X12-ELEMENT-EXCLUDED"  # 10: a relational condition E forbids it
    ELEMENT_NOT_USED = "X12-ELEMENT-NOT-USED"  # I10
    ELEMENT_TOO_MANY = "X12-ELEMENT-TOO-MANY"  # 3
    COMPONENT_TOO_MANY = "X12-COMPONENT-TOO-MANY"  # 13
    REPETITION_TOO_MANY = "X12-REPETITION-TOO-MANY"  # 12
    ELEMENT_TOO_SHORT = "X12-ELEMENT-TOO-SHORT"  # 4
    ELEMENT_TOO_LONG = "X12-ELEMENT-TOO-LONG"  # 5
    ELEMENT_CHARACTER = "X12-ELEMENT-CHARACTER"  # 6: outside the character set, or a letter in a number
    ELEMENT_TRAILING_SPACE = "X12-ELEMENT-TRAILING-SPACE"  # 6, a warning: spaces at the end (or alone) are padding
    ELEMENT_LEADING_SPACE = "X12-ELEMENT-LEADING-SPACE"  # 6, a warning
    ELEMENT_TRAILING_SEPARATOR = "X12-ELEMENT-TRAILING-SEPARATOR"  # 3, a warning: RFI 1498
    CODE_UNKNOWN = "X12-CODE-UNKNOWN"  # 7
    CODE_NOT_IN_GUIDE = "X12-CODE-NOT-IN-GUIDE"  # I6: in the dictionary, not in the guide
    ELEMENT_DATE = "ELEMENT-DATE"  # 8: not a date of the calendar, or not in the form its qualifier says
    ELEMENT_TIME = "X12-ELEMENT-TIME"  # 9

    # Content: read and understood, but not to be believed; the reply is an AAA; the comment gives AAA03. Both rails.
    NPI_INVALID = "NPI-INVALID"  # 43 for a provider, 79 for the UMO: not ten digits, or the check digit is wrong
    DATE_RANGE = "DATE-RANGE"  # 57, 56: the end is before the start
    BIRTH_AFTER_SERVICE = "BIRTH-AFTER-SERVICE"  # 60
    DIAGNOSIS_SHAPE = "DIAGNOSIS-SHAPE"  # AF: cannot be a code of the list that its qualifier names
    PROCEDURE_SHAPE = "PROCEDURE-SHAPE"  # AG
    REVENUE_CODE_SHAPE = "REVENUE-CODE-SHAPE"  # AG

    # Situations: rules between segments (x217-facts 9); the reply is an AAA where they reject; the comment gives AAA03.
    ADMISSION_CODES_MISSING = "X12-SITUATION-ADMISSION-CODES"  # 15: UM01 AR without CL1 (RFI 1179)
    APPEAL_URGENCY_MISSING = "X12-SITUATION-APPEAL-URGENCY"  # 15, a warning: UM02 1 without UM06
    CANCEL_REFERENCE_MISSING = "X12-SITUATION-CANCEL-REFERENCE"  # 15, a warning: UM02 3 without REF BB or NT
    OXYGEN_TEST_MISSING = "X12-SITUATION-OXYGEN-TEST"  # 15, a warning: CR5 with neither CR510 nor CR511
    SERVICE_KINDS_MIXED = "X12-SITUATION-SERVICE-KINDS"  # 15, a warning: more than one of SV1, SV2, SV3 in one 2000F
    TOOTH_WITHOUT_DENTAL = "X12-SITUATION-TOOTH"  # 15, a warning: TOO without SV3
    DETERMINATION_MISSING = "X12-SITUATION-DETERMINATION"  # a response that says neither HCR nor AAA anywhere
    CERTIFICATION_NUMBER_MISSING = "X12-SITUATION-CERTIFICATION-NUMBER"  # a warning: HCR01 A1, A2, A6 without HCR02

    # FHIR, the base structure: the reply is an OperationOutcome with status 400.
    FHIR_JSON = "FHIR-JSON"  # the body is not JSON in UTF-8
    FHIR_TOO_DEEP = "FHIR-TOO-DEEP"  # nests deeper than can be read
    FHIR_NOT_A_RESOURCE = "FHIR-NOT-A-RESOURCE"  # not a JSON object with a resourceType
    FHIR_RESOURCE_TYPE = "FHIR-RESOURCE-TYPE"  # a resourceType that R4 does not have, or not the one that belongs here
    FHIR_UNKNOWN_ELEMENT = "FHIR-UNKNOWN-ELEMENT"
    FHIR_REQUIRED = "FHIR-REQUIRED"
    FHIR_TOO_MANY = "FHIR-TOO-MANY"  # an array where the element does not repeat
    FHIR_EMPTY = "FHIR-EMPTY"  # ele-1: null, or an object, array or string with nothing in it
    FHIR_TYPE = "FHIR-TYPE"  # another JSON type than the datatype is written as
    FHIR_VALUE = "FHIR-VALUE"  # not in the form of its datatype
    FHIR_CODE = "FHIR-CODE"  # not one of the codes that R4 lists for the element
    FHIR_CHOICE = "FHIR-CHOICE"  # more than one datatype of a choice such as value[x]
    FHIR_INVARIANT = "FHIR-INVARIANT"  # `expected` begins with its key
    FHIR_MODIFIER_UNKNOWN = "FHIR-MODIFIER-UNKNOWN"  # PAS spec-25: a modifier extension that we do not know
    FHIR_REFERENCE_TYPE = "FHIR-REFERENCE-TYPE"  # names a resource of a type that may not stand there
    FHIR_FULL_URL = "FHIR-FULL-URL"  # bdl-8, spec-16: neither an absolute URL without a version nor urn:uuid
    FHIR_FULL_URL_DUPLICATE = "FHIR-FULL-URL-DUPLICATE"  # bdl-7, spec-17

    # PAS, the profiles: the reply is an OperationOutcome with status 422.
    PAS_CLAIM_FIRST = "PAS-CLAIM-FIRST"  # spec-12
    PAS_RESPONSE_FIRST = "PAS-RESPONSE-FIRST"  # spec-30
    PAS_REQUIRED = "PAS-REQUIRED"  # fewer than the profile, or one of its slices, asks for
    PAS_TOO_MANY = "PAS-TOO-MANY"
    PAS_NOT_USED = "PAS-NOT-USED"  # the profile forbids the element
    PAS_TYPE = "PAS-TYPE"  # a datatype of a choice that the profile leaves out
    PAS_FIXED = "PAS-FIXED"  # not the value that the profile fixes
    PAS_CODE = "PAS-CODE"  # no code of a value set that the guide enumerates
    PAS_CODE_SYSTEM = "PAS-CODE-SYSTEM"  # a warning: no code of a system that the value set takes
    PAS_INVARIANT = "PAS-INVARIANT"  # `expected` begins with its key
    PAS_REFERENCE_DANGLING = "PAS-REFERENCE-DANGLING"  # spec-13, spec-18: names nothing in the Bundle
    PAS_RESOURCE_DUPLICATE = "PAS-RESOURCE-DUPLICATE"  # spec-14: one resource stands in two entries
    PAS_RESOURCE_ALIKE = "PAS-RESOURCE-ALIKE"  # spec-15, a warning: two entries say the same under different ids
    PAS_SEQUENCE_DUPLICATE = "PAS-SEQUENCE-DUPLICATE"  # spec-22 and alike
    PAS_SEQUENCE_UNKNOWN = "PAS-SEQUENCE-UNKNOWN"  # a warning: points at a sequence that is not there
    PAS_SUBSCRIPTION_ENDPOINT = "PAS-SUBSCRIPTION-ENDPOINT"  # we may not send there
    PAS_SUBSCRIPTION_FILTER = "PAS-SUBSCRIPTION-FILTER"  # spec-58: not the filter of the topic
    PAS_SUBSCRIPTION_HEADER = "PAS-SUBSCRIPTION-HEADER"  # no header, or one that a subscriber cannot set

    # Delegates' answers, in any format: told to the delegate; the leg stays open.
    DETERMINATION_TRACE_UNKNOWN = "DETERMINATION-TRACE-UNKNOWN"  # names an item that the leg does not have
    DETERMINATION_ITEM_TWICE = "DETERMINATION-ITEM-TWICE"  # decides one item of the leg twice
    DETERMINATION_UNREADABLE = "DETERMINATION-UNREADABLE"  # not JSON, or not of the schema for delegates


class Severity(StrEnum):
    """How bad a finding is. A partner file may lower or raise it per rule or SNIP type."""

    FATAL = "fatal"  # the set or interchange cannot be read past this point
    ERROR = "error"  # the set is not accepted
    WARNING = "warning"  # accepted, errors noted
    INFO = "info"


class SnipType(IntEnum):
    """The WEDI SNIP level of a rule: what kind of promise it breaks."""

    SYNTAX = 1
    REQUIREMENT = 2
    BALANCING = 3
    SITUATION = 4
    CODE_SET = 5
    PRODUCT = 6
    PARTNER = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where in the message a finding is. Numbers count from 1; 0 means not applicable.

    `segment` counts within the transaction set as 999 IK302 does (ST is 1), except for envelope findings, where it
    counts within the interchange (ISA is 1). `offset`, `line` and `column` are within the bytes as received.
    """

    segment: int = 0
    offset: int = -1
    line: int = 0
    column: int = 0
    loop: str = ""
    segment_id: str = ""
    element: int = 0
    component: int = 0
    repetition: int = 0
    data_element: str = ""  # the X12 data element number, such as "1365"
    path: str = ""  # "2000E/UM03" or a FHIRPath such as "Claim.item[0].category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken rule at one place, with what was expected there and the findings that follow from it."""

    code: FindingCode
    severity: Severity
    snip: SnipType
    at: Position
    expected: str = ""  # from our tables, never from the message
    consequences: tuple[Finding, ...] = ()

    def with_severity(self, severity: Severity) -> Finding:
        """The same finding, as bad as a partner file says."""
        return replace(self, severity=severity)

    @property
    def rejects(self) -> bool:
        """True where the message cannot be accepted as it is."""
        return self.severity in (Severity.FATAL, Severity.ERROR)
