"""Every sample of ours and every example of both packages of the guide is accepted, or it is known why not."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checked_json import SAMPLES, VERSIONS, checker, profile_of
from left_out import each_file
from priorauth.domain.findings import FindingCode as Code
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.elements import Element
from priorauth.fhir.profiles import profile_name

DANGLING = Code.PAS_REFERENCE_DANGLING
ROLE = "the role of the requester is not in the Bundle"
PLACES = "the practitioner and the location of the role are not in the Bundle"
PROVIDER = "the provider that is authorized is not in the Bundle"
IN_RESPONSE = "Bundle.entry[0].resource.item[0].extension[3].extension[0].valueReference.reference"

KNOWN_DEFECTS = {
    ("2.2.1", "ReferralAuthorizationResponseBundleExample"): (
        ROLE,
        [(DANGLING, "Bundle.entry[0].resource.requestor.reference")],
    ),
    ("2.2.1", "ReferralPendingAuthorizationResponseBundleExample"): (
        ROLE,
        [(DANGLING, "Bundle.entry[0].resource.requestor.reference")],
    ),
    ("2.2.1", "SurgicalRequestBundleExample"): (
        PLACES,
        [
            (DANGLING, "Bundle.entry[6].resource.practitioner.reference"),
            (DANGLING, "Bundle.entry[6].resource.location[0].reference"),
        ],
    ),
    ("2.0.1", "SurgicalRequestBundleExample"): (
        PLACES,
        [
            (DANGLING, "Bundle.entry[6].resource.practitioner.reference"),
            (DANGLING, "Bundle.entry[6].resource.location[0].reference"),
        ],
    ),
    ("2.0.1", "ErrorResponseBundleExample"): (PROVIDER, [(DANGLING, IN_RESPONSE)]),
    ("2.0.1", "ReferralAuthorizationResponseBundleExample"): (PROVIDER, [(DANGLING, IN_RESPONSE)]),
}
"""Version and example -> why, and exactly what is then found: references that name nothing (the guide's own rule)."""

NO_BUNDLE_OF_PAS = "PASSubscriptionNotification"
"""A Bundle of type history, which no Bundle profile of PAS describes."""


def examples(package: Path) -> Iterator[tuple[str, Element]]:
    """Each example of a package by name."""
    with tarfile.open(package) as files:
        for member in sorted(files.getnames()):
            folder, _, file = member.rpartition("/")
            if folder == "package/example" and file.endswith(".json") and not file.startswith("."):
                found = files.extractfile(member)
                assert found is not None
                resource = read_resource(found.read())
                yield file.removesuffix(".json").partition("-")[2], resource


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in SAMPLES])
def test_our_samples_are_accepted_by_both_versions(path: Path, version: str) -> None:
    bundle = Bundle(read_resource(path.read_bytes()))
    profile = profile_of(bundle)
    assert profile is not None

    found = checker(version).check_bundle(bundle, profile)

    assert not [each for each in found if each.rejects]
    # the two versions know the revenue codes by different systems; that is a warning and no more
    assert {each.code for each in found} <= (set() if version == "2.2.1" else {Code.PAS_CODE_SYSTEM})


each_package = each_file(
    "package", "PRIORAUTH_IG_DIR", "hl7.fhir.us.davinci-pas-*.tgz", what="the examples of the PAS packages"
)


@each_package
def test_every_bundle_of_the_guide_is_accepted_or_known_to_be_wrong(package: Path) -> None:
    version = package.stem.rpartition("-")[2]
    bundles = {name: Bundle(found) for name, found in examples(package) if found["resourceType"] == "Bundle"}

    assert len(bundles) >= 10
    for name, bundle in bundles.items():
        profile = profile_of(bundle)
        if profile is None:
            assert name == NO_BUNDLE_OF_PAS
            continue
        found = checker(version).check_bundle(bundle, profile)
        _, expected = KNOWN_DEFECTS.get((version, name), ("", []))
        assert [(each.code, each.at.path) for each in found] == expected, name


@each_package
def test_every_single_resource_of_the_guide_is_accepted(package: Path) -> None:
    version = package.stem.rpartition("-")[2]
    resources = [(name, found) for name, found in examples(package) if found["resourceType"] != "Bundle"]

    assert len(resources) >= 25
    for name, resource in resources:
        assert checker(version).check_resource(resource, said_profile(version, resource)) == (), name


def said_profile(version: str, resource: Any) -> str:
    """The profile of the guide that a resource says it follows, or empty."""
    named = [profile_name(url) for url in resource.get("meta", {}).get("profile", [])]
    tables = json.loads((SAMPLES[0].parents[2] / "schemas" / "fhir" / f"pas-{version}.json").read_text())
    return next((name for name in named if name in tables["profiles"]), "")
