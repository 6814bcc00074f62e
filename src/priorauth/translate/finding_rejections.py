"""Findings about content to rejections (AAA) of a 278 response: at which level, for which reason, with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from priorauth.domain.determinations import Rejection, RejectionLevel
from priorauth.domain.findings import Finding, Position
from priorauth.translate.finding_rules import FindingRule, FindingTable
from priorauth.translate.x12_rejections import RESPONSE
from priorauth.x12.tree import LoopNode
from priorauth.x12.validation import SetResult
from priorauth.x12.verdicts import Reply

LEVELS: Mapping[str, RejectionLevel] = {
    "": RejectionLevel.TRANSACTION,
    "2000A": RejectionLevel.TRANSACTION,
    "2010A": RejectionLevel.UMO,
    "2000B": RejectionLevel.REQUESTER,
    "2010B": RejectionLevel.REQUESTER,
    "2000C": RejectionLevel.SUBSCRIBER,
    "2010C": RejectionLevel.SUBSCRIBER,
    "2000D": RejectionLevel.DEPENDENT,
    "2010D": RejectionLevel.DEPENDENT,
    "2000E": RejectionLevel.EVENT,
    "2010EA": RejectionLevel.EVENT_PROVIDER,
    "2010EB": RejectionLevel.TRANSPORT,
    "2010EC": RejectionLevel.EVENT,  # another UMO's denial: the response has no loop of its own for it
    "2000F": RejectionLevel.SERVICE,
    "2010F": RejectionLevel.SERVICE_PROVIDER,
}
"""The loop of the request that a finding is about, and the level of the response that answers it."""

DATE_REASONS: Mapping[str, str] = {
    "435": "AM",  # admission
    "096": "AN",  # discharge
    "439": "AI",  # accident
    "484": "AJ",  # last menstrual period
    "ABC": "AK",  # expected birth
    "431": "AH",  # onset
}
"""DTP01 to the AAA03 that speaks of that very date; the other dates have no code of their own."""

_GENERAL_REASONS = ("33", "15", "79", "42")  # input errors, data missing, participant id, unable to respond


def rejections_of(result: SetResult, table: FindingTable) -> tuple[Rejection, ...]:
    """The rejections that answer the findings of one request.

    Findings that a TA1 or a 999 says, that do not reject, or that follow from another one are left out.
    """
    if result.tree is None:
        return ()
    found = [each for each in result.findings if each.rejects and is_said_by_rejection(each, table)]
    return tuple(
        dict.fromkeys(_rejection(each, table[each.code], result.tree, result.transaction.rows) for each in found)
    )


def is_said_by_rejection(finding: Finding, table: FindingTable) -> bool:
    """True where an AAA says the finding, never an acknowledgment."""
    return table[finding.code].acknowledgment.reply is Reply.REJECTION


def reason_for(at: Position, rule: FindingRule, rows: Sequence[Sequence[str]]) -> str:
    """AAA03 for a finding: the date's own code, else the rule's, as far as the level allows them."""
    allowed = RESPONSE.codes(LEVELS.get(at.loop, RejectionLevel.TRANSACTION), "AAA", 3)
    preferred = (*_date_reasons(at, rows), *rule.reasons, *_GENERAL_REASONS, *sorted(allowed))
    return next(code for code in preferred if code in allowed)


def follow_up_for(at: Position, rule: FindingRule) -> str:
    """AAA04 for a finding, as far as the level allows it."""
    allowed = RESPONSE.codes(LEVELS.get(at.loop, RejectionLevel.TRANSACTION), "AAA", 4)
    return rule.follow_up if rule.follow_up in allowed else min(allowed)


def _date_reasons(at: Position, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    segment_id, _, qualifier = at.segment_id.partition("/")
    if segment_id == "DTP" and 0 < at.segment <= len(rows) and len(row := rows[at.segment - 1]) > 1:
        qualifier = row[1]
    if qualifier in DATE_REASONS:
        yield DATE_REASONS[qualifier]


def _rejection(finding: Finding, rule: FindingRule, tree: LoopNode, rows: Sequence[Sequence[str]]) -> Rejection:
    level = LEVELS.get(finding.at.loop, RejectionLevel.TRANSACTION)
    sequence, provider = _place(finding.at, level, tree)
    return Rejection(
        level=level,
        reason=reason_for(finding.at, rule, rows),
        follow_up=follow_up_for(finding.at, rule),
        sequence=sequence,
        provider=provider,
        finding=finding.code,
    )


def _place(at: Position, level: RejectionLevel, tree: LoopNode) -> tuple[int | None, int | None]:
    """The item and the provider, transport location or other repetition that a finding is about."""
    if level is RejectionLevel.SERVICE:
        return _last_before(at.segment, _nodes(tree, "2000F")) + 1, None
    if level is RejectionLevel.SERVICE_PROVIDER:
        services = _nodes(tree, "2000F")
        item = _last_before(at.segment, services)
        return item + 1, _last_before(at.segment, services[item].loops(at.loop)) if services else 0
    if level in (RejectionLevel.EVENT_PROVIDER, RejectionLevel.TRANSPORT):
        return None, _last_before(at.segment, _nodes(tree, at.loop))
    return None, None


def _nodes(tree: LoopNode, loop: str) -> list[LoopNode]:
    return [node for node in _walk(tree) if node.id == loop]


def _walk(node: LoopNode) -> Iterator[LoopNode]:
    for child in node.children():
        yield child
        yield from _walk(child)


def _last_before(number: int, nodes: list[LoopNode]) -> int:
    """The place (from 0) of the last loop that begins at or before a segment."""
    return max(0, sum(_start(node) <= number for node in nodes) - 1)


def _start(node: LoopNode) -> int:
    return min(map(node.number, node.keys()), default=0)
