"""The profiles and extensions of Da Vinci PAS that the checks know by name, once each."""

from __future__ import annotations

from enum import StrEnum

PAS = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/"

CARE_TEAM_CLAIM_SCOPE = f"{PAS}extension-careTeamClaimScope"
DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

CLAIM = "profile-claim"
CLAIM_UPDATE = "profile-claim-update"


class BundleProfile(StrEnum):
    """The four Bundles of the guide, by the last part of their canonical URL."""

    REQUEST = "profile-pas-request-bundle"
    RESPONSE = "profile-pas-response-bundle"
    INQUIRY = "profile-pas-inquiry-request-bundle"
    INQUIRY_RESPONSE = "profile-pas-inquiry-response-bundle"

    @property
    def first(self) -> str:
        """The type of the first entry (spec-12, spec-30)."""
        return "Claim" if self in (BundleProfile.REQUEST, BundleProfile.INQUIRY) else "ClaimResponse"


def canonical(profile: str) -> str:
    """The URL of a profile of the guide."""
    return f"{PAS}{profile}"


def profile_name(url: str) -> str:
    """The name of a profile of the guide by its URL, with or without a version; of any other, the URL."""
    return url.partition("|")[0].removeprefix(PAS)
