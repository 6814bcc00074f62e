"""Which notices are due, to whom, by when and with what in them. Pure: what happened and the calendar are passed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime

from priorauth.domain.clocks import Occurrence
from priorauth.domain.determinations import CertificationAction, ItemDecision
from priorauth.domain.notices import Content, DueNotice, NoticeTrigger
from priorauth.domain.reviews import ReviewItem
from priorauth.domain.steps import Party, StepKind
from priorauth.routing.adverse import is_adverse
from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.determination_rules import DeterminationBook, Notice, NoticeRule
from priorauth.routing.fact import Facts

CERTIFIED_BEFORE = {"concurrent", "extension", "discharge", "transfer"}
"""Kinds of review of what was certified already: a denial ends it."""
REDUCED = {CertificationAction.MODIFIED, CertificationAction.CERTIFIED_PARTIALLY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What may make notices due: something about one item of a review, with what is known of it."""

    item: ReviewItem
    facts: Facts
    triggers: AbstractSet[NoticeTrigger]
    decision: ItemDecision | None = None
    step: StepKind | None = None
    happened: Mapping[Occurrence, datetime] = field(default_factory=dict)


def triggers_of(decision: ItemDecision, asked: ReviewItem, facts: Facts) -> frozenset[NoticeTrigger]:
    """What a final decision on an item makes due."""
    found: set[NoticeTrigger] = set()
    if is_adverse(decision, asked):
        found.add(NoticeTrigger.ADVERSE)
        if facts["review_type"][0] in CERTIFIED_BEFORE and ends_care(decision):
            found |= {NoticeTrigger.TERMINATION, NoticeTrigger.END_OF_SERVICES}
    if decision.action is CertificationAction.NOT_CERTIFIED:
        found.add(NoticeTrigger.DENIAL)
    if decision.action is not None and decision.action.certifies:
        if NoticeTrigger.ADVERSE not in found:
            found.add(NoticeTrigger.APPROVAL)
        if facts["network_status"][0] == "out":
            found.add(NoticeTrigger.NETWORK_EXCEPTION)
    if isinstance(facts["discharge_date"][0], date) and facts["review_type"][0] in CERTIFIED_BEFORE:
        found |= {NoticeTrigger.DISCHARGE, NoticeTrigger.END_OF_SERVICES}
    return frozenset(found)


def ends_care(decision: ItemDecision) -> bool:
    """True where nothing of it is certified any longer, or a span of days is not."""
    denied = CertificationAction.NOT_CERTIFIED
    return decision.action is denied or any(span.action is denied for span in decision.spans)


def due_notices(book: DeterminationBook, clocks: ClockBook, happenings: Sequence[Happening]) -> Iterator[DueNotice]:
    """Every notice that these make due, each once for all items that it is about, in the order of the pack."""
    for rule in book.notices:
        found = [each for each in happenings if _concerns(rule, each)]
        if found:
            yield _due(rule.said, book, clocks, found)


def _concerns(rule: NoticeRule, happening: Happening) -> bool:
    """True where a notice is due, or may be: a fact that nobody knows keeps no notice back."""
    said = rule.said
    if said.trigger not in happening.triggers or (said.step is not None and said.step is not happening.step):
        return False
    return rule.reaches(happening.facts) is not False


def _due(said: Notice, book: DeterminationBook, clocks: ClockBook, found: Sequence[Happening]) -> DueNotice:
    first = found[0]
    contents = tuple(said.contents)
    missing = tuple(content for content in contents if not all(_known(content, each, book) for each in found))
    return DueNotice(
        notice=said.id,
        title=said.title,
        citation=said.citation,
        duty=said.duty,
        trigger=said.trigger,
        audience=audience_of(said, first.facts),
        channels=tuple(said.channels),
        sequences=tuple(each.item.sequence for each in found),
        clock=said.clock or "",
        due_at=_due_at(said.clock, clocks, first.happened),
        contents=contents,
        missing=missing,
        suppressed_because=exception_of(said, found),
    )


def audience_of(said: Notice, facts: Facts) -> tuple[Party, ...]:
    """To whom: an electronic facility sees some of them in its portal."""
    spared = said.not_to_electronic_facility and facts["facility_electronic"][0] is True
    return tuple(party for party in said.audience if not (spared and party is Party.FACILITY))


