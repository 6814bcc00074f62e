"""Values of a review that are well written and cannot be right: the same rules, and rule ids, as of a 278.

A 278 has these checked on its segments; a review that came as FHIR has them checked here. They are answered by an AAA
in the response, never by an error of the exchange.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from priorauth.domain.determinations import Rejection, RejectionLevel
from priorauth.domain.findings import Finding, FindingCode, Position
from priorauth.domain.parties import Provider
from priorauth.domain.reviews import DatePeriod, ReviewItem, ServiceReview
from priorauth.translate.finding_rejections import follow_up_for, reason_for
from priorauth.translate.finding_rules import FindingTable
from priorauth.x12.content import is_diagnosis, is_npi, is_procedure, is_revenue_code

_ADMISSION = "AR"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One value that cannot be right: by which rule, and where in the review and in X12."""

    code: FindingCode
    place: str  # in the review: `event.providers[0]`
    level: RejectionLevel
    loop: str
    segment_id: str  # `DTP/435` for the DTP with that qualifier
    sequence: int | None = None
    provider: int | None = None


def doubts_of(review: ServiceReview) -> Iterator[Doubt]:
    """Every value of a review that cannot be right."""
    yield from _npi(review.requester, "requester", RejectionLevel.REQUESTER, "2010B")
    event = review.event
    at_event = (RejectionLevel.EVENT, "2000E")
    for at, provider in enumerate(event.providers):
        yield from _npi(provider, f"event.providers[{at}]", RejectionLevel.EVENT_PROVIDER, "2010EA", at=at)
    for at, diagnosis in enumerate(event.diagnoses):
        if not is_diagnosis(diagnosis.qualifier, diagnosis.code):
            yield Doubt(FindingCode.DIAGNOSIS_SHAPE, f"event.diagnoses[{at}]", *at_event, "HI")
    born = review.patient.demographics.birth_date if review.patient.demographics else None
    dates = (("event_dates", "DTP/AAH", event.event_dates), ("admission_dates", "DTP/435", event.admission_dates))
    for name, segment, period in dates:
        if _is_reversed(period):
            yield Doubt(FindingCode.DATE_RANGE, f"event.{name}", *at_event, segment)
        if born and period and period.start < born:
            yield Doubt(FindingCode.BIRTH_AFTER_SERVICE, f"event.{name}", *at_event, segment)
    if event.category == _ADMISSION and event.admission is None:
        yield Doubt(FindingCode.ADMISSION_CODES_MISSING, "event.admission", *at_event, "UM")
    for place, item in enumerate(review.items):
        yield from _of_item(item, place)
        if born and item.service_dates and item.service_dates.start < born:
            code = FindingCode.BIRTH_AFTER_SERVICE
            yield Doubt(code, f"items[{place}].service_dates", RejectionLevel.SERVICE, "2000F", "DTP", item.sequence)


def _of_item(item: ReviewItem, place: int) -> Iterator[Doubt]:
    at_service = (RejectionLevel.SERVICE, "2000F")
    if _is_reversed(item.service_dates):
        yield Doubt(FindingCode.DATE_RANGE, f"items[{place}].service_dates", *at_service, "DTP", item.sequence)
    service = item.service
    if service:
        line = str(service.kind)
        if service.procedure and not is_procedure(service.procedure.qualifier, service.procedure.code):
            yield Doubt(
                FindingCode.PROCEDURE_SHAPE, f"items[{place}].service.procedure", *at_service, line, item.sequence
            )
        if service.revenue_code and not is_revenue_code(service.revenue_code):
            path = f"items[{place}].service.revenue_code"
            yield Doubt(FindingCode.REVENUE_CODE_SHAPE, path, *at_service, line, item.sequence)
    for at, provider in enumerate(item.providers):
        path = f"items[{place}].providers[{at}]"
        yield from _npi(provider, path, RejectionLevel.SERVICE_PROVIDER, "2010F", at=at, sequence=item.sequence)


def _npi(
    provider: Provider,
    place: str,
    level: RejectionLevel,
    loop: str,
    *,
    at: int | None = None,
    sequence: int | None = None,
) -> Iterator[Doubt]:
    if provider.npi and not is_npi(provider.npi):
        yield Doubt(FindingCode.NPI_INVALID, place, level, loop, "NM1", sequence, at)


def _is_reversed(period: DatePeriod | None) -> bool:
    return period is not None and period.end is not None and period.end < period.start


def finding_of(doubt: Doubt, table: FindingTable, path: str) -> Finding:
    """The finding, as the table has its severity, at a path of the message."""
    rule = table[doubt.code]
    at = Position(loop=doubt.loop, segment_id=doubt.segment_id, path=path)
    return Finding(code=doubt.code, severity=rule.severity, snip=rule.snip, at=at)


def rejection_of(doubt: Doubt, table: FindingTable) -> Rejection:
    """The AAA that answers it, by the same table as a 278's."""
    at = Position(loop=doubt.loop, segment_id=doubt.segment_id)
    rule = table[doubt.code]
    return Rejection(
        level=doubt.level,
        reason=reason_for(at, rule, ()),
        follow_up=follow_up_for(at, rule),
        sequence=doubt.sequence,
        provider=doubt.provider,
        finding=doubt.code,
    )
