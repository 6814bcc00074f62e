"""A message in another format. Nothing is invented: what is translated twice comes out as the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from priorauth.domain.events import ReviewReceived
from priorauth.domain.reviews import MessageId, ReviewId, ServiceReview
from priorauth.fhir.bundles import write_resource
from priorauth.inspection.answers import read_answer, write_answer
from priorauth.inspection.envelopes import Target, Translated, interchange_of, transmission_of
from priorauth.inspection.moments import moment_of_bundle, moment_of_review
from priorauth.inspection.reading import NEWEST, is_fhir, read_bundle, read_requests, version_of
from priorauth.tools import INSPECTOR, Tools
from priorauth.translate.events import EVENT_SOURCE, write_full
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_review import changes_only, review_from_fhir
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.x12_review import review_to_x12
from priorauth.wiring import PAS_VERSIONS

_REVIEW = ReviewId("review-1")
_READ_INTO_REVIEWS = frozenset(
    ("DeviceRequest", "Encounter", "MedicationRequest", "NutritionOrder", "ServiceRequest", "Claim")
)
"""Resources that travel beside a review and are told in a 278 as far as it has a place for what they say."""


def translate_message(tools: Tools, body: bytes, to: Target, *, version: str | None = None) -> Translated:
    """A message in another format; `version` is that of PAS, read or written. Raises NotReadable.

    Of several requests the first is translated, the others are a loss.
    """
    losses = Losses()
    answered = read_answer(tools, body, version, losses)
    if answered is not None:
        return write_answer(tools, *answered, to, version, losses)
    reviews = _reviews(tools, body, version, losses)
    first = reviews[0]
    if to is Target.X12:
        for each in first.resources:
            if each.type not in _READ_INTO_REVIEWS:
                losses.note(each.type, LossReason.NO_PLACE, parked="message")
        sets = [review_to_x12(changes_only(each), losses=losses) for each in reviews]
        written = interchange_of(sets, first.transmission, moment_of_review(first))
        return Translated(body=written, losses=losses.found)
    if len(reviews) > 1:
        losses.note("ST", LossReason.TOO_MANY, occurrence=2, parked="message")
    if to is Target.EVENT:
        return Translated(body=_event(first), losses=losses.found)
    spoken = PAS_VERSIONS[version or NEWEST]
    bundle = review_to_fhir(first, crosswalks=tools.knowledge.crosswalks, version=spoken, losses=losses)
    return Translated(body=write_resource(bundle), losses=losses.found)


def _reviews(tools: Tools, body: bytes, version: str | None, losses: Losses) -> Sequence[ServiceReview]:
    """The requests of a message, dated by what they say themselves."""
    parts = read_requests(tools, body, version=version if is_fhir(body) else None)
    if is_fhir(body):
        return [_from_fhir(tools, body, version, losses)]
    found = [part.review for part in parts if part.review is not None]
    transmission = transmission_of(body)
    return [replace(each, received_at=moment_of_review(each), transmission=transmission) for each in found]


def _from_fhir(tools: Tools, body: bytes, version: str | None, losses: Losses) -> ServiceReview:
    """The request of a Bundle that the checker accepts, read with what X12 has no place for."""
    bundle = read_bundle(body)
    return review_from_fhir(
        bundle,
        arrived_as=PAS_VERSIONS[version_of(bundle.root.element, version)],
        review_id=_REVIEW,
        partner=INSPECTOR.id,
        payer_of=tools.knowledge.payer,
        received_at=moment_of_bundle(bundle),
        crosswalks=tools.knowledge.crosswalks,
        losses=losses,
    )


def _event(review: ServiceReview) -> bytes:
    event = ReviewReceived(
        id="evt-translated",
        at=review.received_at,
        review_id=review.id,
        payer=review.payer,
        review=review,
        message_id=MessageId("msg-translated"),
    )
    return write_full(event, source=EVENT_SOURCE)
