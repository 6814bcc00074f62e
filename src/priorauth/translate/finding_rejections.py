"""Findings about content to rejections (AAA) of a 278 response: at which level, for which reason, with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from priorauth.domain.determinations import Rejection, RejectionLevel
from priorauth.domain.findings import Finding, Position
from priorauth.translate.finding_rules import FindingRule, FindingTable
from priorauth.translate.x12_rejections import RESPONSE
from priorauth.x12.segments import Segment
from priorauth.x12.tree import LoopNode
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


def rejections_of(
    findings: Iterable[Finding], table: FindingTable, tree: LoopNode, segments: tuple[Segment, ...]
) -> tuple[Rejection, ...]:
    """The rejections that answer these findings of one request; a place gets each reason once.

    Findings that a TA1 or a 999 says, that do not reject, or that follow from another one are left out.
    """
    rejected = [finding for finding in findings if finding.rejects and _is_said_here(finding, table)]
    return tuple(dict.fromkeys(_rejection(finding, table[finding.code], tree, segments) for finding in rejected))


def reason_at(level: RejectionLevel, preferred: Iterable[str]) -> str:
    """The first of these AAA03 codes that the response allows at a level, or the most general one it allows."""
    allowed = RESPONSE.codes(level, "AAA", 3)
    return next(code for code in (*preferred, *_GENERAL_REASONS, *sorted(allowed)) if code in allowed)


def _is_said_here(finding: Finding, table: FindingTable) -> bool:
    return table[finding.code].acknowledgment.reply is Reply.REJECTION


def _rejection(finding: Finding, rule: FindingRule, tree: LoopNode, segments: tuple[Segment, ...]) -> Rejection:
    level = LEVELS.get(finding.at.loop, RejectionLevel.TRANSACTION)
    follow_ups = RESPONSE.codes(level, "AAA", 4)
    sequence, provider = _place(finding.at, level, tree)
    return Rejection(
        level=level,
        reason=reason_at(level, _reasons(finding.at, rule, segments)),
        follow_up=rule.follow_up if rule.follow_up in follow_ups else min(follow_ups),
        sequence=sequence,
        provider=provider,
        finding=finding.code,
    )


def _reasons(at: Position, rule: FindingRule, segments: tuple[Segment, ...]) -> tuple[str, ...]:
    if at.segment_id == "DTP" and 0 < at.segment <= len(segments):
        segment = segments[at.segment - 1]
        if len(segment) > 1 and (own := DATE_REASONS.get(segment[1])):
            return (own, *rule.reasons)
    return rule.reasons


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
