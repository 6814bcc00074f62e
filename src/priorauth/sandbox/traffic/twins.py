"""One request twice: as a 278 and as a PAS Bundle, written by the writers that write to delegates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from priorauth.domain.carried import Transmission
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import Format, Purpose, ReviewId, ServiceReview, Trace, TransactionIdentity
from priorauth.fhir.bundles import write_resource
from priorauth.sandbox.traffic import people
from priorauth.sandbox.traffic.cohorts import Cohort, Patients
from priorauth.sandbox.traffic.dice import Dice
from priorauth.sandbox.traffic.eastern import ALLWAYS, BCBSMA
from priorauth.sandbox.traffic.events import EventMaker
from priorauth.sandbox.traffic.services import ServiceMaker
from priorauth.sandbox.traffic.western import BCBSM, FPLIC, MERCYONE
from priorauth.translate.crosswalks import Crosswalks
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.losses import Loss, Losses
from priorauth.translate.x12_review import review_to_x12
from priorauth.x12.segments import Element
from priorauth.x12.writing import Address, OutboundGroup, OutboundInterchange, OutboundSet, write_interchange

COHORTS: Sequence[Cohort] = (*BCBSMA, *BCBSM, *MERCYONE, *FPLIC, *ALLWAYS)
DAY = date(2026, 11, 2)
"""The day on which the traffic was made, unless another one is asked for: the same bytes on every day."""

_SENDERS = ("HARBORGENERAL", "LAKESHORE", "PRAIRIEVIEW", "COMMONSFAMILY")
_RECEIVER = "PRIORAUTH"
_CONTROL_NUMBERS = 10**9 - 1
_AGES = {  # in years
    Patients.ADULT: (19, 64),
    Patients.SENIOR: (66, 92),
    Patients.CHILD: (1, 17),
    Patients.NEWBORN: (0, 0),
    Patients.NEWBORN_DEPENDENT: (0, 0),
}
_DEPENDENTS = {Patients.ADULT: 25, Patients.SENIOR: 5, Patients.CHILD: 70, Patients.NEWBORN: 0}  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A request in both formats; `losses` are those of writing it, which there are none of."""

    number: int
    control_number: int
    cohort: Cohort
    review: ServiceReview
    x12: bytes = field(repr=False)
    fhir: bytes = field(repr=False)
    losses: Sequence[Loss] = ()

    @property
    def name(self) -> str:
        return f"{self.number:06d}-{self.review.payer}-{self.cohort.name}".lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinMaker:
    """Makes twins. The twin of a number is the same whoever makes it, and whichever were made before."""

    crosswalks: Crosswalks
    seed: int = 1
    day: date = DAY
    cohorts: Sequence[Cohort] = COHORTS

    def twin(self, number: int) -> Twin:
        """The twin of a number, counted from 1; the cohorts take turns."""
        cohort = self.cohorts[(number - 1) % len(self.cohorts)]
        review = make_review(cohort, seed=self.seed, number=number, day=self.day)
        losses = Losses()
        segments = review_to_x12(review, losses=losses)
        bundle = review_to_fhir(review, crosswalks=self.crosswalks, losses=losses)
        control_number = control_number_of(number, seed=self.seed, day=self.day)
        return Twin(
            number=number,
            control_number=control_number,
            cohort=cohort,
            review=review,
            x12=interchange_of(segments, review, control_number),
            fhir=write_resource(bundle),
            losses=losses.found,
        )


def control_number_of(number: int, *, seed: int, day: date) -> int:
    """The control number of an interchange: other traffic, of the same senders, hardly ever has the same (TA1 025)."""
    first = Random(f"{seed}/{day}").random()
    return (int(first * _CONTROL_NUMBERS) + number) % _CONTROL_NUMBERS + 1


def make_review(cohort: Cohort, *, seed: int, number: int, day: date) -> ServiceReview:
    """The request of a number, as it would be read from its 278."""
    dice = Dice(seed, number)
    sender = dice.one(_SENDERS)
    made = datetime.combine(day, time(dice.between(7, 18), dice.below(60), dice.below(60)), UTC)
    created = f"{made:%Y%m%d%H%M}" if made.second == 0 or dice.chance(70) else f"{made:%Y%m%d%H%M%S}"
    start = dice.day(day, *cohort.days)
    youngest, oldest = _AGES[cohort.patients]
    born = dice.day(start, -6, 0) if oldest == 0 else dice.day(start, -365 * oldest - 15, -365 * youngest - 20)
    trace = Trace(f"{sender[:6]}-{seed}-{number}", f"9{sender[:9]:X<9}")
    requester = people.requester(dice, by_npi=bool(cohort.facility))
    event = EventMaker(dice, cohort, start, born, trace, not requester.npi).event()
    newborn = cohort.has_newborns
    depends = cohort.patients is Patients.NEWBORN_DEPENDENT or dice.chance(_DEPENDENTS[cohort.patients])
    holder = born if not depends or not newborn else dice.day(born, -14000, -8000)
    return ServiceReview(
        id=ReviewId(f"twin-{seed}-{number}"),
        arrived_as=Format.X12_278,
        partner=PartnerId("sandbox"),
        received_at=made + timedelta(seconds=1),
        transaction=TransactionIdentity(
            purpose=Purpose.CANCELLATION if cohort.is_cancelled else Purpose.REQUEST,
            identifier=f"TWIN-{seed}-{number}",
            created=created,
        ),
        umo=people.umo(dice, cohort.payer),
        requester=requester,
        subscriber=people.subscriber(
            dice,
            f"MEM{dice.one(cohort.members):07d}",
            holder,
            newborn=newborn and not depends,
            is_patient=not depends,
        ),
        event=event,
        items=ServiceMaker(dice, cohort, event, trace, start).items(),
        dependent=people.dependent(dice, born, newborn=newborn) if depends else None,
        payer=PayerId(cohort.payer),
        transmission=Transmission(
            application_sender=sender,
            application_receiver=_RECEIVER,
            interchange_sender=sender,
            interchange_receiver=_RECEIVER,
        ),
    )


def interchange_of(segments: Sequence[Sequence[Element]], review: ServiceReview, control_number: int) -> bytes:
    """The 278 in an interchange of its own, with a control number of its own."""
    assert review.transmission is not None
    sender, receiver = review.transmission.interchange_sender, review.transmission.interchange_receiver
    return write_interchange(
        OutboundInterchange(
            sender=Address(qualifier="ZZ", id=sender, group_id=sender),
            receiver=Address(qualifier="ZZ", id=receiver, group_id=receiver),
            control_number=control_number,
            made_at=review.received_at,
            is_test=True,
            groups=[
                OutboundGroup(
                    functional="HI",
                    transaction="278",
                    guide="005010X217",
                    control_number=control_number,
                    sets=[OutboundSet(control_number="0001", segments=segments)],
                )
            ],
        )
    )
