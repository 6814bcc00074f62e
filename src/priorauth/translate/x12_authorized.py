"""What a 278 response says was authorized, where it differs from what was asked; and spans of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from priorauth.domain.determinations import Authorized, CertificationAction, DaySpan
from priorauth.domain.reviews import DatePeriod, Delivery, ReviewItem, Service
from priorauth.translate.x12_reading import read_delivery, read_service
from priorauth.translate.x12_values import read_date, read_period
from priorauth.x12.tree import LoopNode

Value = TypeVar("Value")

_NOTHING = Authorized()
_LONGEST_STAY = 3660  # days; more is not a count of days


def read_authorized(
    level: LoopNode, asked: Service | None, delivery: Delivery | None, dates: DatePeriod | None, separator: str
) -> Authorized | None:
    """What one level, service or event, authorizes other than was asked."""
    given = read_service(level, separator)
    authorized = Authorized(
        service_dates=_other(_dates_of(level), dates),
        procedure=_other(given.procedure, asked.procedure if asked else None) if given else None,
        revenue_code=_other(given.revenue_code, asked.revenue_code if asked else "") or "" if given else "",
        unit=_changed_unit(given, asked),
        quantity=_other(given.quantity, asked.quantity if asked else None) if given else None,
        delivery=_other(read_delivery(level, separator), delivery),
        issued=read_date(level.segment("DTP/102")[3]),
        expires=read_date(level.segment("DTP/036")[3]),
        effective=read_period(level.segment("DTP/007")[3]),
    )
    return None if authorized == _NOTHING else authorized


def with_event_dates(authorized: Authorized | None, event: LoopNode) -> Authorized | None:
    """The item's authorized values, with the certification dates of the event where the item has none."""
    own = authorized or _NOTHING
    dated = replace(
        own,
        issued=own.issued or read_date(event.segment("DTP/102")[3]),
        expires=own.expires or read_date(event.segment("DTP/036")[3]),
        effective=own.effective or read_period(event.segment("DTP/007")[3]),
    )
    return None if dated == _NOTHING else dated


def read_span(
    item: ReviewItem, level: LoopNode, action: CertificationAction, reasons: tuple[str, ...], separator: str
) -> DaySpan | None:
    """The days that one service level is about, None where it has no dates."""
    period = read_period(level.segment("DTP/472")[3])
    if period is None:
        return None
    service = read_service(level, separator)
    asked = item.service.revenue_code if item.service else ""
    given = service.revenue_code if service else ""
    end = period.end or _last_day(period, service)
    return DaySpan(
        start=period.start,
        end=end,
        action=action,
        requested_revenue_code=asked,
        authorized_revenue_code=given if action.certifies else "",
        days=service.quantity if service else None,
        reason_codes=reasons,
    )


def _dates_of(level: LoopNode) -> DatePeriod | None:
    for key in ("DTP/472", "DTP/AAH", "DTP/435"):
        if segment := level.segment(key):
            return read_period(segment[3])
    return None


def _last_day(period: DatePeriod, service: Service | None) -> date:
    days = service.quantity if service and service.quantity else Decimal(1)
    return period.start + timedelta(days=min(max(int(days), 1), _LONGEST_STAY) - 1)


def _changed_unit(given: Service | None, asked: Service | None) -> str:
    if given is None:
        return ""
    changed = given.unit != (asked.unit if asked else "") or given.quantity != (asked.quantity if asked else None)
    return given.unit if changed else ""


def _other(given: Value | None, asked: Value | None) -> Value | None:
    """What was given, where it says something and something else than was asked."""
    return given if given and given != asked else None
