"""What a PAS response says was authorized, where it differs from what was asked; spans of days; and a reviewAction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from priorauth.domain.determinations import Authorized, CertificationAction, DaySpan
from priorauth.domain.reviews import DatePeriod, Format, Procedure, ReviewItem
from priorauth.fhir.elements import Element
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_elements import Quantity
from priorauth.translate.fhir_orders import unit_of
from priorauth.translate.fhir_reading import (
    NOTHING,
    any_code,
    child,
    children,
    code,
    codings,
    day,
    decimal,
    extension_code,
    extension_text,
    extensions,
)
from priorauth.translate.fhir_typed import typed
from priorauth.translate.fhir_values import plain_ndc, read_days, read_period, revenue_code
from priorauth.translate.fhir_vocabulary import (
    ACTION,
    AUTHORIZED_DETAIL,
    DECISION_REASON,
    ISSUE_DATE,
    NDC,
    PERIOD_OF_ITEM,
    REVENUE,
    REVENUE_CODE,
    REVIEW_ACTION,
    REVIEW_ACTION_CODE,
    coded,
)

_ACTIONS = {action.value: action for action in CertificationAction}
_NOTHING_AUTHORIZED = Authorized()


@dataclass(frozen=True, slots=True)
class Said:
    """A reviewAction."""

    action: CertificationAction | None
    number: str
    reasons: tuple[str, ...]
    second_opinion: bool | None


@dataclass(frozen=True, slots=True)
class AuthorizedReader:
    """Reads what one response authorizes; `period` is that of the whole response."""

    walks: Crosswalks
    version: Format
    period: DatePeriod | None

    def read(self, item: ReviewItem, found: dict[str, Element], extra: list[Element]) -> Authorized | None:
        """What was authorized otherwise than asked: of an added item, and the dates of the authorization."""
        period = read_period(child(found.get(PERIOD_OF_ITEM, NOTHING), "valuePeriod"))
        period = period or self.period
        authorized = Authorized(
            issued=day(extension_text(found, ISSUE_DATE, "Date")),
            expires=period.end if period else None,
            effective=DatePeriod(period.start) if period else None,
        )
        if self.version is Format.PAS_2_0_1 and AUTHORIZED_DETAIL in found and not extra:
            extra = [_as_added(found[AUTHORIZED_DETAIL])]
        if len(extra) == 1:
            authorized = self._of_added(item, extra[0], authorized)
        return None if authorized == _NOTHING_AUTHORIZED else authorized

    def _of_added(self, item: ReviewItem, added: Element, dates: Authorized) -> Authorized:
        service = item.service
        revenue = _revenue(added)
        procedure = self._procedure(added)
        quantity = child(added, "quantity")
        amount = decimal(quantity, "value")
        days = read_days(added, "serviced")
        asked = service.procedure if service else None
        is_same = procedure and asked and (procedure.code, procedure.modifiers) == (asked.code, asked.modifiers)
        changed = amount is not None and amount != (service.quantity if service else None)
        return replace(
            dates,
            service_dates=days if days and days != item.service_dates else None,
            procedure=None if is_same else procedure,
            revenue_code="" if service and revenue == service.revenue_code else revenue,
            quantity=amount if changed else None,
            unit=unit_of(typed(quantity, Quantity), self.walks) if changed else "",
        )

    def _procedure(self, added: Element) -> Procedure | None:
        for system, value in codings(child(added, "productOrService")):
            qualifier = self.walks.procedure.x12(system)
            if qualifier and value:
                modifiers = tuple(found for each in children(added, "modifier") if (found := any_code(each)))
                value = plain_ndc(value) if system == NDC else value
                return Procedure(qualifier=qualifier, code=value, modifiers=modifiers)
        return None

    def spans(self, item: ReviewItem, extra: list[Element]) -> tuple[DaySpan, ...]:
        """Spans of days: one added item each."""
        spans: list[DaySpan] = []
        for each in extra:
            period, said = read_days(each, "serviced"), said_of(each)
            if period is None or said.action is None:
                continue
            spans.append(
                DaySpan(
                    start=period.start,
                    end=period.end or period.start,
                    action=said.action,
                    requested_revenue_code=item.service.revenue_code if item.service else "",
                    authorized_revenue_code=_revenue(each) if said.action.certifies else "",
                    days=decimal(child(each, "quantity"), "value"),
                    reason_codes=said.reasons,
                )
            )
        return tuple(spans)


def said_of(element: Element) -> Said:
    """The reviewAction of a ClaimResponse, an item or an added item."""
    for each in children(element, "adjudication"):
        held = extensions(each).get(REVIEW_ACTION)
        if held is None:
            continue
        found = extensions(held)
        reasons = [each for each in children(held, "extension") if each.get("url") == "reasonCode"]
        codes = [code(child(reason, "valueCodeableConcept"), DECISION_REASON) for reason in reasons]
        flag = found["secondSurgicalOpinionFlag"].get("valueBoolean") if "secondSurgicalOpinionFlag" in found else None
        return Said(
            action=_ACTIONS.get(extension_code(found, REVIEW_ACTION_CODE, ACTION)),
            number=extension_text(found, "number"),
            reasons=tuple([one for one in codes if one]),
            second_opinion=flag if isinstance(flag, bool) else None,
        )
    return Said(None, "", (), None)


def _revenue(added: Element) -> str:
    own = child(extensions(added).get(REVENUE_CODE, NOTHING), "valueCodeableConcept")
    return revenue_code(own) or revenue_code(child(added, "productOrService"))


def _as_added(detail: Element) -> Element:
    """The `itemAuthorizedDetail` of 2.0.1 with its parts where an added item of 2.2.1 has them."""
    found = extensions(detail)
    modifiers = [each for each in children(detail, "extension") if each.get("url") == "modifier"]
    revenue = revenue_code(child(found.get("revenue", NOTHING), "valueCodeableConcept"))
    return {
        "productOrService": child(found.get("productOrServiceCode", NOTHING), "valueCodeableConcept"),
        "modifier": [child(each, "valueCodeableConcept") for each in modifiers],
        "quantity": child(found.get("quantity", NOTHING), "valueQuantity"),
        "extension": [coded(REVENUE_CODE, REVENUE, revenue)] if revenue else [],
    }
