"""Why bytes cannot be read as an interchange at all. Everything less is a finding."""

from __future__ import annotations

from enum import Enum


class Fault(Enum):
    """The reasons, in fixed words: element values may be PHI."""

    ISA_MISSING = "the message does not begin with an ISA segment"
    ISA_SEPARATOR = "the character after ISA cannot be an element separator"
    ISA_TRUNCATED = "the ISA segment ends before its control number"
    ISA_CONTROL_NUMBER = "the ISA segment has an empty control number"


class X12SyntaxError(Exception):
    """No ISA13 can be read, so no acknowledgment could say what it acknowledges. The reply is a transport error."""

    def __init__(self, fault: Fault, *, segment: int) -> None:
        super().__init__(f"{fault.value} (segment {segment})")
        self.fault = fault
        self.segment = segment
