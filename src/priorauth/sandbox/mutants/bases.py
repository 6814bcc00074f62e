"""The valid messages that mutants are made of, and what their tables are written with."""

from __future__ import annotations

from priorauth.domain.findings import FindingCode
from priorauth.sandbox.mutants.edits import Edit
from priorauth.sandbox.mutants.mutant import Mutant, Rail, SoundMessage

IMAGING = SoundMessage(Rail.X12, "x12/imaging-mri.edi")
ADMISSION = SoundMessage(Rail.X12, "x12/nicu-admission.edi")
SPINE = SoundMessage(Rail.X12, "x12/msk-spine-and-pain.edi")
CANCELLATION = SoundMessage(Rail.X12, "x12/cancellation.edi")
OXYGEN = SoundMessage(Rail.X12, "x12/home-oxygen-and-equipment.edi")
DENTAL = SoundMessage(Rail.X12, "x12/dental.edi")
RESPONSE = SoundMessage(Rail.X12, "response.edi")
ACKNOWLEDGMENT = SoundMessage(Rail.X12, "acknowledgment.edi")

FHIR_ADMISSION = SoundMessage(Rail.FHIR, "fhir/nicu-admission.json")
FHIR_IMAGING = SoundMessage(Rail.FHIR, "fhir/imaging-mri.json")
FHIR_RESPONSE = SoundMessage(Rail.FHIR, "response.json")
SUBSCRIPTION = SoundMessage(Rail.FHIR, "subscription.json")

DETERMINATION = SoundMessage(Rail.EVENT, "determination.json")


def of_x12(
    rule: FindingCode,
    changes: str,
    *edits: Edit,
    base: SoundMessage = IMAGING,
    variant: int = 1,
    partner: str = "sandbox",
) -> Mutant:
    """A mutant of an interchange."""
    return Mutant(rule=rule, base=base, changes=changes, edits=edits, variant=variant, partner=partner)


def of_fhir(
    rule: FindingCode,
    changes: str,
    *edits: Edit,
    base: SoundMessage = FHIR_ADMISSION,
    variant: int = 1,
    at: str = "",
    says: str = "",
) -> Mutant:
    """A mutant of a FHIR document, found where its last edit is unless it is `at` another path."""
    return Mutant(rule=rule, base=base, changes=changes, edits=edits, variant=variant, found_at=at, says=says)
