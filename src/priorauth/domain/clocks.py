"""Clocks: what starts them, how their deadline is found, and how they stand. Pure: the calendar is passed in.

A clock is a duty with a deadline, by a payer's document or by law. It is kept as what it says, what happened, and what
was done about it; how it stands follows from these, whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from priorauth.domain.calendars import Calendar, Unit
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId


class Occurrence(StrEnum):
    """What a clock may start from, be counted from, or be met by."""

    RECEIPT = "receipt"  # by the gateway, on whichever channel (CLK-G-06)
    INFORMATION = "information"  # everything that is needed to decide is there
    DECISION = "decision"
    VERBAL_NOTICE = "verbal_notice"
    WRITTEN_NOTICE = "written_notice"
    RETURNED = "returned"  # the decision went back to the requester as a message
    RECONSIDERATION_DECISION = "reconsideration_decision"
    REQUEST = "request"  # the facility's or provider's own act: it asks, notifies or submits
    ADMISSION = "admission"
    DISCHARGE = "discharge"
    PRIOR_DISCHARGE = "prior_discharge"
    SERVICE = "service"
    LAST_COVERED_DAY = "last_covered_day"
    REVIEW_ORGANIZATION_NOTICE = "review_organization_notice"
    NEXT_REVIEW = "next_review"
    BIRTH = "birth"
    CALL = "call"
    MAILING = "mailing"
    APPEAL = "appeal"


class ClockKind(StrEnum):
    """What must be done in time. Of the clocks of one kind on the same items, the strictest binds."""

    DECISION = "decision"
    VERBAL_NOTICE = "verbal_notice"
    WRITTEN_NOTICE = "written_notice"
    NOTIFICATION = "notification"  # by the facility or the provider
    NOTICE = "notice"  # a notice that a law gives a name and a form
    WINDOW = "window"  # a right that ends: peer-to-peer, appeal, validity
    GOAL = "goal"  # the payer's own aim, no duty
    LEAD_TIME = "lead_time"  # counted back from what is planned


class OnBreach(StrEnum):
    """What a missed deadline leads to, by the payer's pack or the law."""

    ALERT = "alert"
    ADMINISTRATIVE_DENIAL = "administrative_denial"  # the payer may deny; the gateway only says so
    PAYMENT_DENIAL = "payment_denial"
    ADVERSE = "adverse"  # the enrollee may appeal as if denied
    DEEMED_GRANTED = "deemed_granted"


class Decided(StrEnum):
    """Which decisions a clock is about."""

    APPROVAL = "approval"
    DENIAL = "denial"


class ClockState(StrEnum):
    """How a clock stands."""

    WAITING = "waiting"  # what starts it has not happened
    STARTED = "started"
    PAUSED = "paused"
    CAPPED = "capped"  # its deadline is a cap, not what it is counted by first
    WARNED = "warned"
    MET = "met"
    BREACHED = "breached"
    LAPSED = "lapsed"  # a right that nobody used

    @property
    def runs(self) -> bool:
        """True while its deadline is still ahead, or was not noticed yet."""
        return self in _RUNNING


_RUNNING = {ClockState.STARTED, ClockState.CAPPED, ClockState.WARNED}


