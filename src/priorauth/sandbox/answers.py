"""What a simulated destination answers to a leg, at once and when its case is decided later. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from priorauth.domain.determinations import CertificationAction, Determination, ItemDecision, ReviewerRole
from priorauth.domain.reviews import ReviewId, Trace
from priorauth.sandbox.behaviours import Behaviour, BehaviourTable
from priorauth.sandbox.cases import Case, OpenCase
from priorauth.sandbox.decisions import TRACE_ASSIGNER, decide
from priorauth.sandbox.lines import Line

REVIEWER_NAME = "Rowan Example MD"
NOT_OURS = "the services are not reviewed here"
GARBAGE = b"ISA*00*THIS IS NO ANSWER~\x00\xff{"


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer that decides the leg, or says that it is being worked on; `opened` where something stays open."""

    determination: Determination
    opened: OpenCase | None


@dataclass(frozen=True, slots=True)
class Declined:
    """The leg is not theirs."""

    reason: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing comes back. The case may still be decided by hand."""

    opened: OpenCase


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that are no answer. The case may still be decided by hand."""

    opened: OpenCase
    body: bytes = field(default=GARBAGE, repr=False)


Answer = Decided | Declined | Silent | Garbage


def answer_to(case: Case, table: BehaviourTable, now: datetime) -> Answer:
    """What the case's destination answers when it receives it."""
    behaviours = table.behaviours(case.destination, case.review)
    of_leg = next(iter(behaviours.values()))
    if of_leg is Behaviour.DECLINE:
        return Declined(NOT_OURS)
    if of_leg in (Behaviour.WAIT, Behaviour.TIMEOUT):
        return Silent(_opened(case, dict.fromkeys(behaviours, Behaviour.PEND), table, now))
    if of_leg is Behaviour.SLOW:
        later = _opened(case, dict.fromkeys(behaviours, Behaviour.LATER), table, now)
        return Silent(replace(later, due=now + table.delay(case.review, table.slow_after)))
    if of_leg is Behaviour.GARBAGE:
        return Garbage(_opened(case, dict.fromkeys(behaviours, Behaviour.PEND), table, now))
    opened = _opened(case, behaviours, table, now)
    return Decided(opened.said, opened if any(opened.open_sequences) else None)


def redecide(opened: OpenCase, behaviours: Mapping[int, Behaviour], table: BehaviourTable, now: datetime) -> OpenCase:
    """The case with some of its lines decided anew. KeyError for a line that the case does not have."""
    decisions = {item.sequence: item for item in opened.said.items}
    changed = {
        sequence: _decision(opened.case, sequence, answer, table, now) for sequence, answer in behaviours.items()
    }
    items = tuple((decisions | changed)[sequence] for sequence in decisions)
    later = tuple(sequence for sequence in opened.later if sequence not in behaviours)
    answers = opened.answers + 1
    return replace(
        opened,
        said=_determination(opened.case, items, answers, table, now),
        answers=answers,
        later=later,
        due=opened.due if later else None,
    )


def decide_what_is_due(opened: OpenCase, table: BehaviourTable, now: datetime) -> OpenCase:
    """The case with the lines that were to be certified later certified."""
    return redecide(opened, dict.fromkeys(opened.later, Behaviour.CERTIFY), table, now)


def _opened(case: Case, behaviours: Mapping[int, Behaviour], table: BehaviourTable, now: datetime) -> OpenCase:
    lines = _with_partial_spread(behaviours)
    items = tuple(_decision(case, sequence, answer, table, now) for sequence, answer in lines.items())
    later = tuple(sequence for sequence, answer in lines.items() if answer is Behaviour.LATER)
    said = _determination(case, items, 1, table, now)
    if Behaviour.FULL in lines.values():
        first = items[0]
        said = replace(said, information=first.information, message=first.message, traces=_event_traces(case, table))
    return OpenCase(
        case=case,
        said=said,
        later=later,
        due=now + table.delay(case.review, table.later_after) if later else None,
    )


def _event_traces(case: Case, table: BehaviourTable) -> tuple[Trace, ...]:
    """The trace that the destination gave the event."""
    return (Trace(case.number(table.numbers.get(case.destination, "SB"), "T"), TRACE_ASSIGNER, "SANDBOX"),)


def _with_partial_spread(behaviours: Mapping[int, Behaviour]) -> Mapping[int, Behaviour]:
    """Of several lines to be certified partially the last is denied and the others certified."""
    partial = [sequence for sequence, answer in behaviours.items() if answer is Behaviour.PARTIAL]
    if len(partial) < 2:
        return behaviours
    return {**behaviours, **dict.fromkeys(partial, Behaviour.CERTIFY), partial[-1]: Behaviour.DENY}


def _decision(case: Case, sequence: int, behaviour: Behaviour, table: BehaviourTable, now: datetime) -> ItemDecision:
    return decide(behaviour, Line(case=case, item=case.review.item(sequence), table=table, today=now.date()))


def _determination(
    case: Case, items: tuple[ItemDecision, ...], number: int, table: BehaviourTable, now: datetime
) -> Determination:
    prefix = table.numbers.get(case.destination, "SB")
    certifies = any(item.action and item.action.certifies for item in items)
    reviewed = any(item.action is not None and item.action is not CertificationAction.CANCELLED for item in items)
    event = next((item for item in items if case.review.item(item.sequence).stands_for_event), None)
    return Determination(
        id=f"{case.destination}-{case.leg_id}-{number}",
        review_id=ReviewId(case.review.id),
        leg_id=case.leg_id,
        decided_by=case.destination,
        decided_at=now,
        items=items,
        certification_number=case.number(prefix, "A") if certifies else "",
        administrative_number=case.number(prefix, "C") if reviewed else "",
        message=event.message if event else "",
        reviewer_name=REVIEWER_NAME if any(item.reviewer is ReviewerRole.PHYSICIAN for item in items) else "",
    )
