"""What a behaviour says of one service line. Pure: the same line always gets the same decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
    ReviewerRole,
)
from priorauth.domain.parties import Address, Contact, ContactNumber, EntityKind, Identifier, Name
from priorauth.domain.reviews import Attachment, DatePeriod, Delivery, ReviewItem, ServiceKind, Trace
from priorauth.sandbox.behaviours import Behaviour, BehaviourTable, quantity, revenue_code
from priorauth.sandbox.cases import Case

VALIDITY = timedelta(days=89)
SHORT_VALIDITY = timedelta(days=29)
"""How long a certification holds from its day of issue: a full one, and one that is cut down."""
TRACE_ASSIGNER = "9SANDBOX00"
CERTIFICATION_INFORMATION_MISSING = "T5"
CORRECT_AND_RESUBMIT = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A service line with what its decision needs."""

    case: Case
    item: ReviewItem
    table: BehaviourTable
    today: date

    def number(self, kind: str) -> str:
        """The case's number of that kind."""
        return self.case.number(self.table.numbers.get(self.case.destination, "SB"), kind)

    def own_number(self, kind: str) -> str:
        """A number of that kind for this line alone."""
        return f"{self.number(kind)}-{self.item.sequence}"

    def reason(self, name: str) -> tuple[str, ...]:
        return (self.table.reasons[name].code,)

    def meaning(self, name: str) -> str:
        return self.table.reasons[name].meaning

    @property
    def days(self) -> int:
        """How many days the line asks for; one at least."""
        return max(int(quantity(self.item)), 1)

    @property
    def start(self) -> date:
        """The first day asked for: the line's, else the event's, else today."""
        event = self.case.review.event
        stated = self.item.service_dates or event.event_dates or event.admission_dates
        return stated.start if stated else self.today


def decide(behaviour: Behaviour, line: Line) -> ItemDecision:
    """The decision on a line, for a behaviour that is not of a leg as a whole."""
    return replace(_DECISIONS[behaviour](line), decided_by=line.case.destination)


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
    )


def certify_in_part(line: Line) -> ItemDecision:
    """A lone line, certified for half of what was asked (A2 at the event)."""
    return replace(cut_down(line), action=CertificationAction.CERTIFIED_PARTIALLY)


def modify(line: Line) -> ItemDecision:
    """A NICU day at a lower level of care where the line is one, else fewer units or days (A6)."""
    is_nicu_day = revenue_code(line.item) in line.table.levels_of_care[:-1]
    return lower_level_of_care(line) if is_nicu_day else cut_down(line)


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
    )


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


def information_request(line: Line) -> InformationRequest:
    """What is asked for and whom to send it to."""
    asked = line.table.asks_for
    return InformationRequest(
        attachments=tuple(
            Attachment(
                report_type=report_type,
                transmission=asked.transmission,
                control_number=f"{line.own_number('D')}-{place}",
                description="Clinical record of this episode",
            )
            for place, report_type in enumerate(asked.report_types, start=1)
        ),
        loinc_codes=asked.loinc_codes,
        contact_name=Name(kind=EntityKind.ORGANIZATION, last="Example Clinical Intake"),
        contact_identifier=Identifier("46", "SANDBOXINTAKE"),
        contact_address=Address(
            lines=("1 Sandbox Way", "Suite 278"), city="Springfield", state="MA", postal_code="01101"
        ),
        contact=Contact(
            name="Intake Desk",
            numbers=(
                ContactNumber("TE", "8005550100"),
                ContactNumber("EX", "278"),
                ContactNumber("FX", "8005550101"),
            ),
        ),
    )


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
        traces=(Trace(line.own_number("T"), TRACE_ASSIGNER, "SANDBOX"),),
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
    Behaviour.FULL: say_everything,
    Behaviour.CANCEL: cancel,
    Behaviour.CONTACT: contact_payer,
    Behaviour.NOT_NEEDED: no_action_required,
    Behaviour.REJECT: reject,
}
