"""Which delegate or desk decides each item of a review, by which rule, and why the other rules did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import ServiceReview
from priorauth.domain.routes import ItemRoute, LosingRule, Outcome, Route, UsedFact
from priorauth.routing.codelists import CodeList
from priorauth.routing.conditions import all_of, open_questions
from priorauth.routing.fact import UNKNOWN, Absence, Facts
from priorauth.routing.facts import positions_of
from priorauth.routing.kinds import Decision, Watched
from priorauth.routing.packs import Pack
from priorauth.routing.requirements import applying
from priorauth.routing.rules import Rule
from priorauth.routing.unroutable import CONFLICT, LIST_NOT_LOADED, MEMBER_UNKNOWN, NO_RULE, UNKNOWN_FACTS
from priorauth.routing.vocabulary import FactValue


def choose(review: ServiceReview, pack: Pack, facts: Mapping[int, Facts]) -> Route:
    """The route of every item; `facts` by the item's sequence."""
    items = tuple([choose_item(pack, item.sequence, facts[item.sequence]) for item in review.items])
    return Route(payer=pack.payer, pack_version=pack.version, items=items)


def choose_item(pack: Pack, sequence: int, facts: Facts) -> ItemRoute:
    """The route of one item: what its kind was answered before, or is answered now, with the item's own facts."""
    decision = pack.kinds.decided(facts)
    if decision is None:
        watched = Watched(facts)
        decision = decide(pack, watched)
        pack.kinds.remember(decision, facts, watched.looked_at)
    return ItemRoute(
        sequence=sequence,
        outcome=decision.outcome,
        destination=decision.destination,
        queue=decision.queue,
        rule=decision.rule,
        reason=decision.reason,
        citation=decision.citation,
        facts=_used(decision.facts, facts),
        losing=decision.losing,
        unknown=decision.unknown,
        requirements=decision.requirements,
        desk=decision.desk,
    )


def decide(pack: Pack, facts: Facts) -> Decision:
    """What is said of every item of a kind: the rule of the first step that holds, unless a doubt could change it."""
    judged = _judge(pack.rules, facts)
    if not facts.member_known:
        return _manual(pack, facts, judged, MEMBER_UNKNOWN, "the directory does not know the member")
    if not judged.holding:
        return _without_a_rule(pack, facts, judged)
    deciding = _deciding(pack.rules, judged.holding)
    winner = pack.rules[deciding[0]]
    if len(deciding) > 1 and any(pack.rules[place].answer != winner.answer for place in deciding):
        names = ", ".join(pack.rules[place].id for place in deciding)
        reason = f"rules of equal weight differ: {names}"
        return _manual(pack, facts, judged, CONFLICT, reason, [pack.rules[place] for place in deciding])
    in_doubt = _in_doubt(pack.rules, winner, judged) if judged.undecided else []
    if in_doubt:
        return _undecided(pack, facts, judged, in_doubt)
    return Decision(
        outcome=winner.answer.outcome,
        destination=winner.answer.destination,
        queue=winner.answer.queue,
        rule=winner.id,
        reason=winner.reason,
        citation=winner.citation,
        facts=winner.facts,
        losing=_losing(pack.rules, judged, deciding),
        requirements=applying(pack.requirements, facts),
        desk=_desk(pack, facts)[0],
    )


@dataclass(slots=True)
class _Judged:
    """What became of every rule: places of those that hold and are undecided, and why the others lost."""

    holding: list[int]
    undecided: list[int]
    lost: list[LosingRule | None]  # by place; None for a rule that holds


def _judge(rules: Sequence[Rule], facts: Facts) -> _Judged:
    holding: list[int] = []
    undecided: list[int] = []
    lost: list[LosingRule | None] = []
    for place, rule in enumerate(rules):
        doubt = None
        for judge in rule.judgements:
            said = judge(facts)
            if said is None:
                continue
            if isinstance(said, LosingRule):
                lost.append(said)
                break
            if doubt is None:
                doubt = said
        else:
            (undecided if doubt else holding).append(place)
            lost.append(doubt.losing if doubt else None)
    return _Judged(holding, undecided, lost)


def _deciding(rules: Sequence[Rule], holding: list[int]) -> list[int]:
    """Of the rules that hold: those of the first step that no other of that step is more specific than."""
    if len(holding) == 1:
        return holding
    step = rules[holding[0]].step
    first = [place for place in holding if rules[place].step == step]
    beaten = frozenset().union(*(rules[place].beats for place in first))
    return [place for place in first if place not in beaten]


