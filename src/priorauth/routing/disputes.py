"""Which steps people may take about a decision, by the payer's documents: who, after what, until when. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.clocks import Occurrence
from priorauth.domain.determinations import ItemDecision
from priorauth.domain.reviews import ServiceReview
from priorauth.domain.steps import Channel, Step, StepKind
from priorauth.routing.adverse import is_adverse
from priorauth.routing.clock_rules import ClockBook, RequestClass
from priorauth.routing.determination_rules import DeterminationBook, StepRule

ABOUT_DENIALS = {
    StepKind.PEER_TO_PEER_REQUESTED,
    StepKind.PEER_TO_PEER_HELD,
    StepKind.RECONSIDERATION_REQUESTED,
    StepKind.RECONSIDERATION_DECIDED,
    StepKind.APPEAL_REQUESTED,
    StepKind.APPEAL_DECIDED,
}
"""Steps that only an adverse decision can be followed by."""
ANSWERS: Mapping[StepKind, StepKind] = {
    StepKind.PEER_TO_PEER_HELD: StepKind.PEER_TO_PEER_REQUESTED,
    StepKind.RECONSIDERATION_DECIDED: StepKind.RECONSIDERATION_REQUESTED,
    StepKind.APPEAL_DECIDED: StepKind.APPEAL_REQUESTED,
}
"""What must have been asked for before."""
COUNTED_AS: Mapping[StepKind, Occurrence] = {
    StepKind.VERBAL_NOTICE: Occurrence.VERBAL_NOTICE,
    StepKind.WRITTEN_NOTICE: Occurrence.WRITTEN_NOTICE,
    StepKind.PEER_TO_PEER_REQUESTED: Occurrence.REQUEST,
    StepKind.RECONSIDERATION_DECIDED: Occurrence.RECONSIDERATION_DECISION,
    StepKind.APPEAL_REQUESTED: Occurrence.APPEAL,
}
"""What a step is to clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A review as a step about it sees it."""

    review: ServiceReview
    decisions: Mapping[int, ItemDecision]
    steps: Sequence[Step] = ()
    classes: AbstractSet[RequestClass] = frozenset()
    happened: Mapping[Occurrence, datetime] = field(default_factory=dict)


def why_not(step: Step, dispute: Dispute, book: DeterminationBook, clocks: ClockBook) -> str:
    """Why a step cannot be taken, as a fixed text; empty where it can."""
    known = {item.sequence for item in dispute.review.items}
    if not set(step.sequences) <= known:
        return "the review has no such item"
    if step.channel is Channel.VOICEMAIL and step.kind is not StepKind.DISCUSSION_OFFERED:
        return "a voicemail counts for the offer of a discussion only"
    if step.kind.ends_dispute_step and step.outcome is None:
        return "a step that ends a dispute says what became of the decision"
    if step.kind in ABOUT_DENIALS and not adverse_items(step, dispute):
        return "no decision on these items is adverse"
    taken = {each.kind for each in dispute.steps}
    if step.kind in ANSWERS and ANSWERS[step.kind] not in taken:
        return "nobody asked for this before"
    rules = [rule for rule in book.said.steps if rule.kind is step.kind]
    if rules and all(faults := [_fault(rule, step, dispute, clocks) for rule in rules]):
        return faults[0]
    final = {rule.kind for rule in book.said.steps if rule.final}
    ended = any(each.kind.ends_dispute_step and ANSWERS[each.kind] in final for each in dispute.steps)
    if ended and step.kind in ABOUT_DENIALS:
        return "the last step of the dispute was decided: it is final"
    return ""


def adverse_items(step: Step, dispute: Dispute) -> list[ItemDecision]:
    """The adverse decisions that a step is about."""
    wanted = step.sequences or tuple(dispute.decisions)
    return [
        dispute.decisions[sequence]
        for sequence in wanted
        if sequence in dispute.decisions and is_adverse(dispute.decisions[sequence], dispute.review.item(sequence))
    ]


def _fault(rule: StepRule, step: Step, dispute: Dispute, clocks: ClockBook) -> str:
    if rule.by and step.by not in rule.by:
        return "this step is not theirs to take"
    if set(rule.after) - {each.kind for each in dispute.steps}:
        return "another step comes before this one"
    if rule.only and not dispute.classes & set(rule.only):
        return "this step is not there for such a request"
    if rule.medical_necessity_only and all(item.medical_necessity is False for item in adverse_items(step, dispute)):
        return "this step is there for denials for medical necessity only"
    if rule.clock and (until := window_of(rule.clock, clocks, dispute.happened)) and step.happened_at > until:
        return "the time for this step is over"
    return ""


def window_of(clock: str, clocks: ClockBook, happened: Mapping[Occurrence, datetime]) -> datetime | None:
    """Until when the right lasts; None where what starts it has not happened, or nobody said how long."""
    ends = [
        at
        for rule in clocks.rules
        if rule.clock.id == clock and (at := rule.clock.deadline.at(happened, clocks.calendar)[0]) is not None
    ]
    return max(ends) if ends else None
