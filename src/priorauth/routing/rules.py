"""A rule ready to run: its step, its conditions compiled, and every way it can lose written beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from priorauth.domain.parties import DestinationId
from priorauth.domain.routes import LosingRule, Outcome
from priorauth.routing.conditions import (
    AnyOf,
    Condition,
    Holds,
    Listed,
    compiled,
    fact_names,
    implies,
    lists_of,
)
from priorauth.routing.fact import Facts, FactState
from priorauth.routing.vocabulary import FACTS, FactKind, FactValue
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
class Check:
    """One condition of one rule, and what is told of the rule where the condition does not hold."""

    condition: Condition
    holds: Holds
    fact: str | None  # None for an `any`, which has no fact of its own
    failed: LosingRule
    failed_by: Mapping[FactValue, LosingRule]
    inapplicable: LosingRule
    unknown: LosingRule
    silent: LosingRule

    def why_failed(self, facts: Facts) -> LosingRule:
        if self.fact is None:
            return self.failed
        fact = facts[self.fact]
        if fact.value is None:
            return self.inapplicable
        return self.failed_by.get(fact.value, self.failed)

    def why_undecided(self, facts: Facts) -> LosingRule:
        if self.fact is None or facts[self.fact].state is FactState.UNKNOWN:
            return self.unknown
        return self.silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One routing rule. `beats` are the places of rules of its step that are less specific (`more_specific`)."""

    id: str
    step: Step
    citation: str
    conditions: tuple[Condition, ...]
    answer: Answer
    reason: str
    checks: tuple[Check, ...] = field(repr=False)
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
        checks=tuple(_check(rule_id, condition) for condition in conditions),
        facts=tuple(dict.fromkeys(name for condition in conditions for name in fact_names(condition))),
        later=LosingRule(rule_id, "holds, but a rule of an earlier step decides"),
        general=LosingRule(rule_id, "holds, but a more specific rule decides"),
        agrees=LosingRule(rule_id, "holds and says the same"),
        set_aside=LosingRule(rule_id, "holds, but the desk has to look first"),
    )


def _check(rule_id: str, condition: Condition) -> Check:
    failed = LosingRule(rule_id, failed_text(condition))
    unknown = LosingRule(rule_id, unknown_text(condition))
    if isinstance(condition, AnyOf):
        return Check(condition, compiled(condition), None, failed, {}, failed, unknown, unknown)
    definition = FACTS[condition.fact]
    values = definition.values if definition.kind is FactKind.ENUMERATION else ()
    return Check(
        condition=condition,
        holds=compiled(condition),
        fact=condition.fact,
        failed=failed,
        failed_by={value: LosingRule(rule_id, failed_text(condition, value)) for value in values},
        inapplicable=LosingRule(rule_id, inapplicable_text(condition)),
        unknown=unknown,
        silent=LosingRule(rule_id, silent_text(condition)) if isinstance(condition.test, Listed) else unknown,
    )


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
