"""What a simulated destination asks for when it cannot decide yet. Everybody in it is invented. Pure."""

from __future__ import annotations

from dataclasses import replace

from priorauth.domain.information import QUESTIONNAIRE, InformationRequest
from priorauth.domain.parties import Address, Contact, ContactNumber, EntityKind, Identifier, Name
from priorauth.domain.reviews import Attachment
from priorauth.sandbox.lines import Line


def information_request(line: Line) -> InformationRequest:
    """The documents that are asked for and whom to send them to."""
    asked = line.table.asks_for
    documents = tuple(
        Attachment(
            report_type=report_type,
            transmission=asked.transmission,
            control_number=f"{line.own_number('D')}-{place}",
            description="Clinical record of this episode",
        )
        for place, report_type in enumerate(asked.report_types, start=1)
    )
    return replace(_INTAKE, attachments=documents, loinc_codes=asked.loinc_codes)


def questionnaire_request() -> InformationRequest:
    """That a questionnaire be answered, and nothing else (PAS ainfo-2); the trace of the line says which one."""
    return replace(_INTAKE, loinc_codes=(QUESTIONNAIRE,))


_INTAKE = InformationRequest(
    contact_name=Name(kind=EntityKind.ORGANIZATION, last="Example Clinical Intake"),
    contact_identifier=Identifier("46", "SANDBOXINTAKE"),
    contact_address=Address(lines=("1 Sandbox Way", "Suite 278"), city="Springfield", state="MA", postal_code="01101"),
    contact=Contact(
        name="Intake Desk",
        numbers=(
            ContactNumber("TE", "8005550100"),
            ContactNumber("EX", "278"),
            ContactNumber("FX", "8005550101"),
        ),
    ),
)
