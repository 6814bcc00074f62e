"""What counts as adverse: a denial, and less than was asked, whatever it is called."""

from __future__ import annotations

from priorauth.domain.determinations import CertificationAction, DaySpan, ItemDecision
from priorauth.domain.reviews import ReviewItem


def is_adverse(item: ItemDecision, asked: ReviewItem) -> bool:
    """True for a denial, and for less than was asked: that is denied in part (um-catalogue DET-BCMA-22)."""
    if item.action is CertificationAction.CERTIFIED_IN_TOTAL:
        return item.medical_necessity is not False and is_cut(item, asked)
    in_part = item.action is not None and item.action.certifies and item.medical_necessity is not False
    return in_part or item.action is CertificationAction.NOT_CERTIFIED


def is_cut(item: ItemDecision, asked: ReviewItem) -> bool:
    """True where the spans or the quantity of a decision hold less than was asked, whatever its action says."""
    for span in item.spans:
        if span.action is not CertificationAction.CERTIFIED_IN_TOTAL or is_lowered(span):
            return True
    service, authorized = asked.service, item.authorized
    if service is None or service.quantity is None or authorized is None or authorized.quantity is None:
        return False
    return authorized.unit in ("", service.unit) and authorized.quantity < service.quantity


def is_lowered(span: DaySpan) -> bool:
    """True where another level of care was authorized than was asked for. Where none was asked for, none is lower."""
    asked, given = span.requested_revenue_code, span.authorized_revenue_code
    return bool(asked) and bool(given) and asked.zfill(4) != given.zfill(4)
