"""What the mutants of the sandbox do not show of the check of Bundles."""

from __future__ import annotations

import pytest

from checked_json import findings_in, sample
from priorauth.domain.findings import FindingCode as Code
from priorauth.fhir.profiles import BundleProfile

CLAIM = "Bundle.entry[0].resource"
OTHER = {"url": "https://ehr.example/more", "valueString": "X"}


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
