"""The patient event of a synthetic request (X217 2000E, the Claim itself)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from priorauth.domain.parties import Provider
from priorauth.domain.reviews import (
    Accident,
    Admission,
    CarriedSegment,
    CertificationType,
    DatePeriod,
    Diagnosis,
    PatientEvent,
    Trace,
)
from priorauth.sandbox.traffic.cohorts import CONDITIONS, Cohort, Extra
from priorauth.sandbox.traffic.dice import Dice
from priorauth.sandbox.traffic.papers import attachments, message
from priorauth.sandbox.traffic.people import event_provider, facility
from priorauth.sandbox.traffic.services import places

# fmt: off
_OF_CONDITIONS = {  # CRC03 to CRC07, by CRC01
    Extra.AMBULANCE:  ("01", "02", "04", "09", "41", "60", "9D"),
    Extra.SPINE:      ("11", "12", "14", "24", "27"),
    Extra.EQUIPMENT:  ("06", "12", "18", "33", "37", "40", "9K"),
    Extra.OXYGEN:     ("06", "17", "25", "37", "9J", "DY"),
    Extra.LIMITS:     ("02", "04", "15", "28", "AA", "LE", "SL"),
    Extra.ACTIVITIES: ("10", "19", "31", "CB", "PW", "WR"),
    Extra.MENTAL:     ("01", "05", "DI", "DP", "FO", "MC"),
}
_QUALIFIERS     = ("ABK", "ABJ", "ABF", "APR")
_QUALIFIERS_OLD = ("BK", "BJ", "BF", "PR")
_URGENT_KINDS   = {"03": "1", "U": "2"}  # level of service to CL101
_MOST_DIAGNOSES = 12
_SOURCES        = ("1", "2", "4", "5", "8")
_STATUSES       = ("30", "01", "03")
# fmt: on


@dataclass(frozen=True, slots=True)
class EventMaker:
    """Makes the event of one request."""

    dice: Dice
    cohort: Cohort
    start: date  # of the services
    born: date
    trace: Trace
    needs_facility: bool  # as nobody else says where it is

    def event(self) -> PatientEvent:
        dice, cohort = self.dice, self.cohort
        level = dice.one(cohort.levels)
        certification = CertificationType(dice.one(cohort.certifications))
        accident = self._accident() if Extra.ACCIDENT in cohort.extras else None
        discharge = self.start + timedelta(days=dice.between(10, 40))
        return PatientEvent(
            category=cohort.category,
            certification=certification,
            service_type=dice.one(cohort.service_types),
            location=dice.one(places(cohort)),
            accident=accident,
            level_of_service=level,
            traces=self._traces(),
            previous_authorization=f"AUTH{dice.digits(8)}" if cohort.has_prior_number else "",
            previous_administrative=f"ADM{dice.digits(8)}" if cohort.has_prior_number and dice.chance(30) else "",
            accident_date=max(self.born, self.start - timedelta(days=dice.between(1, 60))) if accident else None,
            event_dates=self._period() if not cohort.is_admission and dice.chance(40) else None,
            admission_dates=self._period() if cohort.is_admission else None,
            discharge_date=discharge if cohort.is_admission and dice.chance(25) else None,
            diagnoses=self._diagnoses(),
            admission=self._admission(level) if cohort.is_admission else None,
            attachments=attachments(dice, 3) if dice.chance(25) else (),
            message=message(dice) if dice.chance(25) else "",
            providers=self._providers(),
            carried=self._carried(certification),
        )

    def _traces(self) -> tuple[Trace, ...]:
        if not self.dice.chance(25):
            return (self.trace,)
        return self.trace, Trace(f"CASE{self.dice.digits(8)}", self.trace.assigner, f"UNIT{self.dice.digits(2)}")

    def _period(self) -> DatePeriod:
        end = self.start + timedelta(days=self.dice.between(1, 9))
        return DatePeriod(self.start, end if self.dice.chance(40) else None)

    def _diagnoses(self) -> tuple[Diagnosis, ...]:
        """The principal diagnosis first, an admitting one second: so both formats have the same order."""
        dice = self.dice
        codes = [dice.one(self.cohort.diagnoses)] if dice.chance(50) else dice.some(self.cohort.diagnoses, 6)
        if dice.chance(4):  # as many as HI has room for
            codes = [dice.one(self.cohort.diagnoses) for _ in range(_MOST_DIAGNOSES)]
        principal, admitting, other, reason = (
            _QUALIFIERS_OLD if Extra.ICD_9 in self.cohort.extras else _QUALIFIERS
        )  # fmt: skip
        qualifiers = [principal, *[other] * (len(codes) - 1)]
        if len(codes) > 1 and dice.chance(40):
            qualifiers[1] = admitting
        if len(codes) > 2 and dice.chance(30):
            qualifiers[2] = reason
        found = [
            Diagnosis(qualifier, code, self._diagnosed() if dice.chance(35) else None)
            for qualifier, code in zip(qualifiers, codes, strict=True)
        ]
        if self.cohort.is_admission and len(found) < _MOST_DIAGNOSES and dice.chance(10):
            found.append(Diagnosis("DR", f"{dice.between(1, 998):03d}"))
        return tuple(found)

    def _diagnosed(self) -> date:
        return max(self.born, self.start - timedelta(days=self.dice.between(0, 300)))

    def _admission(self, level: str) -> Admission:
        dice, cohort = self.dice, self.cohort
        newborn = cohort.has_newborns
        return Admission(
            type="4" if newborn else _URGENT_KINDS.get(level, "3"),
            source="5" if newborn else dice.one(_SOURCES) if dice.chance(80) else "",
            patient_status=dice.one(_STATUSES) if dice.chance(70) else "",
            nursing_home_status=dice.one("123456789") if cohort.programme == "SNF" and dice.chance(60) else "",
        )

    def _accident(self) -> Accident:
        """One cause: PAS has room for no more. The place of a car accident is the state, or the country abroad."""
        cause = self.dice.one(("AA", "AA", "AP", "EM"))
        if cause != "AA":
            return Accident((cause,))
        return Accident((cause,), "MI") if self.dice.chance(60) else Accident((cause,), "", "CA")

    def _providers(self) -> tuple[Provider, ...]:
        dice, cohort = self.dice, self.cohort
        needed = self.needs_facility or cohort.facility or cohort.is_admission
        first = (facility(dice, cohort.facility),) if needed or dice.chance(40) else ()
        return (*first, *(event_provider(dice) for _ in range(dice.below(3))))

    def _carried(self, certification: CertificationType) -> tuple[CarriedSegment, ...]:
        """CRC and CR6, as far as both formats have them."""
        dice, extras = self.dice, self.cohort.extras
        segments = [
            ("CRC", category, dice.one("NY"), *dice.some(_OF_CONDITIONS[category], 5))
            for category in CONDITIONS
            if category in extras and dice.chance(85)
        ]
        if Extra.HOME_HEALTH in extras and dice.chance(80):
            begins = f"{self.start:%Y%m%d}"
            segments.append(("CR6", dice.one("12345678"), begins, "", "", "", "", "W", str(certification)))
        return tuple(CarriedSegment("2000E", 0, segment) for segment in segments)
