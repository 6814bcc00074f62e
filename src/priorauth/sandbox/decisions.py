"""What a behaviour says of one service line. Pure: the same line always gets the same decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_UP, Decimal

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    ItemDecision,
    Rejection,
    RejectionLevel,
    ReviewerRole,
)
from priorauth.domain.reviews import DatePeriod, Delivery, ServiceKind, Trace
from priorauth.sandbox.behaviours import Behaviour, quantity, revenue_code
from priorauth.sandbox.information import information_request, questionnaire_request
from priorauth.sandbox.levels_of_care import lower_level_of_care, next_review, period
from priorauth.sandbox.lines import SHORT_VALIDITY, VALIDITY, Line
from priorauth.sandbox.rationales import RATIONALE

TRACE_ASSIGNER = "9SANDBOX00"
CERTIFICATION_INFORMATION_MISSING = "T5"
CORRECT_AND_RESUBMIT = "C"


def decide(behaviour: Behaviour, line: Line) -> ItemDecision:
    """The decision on a line, for a behaviour that is not of a leg as a whole."""
    decision = replace(_DECISIONS[behaviour](line), decided_by=line.case.destination)
    return replace(decision, rationale=RATIONALE) if decision.medical_necessity else decision


def certify(line: Line) -> ItemDecision:
    """Everything that was asked for (A1)."""
    service = line.item.service
    return ItemDecision(
        sequence=line.item.sequence,
        action=CertificationAction.CERTIFIED_IN_TOTAL,
        certification_number=line.number("A"),
        authorized=Authorized(
            unit=service.unit if service else "",
            quantity=service.quantity if service else None,
            issued=line.today,
            effective=DatePeriod(line.today, line.today + VALIDITY),
        ),
        reviewer=ReviewerRole.NURSE,
        next_review=next_review(line),
    )


def certify_in_part(line: Line) -> ItemDecision:
    """A lone line, certified for half of what was asked (A2 at the event)."""
    return replace(cut_down(line), action=CertificationAction.CERTIFIED_PARTIALLY)


def modify(line: Line) -> ItemDecision:
    """A NICU day at a lower level of care where the line is one, else fewer units or days (A6)."""
    is_nicu_day = revenue_code(line.item) in line.table.levels_of_care[:-1]
    return lower_level_of_care(line) if is_nicu_day else cut_down(line)


def cut_down(line: Line) -> ItemDecision:
    """Half of the units or days, rounded up, and for a shorter time (A6)."""
    service, delivery = line.item.service, line.item.delivery
    half = (quantity(line.item) / 2).to_integral_value(ROUND_UP)
    counts_in_delivery = delivery is not None and delivery.quantity is not None
    return ItemDecision(
        sequence=line.item.sequence,
        action=CertificationAction.MODIFIED,
        certification_number=line.number("A"),
        reason_codes=line.reason("quantity_reduced"),
        authorized=Authorized(
            unit=service.unit if service else "",
            quantity=half if service and service.quantity is not None else None,
            delivery=replace(delivery, quantity=half) if delivery is not None and counts_in_delivery else None,
            issued=line.today,
            expires=line.today + SHORT_VALIDITY,
        ),
        message=line.meaning("quantity_reduced"),
        reviewer=ReviewerRole.PHYSICIAN,
        medical_necessity=True,
    )


def deny(line: Line) -> ItemDecision:
    """Denied with a reason, by a physician (A3; um-catalogue G-08)."""
    return ItemDecision(
        sequence=line.item.sequence,
        action=CertificationAction.NOT_CERTIFIED,
        administrative_number=line.number("C"),
        reason_codes=line.reason("not_medically_necessary"),
        message=line.meaning("not_medically_necessary"),
        reviewer=ReviewerRole.PHYSICIAN,
        medical_necessity=True,
    )


def pend(line: Line) -> ItemDecision:
    """Under review (A4). The case number names it meanwhile (REF NT)."""
    return ItemDecision(
        sequence=line.item.sequence,
        action=CertificationAction.PENDED,
        administrative_number=line.number("C"),
        reason_codes=line.reason("under_review"),
    )


def ask_for_information(line: Line) -> ItemDecision:
    """Under review until documents and answers arrive (A4 with PWK, HI LOI and a contact)."""
    return replace(
        pend(line),
        reason_codes=line.reason("information_needed"),
        information=information_request(line),
        message=line.meaning("information_needed"),
    )


def ask_a_questionnaire(line: Line) -> ItemDecision:
    """Under review until a questionnaire is answered (A4, HI LOI); its context is the line's trace (PAS ainfo-3)."""
    return replace(
        pend(line),
        reason_codes=line.reason("information_needed"),
        information=questionnaire_request(),
        message=line.meaning("information_needed"),
        traces=(own_trace(line),),
    )


