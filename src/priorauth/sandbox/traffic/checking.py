"""What is wrong with twins: findings of the checkers, losses of the translators, and what comes out changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from priorauth.domain.exchange import InboundMessage
from priorauth.domain.findings import FindingCode, Severity
from priorauth.domain.reviews import Format, ReviewId, ReviewItem, ServiceReview
from priorauth.domain.routes import ItemRoute, Outcome
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.sandbox.traffic.twins import Twin, interchange_of
from priorauth.tools import INSPECTOR, Tools
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_review import review_from_fhir
from priorauth.translate.losses import Loss, Losses
from priorauth.translate.x12_review import review_to_x12


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a twin, in words without a value of it."""

    twin: str
    what: str


async def problems_of(twin: Twin, tools: Tools) -> list[Problem]:
    """Everything wrong with a twin, none where it is valid and each of the two makes the other without loss."""
    routed = await _of_route(twin, tools)
    found = (*_lost("writing", twin.losses), *_of_x12(twin, tools), *_of_fhir(twin, tools), *routed)
    return [Problem(twin.name, what) for what in found]


async def _of_route(twin: Twin, tools: Tools) -> list[str]:
    """Whether it goes where its cohort is meant to go, by the payer's pack and the demonstration's directory."""
    facts = await tools.directory.facts(twin.review)
    went = {destination_of(each) for each in tools.knowledge.route(twin.review, facts).items}
    meant = twin.cohort.goes_to
    return [] if went == set(meant) else [f"it goes to {', '.join(sorted(went))} and not to {', '.join(meant)}"]


def destination_of(item: ItemRoute) -> str:
    """Where an item goes, as cohorts word it: `evicore`, `mercyone-um/snf`, `manual bcn-um`, `no_auth_required`."""
    destination = f"{item.destination or ''}{'/' if item.queue else ''}{item.queue or ''}"
    if item.outcome is Outcome.ROUTE:
        return destination
    return f"{item.outcome} {destination}".rstrip()


def _of_x12(twin: Twin, tools: Tools) -> Iterator[str]:
    """The 278: what its checker finds, and whether its Bundle is the twin, byte for byte."""
    review, found = _decoded(twin, tools, "x12", twin.x12)
    yield from found
    if review is None:
        return
    review = replace(review, id=twin.review.id, transmission=twin.review.transmission)
    if review != replace(twin.review, received_at=review.received_at, partner=review.partner):
        yield "the 278 is not read as what it was written from"
    losses = Losses()
    bundle = review_to_fhir(review, crosswalks=tools.knowledge.crosswalks, losses=losses)
    yield from _lost("278 to FHIR", losses.found)
    if write_resource(bundle) != twin.fhir:
        yield "the Bundle of the 278 is not the twin"


def _of_fhir(twin: Twin, tools: Tools) -> Iterator[str]:
    """The Bundle: what its checker finds, and whether its 278 is the twin, byte for byte."""
    review, found = _decoded(twin, tools, Format.PAS_2_2_1, twin.fhir)
    yield from found
    if review is None:
        return
    losses = Losses()
    review = review_from_fhir(
        Bundle(read_resource(twin.fhir)),
        arrived_as=Format.PAS_2_2_1,
        review_id=twin.review.id,
        partner=twin.review.partner,
        payer_of=tools.knowledge.payer,
        received_at=twin.review.received_at,
        crosswalks=tools.knowledge.crosswalks,
        losses=losses,
    )
    if as_canonical(review) != as_canonical(twin.review):
        yield "the Bundle is not read as what it was written from"
    segments = review_to_x12(review, losses=losses)
    yield from _lost("FHIR to 278", losses.found)
    if interchange_of(segments, review, twin.control_number) != twin.x12:
        yield "the 278 of the Bundle is not the twin"


def _decoded(twin: Twin, tools: Tools, format: str, body: bytes) -> tuple[ServiceReview | None, list[str]]:
    """The request as a gateway reads it, with the findings that it has: warnings count too."""
    message = InboundMessage(format=format, partner=INSPECTOR.id, body=body, received_at=twin.review.received_at)
    decoded = tools.codecs[format].decode(message, lambda: ReviewId("read"))
    found = [
        f"{format} {each.code} at {each.at.path or each.at.loop}"
        for each in decoded.findings
        if each.severity is not Severity.INFO and each.code is not FindingCode.PAS_CODE_SYSTEM
    ]
    if not decoded.parts or decoded.parts[0].review is None:
        return None, [*found, f"{format} has no request that can be read"]
    return decoded.parts[0].review, [
        *found,
        *(f"{format} is rejected: {each.reason}" for each in decoded.parts[0].rejections),
    ]


def as_canonical(review: ServiceReview) -> ServiceReview:
    """The review without what only tells how it came: its format, and the resources and urls of a Bundle."""
    return replace(
        review,
        arrived_as=Format.X12_278,
        urls=(),
        resources=(),
        items=tuple(_without_order(each) for each in review.items),
    )


def _without_order(item: ReviewItem) -> ReviewItem:
    return replace(item, order="") if item.order else item


def _lost(way: str, losses: Sequence[Loss]) -> list[str]:
    return [f"{way}: {each.position} is lost: {each.reason}" for each in losses]
