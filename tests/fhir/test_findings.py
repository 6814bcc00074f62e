"""One mutation of a good Bundle per kind of rule gives exactly that finding, at its FHIRPath and no other."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import pytest

from checked_json import Change, extension, findings_in, sample
from priorauth.domain.findings import FindingCode as Code
from priorauth.domain.findings import Severity
from priorauth.fhir.profiles import BundleProfile

CLAIM = "Bundle.entry[0].resource"
OTHER = {"url": "https://ehr.example/more", "valueString": "X"}
IDENTIFIER = {"system": "urn:trnorg:9HARBORGEN", "value": "X"}
CHILD = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/subscriber-relationship", "code": "child"},
        {"system": "https://codesystem.x12.org/005010/1069", "code": "19"},
    ]
}


class Mutation(NamedTuple):
    """What is changed in the first Claim, or with `whole` in the Bundle, and what is then found where."""

    rule: str
    change: Change
    code: Code
    path: str
    expected: str = ""  # the beginning of it
    whole: bool = False
    sample: str = "nicu-admission"


def put(name: str, value: object, *path: str | int) -> Change:
    """Give an element a value."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        element[name] = value

    return change


def drop(name: str | int, *path: str | int) -> Change:
    """Take an element away."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        del element[name]

    return change


def repeat(*path: str | int) -> Change:
    """Append a copy of the first of a list to it."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        element.append(copy.deepcopy(element[0]))

    return change


def within(url_end: str, inner: Change, *path: str | int) -> Change:
    """Change an extension, by the end of its URL."""

    def change(element: Any) -> None:
        for step in path:
            element = element[step]
        inner(extension(element, url_end))

    return change


def swap_first_entries(bundle: Any) -> None:
    bundle["entry"][0], bundle["entry"][1] = bundle["entry"][1], bundle["entry"][0]


def same_resource_elsewhere(bundle: Any) -> None:
    again = copy.deepcopy(bundle["entry"][1])
    again["fullUrl"] = "urn:uuid:11111111-2222-4333-8444-555555555555"
    bundle["entry"].append(again)


def same_content_elsewhere(bundle: Any) -> None:
    again = copy.deepcopy(bundle["entry"][1])
    again["resource"]["id"] = "another"
    again["fullUrl"] = again["fullUrl"] + "x"
    bundle["entry"].append(again)


def same_url_twice(bundle: Any) -> None:
    bundle["entry"][8]["fullUrl"] = bundle["entry"][7]["fullUrl"]


def two_claims(bundle: Any) -> None:
    again = copy.deepcopy(bundle["entry"][0])
    again["resource"]["id"] = "another"
    again["resource"]["created"] = "2026-11-02"
    again["fullUrl"] = again["fullUrl"] + "x"
    bundle["entry"].append(again)


def child_without_subscriber(bundle: Any) -> None:
    bundle["entry"][4]["resource"]["relationship"] = CHILD
    del bundle["entry"][4]["resource"]["subscriber"]


def again_extension(claim: Any) -> None:
    claim["item"][0]["extension"].append(copy.deepcopy(extension(claim["item"][0], "certificationType")))


def second_admission(claim: Any) -> None:
    claim["supportingInfo"].append(copy.deepcopy(claim["supportingInfo"][0]) | {"sequence": 9})


def address_for_location(claim: Any) -> None:
    claim["item"][0]["locationAddress"] = {"city": "BOSTON"}
    del claim["item"][0]["locationCodeableConcept"]


