"""A rule ready to run: its step, its conditions compiled, and every way it can lose written beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from priorauth.domain.parties import DestinationId
from priorauth.domain.routes import LosingRule, Outcome
from priorauth.routing.conditions import (
    AnyOf,
    Condition,
    FactCondition,
    Holds,
    compiled,
    fact_names,
    implies,
    lists_of,
)
from priorauth.routing.fact import NOT_APPLICABLE, UNKNOWN, Facts
from priorauth.routing.vocabulary import FACTS, FactKind
from priorauth.routing.words import failed_text, inapplicable_text, silent_text, unknown_text


class Step(IntEnum):
    """The precedence inside a pack: the first step in which a rule holds decides (um-catalogue G-05)."""

    EXCLUSION = 1
    EXEMPTION = 2
    COORDINATION = 3
    DELEGATE = 4
    DESK = 5
    FALLBACK = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule says of an item it takes. Two rules that say the same never conflict."""

    outcome: Outcome
    destination: DestinationId | None
    queue: str | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """What is told of a rule that loses because a condition cannot be decided."""

    losing: LosingRule


Judgement = Callable[[Facts], LosingRule | Undecided | None]
"""What a condition says of its rule: nothing where it holds, else why the rule loses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One routing rule. `beats` are the places of rules of its step that are less specific (`more_specific`)."""

    id: str
    step: Step
    citation: str
    conditions: tuple[Condition, ...]
    answer: Answer
    reason: str
    holds: tuple[Holds, ...] = field(repr=False)  # of each condition
    judgements: tuple[Judgement, ...] = field(repr=False)
    facts: tuple[str, ...]
    later: LosingRule = field(repr=False)
    general: LosingRule = field(repr=False)
    agrees: LosingRule = field(repr=False)
    set_aside: LosingRule = field(repr=False)
    beats: frozenset[int] = frozenset()


def compile_rule(
    *, rule_id: str, step: Step, citation: str, conditions: tuple[Condition, ...], answer: Answer, reason: str
) -> Rule:
    """The rule with its conditions compiled and its explanations made."""
    demonstration = sorted({found.id for one in conditions for found in lists_of(one) if found.is_demonstration})
    if demonstration:
        reason = f"{reason} (by demonstration list {', '.join(demonstration)})"
    return Rule(
        id=rule_id,
        step=step,
        citation=citation,
        conditions=conditions,
        answer=answer,
        reason=reason,
        holds=tuple(compiled(condition) for condition in conditions),
        judgements=tuple(_judgement(rule_id, condition) for condition in conditions),
        facts=tuple(dict.fromkeys(name for condition in conditions for name in fact_names(condition))),
        later=LosingRule(rule_id, "holds, but a rule of an earlier step decides"),
        general=LosingRule(rule_id, "holds, but a more specific rule decides"),
        agrees=LosingRule(rule_id, "holds and says the same"),
        set_aside=LosingRule(rule_id, "holds, but the desk has to look first"),
    )


def _judgement(rule_id: str, condition: Condition) -> Judgement:
    """The condition as a function from facts to what is told of the rule, every text of it made beforehand."""
    if isinstance(condition, FactCondition) and FACTS[condition.fact].kind is FactKind.ENUMERATION:
        return _of_enumeration(rule_id, condition)
    holds = compiled(condition)
    failed = LosingRule(rule_id, failed_text(condition))
    unknown = Undecided(LosingRule(rule_id, unknown_text(condition)))
    if isinstance(condition, AnyOf):
        return lambda facts: None if (answer := holds(facts)) else unknown if answer is None else failed
    fact = condition.fact
    silent = Undecided(LosingRule(rule_id, silent_text(condition)))
    inapplicable = LosingRule(rule_id, inapplicable_text(condition))

    def judge(facts: Facts) -> LosingRule | Undecided | None:
        answer = holds(facts)
        if answer:
            return None
        if answer is None:
            return unknown if facts[fact][0] is UNKNOWN else silent
        return inapplicable if facts[fact][0] is NOT_APPLICABLE else failed

    return judge


def _of_enumeration(rule_id: str, condition: FactCondition) -> Judgement:
    """One look-up: what is told for every value that the fact may have."""
    fact, holds = condition.fact, compiled(condition)
    told: dict[object, LosingRule | Undecided | None] = {
        UNKNOWN: Undecided(LosingRule(rule_id, unknown_text(condition))),
        NOT_APPLICABLE: LosingRule(rule_id, inapplicable_text(condition)),
    }
    told.update((value, LosingRule(rule_id, failed_text(condition, value))) for value in FACTS[fact].values)
    for value in (NOT_APPLICABLE, *FACTS[fact].values):
        if holds(Facts(lambda _, __, value=value: (value, ""), {}, None, {}, "")):  # type: ignore[misc]
            told[value] = None
    return lambda facts: told[facts[fact][0]]


def more_specific(conditions: Sequence[Condition], others: Sequence[Condition]) -> bool:
    """True where whatever meets the first surely meets the others, and not the other way round.

    This is the whole meaning of "specific beats general": a rule is more specific than another of its step only where
    it takes a part of what the other takes. Rules that merely overlap are equal, and conflict where they differ.
    """
    return covers(others, conditions) and not covers(conditions, others)


def covers(general: Sequence[Condition], conditions: Sequence[Condition]) -> bool:
    """True where every set of facts that meets the conditions surely meets the general ones."""
    return all(_meets(conditions, asked) for asked in general)


def _meets(conditions: Sequence[Condition], asked: Condition) -> bool:
    if any(implies(condition, asked) for condition in conditions):
        return True
    return isinstance(asked, AnyOf) and any(covers(branch, conditions) for branch in asked.branches)
