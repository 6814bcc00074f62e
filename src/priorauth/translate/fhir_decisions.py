"""One decision in the elements of FHIR: its reviewAction, how long it holds, what it authorizes for a span of days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from priorauth.domain.determinations import Authorized, CertificationAction, DaySpan, ItemDecision
from priorauth.domain.reviews import DatePeriod, ReviewItem, Service, ServiceKind
from priorauth.translate.fhir_values import write_day
from priorauth.translate.fhir_vocabulary import (
    ACTION,
    ADJUDICATION,
    ADMINISTRATION_NUMBER,
    AUTHORIZATION_NUMBER,
    DECISION_REASON,
    REVIEW_ACTION,
    REVIEW_ACTION_CODE,
    Written,
    coded,
    compact,
    complex_extension,
    concept,
    valued,
)


def adjudication(
    action: CertificationAction | None, decision: ItemDecision, reasons: Sequence[str], second_opinion: bool | None
) -> Written:
    """HCR: the action, the number of what is certified, the reasons, and whether a second opinion is needed."""
    number = "" if action is CertificationAction.PENDED else decision.certification_number
    return review_action(action, number, reasons, second_opinion)


def review_action(
    action: CertificationAction | None, number: str, reasons: Sequence[str], second_opinion: bool | None
) -> Written:
    """An adjudication with its reviewAction; without an action it says only that the item was submitted."""
    written: Written = {"category": concept(ADJUDICATION, "submitted")}
    if action is None:
        return written
    parts = [
        valued("number", "String", number) if number else None,
        coded(REVIEW_ACTION_CODE, ACTION, action),
        *(coded("reasonCode", DECISION_REASON, reason) for reason in reasons),
        None if second_opinion is None else valued("secondSurgicalOpinionFlag", "Boolean", second_opinion),
    ]
    return {"extension": [complex_extension(REVIEW_ACTION, parts)], **written}


def numbers_of(item: ReviewItem, decision: ItemDecision) -> list[Written]:
    """The number of the authorization before this one, and that by which the decider knows the case."""
    pended = decision.certification_number if decision.action is CertificationAction.PENDED else ""
    administrative = decision.administrative_number or pended or item.previous_administrative
    numbers = ((AUTHORIZATION_NUMBER, item.previous_authorization), (ADMINISTRATION_NUMBER, administrative))
    return [valued(url, "String", number) for url, number in numbers if number]


def is_as_asked(decision: ItemDecision) -> bool:
    """True where every span of days was certified in total at the level that was asked for."""
    return all(
        span.action is CertificationAction.CERTIFIED_IN_TOTAL
        and span.authorized_revenue_code in ("", span.requested_revenue_code)
        for span in decision.spans
    )


def differs(authorized: Authorized, item: ReviewItem) -> bool:
    """True where something about the service itself was authorized otherwise than asked."""
    asked = item.service or Service(kind=ServiceKind.PROFESSIONAL)
    quantity = authorized.quantity if authorized.quantity is not None and authorized.quantity.is_finite() else None
    pairs: tuple[tuple[object, object], ...] = (
        (authorized.procedure, asked.procedure),
        (authorized.revenue_code, asked.revenue_code),
        (quantity, asked.quantity),
        (authorized.delivery, item.delivery),
        (authorized.service_dates, item.service_dates),
    )
    return any(said not in (None, "", wanted) for said, wanted in pairs)


def authorization_period(authorized: Authorized | None) -> Written:
    """From when until when the authorization holds (DTP 007, DTP 036), empty where nothing says so."""
    if authorized is None:
        return {}
    effective = authorized.effective or DatePeriod(date.min)
    start = write_day(effective.start) if authorized.effective else ""
    end = authorized.expires or effective.end
    return compact({"start": start, "end": write_day(end) if end and end >= effective.start else ""})


def of_span(item: ReviewItem, span: DaySpan) -> tuple[Authorized, CertificationAction, tuple[str, ...]]:
    service = item.service or Service(kind=ServiceKind.INSTITUTIONAL)
    code = span.authorized_revenue_code if span.action.certifies else span.requested_revenue_code
    days = span.days if span.days is not None else Decimal((span.end - span.start).days + 1)
    authorized = Authorized(
        service_dates=DatePeriod(span.start, span.end),
        revenue_code=code or service.revenue_code,
        quantity=days,
        unit="DA",
    )
    return authorized, span.action, span.reason_codes
