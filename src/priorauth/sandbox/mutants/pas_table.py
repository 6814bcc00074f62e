"""Mutants of PAS Bundles by the profiles of the guide, and of what their values say."""

from __future__ import annotations

from typing import Any

from priorauth.domain.findings import FindingCode as Code
from priorauth.sandbox.mutants.bases import FHIR_ADMISSION, FHIR_IMAGING, FHIR_RESPONSE, of_fhir
from priorauth.sandbox.mutants.fhir_table import CLAIM, FIRST, OTHER
from priorauth.sandbox.mutants.json_edits import Append, Change, Having, Put, Replace, Swap, Take, TakeEntry

_IDENTIFIER = {"system": "urn:trnorg:9HARBORGEN", "value": "X"}
_CHILD = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "child"},
        {"system": "https://codesystem.x12.org/005010/1069", "code": "19"},
    ]
}
_ELSEWHERE = "urn:uuid:11111111-2222-4333-8444-555555555555"


def _same_again(entries: Any) -> Any:
    return [*entries, {**entries[1], "fullUrl": _ELSEWHERE}]


def _alike(entries: Any) -> Any:
    return [*entries, _renamed(entries[1])]


def _second_claim(entries: Any) -> Any:
    again = _renamed(entries[0])
    return [*entries, {**again, "resource": {**again["resource"], "created": "2026-11-02"}}]


def _renamed(entry: Any) -> Any:
    return {"fullUrl": entry["fullUrl"] + "x", "resource": {**entry["resource"], "id": "another"}}


def _first_renumbered(items: Any) -> Any:
    return [*items, {**items[0], "sequence": 99}]


# fmt: off
PAS = (
    of_fhir(Code.PAS_CLAIM_FIRST, "the Claim is the second entry",
            Having(FIRST, "Claim"), Swap("Bundle.entry", 0, 1), at=CLAIM),
    of_fhir(Code.PAS_RESPONSE_FIRST, "the ClaimResponse is the second entry",
            Having(FIRST, "ClaimResponse"), Swap("Bundle.entry", 0, 1), base=FHIR_RESPONSE, at=CLAIM),
    of_fhir(Code.PAS_REQUIRED, "there is no item", Take("Claim.item")),
    of_fhir(Code.PAS_REQUIRED, "the type of certification is left out of an item",
            Put("Claim.item[0].extension(certificationType).url", OTHER["url"]), variant=2,
            at=f"{CLAIM}.item[0].extension", says="at least 1 extension certificationType"),
    of_fhir(Code.PAS_REQUIRED, "the date is left out of the admission dates",
            Take("Claim.supportingInfo[0].timingDate"), variant=3, at=f"{CLAIM}.supportingInfo[0].timing[x]"),
    of_fhir(Code.PAS_REQUIRED, "an entry has no fullUrl", Take("Bundle.entry[8].fullUrl"), variant=4),
    of_fhir(Code.PAS_TOO_MANY, "the Claim has three identifiers", Put("Claim.identifier", [_IDENTIFIER] * 3),
            says="at most 2"),
    of_fhir(Code.PAS_TOO_MANY, "an item has two types of certification",
            Replace("Claim.item[0].extension", lambda it: [*it, it[2]]), variant=2,
            says="at most 1 extension certificationType"),
    of_fhir(Code.PAS_TOO_MANY, "there are two admission dates", Replace("Claim.supportingInfo", _first_renumbered),
            variant=3, says="at most 1 of slice AdmissionDates"),
    of_fhir(Code.PAS_TOO_MANY, "there is a second Claim, and no update", Replace("Bundle.entry", _second_claim),
            variant=4, at="Bundle.entry[9].resource", says="at most 1 of Claim"),
    of_fhir(Code.PAS_NOT_USED, "a message has a date", Put("Claim.supportingInfo[2].timingDate", "2026-11-01")),
    of_fhir(Code.PAS_TYPE, "the place of an item is an address",
            Take("Claim.item[0].locationCodeableConcept"), Put("Claim.item[0].locationAddress", {"city": "BOSTON"}),
            says="CodeableConcept"),
    of_fhir(Code.PAS_FIXED, "the Claim is for payment", Put("Claim.use", "claim"), says="preauthorization"),
    of_fhir(Code.PAS_FIXED, "the insurance is not the focal one", Put("Claim.insurance[0].focal", False), variant=2),
    of_fhir(Code.PAS_FIXED, "the Encounter is over", Put("Encounter.status", "finished"), variant=3, says="planned"),
    of_fhir(Code.PAS_FIXED, "the Bundle is a message", Put("Bundle.type", "message"), variant=4, says="collection"),
    of_fhir(Code.PAS_CODE, "the Claim is of a kind that PAS does not have",
            Put("Claim.type.coding[0].code", "vision"), at=f"{CLAIM}.type", says="one of "),
    of_fhir(Code.PAS_CODE_SYSTEM, "the revenue code is of a system of its own",
            Put("Claim.item[0].revenue.coding[0].system", "urn:other"), at=f"{CLAIM}.item[0].revenue"),
    of_fhir(Code.PAS_INVARIANT, "the admission is on no day",
            Change("Claim.supportingInfo[0].timingDate", "2026-11"), says="FullDateRule"),
    of_fhir(Code.PAS_INVARIANT, "a child is insured through nobody",
            Put("Coverage.relationship", _CHILD), Take("Coverage.subscriber"), variant=2,
            at="Bundle.entry[4].resource", says="self-beneficiary"),
    of_fhir(Code.PAS_INVARIANT, "the patient has neither a family nor a given name",
            Put("Patient.name", [{"text": "X"}]), variant=3, at="Bundle.entry[3].resource.name[0]", says="us-core-"),
    of_fhir(Code.PAS_REFERENCE_DANGLING, "the Encounter is left out", Take("Bundle.entry[8]"),
            at=f"{CLAIM}.extension[2].valueReference.reference"),
    of_fhir(Code.PAS_REFERENCE_DANGLING, "the Practitioner behind a PractitionerRole is left out",
            Take("Bundle.entry[6]"), variant=2, at="Bundle.entry[6].resource.practitioner.reference"),
    of_fhir(Code.PAS_REFERENCE_DANGLING, "the provider is a contained resource that is not there",
            Put("Claim.provider.reference", "#x"), variant=3, says="a contained"),
    of_fhir(Code.PAS_RESOURCE_DUPLICATE, "a resource is there under two fullUrls", Replace("Bundle.entry", _same_again),
            at="Bundle.entry[9].resource"),
    of_fhir(Code.PAS_RESOURCE_ALIKE, "a resource is there under two names", Replace("Bundle.entry", _alike),
            at="Bundle.entry[9].resource"),
    of_fhir(Code.PAS_SEQUENCE_DUPLICATE, "two items have the sequence 1", Put("Claim.item[1].sequence", 1)),
    of_fhir(Code.PAS_SEQUENCE_DUPLICATE, "one of the care team is there twice under one sequence",
            Append("Claim.careTeam"), variant=2, at=f"{CLAIM}.careTeam[2].sequence"),
    of_fhir(Code.PAS_SEQUENCE_DUPLICATE, "a diagnosis is there twice under one sequence", Append("Claim.diagnosis"),
            variant=3, at=f"{CLAIM}.diagnosis[3].sequence"),
    of_fhir(Code.PAS_SEQUENCE_DUPLICATE, "two supportingInfos have the sequence 2",
            Having("Claim.supportingInfo[2].sequence", 3),
            Put("Claim.supportingInfo[2].sequence", 2), variant=4),
    of_fhir(Code.PAS_SEQUENCE_UNKNOWN, "an item points at a ninth diagnosis",
            Put("Claim.item[0].diagnosisSequence", [9]), at=f"{CLAIM}.item[0].diagnosisSequence[0]"),
)

