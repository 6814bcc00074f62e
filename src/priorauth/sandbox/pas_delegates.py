"""Simulated destinations that speak PAS: take their legs by `$submit`, answer on the call, and later at the door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.determinations import Determination
from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.reviews import Format, LegId, ReviewId, ServiceReview
from priorauth.fhir.bundles import Bundle, Fault, FhirSyntaxError, read_resource, write_resource
from priorauth.sandbox.answers import Decided, Declined, Garbage
from priorauth.sandbox.calls import EVENT_MEDIA_TYPE, GatewayDoor, HttpAnswer, reply_of
from priorauth.sandbox.cases import Case, OpenCase
from priorauth.sandbox.caseworker import Caseworker
from priorauth.sandbox.posting import post_decline
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from priorauth.translate.fhir_review import claim_of, review_from_fhir

FHIR_MEDIA_TYPE = "application/fhir+json"
GATEWAY = PartnerId("sandbox")
PHYSICIAN = "208D00000X"
"""Who decides here where a physician must: general practice, of the provider taxonomy."""


@dataclass(frozen=True, slots=True)
class PasWords:
    """Reads request Bundles and writes response Bundles as a destination does."""

    versions: Mapping[DestinationId, Format]
    crosswalks: Crosswalks
    gateway_url: str

    def read(self, destination: DestinationId, body: bytes, at: datetime) -> ServiceReview:
        """The request in a Bundle. FhirSyntaxError where there is none."""
        bundle = Bundle(read_resource(body))
        if claim_of(bundle) is None:
            raise FhirSyntaxError(Fault.NOT_A_RESOURCE)
        return review_from_fhir(
            bundle,
            arrived_as=self.versions[destination],
            review_id=ReviewId("leg"),
            partner=GATEWAY,
            payer_of=lambda _: None,
            received_at=at,
            crosswalks=self.crosswalks,
        )

    def write(self, case: Case, said: Determination) -> bytes:
        """The response Bundle for a determination. The same determination gives the same bytes."""
        options = ResponseOptions(
            version=self.versions[case.destination],
            base=f"{self.gateway_url}/sandbox/delegates/{case.destination}/fhir",
            physicians_as=PHYSICIAN,
        )
        request = Bundle(read_resource(case.request))
        reply = reply_of(case, said)
        return write_resource(reply_to_fhir(request, case.review, reply, crosswalks=self.crosswalks, options=options))


@dataclass(frozen=True, slots=True)
class PasDelegates:
    """Reads a leg's Bundle and answers it with a response Bundle."""

    caseworker: Caseworker
    words: PasWords
    now: Callable[[], datetime]

    def answer(self, destination: DestinationId, body: bytes) -> HttpAnswer:
        """The answer to one `$submit`. FhirSyntaxError where the body is no request."""
        review = self.words.read(destination, body, self.now())
        case = Case(destination=destination, leg_id=LegId(_name(review)), review=review, request=body)
        answer = self.caseworker.receive(case)
        if isinstance(answer, Decided):
            return HttpAnswer(self.words.write(case, answer.determination), FHIR_MEDIA_TYPE)
        if isinstance(answer, Declined):
            return HttpAnswer(post_decline(case, answer.reason, self.now()), EVENT_MEDIA_TYPE)
        return HttpAnswer(answer.body if isinstance(answer, Garbage) else None, FHIR_MEDIA_TYPE)


@dataclass(frozen=True, slots=True)
class PasOutlet:
    """Posts later response Bundles to the gateway. Satisfies `caseworker.Outlet`."""

    door: GatewayDoor
    words: PasWords

    async def deliver(self, opened: OpenCase) -> None:
        body = self.words.write(opened.case, opened.said)
        await self.door.post(opened.case.destination, body, FHIR_MEDIA_TYPE)


def _name(review: ServiceReview) -> str:
    """What the gateway calls the leg: its own trace is the Claim's last identifier; else that of the Bundle."""
    traces = review.event.traces
    return traces[-1].number if traces else review.transaction.identifier
