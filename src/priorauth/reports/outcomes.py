"""What became of a request or a part of it, as reports count it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import mean, median

from priorauth.domain.determinations import CertificationAction, ItemDecision, ReviewerRole
from priorauth.domain.reviews import ReviewItem, ServiceReview
from priorauth.domain.steps import StepKind, StepOutcome
from priorauth.reports.cases import Case
from priorauth.routing.adverse import is_cut


class Bucket(StrEnum):
    """How one line, or a whole request, was decided."""

    APPROVED = "approved"  # everything, as it was asked
    PARTIAL = "partial"  # less than was asked, or otherwise
    DENIED = "denied"
    OTHER = "other"  # cancelled, no authorization needed, not reviewable
    OPEN = "open"


def bucket_of(item: ItemDecision, asked: ReviewItem) -> Bucket:
    """How one line was decided. An approval of less than was asked is none (um-catalogue DET-BCMA-22)."""
    if item.action is CertificationAction.PENDED:
        return Bucket.OPEN
    if item.action is CertificationAction.NOT_CERTIFIED:
        return Bucket.DENIED
    if item.action is CertificationAction.CERTIFIED_IN_TOTAL:
        return Bucket.PARTIAL if is_cut(item, asked) else Bucket.APPROVED
    return Bucket.PARTIAL if item.action is not None and item.action.certifies else Bucket.OTHER


def bucket_of_all(buckets: Iterable[Bucket]) -> Bucket:
    """How a request was decided as a whole: approved only where every line that was decided is."""
    found = set(buckets)
    decided = found - {Bucket.OTHER}
    if Bucket.OPEN in found:
        return Bucket.OPEN
    if not decided:
        return Bucket.OTHER
    return decided.pop() if len(decided) == 1 else Bucket.PARTIAL


def first_outcome(case: Case, sequences: Iterable[int]) -> Bucket:
    """How these lines were first decided for good: later decisions are corrections, reconsiderations or appeals."""
    return bucket_of_all(_first(case, sequence) for sequence in sequences)


def _first(case: Case, sequence: int) -> Bucket:
    for determination in case.determinations:
        for item in determination.items:
            if item.sequence == sequence and item.is_final:
                return bucket_of(item, case.review.item(sequence))
        if determination.rejections:
            return Bucket.OTHER
    return Bucket.OPEN


def overturned(case: Case, kinds: Sequence[StepKind]) -> bool:
    """True where a step of these kinds ended in the requester's favour, in whole."""
    return any(step.kind in kinds and step.outcome is StepOutcome.OVERTURNED for step in case.steps)


def basis_of(item: ItemDecision) -> str:
    """Who decided, in the words of the log."""
    if item.reviewer is ReviewerRole.PHYSICIAN:
        return "Per Physician Reviewer"
    return "Administrative" if item.medical_necessity is False else "Per Criteria"


def asked_sequences(review: ServiceReview, case: Case) -> tuple[int, ...]:
    """The items that somebody decides."""
    decided = {sequence for leg in case.legs for sequence in leg.sequences}
    return tuple(item.sequence for item in review.items if item.sequence in decided)


def took(case: Case, decided_at: datetime) -> timedelta:
    """From receipt to decision; a decision that is dated earlier took no time."""
    return max(decided_at - case.review.received_at, timedelta())


def average(values: Sequence[float]) -> float | None:
    return round(mean(values), 2) if values else None


def middle(values: Sequence[float]) -> float | None:
    return round(median(values), 2) if values else None


def percent(part: int, whole: int) -> float | None:
    """One decimal; None where there is nothing to take a part of."""
    return round(100 * part / whole, 1) if whole else None