FHIR_CONTENT = (
    of_fhir(Code.ELEMENT_DATE, "the Claim was made on the 30th of February", Put("Claim.created", "2026-02-30"),
            base=FHIR_ADMISSION),
    of_fhir(Code.NPI_INVALID, "the check digit of the requester's NPI is wrong",
            Having(FIRST, "Claim"), Put("Bundle.entry[2].resource.identifier[0].value", "1200000037"),
            base=FHIR_IMAGING),
    of_fhir(Code.DATE_RANGE, "the service ends the day before it begins",
            Take("Claim.item[0].servicedDate"),
            Put("Claim.item[0].servicedPeriod", {"start": "2026-11-18", "end": "2026-11-17"}), base=FHIR_IMAGING),
    of_fhir(Code.BIRTH_AFTER_SERVICE, "the service is before the patient's birth",
            Change("Claim.item[0].servicedDate", "1900-11-18"), base=FHIR_IMAGING),
    of_fhir(Code.BIRTH_AFTER_SERVICE, "the event is before the patient's birth",
            Change("Claim.supportingInfo[0].timingDate", "1900-11-18"), base=FHIR_IMAGING, variant=2,
            at=f"{CLAIM}.supportingInfo[0]"),
    of_fhir(Code.DIAGNOSIS_SHAPE, "the diagnosis is no ICD-10-CM code",
            Put("Claim.diagnosis[0].diagnosisCodeableConcept.coding[0].code", "R5!9"), base=FHIR_IMAGING,
            at=f"{CLAIM}.diagnosis[0].diagnosisCodeableConcept"),
    of_fhir(Code.PROCEDURE_SHAPE, "the procedure has six characters",
            Having("Claim.item[0].productOrService.coding[0].system", "http://www.ama-assn.org/go/cpt"),
            Put("Claim.item[0].productOrService.coding[0].code", "970553"), base=FHIR_IMAGING,
            at=f"{CLAIM}.item[0].productOrService"),
    of_fhir(Code.REVENUE_CODE_SHAPE, "the revenue code has a letter",
            Put("Claim.item[0].revenue.coding[0].code", "017X"), at=f"{CLAIM}.item[0].revenue"),
    of_fhir(Code.ADMISSION_CODES_MISSING, "the type of admission is left out of an admission",
            Take("Claim.extension(encounter)"), TakeEntry("Encounter"), at=CLAIM),
)
# fmt: on
