"""Which answer a simulated destination gives to a line: by the requester's first trace, else by a table. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import CertificationType, Purpose, ReviewItem, ServiceReview


class Behaviour(StrEnum):
    """The answers that `mappings/sandbox/behaviours.yaml` describes."""

    CERTIFY = "certify"
    PARTIAL = "partial"
    MODIFY = "modify"
    DENY = "deny"
    PEND = "pend"
    LATER = "later"
    SLOW = "slow"
    INFO = "info"
    QUESTIONNAIRE = "questionnaire"
    FULL = "full"
    CANCEL = "cancel"
    CONTACT = "contact"
    NOT_NEEDED = "not_needed"
    WAIT = "wait"
    REJECT = "reject"
    DECLINE = "decline"
    TIMEOUT = "timeout"
    GARBAGE = "garbage"

    @property
    def is_of_leg(self) -> bool:
        """True where a whole leg is answered so, not one of its lines."""
        return self in _OF_LEG


_OF_LEG = {Behaviour.WAIT, Behaviour.REJECT, Behaviour.DECLINE, Behaviour.TIMEOUT, Behaviour.SLOW, Behaviour.GARBAGE}

_ASKING = {Behaviour.INFO, Behaviour.QUESTIONNAIRE}
"""What asks for something, until something is brought."""

_OWN_DELAY = re.compile(r"SBX-(?:LATER|SLOW)-([0-9]{1,5})S-")

REVENUE_CODE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Codes from `first` to `last`, inclusive, compared as text of the same length."""

    first: str
    last: str

    def __contains__(self, code: str) -> bool:
        return len(code) == len(self.first) and self.first <= code <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table: an answer and the conditions under which it is given. An empty condition always holds."""

    id: str
    answer: Behaviour
    at: frozenset[DestinationId] = frozenset()
    cancels: bool = False
    revenue_codes: tuple[CodeRange, ...] = ()
    procedures: tuple[CodeRange, ...] = ()
    over: Decimal | None = None

    def holds(self, destination: DestinationId, review: ServiceReview, item: ReviewItem) -> bool:
        """True where every condition holds for this line."""
        return (
            (not self.at or destination in self.at)
            and (not self.cancels or cancels(review, item))
            and (not self.revenue_codes or any(revenue_code(item) in codes for codes in self.revenue_codes))
            and (not self.procedures or any(procedure_code(item) in codes for codes in self.procedures))
            and (self.over is None or quantity(item) > self.over)
        )


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for a decision: its HCR03 code, a placeholder, and what it means."""

    code: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """What an answer that asks for information asks for: documents (PWK01, PWK02) and LOINC codes (HI LOI)."""

    report_types: tuple[str, ...]
    transmission: str
    loinc_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourTable:
    """`mappings/sandbox/behaviours.yaml` and `reason-codes.csv`, read."""

    forced: Mapping[str, Behaviour]
    rules: tuple[Rule, ...]
    later_after: timedelta
    slow_after: timedelta
    levels_of_care: tuple[str, ...]
    days_at_level_asked_for: int
    next_review_needs: tuple[str, ...]
    asks_for: AskedFor
    numbers: Mapping[DestinationId, str]
    reasons: Mapping[str, Reason]

    def behaviours(self, destination: DestinationId, review: ServiceReview) -> Mapping[int, Behaviour]:
        """The answer to each line of a leg by sequence; all the same where one is for the leg as a whole."""
        forced = self._forced(review)
        chosen = {
            item.sequence: self._answer(forced, self._unforced(destination, review, item)) for item in review.items
        }
        if brings_documents(review):
            chosen = {at: Behaviour.PEND if answer in _ASKING else answer for at, answer in chosen.items()}
        first = next(iter(chosen.values()))
        if first.is_of_leg:
            return dict.fromkeys(chosen, first)
        return {sequence: first if answer.is_of_leg else answer for sequence, answer in chosen.items()}

    def delay(self, review: ServiceReview, usual: timedelta) -> timedelta:
        """After how long a later answer comes: as usual, unless the trace says the seconds (`SBX-LATER-60S-`)."""
        number = review.event.traces[0].number if review.event.traces else ""
        said = _OWN_DELAY.match(number)
        return timedelta(seconds=int(said[1])) if said else usual

    def _answer(self, forced: Behaviour | None, unforced: Behaviour) -> Behaviour:
        """The forced answer where there is one. A desk has nobody to decline to: it keeps the leg."""
        if forced is Behaviour.DECLINE and unforced is Behaviour.WAIT:
            return unforced
        return forced or unforced

    def _forced(self, review: ServiceReview) -> Behaviour | None:
        number = review.event.traces[0].number if review.event.traces else ""
        return next((answer for prefix, answer in self.forced.items() if number.startswith(prefix)), None)

    def _unforced(self, destination: DestinationId, review: ServiceReview, item: ReviewItem) -> Behaviour:
        return next(rule.answer for rule in self.rules if rule.holds(destination, review, item))


def cancels(review: ServiceReview, item: ReviewItem) -> bool:
    """True where an earlier authorization of the line is to be cancelled (BHT02 01, or UM02 3 of the line or event)."""
    certification = item.certification or review.event.certification
    return review.transaction.purpose is Purpose.CANCELLATION or certification is CertificationType.CANCEL


def brings_documents(review: ServiceReview) -> bool:
    """True for what follows when information was asked for: a revision of the case, with documents."""
    documents = [*review.event.attachments, *(each for item in review.items for each in item.attachments)]
    event = review.event
    return event.certification is CertificationType.REVISED and bool(event.previous_administrative and documents)


def revenue_code(item: ReviewItem) -> str:
    """The line's revenue code with its leading zeros, or empty."""
    code = item.service.revenue_code if item.service else ""
    return code.zfill(REVENUE_CODE_LENGTH) if code else ""


def procedure_code(item: ReviewItem) -> str:
    """The line's procedure code, or empty."""
    return item.service.procedure.code if item.service and item.service.procedure else ""


def quantity(item: ReviewItem) -> Decimal:
    """How many units or days the line asks for: stated, else its days, else one."""
    if item.service and item.service.quantity is not None:
        return item.service.quantity
    if item.delivery and item.delivery.quantity is not None:
        return item.delivery.quantity
    if item.service_dates and item.service_dates.end is not None:
        return Decimal((item.service_dates.end - item.service_dates.start).days + 1)
    return Decimal(1)
