"""The minimal forms of what is done about decisions: steps, notices and remarks."""

from __future__ import annotations

from datetime import datetime

import msgspec

from priorauth.domain.events import DeterminationRemarked, NoticeDue, StepRecorded
from priorauth.domain.notices import Duty
from priorauth.domain.remarks import RemarkCode
from priorauth.domain.steps import Party, StepKind, StepOutcome
from priorauth.translate.minimal_form import Minimal


class MinimalStepRecorded(Minimal, kw_only=True):
    """Something was done about a decision."""

    kind: StepKind
    happened_at: datetime
    sequences: tuple[int, ...]
    outcome: StepOutcome | None
    notice: str


class MinimalNoticeDue(Minimal, kw_only=True):
    """A notice must be given, or must not be."""

    notice: str
    duty: Duty
    audience: tuple[Party, ...]
    due_at: datetime | None
    complete: bool
    suppressed: bool


class RemarkedItem(msgspec.Struct, kw_only=True):
    """What was noticed of an item, or of the whole."""

    code: RemarkCode
    sequence: int | None


class MinimalDeterminationRemarked(Minimal, kw_only=True):
    """A determination stands, and people should look at it."""

    determination_id: str
    decided_by: str
    remarks: tuple[RemarkedItem, ...]


def minimal_step(event: StepRecorded) -> MinimalStepRecorded:
    step = event.step
    return MinimalStepRecorded(
        review_id=event.review_id,
        payer=event.payer,
        kind=step.kind,
        happened_at=step.happened_at,
        sequences=step.sequences,
        outcome=step.outcome,
        notice=step.notice,
    )


def minimal_notice(event: NoticeDue) -> MinimalNoticeDue:
    notice = event.notice
    return MinimalNoticeDue(
        review_id=event.review_id,
        payer=event.payer,
        notice=notice.notice,
        duty=notice.duty,
        audience=notice.audience,
        due_at=notice.due_at,
        complete=notice.is_complete,
        suppressed=bool(notice.suppressed_because),
    )


def minimal_remarked(event: DeterminationRemarked) -> MinimalDeterminationRemarked:
    return MinimalDeterminationRemarked(
        review_id=event.review_id,
        payer=event.payer,
        determination_id=event.determination_id,
        decided_by=event.decided_by,
        remarks=tuple(RemarkedItem(code=remark.code, sequence=remark.sequence) for remark in event.remarks),
    )
