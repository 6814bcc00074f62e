"""Quantities and timings: the order that an item asks for (`requestedService`) as the delivery of HSD, and back."""

from __future__ import annotations

from decimal import Decimal

from priorauth.domain.reviews import Delivery, ReviewItem
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_elements import (
    NO_CONCEPT,
    NO_EXTENSION,
    NO_QUANTITY,
    Concept,
    Number,
    Order,
    Quantity,
    Repeat,
    Timing,
    by_url,
    first,
)
from priorauth.translate.fhir_vocabulary import (
    CALENDAR_PATTERN,
    DELIVERY_PATTERN,
    PAS,
    QUANTITY,
    TIMING_CALENDAR,
    TIMING_DELIVERY,
    UCUM,
    Written,
    coded,
    compact,
    reference,
)
from priorauth.translate.losses import Losses, LossReason
from priorauth.translate.quick import builder

_delivery = builder(Delivery)

_OF_DELIVERY = {"DA": "DY", "UN": "FL", "HS": "HS", "MN": "MN", "VS": "VS"}
"""A unit of a service line to the one of HSD01."""
_NO_TIMING = Timing()


def unit_of(quantity: Quantity, walks: Crosswalks) -> str:
    """The X12 unit of a Quantity: by its code, else by the name of its unit; empty where X12 has none."""
    system, code = quantity.system, quantity.code
    return (
        (walks.unit.x12(f"{system}|{code}") if code else "")
        or walks.unit.x12(quantity.unit.lower())
        or (walks.unit.x12(code) if system != QUANTITY else "")
    )


def delivery_unit(unit: str) -> str:
    """HSD01 for a unit of a service line, or empty."""
    return _OF_DELIVERY.get(unit, "")


def order_code(order: Order) -> Concept:
    """What an order orders: its CodeableConcept, or an empty element."""
    for concept in (order.code, order.codeCodeableConcept, order.medicationCodeableConcept):
        if concept is not NO_CONCEPT:
            return concept
    return first(order.oralDiet.type) if order.oralDiet.type else order.enteralFormula.baseFormulaType


def amount_of(value: Number | None) -> Decimal | None:
    """A number with its digits as sent, or None."""
    return value if value is None or isinstance(value, Decimal) else Decimal(value)


def read_delivery(order: Order, walks: Crosswalks, losses: Losses, at: str) -> Delivery | None:
    """HSD of an order, None where it says neither how much nor how often."""
    quantity = order.quantityQuantity
    if quantity is NO_QUANTITY:
        quantity = order.dispenseRequest.quantity
    timing = order.occurrenceTiming
    if timing is None and order.dosageInstruction:
        timing = order.dosageInstruction[0].timing
    if quantity is NO_QUANTITY and timing is None:
        return None
    timing = timing or _NO_TIMING
    repeat, patterns = timing.repeat, by_url(timing.extension)
    unit = _OF_DELIVERY.get(unit_of(quantity, walks), "")
    amount = amount_of(quantity.value) if unit else None
    if quantity is not NO_QUANTITY and not unit:
        losses.note(f"{at}.quantity", LossReason.CODE_NOT_ALLOWED, parked="review.resources")
    if amount is None and repeat.count is not None:
        unit, amount = "VS", Decimal(repeat.count)
    bounds = repeat.boundsDuration
    period = walks.delivery_period.x12(bounds.code or bounds.unit)
    length = bounds.value if period else None
    modulus, measure = _rate(repeat, walks, losses, at)
    delivery = _delivery(
        quantity_qualifier=unit,
        quantity=amount,
        measure=measure,
        modulus=modulus,
        period=period,
        period_count=int(length) if length is not None and length == int(length) else None,
        frequency=patterns.get(TIMING_CALENDAR, NO_EXTENSION).valueCodeableConcept.of(CALENDAR_PATTERN),
        pattern=patterns.get(TIMING_DELIVERY, NO_EXTENSION).valueCodeableConcept.of(DELIVERY_PATTERN),
    )
    return None if delivery == _NOTHING else delivery


_NOTHING = Delivery()


def _rate(repeat: Repeat, walks: Crosswalks, losses: Losses, at: str) -> tuple[Decimal | None, str]:
    """HSD04 and HSD03: how often in one day, week or month. X12 has no rate in more than one of them."""
    measure = walks.delivery_measure.x12(repeat.periodUnit)
    if repeat.frequency is None and repeat.period is None:
        return None, measure
    if measure and repeat.period in (None, 1):
        return Decimal(repeat.frequency or 1), measure
    losses.note(f"{at}.timing.repeat", LossReason.NO_PLACE, parked="review.resources")
    return None, ""


def write_order(item: ReviewItem, product: Written, patient: str, walks: Crosswalks, losses: Losses) -> Written | None:
    """A ServiceRequest for how much and how often an item asks, None where it does not say."""
    delivery = item.delivery
    if delivery is None:
        return None
    quantity = _quantity(delivery)
    timing = _timing(delivery, walks, losses, item.sequence)
    if not quantity and not timing:
        return None
    return compact(
        {
            "resourceType": "ServiceRequest",
            "meta": {"profile": [f"{PAS}profile-servicerequest"]},
            "status": "active",
            "intent": "order",
            "code": product,
            "quantityQuantity": quantity,
            "subject": reference(patient),
            "occurrenceTiming": timing,
        }
    )


def _quantity(delivery: Delivery) -> Written | None:
    if delivery.quantity is None or not delivery.quantity_qualifier:
        return None
    return {"value": delivery.quantity, "system": QUANTITY, "code": delivery.quantity_qualifier}


def _timing(delivery: Delivery, walks: Crosswalks, losses: Losses, sequence: int) -> Written:
    """The Timing of HSD03 to HSD08. PAS prof-1 wants a count, a rate or a pattern in it."""
    repeat: Written = {}
    measure = walks.delivery_measure.fhir(delivery.measure)
    modulus = delivery.modulus
    if measure and modulus is not None and modulus == int(modulus) and modulus > 0:
        repeat = {"frequency": int(modulus), "period": 1, "periodUnit": measure}
    elif delivery.measure or modulus is not None:
        losses.note("2000F/HSD03", LossReason.NO_PLACE, occurrence=sequence)
    period = walks.delivery_period.fhir(delivery.period)
    if period and delivery.period_count is not None:
        length: Written = {"value": delivery.period_count, "system": UCUM, "code": period}
        repeat = {"boundsDuration": length, **repeat}
    elif delivery.period or delivery.period_count is not None:
        losses.note("2000F/HSD05", LossReason.NO_PLACE, occurrence=sequence)
    patterns = [
        coded(url, system, code)
        for url, system, code in (
            (TIMING_CALENDAR, CALENDAR_PATTERN, delivery.frequency),
            (TIMING_DELIVERY, DELIVERY_PATTERN, delivery.pattern),
        )
        if code
    ]
    if repeat and "frequency" not in repeat and not patterns:
        if delivery.quantity is None or delivery.quantity != int(delivery.quantity):
            losses.note("2000F/HSD05", LossReason.INCOMPLETE, occurrence=sequence)
            return {}
        repeat["count"] = int(delivery.quantity)
    return compact({"extension": patterns, "repeat": repeat})
