"""A PAS inquiry Bundle as a message of the gateway: what it looks for, and the answer of what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.exchange import InboundMessage
from priorauth.domain.findings import Finding
from priorauth.domain.inquiries import FoundReview, Inquiry
from priorauth.domain.parties import PartnerId, PayerId, TradingPartner
from priorauth.domain.reviews import Format, ReviewId
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_inquiry import answer_inquiry, inquiry_from_fhir
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_review import claim_of
from priorauth.x12.agreed_findings import agreed

Checker = Callable[[Bundle], Sequence[Finding]]
"""What is wrong with an inquiry Bundle by base structure and PAS profiles."""
Outcomes = Callable[[Sequence[Finding]], bytes]
"""The one OperationOutcome that says findings (PAS spec-35)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasInquiryCodec:
    """Reads inquiry Bundles of one version of PAS. Satisfies `answer_inquiry.InquiryCodec`."""

    version: Format
    base: str
    crosswalks: Crosswalks
    payer_of: Callable[[str], PayerId | None]
    check: Checker
    outcome: Outcomes
    partners: Mapping[PartnerId, TradingPartner] = field(default_factory=dict)

    def decode(self, message: InboundMessage, inquiry_id: ReviewId) -> PasInquiry:
        """The inquiry. Raises `FhirSyntaxError` where there is no resource, and nothing else."""
        bundle = Bundle(read_resource(message.body))
        partner = self.partners.get(message.partner)
        findings = agreed(self.check(bundle), partner.severities if partner else {})
        inquiry = None
        if not any(finding.rejects for finding in findings) and claim_of(bundle) is not None:
            inquiry = inquiry_from_fhir(
                bundle,
                arrived_as=self.version,
                inquiry_id=inquiry_id,
                partner=message.partner,
                payer_of=self.payer_of,
                received_at=message.received_at,
                crosswalks=self.crosswalks,
            )
        return PasInquiry(codec=self, bundle=bundle, findings=findings, inquiry=inquiry)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasInquiry:
    """A received inquiry Bundle. Satisfies `answer_inquiry.AskedInquiry`."""

    codec: PasInquiryCodec
    bundle: Bundle
    findings: tuple[Finding, ...]
    inquiry: Inquiry | None

    def respond(self, found: Sequence[FoundReview], at: datetime) -> bytes:
        """Parameters with a Bundle for each review, or one Bundle in 2.0.1; an OperationOutcome where refused."""
        if self.inquiry is None:
            return self.codec.outcome(self.findings)
        answer = answer_inquiry(
            self.bundle,
            self.inquiry,
            [(self._request(each), each.review, each.reply) for each in found],
            crosswalks=self.codec.crosswalks,
            version=self.codec.version,
            base=self.codec.base,
            at=at,
        )
        return write_resource(answer)

    def _request(self, found: FoundReview) -> Bundle:
        """The request as it came or, where it came as a 278, as it would have come."""
        if found.request is not None:
            return Bundle(read_resource(found.request))
        written = review_to_fhir(found.review, crosswalks=self.codec.crosswalks, version=self.codec.version)
        return Bundle(read_resource(write_resource(written)))
