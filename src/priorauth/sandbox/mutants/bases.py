"""The valid messages that mutants are made of."""

from __future__ import annotations

from priorauth.sandbox.mutants.mutant import Rail, SoundMessage

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
