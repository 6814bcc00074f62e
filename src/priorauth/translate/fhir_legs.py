"""Legs for destinations that speak PAS: a request Bundle out, a response Bundle back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from priorauth.domain.carried import CarriedResource
from priorauth.domain.determinations import Determination
from priorauth.domain.exchange import Answer, Decline, LegIdentity
from priorauth.domain.findings import Finding
from priorauth.domain.reviews import Format, Leg, ServiceReview, Trace
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, read_resource, write_resource
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.delegate_answers import unreadable
from priorauth.translate.fhir_determination import determination_from_fhir, response_of, returned_traces
from priorauth.translate.fhir_reading import child, children, text
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.legs import TRACE_ASSIGNER, answer_id


@dataclass(frozen=True, slots=True, kw_only=True)
class PasLegCodec:
    """Legs as request Bundles, answers as response Bundles. Satisfies `ports.LegCodec`."""

    version: Format
    crosswalks: Crosswalks

    def encode(self, review: ServiceReview, leg: Leg, identity: LegIdentity) -> bytes:  # noqa: ARG002
        """A Bundle with that destination's items only: the requester's first trace and ours, our own identifier."""
        return write_resource(
            review_to_fhir(
                review,
                crosswalks=self.crosswalks,
                version=self.version,
                identifier=identity.identifier,
                created=identity.made_at,
                extra_trace=Trace(identity.trace, TRACE_ASSIGNER),
            )
        )

    def traces(self, body: bytes) -> Sequence[str]:
        """Every trace that the responses return, once each."""
        found = (trace for bundle in _responses(body) for trace in returned_traces(bundle))
        return tuple(dict.fromkeys(found))

    def faults(self, body: bytes) -> tuple[Finding, ...]:
        """Where there is no response Bundle with a ClaimResponse that names its request."""
        try:
            read_resource(body)
        except FhirSyntaxError:
            return (unreadable(""),)
        answers = [entry for bundle in _responses(body) if (entry := response_of(bundle)) is not None]
        if not answers:
            return (unreadable("Bundle.entry"),)
        return () if self.traces(body) else (unreadable(f"Bundle.entry[{answers[0]}].resource.request.identifier"),)

    def read(
        self, answer: Answer, trace: str, leg: Leg, review: ServiceReview
    ) -> Determination | Decline | tuple[Finding, ...]:
        """The determination in the response that returns this trace, or the findings that keep it from being read."""
        for bundle in _responses(answer.body):
            if trace in returned_traces(bundle):
                return determination_from_fhir(
                    bundle,
                    leg=leg,
                    review=review,
                    determination_id=answer_id(leg, answer.body),
                    decided_at=answer.at,
                    crosswalks=self.crosswalks,
                    version=self.version,
                    our_trace=trace,
                )
        return ()


def claim_of_leg(body: bytes) -> CarriedResource:
    """The Claim of a leg that we sent, as it was, for an update of it to include (PAS spec-65)."""
    bundle = Bundle(read_resource(body))
    return CarriedResource("Claim", bundle.urls[0], write_resource(bundle.first().element).decode())


def is_resource(body: bytes) -> bool:
    """True where the bytes are a FHIR resource, as opposed to the JSON of an event."""
    try:
        read_resource(body)
    except FhirSyntaxError:
        return False
    return True


def _responses(body: bytes) -> list[Bundle]:
    """The response Bundles of an answer: itself, those in Parameters, or those nested in a notification."""
    try:
        resource = read_resource(body)
    except FhirSyntaxError:
        return []
    return [Bundle(each) for each in _bundles(resource)]


def _bundles(resource: Element) -> list[Element]:
    if text(resource, "resourceType") == "Parameters":
        held = [child(each, "resource") for each in children(resource, "parameter")]
        return [each for each in held if text(each, "resourceType") == "Bundle"]
    if text(resource, "resourceType") != "Bundle":
        return []
    inner = [child(each, "resource") for each in children(resource, "entry")]
    nested = [each for each in inner if text(each, "resourceType") == "Bundle"]
    return nested or [resource]
