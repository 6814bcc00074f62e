"""What a message that was refused is answered with, for a case of which no answer was kept."""

from __future__ import annotations

from datetime import datetime

from priorauth.fhir.outcomes import outcome_of_findings
from priorauth.inspection.cases.document import CaseMessage
from priorauth.inspection.fhir import validate_fhir
from priorauth.inspection.reading import is_fhir
from priorauth.tools import OURSELVES, Tools
from priorauth.x12.acknowledgments import AcknowledgmentIdentity, acknowledge
from priorauth.x12.faults import X12SyntaxError
from priorauth.x12.validation import validate_interchange
from priorauth.x12.writing import Address

ROLE = "acknowledgment"


def acknowledgment_of(tools: Tools, body: bytes, at: datetime) -> tuple[CaseMessage, ...]:
    """The TA1, 999 or OperationOutcome that says what is wrong with a message; nothing where nothing is."""
    if is_fhir(body):
        found = [each.finding for each in validate_fhir(tools, body).report.findings]
        if not any(each.rejects for each in found):
            return ()
        return (_message(outcome_of_findings(found, tools.knowledge.findings), at, "pas"),)
    try:
        result = validate_interchange(body)
    except X12SyntaxError:
        return ()
    header = result.interchange.header
    named = Address(qualifier=header[5], id=header[6].strip(), group_id=header[6].strip())
    identity = AcknowledgmentIdentity(
        sender=OURSELVES, receiver=named, control_number=1, group_number=1, made_at=at, is_test=True
    )
    answer = acknowledge(result, tools.knowledge.findings.acknowledgments, identity)
    return (_message(answer, at, "x12"),) if answer else ()


def _message(body: bytes, at: datetime, format: str) -> CaseMessage:
    return CaseMessage(role=ROLE, body=body, at=at, direction="sent", format=format)
