"""What the files of a payer pack hold, as analysts write them; `schemas/config` comes from here."""

from __future__ import annotations

import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from priorauth.domain.routes import Outcome
from priorauth.routing.pack_schemas import FACT_NAME, FACT_SET, WHEN

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$")]
Citation = Annotated[str, StringConstraints(pattern=r"^\d{3}:L\d+(-L?\d+)?(, \d{3}:L\d+(-L?\d+)?)*$")]
When = Annotated[dict[str, object], WithJsonSchema(WHEN)]
FactSet = Annotated[dict[str, object], WithJsonSchema(FACT_SET)]


class StepName(StrEnum):
    """The step of the precedence that a rule belongs to (um-catalogue G-05)."""

    EXCLUSION = "exclusion"
    EXEMPTION = "exemption"
    COORDINATION = "coordination"
    DELEGATE = "delegate"
    DESK = "desk"
    FALLBACK = "fallback"


class PackPart(BaseModel):
    """A part of a pack file. Keys that it does not know are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True)


class EffectiveFile(PackPart):
    """From when until when (exclusive) a rule is in force, by which date of the item (um-catalogue G-04)."""

    basis: Literal["service_date", "admission_date", "date_of_birth", "receipt_date"]
    from_: datetime.date | None = Field(default=None, alias="from")
    until: datetime.date | None = None


class DeskFile(PackPart):
    """The desk that gets what nobody else decides."""

    destination: Identifier
    queue: Identifier | None = None
    citation: Citation


class OtherDeskFile(DeskFile):
    """A desk that stands in for the payer's desk where its conditions hold."""

    when: When


class ListFile(PackPart):
    """A code list. Without `file` it is one that the document only points to: rules that need it give `manual`."""

    id: RuleId
    title: Text
    citation: Citation
    file: Annotated[str, StringConstraints(pattern=r"^codes/[a-z0-9-]+\.csv$")] | None = None


class PackFile(PackPart):
    """pack.yaml: whose pack it is, in force when, which desks, delegates, documents and lists."""

    payer: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*$")]
    name: Text
    timezone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]+/[A-Za-z_/]+$")]
    documents: dict[Annotated[str, StringConstraints(pattern=r"^\d{3}$")], Text]
    desk: DeskFile
    effective: EffectiveFile | None = None
    other_desks: list[OtherDeskFile] = []
    delegates: list[Identifier] = []
    lists: list[ListFile] = []


class ThenFile(PackPart):
    """What a rule says. `route`, `manual` and the notify outcomes have a destination; the desk is the default."""

    outcome: Outcome
    destination: Identifier | None = None
    queue: Identifier | None = None
    reason: Text


class RuleFile(PackPart):
    """One rule. `when` lists conditions of which all must hold; empty takes everything. `note` is for readers only."""

    id: RuleId
    step: StepName
    citation: Citation
    when: When
    then: ThenFile
    effective: EffectiveFile | None = None
    note: Text | None = None


class RoutesFile(PackPart):
    """routes.yaml: the rules."""

    rules: Annotated[list[RuleFile], Field(min_length=1)]


class ExampleFile(PackPart):
    """A review as the facts it differs in from `base` (null takes one away), and what takes it instead.

    `inapplicable` names facts that can have no value here: a delivery room is no service category. `listed` are
    procedure codes that a list is taken to hold which the payer has still to supply.
    """

    name: Text
    facts: FactSet
    inapplicable: list[Annotated[str, WithJsonSchema(FACT_NAME)]] = []
    listed: dict[RuleId, Annotated[list[Text], Field(min_length=1)]] = {}
    to: Text | None = None


class RuleExamplesFile(PackPart):
    """Reviews that a rule takes and reviews that it leaves; or the list without which it can take none."""

    takes: list[ExampleFile] = []
    leaves: list[ExampleFile] = []
    waits_for: RuleId | None = None


class ExamplesFile(PackPart):
    """examples.yaml: for each rule reviews that it takes and leaves, as compact fact sets."""

    base: FactSet = {}
    examples: dict[RuleId, RuleExamplesFile]
