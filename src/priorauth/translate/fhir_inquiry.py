"""A PAS inquiry Bundle to what is looked for, and what was found to its answer: Parameters, or in 2.0.1 one Bundle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from priorauth.domain.determinations import CertificationAction, Rejection, RejectionLevel, Reply
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import DatePeriod, Format, Procedure, ReviewId, ServiceReview
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """When something must have been certified, and how, to be what is looked for."""

    issued: DatePeriod | None = None
    expires: DatePeriod | None = None
    effective: DatePeriod | None = None
    action: CertificationAction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A query by example: a review as far as it is told, the days looked for, and what its items were certified as.

    The identifier of the Claim is the inquiry's own and no criterion (PAS specification, inquiries).
    """

    example: ServiceReview
    period: DatePeriod | None
    certified: tuple[Certified, ...]  # beside the items of the example

    @property
    def payer(self) -> PayerId | None:
        return self.example.payer

    @property
    def member(self) -> str:
        """The member id, without which nothing is looked for."""
        return self.example.subscriber.identifier.value

    @property
    def numbers(self) -> frozenset[str]:
        """Authorization and administrative numbers, of the whole and of items (REF BB, REF NT)."""
        event = self.example.event
        found = [event.previous_authorization, event.previous_administrative]
        for item in self.example.items:
            found += [item.previous_authorization, item.previous_administrative]
        return frozenset(number for number in found if number)

    def finds(self, review: ServiceReview, reply: Reply | None) -> bool:
        """True where a review is what is looked for: every criterion that is told holds."""
        example = self.example
        if (review.payer, review.subscriber.identifier.value) != (example.payer, self.member) or not self.member:
            return False
        if example.dependent and not _same_person(example, review):
            return False
        if self.numbers:
            return not self.numbers.isdisjoint(numbers_of(review, reply))
        if self.period and not any(_overlap(self.period, each) for each in _dates(review)):
            return False
        wanted = {diagnosis.code for diagnosis in example.event.diagnoses}
        if wanted and wanted.isdisjoint(each.code for each in review.event.diagnoses):
            return False
        looked_for = [(item, how) for item, how in zip(example.items, self.certified, strict=False)]
        return not looked_for or any(
            _is_item(item.service.procedure if item.service else None, item.service_dates, how, review, reply)
            for item, how in looked_for
        )


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


def numbers_of(review: ServiceReview, reply: Reply | None) -> frozenset[str]:
    """Every number by which a review may be asked for: those it was sent with and those it was given."""
    event = review.event
    found = [event.previous_authorization, event.previous_administrative]
    for item in review.items:
        found += [item.previous_authorization, item.previous_administrative]
    if reply:
        found += [reply.certification_number, reply.administrative_number]
        for decision in reply.items:
            found += [decision.certification_number, decision.administrative_number]
    return frozenset(number for number in found if number)


def _certified(found: dict[str, Element]) -> Certified:
    def dates(url: str) -> DatePeriod | None:
        return read_days(found[url], "value") if url in found else None

    action = extension_code(found, REVIEW_ACTION_CODE, ACTION)
    return Certified(
        issued=dates(_ISSUED), expires=dates(_EXPIRES), effective=dates(_EFFECTIVE), action=_ACTIONS.get(action)
    )


def _same_person(example: ServiceReview, review: ServiceReview) -> bool:
    """True where the patients have the same name and, where both are told, birth date."""
    asked, own = example.patient, review.patient
    if (asked.name.last.upper(), asked.name.first.upper()) != (own.name.last.upper(), own.name.first.upper()):
        return False
    born = [each.demographics.birth_date for each in (asked, own) if each.demographics and each.demographics.birth_date]
    return len(set(born)) < 2


def _is_item(
    procedure: Procedure | None, dates: DatePeriod | None, how: Certified, review: ServiceReview, reply: Reply | None
) -> bool:
    """True where one service of the review is what one item looks for."""
    for item in review.items:
        own = item.service.procedure if item.service else None
        if procedure and not (own and procedure.code <= own.code <= (procedure.last or procedure.code)):
            continue
        if dates and not (item.service_dates and _overlap(dates, item.service_dates)):
            continue
        if _was_certified(how, item.sequence, reply):
            return True
    return False


def _was_certified(how: Certified, sequence: int, reply: Reply | None) -> bool:
    decision = next((each for each in reply.items if each.sequence == sequence), None) if reply else None
    if how.action and (decision is None or decision.action is not how.action):
        return False
    authorized = decision.authorized if decision else None
    told = (
        (how.issued, authorized and authorized.issued and DatePeriod(authorized.issued)),
        (how.expires, authorized and authorized.expires and DatePeriod(authorized.expires)),
        (how.effective, authorized and authorized.effective),
    )
    return all(asked is None or not own or _overlap(asked, own) for asked, own in told)


def _dates(review: ServiceReview) -> Iterable[DatePeriod]:
    event = review.event
    yield from (each for each in (event.event_dates, event.admission_dates) if each)
    yield from (item.service_dates for item in review.items if item.service_dates)


def _overlap(one: DatePeriod, other: DatePeriod) -> bool:
    return one.start <= (other.end or other.start) and other.start <= (one.end or one.start)


def _merged(bundles: Sequence[Written], identifier: Element) -> Written:
    """One Bundle of several: every ClaimResponse first, each resource once."""
    by_url: dict[str, Element] = {}
    for bundle in bundles:
        for each in children(bundle, "entry"):
            by_url.setdefault(text(each, "fullUrl"), each)
    ordered = sorted(by_url.values(), key=lambda each: text(child(each, "resource"), "resourceType") != "ClaimResponse")
    return {**bundles[0], **({"identifier": identifier} if identifier else {}), "entry": ordered}
