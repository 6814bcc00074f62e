"""Events of the log gathered by review: what every report is made of. The same events give the same cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.clocks import ClockKind
from priorauth.domain.determinations import CertificationAction, Determination, ItemDecision
from priorauth.domain.events import (
    ClockBreached,
    DeterminationRecorded,
    DeterminationReturned,
    Event,
    LegDeclined,
    NoticeDue,
    ReviewReceived,
    ReviewRouted,
    StepRecorded,
)
from priorauth.domain.parties import DestinationId, PayerId, Provider
from priorauth.domain.reviews import CertificationType, Leg, Purpose, ReviewId, ServiceReview
from priorauth.domain.routes import Route
from priorauth.domain.steps import Step

FACILITY = "FA"
"""NM101 of the facility where the patient is."""


@dataclass(slots=True, kw_only=True)
class Case:
    """A review and everything that the log says happened to it, in the order in which it was told."""

    review: ServiceReview
    route: Route | None = None
    legs: list[Leg] = field(default_factory=list)
    determinations: list[Determination] = field(default_factory=list)
    replies: list[DeterminationReturned] = field(default_factory=list)
    declines: list[LegDeclined] = field(default_factory=list)
    breaches: list[ClockBreached] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    notices: list[NoticeDue] = field(default_factory=list)

    @property
    def facility(self) -> Provider:
        """Where the patient is: the facility of the event, else whoever asked."""
        return next((each for each in self.review.event.providers if each.role == FACILITY), self.review.requester)

    @property
    def cancels(self) -> bool:
        """True for a request that takes another one back."""
        review = self.review
        return (
            review.transaction.purpose is Purpose.CANCELLATION or review.event.certification is CertificationType.CANCEL
        )

    @property
    def appeals(self) -> bool:
        """True for an appeal of an earlier decision, which is no request of its own."""
        return self.review.event.certification in (
            CertificationType.APPEAL_IMMEDIATE,
            CertificationType.APPEAL_STANDARD,
        )

    def decided_items(self) -> Mapping[int, ItemDecision]:
        """The last word on each item that somebody decided for good."""
        latest: dict[int, ItemDecision] = {}
        for determination in self.determinations:
            latest |= {item.sequence: item for item in determination.items if item.is_final}
        return latest

    def first_decided_at(self, sequence: int) -> datetime | None:
        """When an item was first decided for good."""
        for determination in self.determinations:
            if any(item.sequence == sequence and item.is_final for item in determination.items):
                return determination.decided_at
        return None

    def decided_at(self) -> datetime | None:
        """When the last of the items that somebody decides was first decided; None while one is open."""
        moments = [self.first_decided_at(sequence) for leg in self.legs for sequence in leg.sequences]
        return max(filter(None, moments)) if moments and all(moments) else None

    def late(self, sequences: Iterable[int]) -> bool:
        """True where a decision on one of these items was not made in time."""
        wanted = set(sequences)
        return any(breach.kind is ClockKind.DECISION and wanted & set(breach.sequences) for breach in self.breaches)

    def leg_of(self, determination: Determination) -> Leg | None:
        """The leg that a determination is of."""
        return next((leg for leg in self.legs if leg.id == determination.leg_id), None)

    @property
    def deciders(self) -> tuple[DestinationId, ...]:
        """Whoever had a part of it to decide, first things first."""
        return tuple(dict.fromkeys(leg.destination for leg in self.legs))

    @property
    def actions(self) -> tuple[CertificationAction | None, ...]:
        """The action of each item that somebody decided, in their order."""
        decided = self.decided_items()
        return tuple(decided[sequence].action for sequence in sorted(decided))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """The cases of one payer, and how far the log went."""

    payer: PayerId
    cases: tuple[Case, ...]
    events: int
    last_at: datetime | None


def gather(payer: PayerId, events: Iterable[Event]) -> Gathered:
    """The cases of a payer. An event that comes twice counts once; one of a review nobody received is passed over."""
    cases: dict[ReviewId, Case] = {}
    seen: set[str] = set()
    last_at: datetime | None = None
    for event in events:
        if event.payer != payer or event.id in seen:
            continue
        seen.add(event.id)
        last_at = max(last_at, event.at) if last_at else event.at
        if isinstance(event, ReviewReceived):
            cases.setdefault(event.review_id, Case(review=event.review))
        elif event.review_id in cases:
            _add(cases[event.review_id], event)
    return Gathered(payer=payer, cases=tuple(cases.values()), events=len(seen), last_at=last_at)


def _add(case: Case, event: Event) -> None:
    match event:
        case ReviewRouted():
            case.route = event.route
            case.legs.extend(event.legs)
        case DeterminationRecorded():
            case.determinations.append(event.determination)
        case DeterminationReturned():
            case.replies.append(event)
        case LegDeclined():
            case.declines.append(event)
            case.legs[:] = [leg for leg in case.legs if leg.id != event.leg_id]
            case.legs.extend([event.taken_over_by] if event.taken_over_by else [])
        case ClockBreached():
            case.breaches.append(event)
        case StepRecorded():
            case.steps.append(event.step)
        case NoticeDue():
            case.notices.append(event)


def withdrawn(cases: Iterable[Case]) -> set[ReviewId]:
    """The reviews that their requester took back before they were decided: a later cancellation names them."""
    taken_back: set[ReviewId] = set()
    known: dict[str, Case] = {}
    for case in cases:
        if case.cancels:
            found = [known[name] for name in names_of(case.review) if name in known]
            taken_back |= {each.review.id for each in found if each.decided_at() is None}
            continue
        known |= dict.fromkeys([*names_of(case.review), *numbers_of(case)], case)
    return taken_back


def appealed(cases: Iterable[Case]) -> Mapping[ReviewId, Case]:
    """The reviews whose decision was appealed by a request of its own, and the latest such request."""
    found: dict[ReviewId, Case] = {}
    known: dict[str, Case] = {}
    for case in cases:
        names = [*names_of(case.review)]
        if case.appeals:
            found |= {known[name].review.id: case for name in names if name in known}
        else:
            known |= dict.fromkeys([*names, *numbers_of(case)], case)
    return found


def names_of(review: ServiceReview) -> Iterator[str]:
    """The numbers by which a request names itself, or an earlier one."""
    partner = review.partner
    for trace in review.traces:
        yield f"{partner} {trace.number}"
    for number in (review.event.previous_authorization, review.event.previous_administrative):
        if number:
            yield f"{partner} {number}"
    for item in review.items:
        if item.previous_authorization:
            yield f"{partner} {item.previous_authorization}"


def numbers_of(case: Case) -> Iterator[str]:
    """The numbers that its deciders gave."""
    for said in case.determinations:
        each = [said.certification_number, said.administrative_number]
        for item in said.items:
            each += [item.certification_number, item.administrative_number]
        for number in filter(None, each):
            yield f"{case.review.partner} {number}"
