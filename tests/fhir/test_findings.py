"""One mutation of a good Bundle per kind of rule gives exactly that finding, at its FHIRPath and no other."""

from __future__ import annotations

import pytest

from checked_json import findings_in, sample
from fhir_mutation_table import MUTATIONS
from fhir_mutations import CLAIM, OTHER, Mutation
from priorauth.domain.findings import FindingCode as Code
from priorauth.domain.findings import Severity
from priorauth.fhir.profiles import BundleProfile

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