@dataclass(frozen=True, slots=True)
class Term:
    """So much after something happened: `information` + 2 business days."""

    start: Occurrence
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a clock is due: the earliest of its terms, of those that can be counted yet.

    `later_of` is one more, the later of its terms, which counts once all of them can be counted.
    """

    terms: tuple[Term, ...] = ()
    later_of: tuple[Term, ...] = ()

    def at(self, happened: Mapping[Occurrence, datetime], calendar: Calendar) -> tuple[datetime | None, Term | None]:
        """The moment, and the term that gives it; None where nothing can be counted yet."""
        found = [(_count(term, happened, calendar), term) for term in self.terms if term.start in happened]
        if self.later_of and all(term.start in happened for term in self.later_of):
            found.append(
                max(((_count(term, happened, calendar), term) for term in self.later_of), key=lambda one: one[0])
            )
        return min(found, key=lambda one: one[0]) if found else (None, None)


def _count(term: Term, happened: Mapping[Occurrence, datetime], calendar: Calendar) -> datetime:
    return calendar.after(happened[term.start], term.amount, term.unit)


@dataclass(frozen=True, slots=True)
class Pause:
    """While information is awaited that was asked for, this clock stands still, but no longer than so many days."""

    at_most_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What a rule says of a deadline, whichever review it is put on."""

    id: str
    title: str
    citation: str
    kind: ClockKind
    start: Occurrence
    met_by: tuple[Occurrence, ...]
    deadline: Deadline
    decided: Decided | None = None  # only where it was decided so
    warn_share: float = 0.75  # of the time from start to deadline
    on_breach: OnBreach = OnBreach.ALERT
    extension_days: int = 0  # at most, where the law lets one extend
    pause: Pause | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A time in which the requester was asked for information; `until` is None while it is awaited."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened to some items of a review, as far as clocks are concerned."""

    happened: Mapping[Occurrence, datetime]
    decided: Decided | None = None
    waits: tuple[Wait, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """A deadline moved within what the law allows: why, and that the enrollee was told so in writing."""

    days: int
    reason: str = field(repr=False)
    notice_sent: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """A clock on items of a review, and what was done about it. `binds` is False where a stricter one does."""

    clock: Clock
    sequences: tuple[int, ...]
    binds: bool = True
    because: str = ""  # why another binds, or why it is not sure that this one applies
    sure: bool = True
    extension: Extension | None = None
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    granted_at: datetime | None = None  # deemed granted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewClocks:
    """The clocks of a review, the version of the rules that chose them, and what was recorded of it for them alone."""

    review_id: ReviewId
    payer: PayerId
    version: str
    clocks: tuple[RunningClock, ...]
    recorded: dict[Occurrence, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a clock stands at a moment."""

    state: ClockState
    started_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    met_at: datetime | None = None
    term: Term | None = None  # the one that gives the deadline

    @property
    def late(self) -> bool:
        """True where what had to be done was done after the deadline, or was not done by it."""
        return self.state is ClockState.BREACHED or bool(self.met_at and self.due_at and self.met_at > self.due_at)


def standing(running: RunningClock, history: History, calendar: Calendar, now: datetime) -> Standing:
    """How a clock stands now. Nothing but what happened and the calendar decides this."""
    clock, happened = running.clock, history.happened
    started_at = happened.get(clock.start)
    if clock.decided is not None and history.decided is not clock.decided:
        return Standing(state=ClockState.WAITING)
    if started_at is None and clock.kind is not ClockKind.LEAD_TIME:
        return Standing(state=ClockState.WAITING)
    due_at, term = clock.deadline.at(happened, calendar)
    if due_at is None:
        return Standing(state=ClockState.WAITING, started_at=started_at)
    if clock.pause is not None and started_at is not None:
        due_at += paused_time(clock.pause, history.waits, started_at, now)
    if running.extension is not None:
        due_at = calendar.after(due_at, running.extension.days, Unit.CALENDAR_DAYS)
    warn_at = due_at - (due_at - (started_at or due_at)) * (1 - clock.warn_share)
    done = [happened[met] for met in clock.met_by if met in happened]
    met_at = min(done) if done else None
    return Standing(
        state=_state(running, history, now, due_at=due_at, met_at=met_at, term=term),
        started_at=started_at,
        due_at=due_at,
        warn_at=warn_at,
        met_at=met_at,
        term=term,
    )


def _state(
    running: RunningClock,
    history: History,
    now: datetime,
    *,
    due_at: datetime,
    met_at: datetime | None,
    term: Term | None,
) -> ClockState:
    clock = running.clock
    if met_at is not None:
        return ClockState.MET
    if running.breached_at is not None or now > due_at:
        return ClockState.LAPSED if clock.kind is ClockKind.WINDOW else ClockState.BREACHED
    if clock.pause is not None and any(wait.until is None for wait in history.waits):
        return ClockState.PAUSED
    if running.warned_at is not None:
        return ClockState.WARNED
    first = clock.deadline.terms[0] if clock.deadline.terms else None
    return ClockState.CAPPED if first is not None and term is not None and term is not first else ClockState.STARTED


def paused_time(pause: Pause, waits: tuple[Wait, ...], started_at: datetime, now: datetime) -> timedelta:
    """How long a clock has stood still so far."""
    total = timedelta()
    for wait in waits:
        since = max(wait.since, started_at)
        until = min(wait.until or max(now, since), since + timedelta(days=pause.at_most_days))
        total += max(until - since, timedelta())
    return total


def extended(running: RunningClock, extension: Extension) -> RunningClock:
    """The clock with its deadline moved. ValueError where the law does not allow that."""
    allowed = running.clock.extension_days
    if allowed == 0:
        raise ValueError("this clock cannot be extended")
    if running.extension is not None:
        raise ValueError("this clock was extended before")
    if not 0 < extension.days <= allowed:
        raise ValueError(f"this clock can be extended by 1 to {allowed} days")
    if not extension.reason or not extension.notice_sent:
        raise ValueError("an extension needs a reason and a written notice to the enrollee")
    return replace(running, extension=extension)
