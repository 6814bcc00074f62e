"""A message in another format. Nothing is invented: what is translated twice comes out as the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from priorauth.bootstrap import EVENT_SOURCE, INSPECTOR, OURSELVES, Tools
from priorauth.domain.carried import Transmission
from priorauth.domain.events import ReviewReceived
from priorauth.domain.reviews import MessageId, ReviewId, ServiceReview
from priorauth.fhir.bundles import write_resource
from priorauth.inspection.moments import moment_of_bundle, moment_of_review
from priorauth.inspection.reading import NEWEST, is_fhir, read_bundle, read_requests, version_of
from priorauth.translate.events import write_full
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_review import changes_only, review_from_fhir
from priorauth.translate.losses import Loss, Losses, LossReason
from priorauth.translate.x12_review import review_to_x12
from priorauth.wiring import PAS_VERSIONS
from priorauth.x12.envelope import read_interchange
from priorauth.x12.segments import Element
from priorauth.x12.writing import Address, OutboundGroup, OutboundInterchange, OutboundSet, write_interchange

_REVIEW = ReviewId("review-1")
_READ_INTO_REVIEWS = frozenset(
    ("DeviceRequest", "Encounter", "MedicationRequest", "NutritionOrder", "ServiceRequest", "Claim")
)
"""Resources that travel beside a review and are told in a 278 as far as it has a place for what they say."""
_LONGEST_ID = 15  # ISA06, ISA08 and GS02, GS03


class Target(StrEnum):
    """What a message can be translated to."""

    X12 = "x12"
    FHIR = "fhir"
    EVENT = "event"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A message in another format, and what could not cross."""

    body: bytes = field(repr=False)
    losses: Sequence[Loss]


def translate_message(tools: Tools, body: bytes, to: Target, *, version: str | None = None) -> Translated:
    """A message in another format; `version` is that of PAS, read or written. Raises NotReadable.

    Of several requests the first is translated, the others are a loss.
    """
    losses = Losses()
    reviews = _reviews(tools, body, version, losses)
    first = reviews[0]
    if to is Target.X12:
        for each in first.resources:
            if each.type not in _READ_INTO_REVIEWS:
                losses.note(each.type, LossReason.NO_PLACE, parked="message")
        sets = [review_to_x12(changes_only(each), losses=losses) for each in reviews]
        written = _interchange(sets, first.transmission, moment_of_review(first))
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
    transmission = _transmission(body)
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


def _transmission(body: bytes) -> Transmission:
    """Who sent to whom, as the first envelope says."""
    interchange = read_interchange(body)
    isa = interchange.header
    groups = interchange.groups
    gs = groups[0].header if groups else []
    return Transmission(
        application_sender=gs[2].strip() if len(gs) > 2 else "",
        application_receiver=gs[3].strip() if len(gs) > 3 else "",
        interchange_sender=isa[6].strip(),
        interchange_receiver=isa[8].strip(),
    )


def _interchange(
    sets: Sequence[Sequence[Sequence[Element]]], transmission: Transmission | None, made_at: datetime
) -> bytes:
    """An interchange of 278s, marked as a test, between those that the message names, else between nobody and us."""
    named = transmission or Transmission()
    group = OutboundGroup(
        functional="HI",
        transaction="278",
        guide="005010X217",
        control_number=1,
        sets=[OutboundSet(control_number=f"{at:04d}", segments=each) for at, each in enumerate(sets, start=1)],
    )
    return write_interchange(
        OutboundInterchange(
            sender=_address(named.interchange_sender, named.application_sender, "SENDER"),
            receiver=_address(named.interchange_receiver, named.application_receiver, OURSELVES.id),
            control_number=1,
            made_at=made_at,
            is_test=True,
            groups=[group],
        )
    )


def _address(interchange_id: str, group_id: str, instead: str) -> Address:
    id = interchange_id if 2 <= len(interchange_id) <= _LONGEST_ID and interchange_id.isascii() else instead
    application = group_id if 2 <= len(group_id) <= _LONGEST_ID and group_id.isascii() else id
    return Address(qualifier="ZZ", id=id, group_id=application)
