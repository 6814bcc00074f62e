"""Neonatal days at a lower level of care than was asked for, as spans of days. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    ItemDecision,
    NextReview,
    ReviewerRole,
)
from priorauth.domain.reviews import DatePeriod
from priorauth.sandbox.behaviours import revenue_code
from priorauth.sandbox.lines import VALIDITY, Line


def lower_level_of_care(line: Line) -> ItemDecision:
    """The first days as asked for, the others one level lower: a denial in part (um-catalogue DET-BCMA-22)."""
    spans = _spans_of_care(line)
    first = spans[0]
    return ItemDecision(
        sequence=line.item.sequence,
        action=CertificationAction.MODIFIED,
        certification_number=line.number("A"),
        reason_codes=line.reason("level_of_care_lowered"),
        authorized=Authorized(
            service_dates=period(first.start, first.end),
            revenue_code=first.authorized_revenue_code,
            unit=line.item.service.unit if line.item.service else "",
            quantity=first.days,
            issued=line.today,
            effective=DatePeriod(line.today, line.today + VALIDITY),
        ),
        spans=spans,
        message=line.meaning("level_of_care_lowered"),
        reviewer=ReviewerRole.PHYSICIAN,
        medical_necessity=True,
        next_review=next_review(line),
    )


def next_review(line: Line) -> NextReview | None:
    """On the last day that was decided, while the patient stays; None for what is no neonatal day."""
    if revenue_code(line.item) not in line.table.levels_of_care or line.case.review.event.discharge_date:
        return None
    return NextReview(day=line.start + timedelta(days=line.days - 1), needed=line.table.next_review_needs)


def period(start: date, end: date) -> DatePeriod:
    """The days from start to end; a single day is written without an end."""
    return DatePeriod(start, end if end != start else None)


def _spans_of_care(line: Line) -> tuple[DaySpan, ...]:
    levels = line.table.levels_of_care
    asked = revenue_code(line.item)
    kept = min(line.table.days_at_level_asked_for, line.days - 1)
    lowered = DaySpan(
        start=line.start + timedelta(days=kept),
        end=line.start + timedelta(days=line.days - 1),
        action=CertificationAction.MODIFIED,
        requested_revenue_code=asked,
        authorized_revenue_code=levels[levels.index(asked) + 1],
        days=Decimal(line.days - kept),
        reason_codes=line.reason("level_of_care_lowered"),
    )
    if not kept:
        return (lowered,)
    as_asked = DaySpan(
        start=line.start,
        end=line.start + timedelta(days=kept - 1),
        action=CertificationAction.CERTIFIED_IN_TOTAL,
        requested_revenue_code=asked,
        authorized_revenue_code=asked,
        days=Decimal(kept),
    )
    return (as_asked, lowered)
