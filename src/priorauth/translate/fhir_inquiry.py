"""A PAS inquiry Bundle to what is looked for, and what was found to its answer: Parameters, or in 2.0.1 one Bundle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from priorauth.domain.determinations import CertificationAction, Rejection, RejectionLevel, Reply
from priorauth.domain.inquiries import Certified, Inquiry
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import DatePeriod, Format, ReviewId, ServiceReview
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element, Value
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_reading import NOTHING, child, children, extension_code, extensions, text
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from priorauth.translate.fhir_review import claim_of, review_from_fhir
from priorauth.translate.fhir_values import read_days, read_period
from priorauth.translate.fhir_vocabulary import ACTION, PAS, REVIEW_ACTION_CODE, Written

NOT_FOUND = Rejection(level=RejectionLevel.EVENT, reason="AA", follow_up="C")
"""X217 AAA03: the authorization is not found."""
_ISSUED = f"{PAS}extension-itemCertificationIssueDate"
_EXPIRES = f"{PAS}extension-itemCertificationExpirationDate"
_EFFECTIVE = f"{PAS}extension-itemCertificationEffectiveDate"
_ACTIONS = {action.value: action for action in CertificationAction}


def inquiry_from_fhir(
    bundle: Bundle,
    *,
    arrived_as: Format,
    inquiry_id: ReviewId,
    partner: PartnerId,
    payer_of: Callable[[str], PayerId | None],
    received_at: datetime,
    crosswalks: Crosswalks,
) -> Inquiry:
    """What an inquiry Bundle looks for. The Bundle must have a Claim (`fhir_review.claim_of`)."""
    example = review_from_fhir(
        bundle,
        arrived_as=arrived_as,
        review_id=inquiry_id,
        partner=partner,
        payer_of=payer_of,
        received_at=received_at,
        crosswalks=crosswalks,
    )
    entry = claim_of(bundle)
    claim = bundle.entries[entry].element if entry is not None else NOTHING
    items = children(claim, "item")
    return Inquiry(
        example=example,
        period=read_period(child(claim, "billablePeriod")) or example.event.event_dates,
        certified=tuple(_certified(extensions(item)) for item in items),
    )


def answer_inquiry(
    inquiry_bundle: Bundle,
    inquiry: Inquiry,
    found: Sequence[tuple[Bundle, ServiceReview, Reply]],
    *,
    crosswalks: Crosswalks,
    version: Format,
    base: str,
    at: datetime,
) -> Written:
    """The answer to an inquiry: each review's present results, with the request it came with (PAS spec-46).

    2.2.1 answers Parameters with a Bundle for each; 2.0.1 one Bundle, whose ClaimResponse is in error where nothing
    was found.
    """
    options = ResponseOptions(version=version, base=base, is_inquiry=True)
    bundles = [
        reply_to_fhir(request, review, reply, crosswalks=crosswalks, options=options)
        for request, review, reply in found
    ]
    if version is not Format.PAS_2_0_1:
        parameters: list[Value] = [{"name": "return", "resource": bundle} for bundle in bundles]
        return {"resourceType": "Parameters", **({"parameter": parameters} if parameters else {})}
    if not bundles:
        nothing = Reply(review_id=inquiry.example.id, number=1, made_at=at, items=(), rejections=(NOT_FOUND,))
        return reply_to_fhir(inquiry_bundle, inquiry.example, nothing, crosswalks=crosswalks, options=options)
    return _merged(bundles, child(inquiry_bundle.root.element, "identifier"))


def _certified(found: dict[str, Element]) -> Certified:
    def dates(url: str) -> DatePeriod | None:
        return read_days(found[url], "value") if url in found else None

    action = extension_code(found, REVIEW_ACTION_CODE, ACTION)
    return Certified(
        issued=dates(_ISSUED), expires=dates(_EXPIRES), effective=dates(_EFFECTIVE), action=_ACTIONS.get(action)
    )


def _merged(bundles: Sequence[Written], identifier: Element) -> Written:
    """One Bundle of several: every ClaimResponse first, each resource once."""
    by_url: dict[str, Element] = {}
    for bundle in bundles:
        for each in children(bundle, "entry"):
            by_url.setdefault(text(each, "fullUrl"), each)
    ordered = sorted(by_url.values(), key=lambda each: text(child(each, "resource"), "resourceType") != "ClaimResponse")
    return {**bundles[0], **({"identifier": identifier} if identifier else {}), "entry": ordered}
