"""What clocks.yaml and calendar.yaml of a pack hold, and the clocks of law; `schemas/config` comes from here."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator

from priorauth.domain.calendars import Unit
from priorauth.domain.clocks import ClockKind, Decided, Occurrence, OnBreach
from priorauth.routing.clock_rules import RequestClass
from priorauth.routing.pack_files import Citation, FactSet, PackPart, RuleId, Text, When

Few = Annotated[int, Field(ge=-3660, le=3660)]


class ClockPart(BaseModel):
    """A part of these files. Keys that it does not know are faults."""

    model_config = PackPart.model_config


class TermFile(ClockPart):
    """So much after something happened; before it where the number is negative. Exactly one unit."""

    from_: Occurrence = Field(alias="from")
    hours: Few | None = None
    calendar_days: Few | None = None
    business_days: Few | None = None
    months: Few | None = None

    @property
    def counted(self) -> list[tuple[int, Unit]]:
        """The amounts that are given, with their units."""
        amounts = (
            (self.hours, Unit.HOURS),
            (self.calendar_days, Unit.CALENDAR_DAYS),
            (self.business_days, Unit.BUSINESS_DAYS),
            (self.months, Unit.MONTHS),
        )
        return [(amount, unit) for amount, unit in amounts if amount is not None]

    @model_validator(mode="after")
    def has_one_unit(self) -> TermFile:
        if len(self.counted) != 1:
            raise ValueError("a term has one of hours, calendar_days, business_days and months")
        return self


class ClockInForceFile(ClockPart):
    """From which day of receipt, and until which (exclusive), a clock is in force (um-catalogue G-04)."""

    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date | None = None


class ClockFile(ClockPart):
    """One clock: on which requests, what starts it, what meets it, when it is due and what a missed deadline does.

    `due` is the earliest of its terms that can be counted; `later_of` is one more, the later of its own. Without
    `classes` it is put on every kind of request. Several may have one id: it says different things of different
    requests. A right that simply ends is met by nothing. One that is `unset` binds, but nobody said when it is due.
    """

    id: RuleId
    title: Text
    citation: Text
    kind: ClockKind
    classes: list[RequestClass] = []
    when: When = {}
    decided: Decided | None = None
    start: Occurrence
    met_by: list[Occurrence]
    due: list[TermFile] = []
    later_of: list[TermFile] = []
    unset: Text | None = None
    warn_at: Annotated[float, Field(gt=0, le=1)] = 0.75
    on_breach: OnBreach = OnBreach.ALERT
    extension_days: Annotated[int, Field(ge=0, le=366)] = 0
    pause_days: Annotated[int, Field(gt=0, le=366)] | None = None
    effective: ClockInForceFile | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def is_due_some_time(self) -> ClockFile:
        if bool(self.due or self.later_of) == bool(self.unset):
            raise ValueError("a clock has due or later_of, or says under unset why nobody knows")
        return self


class LawClockFile(ClockFile):
    """A clock of law or of an accreditor: put on payers of these states, or on those with this accreditation."""

    states: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = []
    accreditation: Text | None = None


class ClassFile(ClockPart):
    """Which requests are of a kind: the first that holds counts."""

    class_: RequestClass = Field(alias="class")
    citation: Text
    when: When


class RemarkFile(ClockPart):
    """Something that the document says of time and that is no deadline, and what it comes to here."""

    id: RuleId
    citation: Citation
    says: Text
    done_by: Text


class ClocksFile(ClockPart):
    """clocks.yaml: the payer's own clocks, and what law and accreditation it is under.

    `assumes` are facts that hold for every member of the payer, used where the directory does not say.
    `returned_counts_as` are the notices that a decision returned to the requester as a message stands for.
    """

    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    accreditation: list[Text] = []
    assumes: FactSet = {}
    returned_counts_as: list[Literal[Occurrence.VERBAL_NOTICE, Occurrence.WRITTEN_NOTICE]] = []
    classes: Annotated[list[ClassFile], Field(min_length=1)]
    clocks: list[ClockFile] = []
    remarks: list[RemarkFile] = []


class LawFile(ClockPart):
    """mappings/regulation/*.yaml: the clocks of law."""

    clocks: Annotated[list[LawClockFile], Field(min_length=1)]


class HolidayFile(ClockPart):
    """A day, and why."""

    day: datetime.date
    name: Text


class CalendarFile(ClockPart):
    """calendar.yaml: the payer's days. The time zone is in pack.yaml."""

    holidays: Literal["us-federal", "none"]
    extra_holidays: list[HolidayFile] = []
    worked_holidays: list[HolidayFile] = []
    business_day_end: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")] = "23:59:59"
    note: Text | None = None
