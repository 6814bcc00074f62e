"""How the decision on one item becomes service levels of a response: one, or one per span of days."""

from __future__ import annotations

from dataclasses import dataclass, replace

from priorauth.domain.determinations import Authorized, CertificationAction, DaySpan, ItemDecision
from priorauth.domain.reviews import DatePeriod, Delivery, ReviewItem, Service, ServiceKind

DAYS = "DA"
UNITS = "UN"


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One 2000F level: the item as it is to be sent, and the decision on it. `is_extra` levels have no TRN*2."""

    item: ReviewItem
    action: CertificationAction | None
    reason_codes: tuple[str, ...]
    is_extra: bool = False


def service_levels(item: ReviewItem, decision: ItemDecision | None) -> list[ServiceLevel]:
    """The levels of one item. Of several spans the first that certifies anything leads, as A6; the rest follow."""
    if decision is None:
        return [ServiceLevel(item, None, ())]
    if not decision.spans or decision.action is None:
        return [ServiceLevel(as_authorized(item, decision), decision.action, decision.reason_codes)]
    spans = sorted(decision.spans, key=lambda span: not span.action.certifies)
    levels = [ServiceLevel(_of_span(item, span), span.action, span.reason_codes, is_extra=True) for span in spans]
    action = CertificationAction.MODIFIED if len(spans) > 1 and spans[0].action.certifies else decision.action
    levels[0] = replace(levels[0], action=action, reason_codes=decision.reason_codes, is_extra=False)
    return levels


def as_authorized(item: ReviewItem, decision: ItemDecision) -> ReviewItem:
    """The item with what was authorized in place of what was asked, where the decision certifies and says so."""
    authorized = decision.authorized
    if authorized is None or decision.action is None or not decision.action.certifies:
        return item
    return replace(
        item,
        service_dates=authorized.service_dates or item.service_dates,
        service=_authorized_service(item.service, authorized),
        delivery=authorized_delivery(item.service, item.delivery, authorized),
    )


def authorized_delivery(service: Service | None, delivery: Delivery | None, authorized: Authorized) -> Delivery | None:
    """The authorized delivery; a bare authorized quantity cuts the one of HSD where the service line has none."""
    if authorized.delivery:
        return authorized.delivery
    counted_by_line = service is not None and service.quantity is not None
    if authorized.quantity is None or counted_by_line or delivery is None or delivery.quantity is None:
        return delivery
    return replace(delivery, quantity=authorized.quantity)


def _authorized_service(service: Service | None, authorized: Authorized) -> Service | None:
    if service is None:
        if not authorized.revenue_code:
            return None
        service = Service(kind=ServiceKind.INSTITUTIONAL)
    counted = authorized.quantity is not None and not (service.quantity is None and authorized.delivery)
    return replace(
        service,
        procedure=authorized.procedure or service.procedure,
        revenue_code=authorized.revenue_code or service.revenue_code,
        quantity=authorized.quantity if counted else service.quantity,
        unit=authorized.unit or service.unit or (UNITS if counted and service.kind is not ServiceKind.DENTAL else ""),
    )


def _of_span(item: ReviewItem, span: DaySpan) -> ReviewItem:
    service = item.service or Service(kind=ServiceKind.INSTITUTIONAL)
    code = span.authorized_revenue_code if span.action.certifies else span.requested_revenue_code
    if service.kind is ServiceKind.INSTITUTIONAL:
        service = replace(service, revenue_code=code or span.requested_revenue_code or service.revenue_code)
    if span.days is not None:
        unit = DAYS if service.kind is ServiceKind.INSTITUTIONAL else UNITS
        service = replace(service, quantity=span.days, unit=unit)
    return replace(item, service=service, service_dates=DatePeriod(span.start, span.end))
