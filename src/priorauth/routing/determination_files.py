"""What determinations.yaml and notices.yaml of a pack hold; `schemas/config` comes from here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from priorauth.domain.determinations import CertificationAction
from priorauth.domain.notices import Content, Duty, NoticeTrigger
from priorauth.domain.steps import Channel, Party, StepKind
from priorauth.routing.clock_rules import RequestClass
from priorauth.routing.determination_rules import Exclusion
from priorauth.routing.pack_files import Citation, Identifier, PackPart, RuleId, Text, When

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]*$")]
RevenueCode = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]


class DeterminationPart(BaseModel):
    """A part of these files. Keys that it does not know are faults."""

    model_config = PackPart.model_config


class LogFile(DeterminationPart):
    """The head and foot of the facility's daily log, and what its case number is called."""

    citation: Citation
    title: Text
    case_number: Text
    reviewer: Text
    reviewer_phone: Text
    fax: Text
    reconsideration: Text
    disclaimer: Text


class LevelFile(DeterminationPart):
    """What a revenue code is called as a level of care, and how high it is."""

    revenue_code: RevenueCode
    name: Text
    rank: Annotated[int, Field(ge=0, le=9)]


class StatusFile(DeterminationPart):
    """A letter that the payer uses for how a request stands, and what it comes to here."""

    letter: Code
    name: Text
    actions: Annotated[list[CertificationAction], Field(min_length=1)]
    reasons: list[Text] = []
    note: Text | None = None


class StatusesFile(DeterminationPart):
    """The payer's letters. Of several with one action the first is written where nothing else tells them apart."""

    id: RuleId
    citation: Citation
    letters: Annotated[list[StatusFile], Field(min_length=1)]


class ReadmissionFile(DeterminationPart):
    """When a stay may belong to an earlier one. The gateway only proposes: a clinician links."""

    id: RuleId
    citation: Citation
    within_days: Annotated[int, Field(gt=0, le=366)]
    same: Literal["tax_id", "any"] = "tax_id"
    exclusions: list[Exclusion] = []
    effect: Literal["propose_link", "flag"]


class BoundFile(DeterminationPart):
    """What an authorization is bound to: where that differs, a new one is needed."""

    id: RuleId
    citation: Citation
    delegates: Annotated[list[Identifier], Field(min_length=1)]
    to: Annotated[list[Literal["facility", "procedure"]], Field(min_length=1)]


class StepFile(DeterminationPart):
    """A step that people may take about a decision: who, when, within which window; the last one is final."""

    id: RuleId
    citation: Citation
    kind: StepKind
    by: list[Party] = []
    after: list[StepKind] = []  # all of these came before
    only: list[RequestClass] = []  # of such requests only
    medical_necessity_only: bool = False
    clock: RuleId | None = None  # of the pack: the window
    final: bool = False
    note: Text | None = None


class RationaleFile(DeterminationPart):
    """What a written denial for medical necessity must explain."""

    id: RuleId
    citation: Citation
    contents: Annotated[list[Content], Field(min_length=1)]


class AdministrativeFile(DeterminationPart):
    """A reason of a denial that is none of medical necessity, and whether the member pays."""

    id: RuleId
    citation: Citation
    reason: Code
    meaning: Text
    member_liable: bool


class FlagFile(DeterminationPart):
    """Something of a determination that people are shown, as the document asks."""

    id: RuleId
    citation: Citation
    flag: Literal[
        "agreement_outside_network",
        "discussion_before_denial",
        "member_held_harmless",
        "level_of_care_required",
        "same_day_stay",
        "continues_after_transfer",
    ]
    says: Text


class MetricsFile(DeterminationPart):
    """How public figures count what the law has no bucket for (REG-CMS-11)."""

    partial_counts_as: Literal["denied", "approved", "neither"] = "denied"
    note: Text | None = None


class OversightFile(DeterminationPart):
    """What is agreed with a delegate on reporting."""

    delegate: Identifier
    citation: Citation
    accredited: bool


class DeterminationsFile(DeterminationPart):
    """determinations.yaml: how the payer's decisions are called, counted, bound and disputed."""

    log: LogFile | None = None
    levels_of_care: list[LevelFile] = []
    statuses: StatusesFile | None = None
    readmissions: list[ReadmissionFile] = []
    bound: list[BoundFile] = []
    steps: list[StepFile] = []
    rationale: RationaleFile | None = None
    administrative: list[AdministrativeFile] = []
    flags: list[FlagFile] = []
    metrics: MetricsFile = MetricsFile()
    oversight: list[OversightFile] = []


class ExceptionFile(DeterminationPart):
    """Why a notice must not be given, by a code."""

    code: Code
    says: Text


class NoticeFile(DeterminationPart):
    """One notice: after what it is due, to whom, how, by which clock, and what it must contain."""

    id: RuleId
    title: Text
    citation: Text
    trigger: NoticeTrigger
    duty: Duty
    when: When = {}
    step: StepKind | None = None  # of those triggered by a step
    audience: list[Party] = []
    channels: list[Channel] = []
    clock: RuleId | None = None
    contents: list[Content] = []
    not_to_electronic_facility: bool = False  # its portal shows it
    in_order: bool = False  # the channels one after another
    exceptions: list[ExceptionFile] = []
    note: Text | None = None


class NoticesFile(DeterminationPart):
    """notices.yaml: what is to be told to whom."""

    notices: list[NoticeFile] = []
