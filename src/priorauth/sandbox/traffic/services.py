"""The services of a synthetic request (X217 2000F, `Claim.item`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from priorauth.domain.reviews import (
    CertificationType,
    DatePeriod,
    Delivery,
    FacilityLocation,
    PatientEvent,
    Procedure,
    ReviewItem,
    Service,
    ServiceKind,
    Trace,
)
from priorauth.sandbox.traffic.cohorts import Cohort, Extra, Line
from priorauth.sandbox.traffic.dice import Dice
from priorauth.sandbox.traffic.papers import attachments, message
from priorauth.sandbox.traffic.people import service_provider

_UNITS_OF_DELIVERY = ("DY", "FL", "HS", "MN", "VS")
_PERIODS = ("6", "7", "21", "34", "35")  # no episodes and visits (26, 27): FHIR has durations only
_MEASURES = ("DA", "MO", "WK")
_WEEKS, _TIMES = ("1", "4", "A", "SA", "SD", "W"), ("A", "B", "C", "D", "Y")
_WORDS = ("IMPLANT OF A NEW KIND", "DEVICE MADE TO MEASURE", "PROCEDURE WITHOUT A CODE OF ITS OWN")
_MOST_POINTERS = 4
_STRICT = frozenset({CertificationType.INITIAL, CertificationType.RENEWAL, CertificationType.REVISED})


@dataclass(frozen=True, slots=True)
class ServiceMaker:
    """Makes the services of one request, each of them within its event."""

    dice: Dice
    cohort: Cohort
    event: PatientEvent
    trace: Trace
    start: date

    def items(self) -> tuple[ReviewItem, ...]:
        """One or more services, or one item that stands for the event."""
        cohort = self.cohort
        if not cohort.lines:
            return (ReviewItem(sequence=1, stands_for_event=True),)
        drawn: Sequence[Line] = cohort.lines
        if not cohort.splits:
            drawn = [self.dice.one(cohort.lines) for _ in range(self.dice.between(1, cohort.most))]
        start = self.start
        items = []
        for sequence, line in enumerate(drawn, start=1):
            item, start = self._item(sequence, line, start)
            items.append(item)
        return tuple(items)

    def _item(self, sequence: int, line: Line, start: date) -> tuple[ReviewItem, date]:
        """A service and the day after it, on which the next stretch of a stay begins."""
        dice = self.dice
        quantity = dice.between(1, line.most)
        nights = quantity if line.unit == "DA" else dice.between(1, 14) if dice.chance(30) else 1
        end = start + timedelta(days=nights - 1)
        category, certification, service_type, location = self._own_review() if sequence > 1 else ("", None, "", None)
        item = ReviewItem(
            sequence=sequence,
            traces=self._traces(sequence),
            category=category,
            certification=certification,
            service_type=service_type,
            location=location,
            previous_authorization=f"AUTH{dice.digits(6)}" if self.cohort.has_prior_number and dice.chance(30) else "",
            previous_administrative=f"ADM{dice.digits(6)}" if self.cohort.has_prior_number and dice.chance(15) else "",
            service_dates=DatePeriod(start, end if end > start else None)
            if self.cohort.is_admission or nights > 1 or dice.chance(90)
            else None,
            service=self._service(line, quantity),
            delivery=self._delivery() if Extra.DELIVERY in self.cohort.extras and dice.chance(60) else None,
            attachments=attachments(dice, 2) if dice.chance(12) else (),
            message=message(dice) if dice.chance(12) else "",
            providers=tuple(service_provider(dice) for _ in range(dice.between(1, 2))) if dice.chance(25) else (),
        )
        return item, end + timedelta(days=1) if line.unit == "DA" else start

    def _own_review(self) -> tuple[str, CertificationType | None, str, FacilityLocation | None]:
        """A review type of the service's own, whole and unlike the event's: a PAS item says all four of it.

        Not of an admission, whose items are all admissions in PAS.
        """
        dice, cohort, event = self.dice, self.cohort, self.event
        own = [each for each in places(cohort) if each != event.location]
        if not own or Extra.NEVER_SPLIT in cohort.extras or event.category not in ("HS", "SC") or not dice.chance(40):
            return "", None, "", None
        if not event.service_type:
            return "", None, "", None
        certification = event.certification
        if certification in _STRICT and dice.chance(30):
            certification = CertificationType.INITIAL
        return event.category, certification, event.service_type, dice.one(own)

    def _traces(self, sequence: int) -> tuple[Trace, ...]:
        if not self.dice.chance(70):
            return ()
        own = Trace(f"{self.trace.number}-{sequence}", self.trace.assigner)
        if not self.dice.chance(20):
            return (own,)
        return own, Trace(f"LINE{self.dice.digits(8)}", self.trace.assigner, f"DEPT{self.dice.digits(2)}")

    def _service(self, line: Line, quantity: int) -> Service:
        dice, kind = self.dice, line.kind
        is_professional, is_institutional = kind is ServiceKind.PROFESSIONAL, kind is ServiceKind.INSTITUTIONAL
        is_stay = line.unit == "DA"
        return Service(
            kind=kind,
            procedure=self._procedure(line) if line.codes else None,
            revenue_code=dice.one(line.revenue) if line.revenue else "",
            amount=Decimal(dice.between(2_000, 900_000)) / 100 if dice.chance(25) else None,
            unit=line.unit,
            quantity=Decimal(quantity),
            rate=Decimal(dice.between(50_000, 400_000)) / 100 if is_stay and dice.chance(25) else None,
            diagnosis_pointers=self._pointers() if is_professional and dice.chance(70) else (),
            epsdt=dice.one("NY") if is_professional and dice.chance(10) else "",
            nursing_home_status=dice.one("12345678")
            if is_institutional and self._is_nursing and dice.chance(50)
            else "",
            nursing_home_level=dice.one("12345678") if self._is_nursing and dice.chance(50) else "",
        )

    @property
    def _is_nursing(self) -> bool:
        return self.cohort.programme in ("SNF", "home health")

    def _pointers(self) -> tuple[int, ...]:
        known = range(1, len(self.event.diagnoses) + 1)
        return tuple(self.dice.some(known, _MOST_POINTERS)) if known else ()

    def _procedure(self, line: Line) -> Procedure:
        dice = self.dice
        code = dice.one(line.codes)
        return Procedure(
            qualifier=line.qualifier,
            code=code,
            modifiers=tuple(dice.some(line.modifiers, 4)) if line.modifiers and dice.chance(60) else (),
            description=dice.one(_WORDS) if line.described else "",
            last=f"{code[:-1]}9" if line.ends else "",
        )

    def _delivery(self) -> Delivery:
        """How much (HSD01, 02), how often (03, 04), for how long (05, 06), in which pattern (07, 08)."""
        dice = self.dice
        counted, often, long, pattern = (dice.chance(percent) for percent in (80, 60, 50, 25))
        if not (counted or often or pattern):
            counted = True
        return Delivery(
            quantity_qualifier=dice.one(_UNITS_OF_DELIVERY) if counted else "",
            quantity=Decimal(dice.between(1, 60)) if counted else None,
            measure=dice.one(_MEASURES) if often else "",
            modulus=Decimal(dice.between(1, 5)) if often else None,
            period=dice.one(_PERIODS) if long else "",
            period_count=dice.between(1, 12) if long else None,
            frequency=dice.one(_WEEKS) if pattern else "",
            pattern=dice.one(_TIMES) if pattern and dice.chance(50) else "",
        )


def places(cohort: Cohort) -> tuple[FacilityLocation, ...]:
    """The places of a cohort, which it has as `B:22` (place of service) or `A:11` (type of bill)."""
    return tuple(FacilityLocation(each[2:], each[0]) for each in cohort.places)