MUTATIONS = (
    # The base structure
    Mutation("unknown element", put("colour", "red"), Code.FHIR_UNKNOWN_ELEMENT, CLAIM, "elements of Claim"),
    Mutation("unknown element within", put("colour", "red", "item", 1), Code.FHIR_UNKNOWN_ELEMENT, f"{CLAIM}.item[1]"),
    Mutation("required element", drop("status"), Code.FHIR_REQUIRED, f"{CLAIM}.status"),
    Mutation(
        "required within",
        drop("sequence", "supportingInfo", 0),
        Code.FHIR_REQUIRED,
        f"{CLAIM}.supportingInfo[0].sequence",
    ),
    Mutation("array for one", put("use", ["preauthorization"]), Code.FHIR_TYPE, f"{CLAIM}.use"),
    Mutation("one for an array", put("identifier", {"value": "X"}), Code.FHIR_TYPE, f"{CLAIM}.identifier", "an array"),
    Mutation("null", put("created", None), Code.FHIR_EMPTY, f"{CLAIM}.created"),
    Mutation("empty string", put("value", "", "identifier", 0), Code.FHIR_EMPTY, f"{CLAIM}.identifier[0].value"),
    Mutation(
        "empty object",
        put("identifier", {}, "identifier", 0, "assigner"),
        Code.FHIR_EMPTY,
        f"{CLAIM}.identifier[0].assigner.identifier",
    ),
    Mutation("empty array", put("careTeam", []), Code.FHIR_EMPTY, f"{CLAIM}.careTeam"),
    Mutation(
        "null in an array of primitives",
        put("careTeamSequence", [1, None], "item", 0),
        Code.FHIR_EMPTY,
        f"{CLAIM}.item[0].careTeamSequence[1]",
    ),
    Mutation("text for an object", put("type", "institutional"), Code.FHIR_TYPE, f"{CLAIM}.type"),
    Mutation(
        "text for a number", put("sequence", "1", "insurance", 0), Code.FHIR_TYPE, f"{CLAIM}.insurance[0].sequence"
    ),
    Mutation("number for a text", put("value", 7, "identifier", 0), Code.FHIR_TYPE, f"{CLAIM}.identifier[0].value"),
    Mutation("text for a boolean", put("focal", "true", "insurance", 0), Code.FHIR_TYPE, f"{CLAIM}.insurance[0].focal"),
    Mutation(
        "positiveInt of zero", put("sequence", 0, "insurance", 0), Code.FHIR_VALUE, f"{CLAIM}.insurance[0].sequence"
    ),
    Mutation("day that is none", put("created", "2026-02-30"), Code.ELEMENT_DATE, f"{CLAIM}.created"),
    Mutation("date in another form", put("created", "11/02/2026"), Code.FHIR_VALUE, f"{CLAIM}.created"),
    Mutation("time without a zone", put("created", "2026-11-02T09:15:00"), Code.FHIR_VALUE, f"{CLAIM}.created"),
    Mutation(
        "space in a uri", put("system", "urn:a b", "identifier", 0), Code.FHIR_VALUE, f"{CLAIM}.identifier[0].system"
    ),
    Mutation("id too long", put("id", "x" * 65), Code.FHIR_VALUE, f"{CLAIM}.id"),
    Mutation(
        "code of R4",
        lambda bundle: bundle["entry"][3]["resource"].update(gender="X"),
        Code.FHIR_CODE,
        "Bundle.entry[3].resource.gender",
        whole=True,
    ),
    Mutation(
        "choice sent twice",
        put("timingPeriod", {"start": "2026-11-01"}, "supportingInfo", 0),
        Code.FHIR_CHOICE,
        f"{CLAIM}.supportingInfo[0].timing[x]",
    ),
    Mutation(
        "ext-1",
        within("identifierSubDepartment", drop("valueString"), "identifier", 0),
        Code.FHIR_INVARIANT,
        f"{CLAIM}.identifier[0].extension[0]",
        "ext-1",
    ),
    Mutation(
        "invariant of a datatype",
        lambda bundle: bundle["entry"][2]["resource"]["telecom"][0].pop("system"),
        Code.FHIR_INVARIANT,
        "Bundle.entry[2].resource.telecom[0]",
        "cpt-2",
        whole=True,
    ),
    Mutation(
        "resource that R4 does not have",
        lambda bundle: bundle["entry"][8]["resource"].update(resourceType="Encountre"),
        Code.FHIR_RESOURCE_TYPE,
        "Bundle.entry[8].resource",
        whole=True,
    ),
    # PAS spec-25
    Mutation(
        "unknown modifier",
        put("modifierExtension", [OTHER]),
        Code.FHIR_MODIFIER_UNKNOWN,
        f"{CLAIM}.modifierExtension[0]",
    ),
    Mutation(
        "unknown modifier of an item",
        put("modifierExtension", [OTHER], "item", 0),
        Code.FHIR_MODIFIER_UNKNOWN,
        f"{CLAIM}.item[0].modifierExtension[0]",
    ),
    # The profiles
    Mutation("cardinality: least", drop("item"), Code.PAS_REQUIRED, f"{CLAIM}.item"),
    Mutation(
        "cardinality: most", put("identifier", [IDENTIFIER] * 3), Code.PAS_TOO_MANY, f"{CLAIM}.identifier", "at most 2"
    ),
    Mutation(
        "forbidden in a slice",
        put("timingDate", "2026-11-01", "supportingInfo", 2),
        Code.PAS_NOT_USED,
        f"{CLAIM}.supportingInfo[2].timingDate",
    ),
    Mutation(
        "extension: least",
        within("certificationType", put("url", OTHER["url"]), "item", 0),
        Code.PAS_REQUIRED,
        f"{CLAIM}.item[0].extension",
        "at least 1 extension certificationType",
    ),
    Mutation(
        "extension: most",
        again_extension,
        Code.PAS_TOO_MANY,
        f"{CLAIM}.item[0].extension",
        "at most 1 extension certificationType",
    ),
    Mutation(
        "slice: most",
        second_admission,
        Code.PAS_TOO_MANY,
        f"{CLAIM}.supportingInfo",
        "at most 1 of slice AdmissionDates",
    ),
    Mutation(
        "datatype that the profile leaves out",
        address_for_location,
        Code.PAS_TYPE,
        f"{CLAIM}.item[0].locationAddress",
        "CodeableConcept",
    ),
    Mutation("required binding", put("code", "vision", "type", "coding", 0), Code.PAS_CODE, f"{CLAIM}.type", "one of "),
    Mutation(
        "code of a system not taken",
        put("system", "urn:other", "item", 0, "revenue", "coding", 0),
        Code.PAS_CODE_SYSTEM,
        f"{CLAIM}.item[0].revenue",
    ),
    Mutation(
        "FullDateRule",
        put("timingDate", "2026-11", "supportingInfo", 0),
        Code.PAS_INVARIANT,
        f"{CLAIM}.supportingInfo[0].timingDate",
        "FullDateRule",
    ),
    Mutation(
        "self-beneficiary",
        child_without_subscriber,
        Code.PAS_INVARIANT,
        "Bundle.entry[4].resource",
        "self-beneficiary",
        whole=True,
    ),
    Mutation(
        "us-core-6",
        lambda bundle: bundle["entry"][3]["resource"].update(name=[{"text": "X"}]),
        Code.PAS_INVARIANT,
        "Bundle.entry[3].resource.name[0]",
        "us-core-",
        whole=True,
    ),
    Mutation(
        "pattern",
        lambda bundle: bundle["entry"][0]["resource"]["insurance"][0].update(focal=False),
        Code.PAS_FIXED,
        f"{CLAIM}.insurance[0].focal",
        whole=True,
    ),
    Mutation("fixed value", put("use", "claim"), Code.PAS_FIXED, f"{CLAIM}.use", "preauthorization"),
    Mutation(
        "fixed status",
        lambda bundle: bundle["entry"][8]["resource"].update(status="finished"),
        Code.PAS_FIXED,
        "Bundle.entry[8].resource.status",
        "planned",
        whole=True,
    ),
    Mutation("fixed Bundle type", put("type", "message"), Code.PAS_FIXED, "Bundle.type", "collection", whole=True),
    Mutation(
        "required in a slice",
        drop("timingDate", "supportingInfo", 0),
        Code.PAS_REQUIRED,
        f"{CLAIM}.supportingInfo[0].timing[x]",
    ),
    Mutation(
        "reference to another type",
        put("reference", "Practitioner/nicu1-practitioner-1", "insurer"),
        Code.FHIR_REFERENCE_TYPE,
        f"{CLAIM}.insurer.reference",
        "Organization",
    ),
    # Between entries: PAS spec-11 to spec-24
    Mutation("spec-12: Claim first", swap_first_entries, Code.PAS_CLAIM_FIRST, CLAIM, whole=True),
    Mutation(
        "spec-13: closure",
        drop(8, "entry"),
        Code.PAS_REFERENCE_DANGLING,
        f"{CLAIM}.extension[2].valueReference.reference",
        whole=True,
    ),
    Mutation(
        "spec-13: closure of what is referenced",
        drop(6, "entry"),
        Code.PAS_REFERENCE_DANGLING,
        "Bundle.entry[6].resource.practitioner.reference",
        whole=True,
    ),
    Mutation(
        "contained that is not there",
        put("reference", "#x", "provider"),
        Code.PAS_REFERENCE_DANGLING,
        f"{CLAIM}.provider.reference",
        "a contained",
    ),
    Mutation(
        "spec-14: one resource twice",
        same_resource_elsewhere,
        Code.PAS_RESOURCE_DUPLICATE,
        "Bundle.entry[9].resource",
        whole=True,
    ),
    Mutation(
        "spec-15: two that say the same",
        same_content_elsewhere,
        Code.PAS_RESOURCE_ALIKE,
        "Bundle.entry[9].resource",
        whole=True,
    ),
    Mutation(
        "spec-16: fullUrl missing",
        lambda bundle: bundle["entry"][8].pop("fullUrl"),
        Code.PAS_REQUIRED,
        "Bundle.entry[8].fullUrl",
        whole=True,
    ),
    Mutation(
        "spec-16: fullUrl relative",
        lambda bundle: bundle["entry"][8].update(fullUrl="Encounter/nicu1-encounter-1"),
        Code.FHIR_FULL_URL,
        "Bundle.entry[8].fullUrl",
        whole=True,
    ),
    Mutation(
        "spec-16: fullUrl of a version",
        lambda bundle: bundle["entry"][8].update(fullUrl=bundle["entry"][8]["fullUrl"] + "/_history/1"),
        Code.FHIR_FULL_URL,
        "Bundle.entry[8].fullUrl",
        whole=True,
    ),
    Mutation(
        "spec-17: fullUrl twice", same_url_twice, Code.FHIR_FULL_URL_DUPLICATE, "Bundle.entry[8].fullUrl", whole=True
    ),
    Mutation(
        "spec-65: a second Claim of no update",
        two_claims,
        Code.PAS_TOO_MANY,
        "Bundle.entry[9].resource",
        "at most 1 of Claim",
        whole=True,
    ),
    Mutation(
        "spec-22: item sequence",
        put("sequence", 1, "item", 1),
        Code.PAS_SEQUENCE_DUPLICATE,
        f"{CLAIM}.item[1].sequence",
    ),
    Mutation(
        "spec-22: careTeam sequence",
        put("sequence", 2, "careTeam", 0),
        Code.PAS_SEQUENCE_DUPLICATE,
        f"{CLAIM}.careTeam[1].sequence",
    ),
    Mutation(
        "spec-22: diagnosis sequence",
        put("sequence", 2, "diagnosis", 2),
        Code.PAS_SEQUENCE_DUPLICATE,
        f"{CLAIM}.diagnosis[2].sequence",
    ),
    Mutation(
        "spec-22: supportingInfo sequence",
        put("sequence", 2, "supportingInfo", 2),
        Code.PAS_SEQUENCE_DUPLICATE,
        f"{CLAIM}.supportingInfo[2].sequence",
    ),
    Mutation(
        "pointer at nothing",
        put("diagnosisSequence", [9], "item", 0),
        Code.PAS_SEQUENCE_UNKNOWN,
        f"{CLAIM}.item[0].diagnosisSequence[0]",
    ),
)
WARNINGS = {Code.PAS_CODE_SYSTEM, Code.PAS_RESOURCE_ALIKE, Code.PAS_SEQUENCE_UNKNOWN}


