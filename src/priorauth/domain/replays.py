"""Doing again, on an operator's word, what was done for many reviews: routing them, or telling others of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from priorauth.domain.access import ClientId
from priorauth.domain.reviews import ReviewId, ReviewState

ReplayId = NewType("ReplayId", str)


class ReplayKind(StrEnum):
    """What is done again."""

    REROUTE = "reroute"  # decide again who decides what is still undecided
    REDELIVER = "redeliver"  # send again what was sent, with the same bytes and ids


class Part(StrEnum):
    """What of a review can be sent again."""

    LEGS = "legs"
    REPLIES = "replies"
    NOTIFICATIONS = "notifications"
    EVENTS = "events"


class ReplayState(StrEnum):
    """Where a replay stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which reviews: those that are all that is said here. `until` is the first moment that is too late."""

    review_ids: tuple[ReviewId, ...] = ()
    payer: str = ""
    destination: str = ""  # has or had a leg of the review
    states: tuple[ReviewState, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One such order, and how far it came. `last` is the review done last: they are taken in order of receipt."""

    id: ReplayId
    kind: ReplayKind
    parts: tuple[Part, ...]
    selection: Selection
    is_dry: bool  # only says what would be done
    asked_by: ClientId
    asked_at: datetime
    total: int
    state: ReplayState = ReplayState.RUNNING
    done: int = 0
    changed: int = 0  # reviews of which something was done
    failed: int = 0  # reviews of which something could not be done
    last: ReviewId | None = None
    ended_at: datetime | None = None

    def stepped(self, step: ReplayStep) -> Replay:
        """The replay after one more review."""
        outcomes = {effect.outcome for effect in step.effects}
        return replace(
            self,
            done=step.number,
            changed=self.changed + (EffectOutcome.DONE in outcomes),
            failed=self.failed + (EffectOutcome.FAILED in outcomes),
            last=step.review_id,
        )


class EffectOutcome(StrEnum):
    """What came of one thing that was to be done again; in a dry run, what would come of it."""

    DONE = "done"
    LEFT = "left"  # as it was, for a reason
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing that was done for a review, or not: our ids and fixed texts only."""

    what: str  # "route", "leg", "reply", "notification", "events"
    subject: str  # our id of it
    outcome: EffectOutcome
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayStep:
    """What a replay did for one review. `number` counts from 1."""

    number: int
    review_id: ReviewId
    effects: tuple[Effect, ...]


def done(what: str, subject: str, detail: str) -> Effect:
    return Effect(what=what, subject=subject, outcome=EffectOutcome.DONE, detail=detail)


def left(what: str, subject: str, detail: str) -> Effect:
    return Effect(what=what, subject=subject, outcome=EffectOutcome.LEFT, detail=detail)


def failed(what: str, subject: str, detail: str) -> Effect:
    return Effect(what=what, subject=subject, outcome=EffectOutcome.FAILED, detail=detail)