def _in_doubt(rules: Sequence[Rule], winner: Rule, judged: _Judged) -> list[int]:
    """The undecided rules that would change the answer if they held: of the winner's step or before, and different.

    None of them is less specific than the winner: what the winner takes a part of would hold as well.
    """
    return [
        place for place in judged.undecided if rules[place].step <= winner.step and rules[place].answer != winner.answer
    ]


def _without_a_rule(pack: Pack, facts: Facts, judged: _Judged) -> Decision:
    if judged.undecided:
        return _undecided(pack, facts, judged, judged.undecided)
    return _manual(pack, facts, judged, NO_RULE, "no rule of the pack takes this")


def _undecided(pack: Pack, facts: Facts, judged: _Judged, doubts: Sequence[int]) -> Decision:
    rules = [pack.rules[place] for place in doubts]
    questions = list(dict.fromkeys(_questions(rules, facts)))
    unknown = [question for question in questions if isinstance(question, str)]
    missing = [question.id for question in questions if isinstance(question, CodeList)]
    told = []
    if unknown:
        told.append(f"unknown: {', '.join(unknown)}")
    if missing:
        told.append(f"list not loaded: {', '.join(missing)}")
    reason = f"{'; '.join(told)}; undecided: {', '.join(rule.id for rule in rules)}"
    name = UNKNOWN_FACTS if unknown else LIST_NOT_LOADED
    return _manual(pack, facts, judged, name, reason, rules, tuple(unknown))


def _questions(rules: Iterable[Rule], facts: Facts) -> Iterable[str | CodeList]:
    for rule in rules:
        for condition, holds in zip(rule.conditions, rule.holds, strict=True):
            if holds(facts) is None:
                yield from open_questions(condition, facts)


def _manual(
    pack: Pack,
    facts: Facts,
    judged: _Judged,
    rule: str,
    reason: str,
    concerned: Sequence[Rule] = (),
    unknown: tuple[str, ...] = (),
) -> Decision:
    destination, queue = _desk(pack, facts)
    names = dict.fromkeys(name for one in concerned or pack.rules for name in one.facts)
    return Decision(
        outcome=Outcome.MANUAL,
        destination=destination,
        queue=queue,
        rule=rule,
        reason=reason,
        citation=", ".join(dict.fromkeys(one.citation for one in concerned)),
        facts=tuple(names),
        losing=_losing(pack.rules, judged, ()),
        unknown=unknown,
        requirements=applying(pack.requirements, facts) if facts.member_known else (),
        desk=destination,
    )


def _desk(pack: Pack, facts: Facts) -> tuple[DestinationId, str | None]:
    for desk in pack.other_desks:
        if all_of(desk.checks, facts):
            return desk.destination, desk.queue
    return pack.desk.destination, pack.desk.queue


def _used(names: Iterable[str], facts: Facts) -> tuple[UsedFact, ...]:
    positions = positions_of(facts)
    used = []
    for name in names:
        value, where = facts[name]
        source = positions.get(where, where)
        if type(value) is str:
            used.append(_shown(name, value, source))
        elif type(value) is Absence:
            used.append(_shown(name, _as_text(value), source))
        else:
            used.append(UsedFact(name, _as_text(value), source))
    return tuple(used)


_shown = lru_cache(maxsize=4096)(UsedFact)
"""The same fact with the same word, code or absence, made once. Dates and numbers are not remembered."""


def _as_text(value: FactValue | Absence) -> str | None:
    """A fact's value as text, `not applicable`, or None where it is unknown."""
    if isinstance(value, Absence):
        return None if value is UNKNOWN else NOT_APPLICABLE_TEXT
    if isinstance(value, tuple):
        return " ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


NOT_APPLICABLE_TEXT = Absence.NOT_APPLICABLE.value


def _losing(rules: Sequence[Rule], judged: _Judged, deciding: Sequence[int]) -> tuple[LosingRule, ...]:
    """Why each rule but the winner lost, in the order of precedence. Without a winner no rule that holds decides."""
    winner = rules[deciding[0]] if deciding else None
    if winner is not None and len(judged.holding) == 1:
        return tuple([lost for lost in judged.lost if lost is not None])
    losing = []
    for place, lost in enumerate(judged.lost):
        rule = rules[place]
        if lost is not None:
            losing.append(lost)
        elif winner is None:
            losing.append(rule.set_aside)
        elif rule.step > winner.step:
            losing.append(rule.later)
        elif rule is not winner:
            losing.append(rule.agrees if place in deciding else rule.general)
    return tuple(losing)
