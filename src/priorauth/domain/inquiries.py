"""A question about earlier requests: a review by example, and which reviews it finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from priorauth.domain.determinations import CertificationAction, Reply
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import DatePeriod, Procedure, ServiceReview


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReview:
    """A review that an inquiry found, its present reply, and the request as received where it came as FHIR."""

    review: ServiceReview
    reply: Reply
    request: bytes | None = field(repr=False)


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
