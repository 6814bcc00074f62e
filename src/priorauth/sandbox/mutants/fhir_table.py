"""Mutants of FHIR documents by R4 alone: JSON, elements, datatypes, codes, references."""

from __future__ import annotations

from typing import Any

from priorauth.domain.findings import FindingCode as Code
from priorauth.sandbox.mutants.bases import of_fhir
from priorauth.sandbox.mutants.edits import Bytes, CutOff
from priorauth.sandbox.mutants.json_edits import Change, Copy, Having, Nest, Put, Replace, Take

CLAIM = "Bundle.entry[0].resource"
FIRST = "Bundle.entry[0].resource.resourceType"
OTHER = {"url": "https://ehr.example/more", "valueString": "X"}


def _of_a_version(url: Any) -> str:
    return f"{url}/_history/1"


# fmt: off
FHIR = (
    of_fhir(Code.FHIR_JSON, "the last brace is missing", CutOff(1), at="Bundle"),
    of_fhir(Code.FHIR_TOO_DEEP, "an element is ten thousand arrays deep", Nest("Claim.colour", 10_000), at="Bundle"),
    of_fhir(Code.FHIR_NOT_A_RESOURCE, "the document does not say what resource it is",
            Bytes(b'"resourceType": "Bundle",', b""), at="Bundle"),
    of_fhir(Code.FHIR_RESOURCE_TYPE, "an entry holds a resource that R4 does not have",
            Put("Bundle.entry[8].resource.resourceType", "Encountre"), at="Bundle.entry[8].resource"),
    of_fhir(Code.FHIR_UNKNOWN_ELEMENT, "the Claim has an element that R4 does not have",
            Put("Claim.colour", "red"), at=CLAIM, says="elements of Claim"),
    of_fhir(Code.FHIR_UNKNOWN_ELEMENT, "an item has an element that R4 does not have",
            Put("Claim.item[1].colour", "red"), variant=2, at=f"{CLAIM}.item[1]"),
    of_fhir(Code.FHIR_REQUIRED, "Claim.status is left out", Take("Claim.status")),
    of_fhir(Code.FHIR_REQUIRED, "the sequence of a supportingInfo is left out",
            Take("Claim.supportingInfo[0].sequence"), variant=2),
    of_fhir(Code.FHIR_TOO_MANY, "Claim.use is an array", Put("Claim.use", ["preauthorization"])),
    of_fhir(Code.FHIR_TOO_MANY, "Claim.insurer is an array", Replace("Claim.insurer", lambda it: [it]), variant=2),
    of_fhir(Code.FHIR_EMPTY, "Claim.created is null", Put("Claim.created", None)),
    of_fhir(Code.FHIR_EMPTY, "an identifier's value is empty", Put("Claim.identifier[0].value", ""), variant=2),
    of_fhir(Code.FHIR_EMPTY, "an object is empty", Put("Claim.identifier[0].assigner.identifier", {}), variant=3),
    of_fhir(Code.FHIR_EMPTY, "an array is empty", Put("Claim.procedure", []), variant=4),
    of_fhir(Code.FHIR_EMPTY, "an array of texts holds a null", Put("Patient.name[0].given", ["X", None]),
            variant=5, at="Bundle.entry[3].resource.name[0].given[1]"),
    of_fhir(Code.FHIR_EMPTY, "an element that does not repeat is an empty array", Put("Claim.insurer", []), variant=6),
    of_fhir(Code.FHIR_TYPE, "Claim.identifier is one object and no array", Put("Claim.identifier", {"value": "X"}),
            says="an array"),
    of_fhir(Code.FHIR_TYPE, "Claim.type is a text", Put("Claim.type", "institutional"), variant=2),
    of_fhir(Code.FHIR_TYPE, "a sequence is a text", Put("Claim.insurance[0].sequence", "1"), variant=3),
    of_fhir(Code.FHIR_TYPE, "an identifier's value is a number", Put("Claim.identifier[0].value", 7), variant=4),
    of_fhir(Code.FHIR_TYPE, "a boolean is a text", Put("Claim.insurance[0].focal", "true"), variant=5),
    of_fhir(Code.FHIR_VALUE, "a sequence is zero", Put("Claim.insurance[0].sequence", 0)),
    of_fhir(Code.FHIR_VALUE, "a date is written with slashes", Put("Claim.created", "11/02/2026"), variant=2),
    of_fhir(Code.FHIR_VALUE, "a time has no zone", Put("Claim.created", "2026-11-02T09:15:00"), variant=3),
    of_fhir(Code.FHIR_VALUE, "a URI has a space", Put("Claim.identifier[0].system", "urn:a b"), variant=4),
    of_fhir(Code.FHIR_VALUE, "an id has 65 characters", Put("Claim.id", "x" * 65), variant=5),
    of_fhir(Code.FHIR_CODE, "the patient's gender is on no list", Put("Patient.gender", "X")),
    of_fhir(Code.FHIR_CHOICE, "a time is sent as a date and as a period",
            Change("Claim.supportingInfo[0].timingDate", "2026-11-01"),
            Put("Claim.supportingInfo[0].timingPeriod", {"start": "2026-11-01"}),
            at=f"{CLAIM}.supportingInfo[0].timing[x]"),
    of_fhir(Code.FHIR_INVARIANT, "an extension has neither a value nor extensions",
            Take("Claim.identifier[0].extension(identifierSubDepartment).valueString"),
            at=f"{CLAIM}.identifier[0].extension[0]", says="ext-1"),
    of_fhir(Code.FHIR_INVARIANT, "a telephone number does not say that it is one",
            Take("Bundle.entry[2].resource.telecom[0].system"), variant=2,
            at="Bundle.entry[2].resource.telecom[0]", says="cpt-2"),
    of_fhir(Code.FHIR_MODIFIER_UNKNOWN, "the Claim has a modifier extension that is not of the guide",
            Put("Claim.modifierExtension", [OTHER]), at=f"{CLAIM}.modifierExtension[0]"),
    of_fhir(Code.FHIR_MODIFIER_UNKNOWN, "an item has one",
            Put("Claim.item[0].modifierExtension", [OTHER]), variant=2,
            at=f"{CLAIM}.item[0].modifierExtension[0]"),
    of_fhir(Code.FHIR_REFERENCE_TYPE, "the insurer is the patient",
            Copy("Claim.patient.reference", "Claim.insurer.reference"), says="Organization"),
    of_fhir(Code.FHIR_FULL_URL, "a fullUrl is relative",
            Put("Bundle.entry[8].fullUrl", "Encounter/nicu1-encounter-1")),
    of_fhir(Code.FHIR_FULL_URL, "a fullUrl names a version",
            Replace("Bundle.entry[8].fullUrl", _of_a_version), variant=2),
    of_fhir(Code.FHIR_FULL_URL_DUPLICATE, "the second entry is there twice",
            Replace("Bundle.entry", lambda entries: [*entries, entries[1]]), at="Bundle.entry[9].fullUrl"),
    of_fhir(Code.FHIR_FULL_URL_DUPLICATE, "two entries have one fullUrl", Having(FIRST, "Claim"),
            Copy("Bundle.entry[-2].fullUrl", "Bundle.entry[-1].fullUrl"), variant=2),
)
# fmt: on