@pytest.mark.parametrize("mutation", [pytest.param(each, id=each.rule) for each in MUTATIONS])
def test_a_mutation_gives_exactly_its_finding(mutation: Mutation) -> None:
    bundle = sample(mutation.sample)

    mutation.change(bundle if mutation.whole else bundle["entry"][0]["resource"])

    (found,) = findings_in(bundle)
    assert (found.code, found.at.path) == (mutation.code, mutation.path)
    assert found.expected.startswith(mutation.expected)
    assert found.severity is (Severity.WARNING if mutation.code in WARNINGS else Severity.ERROR)


@pytest.mark.parametrize("profile", BundleProfile)
def test_an_empty_bundle_has_findings_in_each_profile(profile: BundleProfile) -> None:
    found = findings_in({"resourceType": "Bundle"}, profile)

    assert "Bundle.entry" in {each.at.path for each in found}
    assert ("Bundle.entry[0].resource", profile.first) in {(each.at.path, each.expected) for each in found}


def test_another_resource_than_a_bundle_is_refused() -> None:
    (found,) = findings_in({"resourceType": "Patient"})

    assert (found.code, found.at.path) == (Code.FHIR_RESOURCE_TYPE, "Bundle")


def test_a_care_team_of_one_item_needs_its_scope() -> None:
    bundle = sample("nicu-admission")
    bundle["entry"][0]["resource"]["careTeam"][0]["extension"][0] = OTHER

    (found,) = findings_in(bundle)

    assert (found.code, found.at.path) == (Code.PAS_REQUIRED, f"{CLAIM}.careTeam[0].extension")
