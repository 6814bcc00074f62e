"""What is wrong with a message, as data: which rule, how bad and where. Never the value: values may be PHI."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum


class FindingCode(StrEnum):
    """The stable rule ids. Each has a row in `mappings/findings.csv`; ids without a rail prefix hold on both rails."""

    # Elements: X12.6 and the guide tables.
    ELEMENT_REQUIRED = "X12-ELEMENT-REQUIRED"
    ELEMENT_CONDITIONAL = "X12-ELEMENT-CONDITIONAL"
    ELEMENT_EXCLUDED = "X12-ELEMENT-EXCLUDED"
    ELEMENT_NOT_USED = "X12-ELEMENT-NOT-USED"
    ELEMENT_TOO_MANY = "X12-ELEMENT-TOO-MANY"
    COMPONENT_TOO_MANY = "X12-COMPONENT-TOO-MANY"
    REPETITION_TOO_MANY = "X12-REPETITION-TOO-MANY"
    ELEMENT_TOO_SHORT = "X12-ELEMENT-TOO-SHORT"
    ELEMENT_TOO_LONG = "X12-ELEMENT-TOO-LONG"
    ELEMENT_CHARACTER = "X12-ELEMENT-CHARACTER"
    ELEMENT_TRAILING_SPACE = "X12-ELEMENT-TRAILING-SPACE"
    ELEMENT_TRAILING_SEPARATOR = "X12-ELEMENT-TRAILING-SEPARATOR"
    CODE_UNKNOWN = "X12-CODE-UNKNOWN"
    CODE_NOT_IN_GUIDE = "X12-CODE-NOT-IN-GUIDE"


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