def exception_of(said: Notice, found: Sequence[Happening]) -> str:
    """The code of the exception for which a notice must not be given, or empty.

    A reduction is known from the decision; the others are stated as a reason code of it.
    """
    codes = {exception.code for exception in said.exceptions}
    for happening in found:
        decision = happening.decision
        if decision is None:
            continue
        if "NX1" in codes and decision.action in REDUCED:
            return "NX1"
        stated = [code for code in decision.reason_codes if code in codes]
        if stated:
            return stated[0]
    return ""


def _due_at(clock: str | None, clocks: ClockBook, happened: Mapping[Occurrence, datetime]) -> datetime | None:
    """By when, by the first clock of that id that can be counted yet."""
    for rule in clocks.rules:
        if rule.clock.id == clock:
            at, _ = rule.clock.deadline.at(happened, clocks.calendar)
            if at is not None:
                return at
    return None


def _known(content: Content, happening: Happening, book: DeterminationBook) -> bool:
    return _SOURCES[content](happening, book)


def _explained(name: str) -> Callable[[Happening, DeterminationBook], bool]:
    """Whether the decision explains that part."""

    def known(happening: Happening, _: DeterminationBook) -> bool:
        rationale = happening.decision.rationale if happening.decision else None
        return bool(rationale and getattr(rationale, name).strip())

    return known


def _says(kind: StepKind) -> Callable[[Happening, DeterminationBook], bool]:
    """Whether the pack says how to take such a step."""
    return lambda _, book: any(step.kind is kind for step in book.said.steps)


def _reason(happening: Happening, _: DeterminationBook) -> bool:
    """A specific reason is a code and a text (REG-CMS-06)."""
    decision = happening.decision
    return decision is not None and bool(decision.reason_codes) and bool(decision.message.strip())


def _number(happening: Happening, _: DeterminationBook) -> bool:
    decision = happening.decision
    return decision is not None and bool(decision.certification_number or decision.administrative_number)


def _quantity(happening: Happening, _: DeterminationBook) -> bool:
    decision, service = happening.decision, happening.item.service
    stated = decision.authorized if decision else None
    spans = decision.spans if decision else ()
    return bool(spans) or (stated is not None and stated.quantity is not None) or bool(service and service.quantity)


def _duration(happening: Happening, _: DeterminationBook) -> bool:
    decision = happening.decision
    stated = decision.authorized if decision else None
    dates = (stated.effective or stated.expires or stated.service_dates) if stated else None
    return dates is not None or bool(decision and decision.spans) or happening.item.service_dates is not None


def _liability(happening: Happening, book: DeterminationBook) -> bool:
    """Known where a reason of the payer's own says who pays."""
    codes = {each.reason for each in book.said.administrative}
    return happening.decision is not None and bool(codes & set(happening.decision.reason_codes))


_appeal_explained, _appeal_said = _explained("appeal_rights"), _says(StepKind.APPEAL_REQUESTED)

_SOURCES: Mapping[Content, Callable[[Happening, DeterminationBook], bool]] = {
    Content.REASON: _reason,
    Content.EVIDENCE: _explained("specific_information"),
    Content.CONDITION: _explained("condition_and_treatment"),
    Content.ALTERNATIVES: _explained("alternatives"),
    Content.CRITERIA: _explained("criteria"),
    Content.REVIEWER_CONTACT: _explained("reviewer_contact"),
    Content.APPEAL_RIGHTS: lambda happening, book: _appeal_explained(happening, book) or _appeal_said(happening, book),
    Content.PEER_TO_PEER: _says(StepKind.PEER_TO_PEER_REQUESTED),
    Content.DISCLAIMER: lambda _, __: True,  # said with every certification
    Content.AUTHORIZATION_NUMBER: _number,
    Content.QUANTITY: _quantity,
    Content.DURATION: _duration,
    Content.DECISION: lambda happening, _: happening.decision is not None,
    Content.MEMBER_LIABILITY: _liability,
    Content.LANGUAGE_ACCESS: lambda _, __: False,  # a text of the payer's, which no decision carries
}
"""Where it is known from that a notice can contain something."""
