"""A PAS request Bundle as a message of the gateway: its one request, and the Bundle that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.determinations import Rejection, RejectionLevel, Reply
from priorauth.domain.exchange import InboundMessage, Part, ResponseIdentity
from priorauth.domain.findings import Finding
from priorauth.domain.parties import PartnerId, PayerId, TradingPartner
from priorauth.domain.reviews import Format, ReviewId, ServiceReview
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_lineage import Origin, fhir_lineage_of
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from priorauth.translate.fhir_review import claim_of, review_from_fhir
from priorauth.translate.finding_rules import FindingTable
from priorauth.translate.review_content import doubts_of, finding_of, rejection_of
from priorauth.x12.agreed_findings import agreed

PAYER_UNKNOWN = Rejection(level=RejectionLevel.UMO, reason="79", follow_up="N")

Checker = Callable[[Bundle], Sequence[Finding]]
"""What is wrong with a Bundle by base structure and PAS profiles."""
Reader = Callable[[bytes], Bundle]
"""Reads a Bundle. Raises `FhirSyntaxError` where there is no resource."""
Outcomes = Callable[[Sequence[Finding]], bytes]
"""The one OperationOutcome that says findings (PAS spec-35)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasCodec:
    """Reads request Bundles of one version of PAS. Satisfies `ports.Codec`."""

    version: Format
    base: str
    findings: FindingTable
    crosswalks: Crosswalks
    payer_of: Callable[[str], PayerId | None]
    check: Checker
    outcome: Outcomes
    read: Reader
    partners: Mapping[PartnerId, TradingPartner] = field(default_factory=dict)

    def decode(self, message: InboundMessage, new_id: Callable[[], ReviewId]) -> PasMessage:
        """The Bundle with its request. Raises `FhirSyntaxError` where there is no resource, and nothing else."""
        bundle = self.read(message.body)
        partner = self.partners.get(message.partner)
        severities = partner.severities if partner else {}
        found = agreed(self.check(bundle), severities)
        refused = any(finding.rejects for finding in found) or claim_of(bundle) is None
        if refused:
            return PasMessage(codec=self, bundle=bundle, findings=found, parts=())
        review = self._read(bundle, new_id(), message.partner, message.received_at)
        doubts = list(doubts_of(review))
        noted = agreed((finding_of(doubt, self.findings, doubt.place) for doubt in doubts), severities)
        rejections = [
            rejection_of(doubt, self.findings) for doubt, each in zip(doubts, noted, strict=True) if each.rejects
        ]
        part = Part(
            number=1,
            group_number=1,
            control_number="",
            identifier=review.transaction.identifier,
            review=review,
            rejections=tuple(dict.fromkeys(rejections if review.payer else [PAYER_UNKNOWN, *rejections])),
        )
        return PasMessage(codec=self, bundle=bundle, findings=(*found, *noted), parts=(part,))

    def answer(self, body: bytes, review: ServiceReview, reply: Reply) -> bytes:
        """The response Bundle to a request that was archived, for a later reply or a notification."""
        return self.respond(Bundle(read_resource(body)), review, reply)

    def lineage(self, body: bytes, number: int) -> Mapping[str, Origin]:  # noqa: ARG002  (a Bundle is one request)
        """The origin of each part of the review that a request Bundle was read into."""
        bundle = Bundle(read_resource(body))
        review = self._read(bundle, ReviewId("lineage"), PartnerId("lineage"), datetime.min)
        return fhir_lineage_of(bundle, review)

    def _read(self, bundle: Bundle, review_id: ReviewId, partner: PartnerId, received_at: datetime) -> ServiceReview:
        return review_from_fhir(
            bundle,
            arrived_as=self.version,
            review_id=review_id,
            partner=partner,
            payer_of=self.payer_of,
            received_at=received_at,
            crosswalks=self.crosswalks,
        )

    def respond(self, bundle: Bundle, review: ServiceReview, reply: Reply) -> bytes:
        """The response Bundle to a request that is decoded."""
        options = ResponseOptions(version=self.version, base=self.base)
        return write_resource(reply_to_fhir(bundle, review, reply, crosswalks=self.crosswalks, options=options))


@dataclass(frozen=True, slots=True, kw_only=True)
class PasMessage:
    """A received request Bundle. Satisfies `ports.Decoded`."""

    codec: PasCodec
    bundle: Bundle
    findings: tuple[Finding, ...]
    parts: tuple[Part, ...]

    @property
    def control_number(self) -> str:
        """Empty: a Bundle's identifier is no control number, senders repeat it (DESIGN 3)."""
        return ""

    @property
    def refused(self) -> bool:
        return not self.parts

    @property
    def acknowledges(self) -> tuple[str, ...]:
        """Nothing: FHIR has no acknowledgments."""
        return ()

    def respond(
        self,
        answers: Mapping[int, tuple[ServiceReview, Reply]],
        identity: ResponseIdentity,  # noqa: ARG002  (a reply says when it was made)
        *,
        acknowledge: bool = True,  # noqa: ARG002
        duplicate: bool = False,  # noqa: ARG002
    ) -> bytes:
        """The response Bundle, or the OperationOutcome where the request was refused."""
        for review, reply in answers.values():
            return self.codec.respond(self.bundle, review, reply)
        return self.codec.outcome(self.findings)
