"""What a payer says of determinations and notices, compiled: the same as its files say, in plain types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from priorauth.domain.determinations import CertificationAction
from priorauth.domain.notices import Content, Duty, NoticeTrigger
from priorauth.domain.parties import DestinationId, PayerId
from priorauth.domain.steps import Channel, Party, StepKind
from priorauth.routing.clock_rules import RequestClass
from priorauth.routing.conditions import Holds, all_of
from priorauth.routing.fact import Facts


class Exclusion(StrEnum):
    """Stays that are never one episode with an earlier one."""

    ONCOLOGY = "oncology"
    BEHAVIORAL = "behavioral"
    TRANSPLANT = "transplant"
    LEFT_AGAINST_ADVICE = "left_against_advice"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogText:
    """Head and foot of the facility's daily log."""

    citation: str
    title: str
    case_number: str
    reviewer: str
    reviewer_phone: str
    fax: str
    reconsideration: str
    disclaimer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What a revenue code is called as a level of care, and how high it is."""

    revenue_code: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A letter that the payer uses for how a request stands."""

    letter: str
    name: str
    actions: tuple[CertificationAction, ...]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """The payer's letters."""

    id: str
    citation: str
    letters: tuple[Status, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readmission:
    """When a stay may belong to an earlier one."""

    id: str
    citation: str
    within_days: int
    same: str
    exclusions: tuple[Exclusion, ...]
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundTo:
    """What an authorization is bound to."""

    id: str
    citation: str
    delegates: tuple[DestinationId, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """A step that people may take about a decision: who, when, within which window."""

    id: str
    citation: str
    kind: StepKind
    by: tuple[Party, ...] = ()
    after: tuple[StepKind, ...] = ()
    only: tuple[RequestClass, ...] = ()
    medical_necessity_only: bool = False
    clock: str | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RationaleRule:
    """What a written denial for medical necessity must explain."""

    id: str
    citation: str
    contents: tuple[Content, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrativeReason:
    """A reason of a denial that is none of medical necessity, and whether the member pays."""

    id: str
    citation: str
    reason: str
    meaning: str
    member_liable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Something of a determination that people are shown."""

    id: str
    citation: str
    flag: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsConvention:
    """How public figures count what the law has no bucket for."""

    partial_counts_as: str = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Oversight:
    """What is agreed with a delegate on reporting."""

    delegate: DestinationId
    citation: str
    accredited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationRules:
    """Everything of determinations.yaml."""

    log: LogText | None = None
    levels_of_care: tuple[Level, ...] = ()
    statuses: Statuses | None = None
    readmissions: tuple[Readmission, ...] = ()
    bound: tuple[BoundTo, ...] = ()
    steps: tuple[StepRule, ...] = ()
    rationale: RationaleRule | None = None
    administrative: tuple[AdministrativeReason, ...] = ()
    flags: tuple[Flag, ...] = ()
    metrics: MetricsConvention = MetricsConvention()
    oversight: tuple[Oversight, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeException:
    """Why a notice must not be given, by a code."""

    code: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice: after what it is due, to whom, how, by which clock, and what it must contain."""

    id: str
    title: str
    citation: str
    trigger: NoticeTrigger
    duty: Duty
    step: StepKind | None = None
    audience: tuple[Party, ...] = ()
    channels: tuple[Channel, ...] = ()
    clock: str | None = None
    contents: tuple[Content, ...] = ()
    not_to_electronic_facility: bool = False
    in_order: bool = False
    exceptions: tuple[NoticeException, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """A notice, and on which requests it is given."""

    said: Notice
    checks: tuple[Holds, ...]

    def reaches(self, facts: Facts) -> bool | None:
        """Whether it is for such a request; None where a fact is unknown."""
        return all_of(self.checks, facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationBook:
    """Everything a payer says of determinations and notices."""

    payer: PayerId
    said: DeterminationRules
    notices: tuple[NoticeRule, ...] = ()

    def level_of_care(self, revenue_code: str) -> str:
        """What the payer calls that revenue code; None where it is no level of care."""
        code = revenue_code.zfill(4) if revenue_code else ""
        return next((level.name for level in self.said.levels_of_care if level.revenue_code == code), "None")

    def references(self) -> set[str]:
        """The ids of everything here, for whoever accounts for what the documents say."""
        said = self.said
        ids = {part.id for part in (said.statuses, said.rationale) if part is not None}
        for group in (said.readmissions, said.bound, said.steps, said.administrative, said.flags):
            ids |= {each.id for each in group}
        return ids
