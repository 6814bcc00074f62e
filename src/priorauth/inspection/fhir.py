"""What `validate` says of FHIR documents: by base structure and the profiles of one version, then by their content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.bootstrap import Tools
from priorauth.domain.findings import Finding
from priorauth.domain.parties import PartnerId
from priorauth.domain.reviews import ReviewId
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, read_resource
from priorauth.fhir.outcomes import finding_of_fault
from priorauth.fhir.profiles import BundleProfile
from priorauth.inspection.moments import moment_of_bundle
from priorauth.inspection.reading import NEWEST, profile_of, version_of
from priorauth.translate.fhir_places import path_of
from priorauth.translate.fhir_reading import text
from priorauth.translate.fhir_report import FhirReport, fhir_document, report_fhir
from priorauth.translate.fhir_review import claim_of, review_from_fhir
from priorauth.translate.review_content import doubts_of, finding_of
from priorauth.wiring import PAS_VERSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirValidation:
    """Everything wrong with one document, and its bytes to quote from."""

    report: FhirReport
    body: bytes = field(repr=False)

    @property
    def is_valid(self) -> bool:
        return self.report.is_valid


def validate_fhir(tools: Tools, body: bytes, *, version: str | None = None) -> FhirValidation:
    """Validate one document. Raises NotReadable for a version that nobody speaks, and nothing else."""
    try:
        resource = read_resource(body)
    except FhirSyntaxError as fault:
        fault_found = finding_of_fault(fault.fault)
        return _validation(tools, body, (fault_found,), version=version or NEWEST, profile="FHIR R4")
    spoken = version_of(resource, version)
    if text(resource, "resourceType") != "Bundle":
        found = load_checker(spoken).check_resource(resource)
        return _validation(tools, body, found, version=spoken, profile="FHIR R4")
    bundle = Bundle(resource)
    profile_asked = profile_of(bundle)
    found = load_checker(spoken).check_bundle(bundle, profile_asked)
    if profile_asked is BundleProfile.REQUEST and claim_of(bundle) is not None:
        found = (*found, *_of_content(tools, bundle, spoken))
    return _validation(tools, body, found, version=spoken, profile=profile_asked.value)


def fhir_validation_document(
    tools: Tools, body: bytes, *, version: str | None = None, quote: bool = True
) -> Mapping[str, object]:
    """The report of `validate --json`."""
    validation = validate_fhir(tools, body, version=version)
    return {**fhir_document(validation.report, body if quote else None), "second_opinion": None}


def _validation(
    tools: Tools, body: bytes, findings: tuple[Finding, ...], *, version: str, profile: str
) -> FhirValidation:
    report = report_fhir(findings, tools.knowledge.findings, version=version, profile=profile, body=body)
    return FhirValidation(report=report, body=body)


def _of_content(tools: Tools, bundle: Bundle, version: str) -> Iterator[Finding]:
    """Values that are well written and cannot be right: the same rules as of a 278."""
    walks = tools.knowledge.crosswalks
    review = review_from_fhir(
        bundle,
        arrived_as=PAS_VERSIONS[version],
        review_id=ReviewId("review-1"),
        partner=PartnerId("inspection"),
        payer_of=tools.knowledge.payer,
        received_at=moment_of_bundle(bundle),
        crosswalks=walks,
    )
    for doubt in doubts_of(review):
        yield finding_of(doubt, tools.knowledge.findings, path_of(doubt, bundle, review, walks))
