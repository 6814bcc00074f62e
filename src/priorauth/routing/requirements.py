"""What a payer asks of a request beside who decides it: authorization, notice, referral, documents, and until when.

Several may apply to one item. They tell; they never send an item anywhere: that is what routes.yaml does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import Field, model_validator

from priorauth.domain.routes import AppliedRequirement, Need
from priorauth.routing.conditions import Condition, Holds, compiled, fact_names, open_questions
from priorauth.routing.fact import Facts
from priorauth.routing.pack_files import Citation, EffectiveFile, PackPart, RuleId, Text, When
from priorauth.routing.vocabulary import FACTS

REQUIREMENTS_FILE = "requirements.yaml"

Document = Literal["clinical_documents", "prescription", "enteral_form", "referral", "treatment_plan"]
NEEDS_WITH_NOTHING_DUE = frozenset({Need.NOTHING, Need.DOCUMENTS, Need.CONDITION})


class LeadFile(PackPart):
    """How long before the admission or service a request has to come, or (`after`) how long after it may."""

    of: Literal["admission", "service"]
    hours: Annotated[int, Field(gt=0)] | None = None
    business_days: Annotated[int, Field(gt=0)] | None = None
    calendar_days: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def counts_once(self) -> LeadFile:
        if sum(one is not None for one in (self.hours, self.business_days, self.calendar_days)) != 1:
            raise ValueError("a lead has one of hours, business_days and calendar_days")
        return self

    def words(self) -> str:
        for amount, unit in ((self.hours, "hours"), (self.business_days, "business days")):
            if amount is not None:
                return f"{amount} {unit} before the {self.of}"
        return f"{self.calendar_days} days before the {self.of}"


class ValidityFile(PackPart):
    """How long an authorization may be used."""

    days: Annotated[int, Field(gt=0)]
    from_: Literal["initial_request", "decision", "first_visit"] = Field(alias="from")

    def words(self) -> str:
        return f"{self.days} days from the {self.from_.replace('_', ' ')}"


class RequirementFile(PackPart):
    """One requirement. `clock` is the clock of clocks.yaml by which it is due; `note` is for readers only."""

    id: RuleId
    citation: Citation
    need: Need
    says: Text
    when: When
    clock: RuleId | None = None
    before: LeadFile | None = None
    valid: ValidityFile | None = None
    documents: tuple[Document, ...] = ()
    if_missing: Literal["administrative_denial", "pend", "warn"] | None = None
    effective: EffectiveFile | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def has_what_it_needs(self) -> RequirementFile:
        if self.need is Need.DOCUMENTS and not self.documents:
            raise ValueError("a requirement of documents names them")
        if self.need in NEEDS_WITH_NOTHING_DUE and (self.clock or self.before):
            raise ValueError(f"nothing is due where the need is {self.need}")
        return self


class RequirementsFile(PackPart):
    """requirements.yaml: what the payer asks of a request."""

    requirements: tuple[RequirementFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement ready to run, and what is told where it applies."""

    id: str
    conditions: tuple[Condition, ...]
    checks: tuple[Holds, ...] = field(repr=False, compare=False)
    told: AppliedRequirement


def compile_requirement(
    said: RequirementFile, conditions: tuple[Condition, ...], looked_at: Mapping[str, int]
) -> Requirement:
    """The requirement with its conditions compiled, those first that cost least: on facts that rules look at anyway
    (`looked_at`), then on those that need not be worked out of the message."""

    def cost(condition: Condition) -> tuple[int, bool]:
        names = list(fact_names(condition))
        return -min(looked_at.get(name, 0) for name in names), not all(FACTS[name].outside for name in names)

    conditions = tuple(sorted(conditions, key=cost))
    told = AppliedRequirement(
        id=said.id,
        need=said.need,
        says=said.says,
        citation=said.citation,
        clock=said.clock or "",
        before=said.before.words() if said.before else "",
        valid=said.valid.words() if said.valid else "",
        documents=said.documents,
        if_missing=said.if_missing or "",
    )
    return Requirement(said.id, conditions, tuple(map(compiled, conditions)), told)


def applying(requirements: Sequence[Requirement], facts: Facts) -> tuple[AppliedRequirement, ...]:
    """The requirements of an item. One that only an unknown fact could rule out is told with the facts to find out."""
    told = []
    for requirement in requirements:
        doubtful = False
        for check in requirement.checks:
            answer = check(facts)
            if answer is None:
                doubtful = True
            elif not answer:
                break
        else:
            told.append(_in_doubt(requirement, facts) if doubtful else requirement.told)
    return tuple(told)


def _in_doubt(requirement: Requirement, facts: Facts) -> AppliedRequirement:
    questions = [
        question
        for condition, check in zip(requirement.conditions, requirement.checks, strict=True)
        if check(facts) is None
        for question in open_questions(condition, facts)
    ]
    unknown = tuple(dict.fromkeys(one if isinstance(one, str) else one.id for one in questions))
    return replace(requirement.told, unknown=unknown)
