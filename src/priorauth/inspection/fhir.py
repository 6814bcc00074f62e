"""What `validate` says of FHIR documents: by base structure and the profiles of one version, then by their content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.adapters.second_opinions.fhir_resources_check import (
    ModelsDisagreement,
    ModelsOpinion,
    compare_with_models,
    models_opinion,
)
from priorauth.domain.findings import Finding, FindingCode
from priorauth.domain.parties import PartnerId, TradingPartner
from priorauth.domain.reviews import ReviewId
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, read_resource
from priorauth.fhir.outcomes import finding_of_fault
from priorauth.fhir.profiles import BundleProfile
from priorauth.inspection.moments import moment_of_bundle
from priorauth.inspection.reading import NEWEST, profile_of, version_of
from priorauth.tools import Tools
from priorauth.translate.fhir_places import path_of
from priorauth.translate.fhir_reading import text
from priorauth.translate.fhir_report import FhirReport, fhir_document, report_fhir
from priorauth.translate.fhir_review import claim_of, review_from_fhir
from priorauth.translate.review_content import doubts_of, finding_of
from priorauth.wiring import PAS_VERSIONS
from priorauth.x12.agreed_findings import Severities, agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirValidation:
    """Everything wrong with one document, its bytes to quote from, and a second opinion (None where not asked).

    `structure` is what is wrong by FHIR and PAS alone: the second opinion is about that.
    """

    report: FhirReport
    body: bytes = field(repr=False)
    structure: tuple[Finding, ...] = ()
    opinion: ModelsOpinion | None = None
    disagreements: Sequence[ModelsDisagreement] = ()

    @property
    def is_valid(self) -> bool:
        return self.report.is_valid

    @property
    def unexplained(self) -> Sequence[ModelsDisagreement]:
        """Where the two opinions differ and nothing known of the models says why."""
        return [each for each in self.disagreements if not each.reason]


def validate_fhir(
    tools: Tools,
    body: bytes,
    *,
    version: str | None = None,
    partner: TradingPartner | None = None,
    ask_models: bool = False,
) -> FhirValidation:
    """Validate one document. Raises NotReadable for a version that nobody speaks, and nothing else."""
    validation = _validate(tools, body, version, partner.severities if partner else {})
    if not ask_models:
        return validation
    opinion = models_opinion(body)
    return replace(validation, opinion=opinion, disagreements=compare_with_models(validation.structure, opinion))


def _validate(tools: Tools, body: bytes, version: str | None, severities: Severities) -> FhirValidation:
    try:
        resource = read_resource(body)
    except FhirSyntaxError as fault:
        fault_found = finding_of_fault(fault)
        return _validation(tools, body, (fault_found,), (), version=version or NEWEST, profile="FHIR R4")
    spoken = version_of(resource, version)
    if text(resource, "resourceType") != "Bundle":
        found = agreed(load_checker(spoken).check_resource(resource), severities)
        return _validation(tools, body, found, (), version=spoken, profile="FHIR R4")
    bundle = Bundle(resource)
    profile_asked = profile_of(bundle)
    found = agreed(load_checker(spoken).check_bundle(bundle, profile_asked), severities)
    content: tuple[Finding, ...] = ()
    if profile_asked is BundleProfile.REQUEST and claim_of(bundle) is not None:
        content = agreed(_of_content(tools, bundle, spoken, found), severities)
    return _validation(tools, body, found, content, version=spoken, profile=profile_asked.value)


def fhir_validation_document(
    tools: Tools, body: bytes, *, second_opinion: bool, version: str | None = None, quote: bool = True
) -> Mapping[str, object]:
    """The report of `validate --json`, with the second opinion where it was asked."""
    validation = validate_fhir(tools, body, version=version, ask_models=second_opinion)
    document = fhir_document(validation.report, body if quote else None)
    return {**document, "second_opinion": models_document(validation)}


def models_document(validation: FhirValidation) -> Mapping[str, object] | None:
    """What the models of fhir.resources say, and each difference with the reason known for it."""
    if validation.opinion is None:
        return None
    return {
        "by": "fhir.resources",
        "accepted": validation.opinion.accepted,
        "not_given": validation.opinion.reason or None,
        "agrees": not validation.unexplained,
        "disagreements": [
            {
                "only": each.side,
                "rule": each.ours or None,
                "models": each.models or None,
                "expression": each.path,
                "reason": each.reason or None,
            }
            for each in validation.disagreements
        ],
    }


def models_lines(validation: FhirValidation) -> Iterator[str]:
    """The same for a terminal."""
    opinion = validation.opinion
    if opinion is None:
        return
    if opinion.reason:
        yield f"fhir.resources could give no opinion: {opinion.reason}"
    elif not validation.disagreements:
        yield f"fhir.resources agrees: {'accepted' if opinion.accepted else 'not accepted'}"
    for each in validation.disagreements:
        found = f"only {'we find ' + each.ours if each.side == 'we' else 'it finds ' + each.models}"
        reason = each.reason or "NOT EXPLAINED by the list of known differences"
        yield f"fhir.resources disagrees at {each.path}: {found}: {reason}"


def _validation(
    tools: Tools,
    body: bytes,
    structure: tuple[Finding, ...],
    content: tuple[Finding, ...],
    *,
    version: str,
    profile: str,
) -> FhirValidation:
    findings = (*structure, *content)
    report = report_fhir(findings, tools.knowledge.findings, version=version, profile=profile, body=body)
    return FhirValidation(report=report, body=body, structure=structure)


def _of_content(tools: Tools, bundle: Bundle, version: str, structure: Sequence[Finding]) -> Iterator[Finding]:
    """Values that are well written and cannot be right: the same rules as of a 278.

    What is missing may stand in the resource that a reference does not find, and is not asked for then.
    """
    is_torn = any(finding.code is FindingCode.PAS_REFERENCE_DANGLING for finding in structure)
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
        if is_torn and doubt.code is FindingCode.ADMISSION_CODES_MISSING:
            continue
        yield finding_of(doubt, tools.knowledge.findings, path_of(doubt, bundle, review, walks))