def own_trace(line: Line) -> Trace:
    """The trace that the destination gives the line."""
    return Trace(line.own_number("T"), TRACE_ASSIGNER, "SANDBOX")


def reject(line: Line) -> ItemDecision:
    """Not reviewed: the certification information is missing, correct and resubmit (AAA T5 C)."""
    return ItemDecision(
        sequence=line.item.sequence,
        action=None,
        rejections=(
            Rejection(
                level=RejectionLevel.EVENT if line.item.stands_for_event else RejectionLevel.SERVICE,
                reason=CERTIFICATION_INFORMATION_MISSING,
                follow_up=CORRECT_AND_RESUBMIT,
                sequence=None if line.item.stands_for_event else line.item.sequence,
            ),
        ),
    )


def cancel(line: Line) -> ItemDecision:
    """The authorization is cancelled as asked (C), under the number it was given."""
    return ItemDecision(
        sequence=line.item.sequence,
        action=CertificationAction.CANCELLED,
        certification_number=line.item.previous_authorization or line.case.review.event.previous_authorization,
        reason_codes=line.reason("authorization_cancelled"),
    )


def contact_payer(line: Line) -> ItemDecision:
    """The requester is to contact the payer (CT)."""
    return ItemDecision(sequence=line.item.sequence, action=CertificationAction.CONTACT_PAYER)


def no_action_required(line: Line) -> ItemDecision:
    """No authorization is needed (NA)."""
    return ItemDecision(sequence=line.item.sequence, action=CertificationAction.NO_ACTION_REQUIRED)


def say_everything(line: Line) -> ItemDecision:
    """Every element that a response can carry, around a modified certification (A6)."""
    modified = modify(line)
    service = line.item.service
    stated = modified.authorized or Authorized()
    last_day = line.start + timedelta(days=line.days - 1)
    return replace(
        modified,
        administrative_number=line.number("C"),
        reason_codes=tuple(reason.code for reason in line.table.reasons.values())[:5],
        second_opinion=True,
        authorized=replace(
            stated,
            service_dates=stated.service_dates or period(line.start, last_day),
            procedure=service.procedure if service else None,
            revenue_code=stated.revenue_code or revenue_code(line.item),
            unit=stated.unit or (_UNITS[service.kind] if service else ""),
            quantity=stated.quantity if stated.quantity is not None else Decimal(line.days),
            delivery=Delivery(
                quantity_qualifier="VS",
                quantity=Decimal(line.days),
                measure="WK",
                modulus=Decimal(2),
                period="34",
                period_count=3,
                frequency="1",
                pattern="A",
            ),
            issued=line.today,
            expires=line.today + VALIDITY,
            effective=DatePeriod(line.today, line.today + VALIDITY),
        ),
        information=information_request(line),
        traces=(own_trace(line),),
    )


_UNITS = {ServiceKind.PROFESSIONAL: "UN", ServiceKind.INSTITUTIONAL: "UN", ServiceKind.DENTAL: ""}

_DECISIONS: Mapping[Behaviour, Callable[[Line], ItemDecision]] = {
    Behaviour.CERTIFY: certify,
    Behaviour.PARTIAL: certify_in_part,
    Behaviour.MODIFY: modify,
    Behaviour.DENY: deny,
    Behaviour.PEND: pend,
    Behaviour.LATER: pend,
    Behaviour.INFO: ask_for_information,
    Behaviour.QUESTIONNAIRE: ask_a_questionnaire,
    Behaviour.FULL: say_everything,
    Behaviour.CANCEL: cancel,
    Behaviour.CONTACT: contact_payer,
    Behaviour.NOT_NEEDED: no_action_required,
    Behaviour.REJECT: reject,
}
