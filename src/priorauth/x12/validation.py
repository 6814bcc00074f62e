"""A message validated: envelope, structure, elements, content and situations, each part with its findings.

Results are values and are not to be changed; they are not frozen because every message pays for making them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from priorauth.domain.findings import Finding
from priorauth.domain.findings import FindingCode as Code

from .control import FUNCTIONAL_GROUPS, takes_composites_apart
from .envelope import FunctionalGroup, Interchange, Limits, TransactionSet, read_interchange, split_stream
from .guides import direction_of, guide_table
from .loops import STRICT, CompiledGuide, Tolerances, find_guide, read_loops
from .parts import DEFAULT_LIMITS
from .reporting import Draft, Report
from .segments import Delimiters
from .tree import LoopNode

__all__ = ["GroupResult", "InterchangeResult", "SetResult", "Tolerances", "validate_interchange", "validate_stream"]


@dataclass(slots=True, kw_only=True)
class SetResult:
    """One set: the guide it was read by and its tree, where there is a guide, and everything wrong with it."""

    transaction: TransactionSet
    guide: CompiledGuide | None
    tree: LoopNode | None
    delimiters: Delimiters
    findings: tuple[Finding, ...]


@dataclass(slots=True, kw_only=True)
class GroupResult:
    """One group with its sets. `findings` are the group's own."""

    group: FunctionalGroup
    sets: tuple[SetResult, ...]
    findings: tuple[Finding, ...]


@dataclass(slots=True, kw_only=True)
class InterchangeResult:
    """One interchange with its groups. `findings` are the interchange's own."""

    interchange: Interchange
    groups: tuple[GroupResult, ...]
    findings: tuple[Finding, ...]


def validate_interchange(data: bytes, tolerances: Tolerances = STRICT) -> InterchangeResult:
    """A message that is one interchange. Raises `X12SyntaxError` where no ISA13 can be read, and nothing else."""
    interchange = read_interchange(data)
    delimiters = interchange.delimiters
    groups = [
        _group_result(group, tuple([_set_result(each, delimiters, tolerances) for each in group.sets]))
        for group in interchange.groups
    ]
    return InterchangeResult(interchange=interchange, groups=tuple(groups), findings=interchange.findings)


def validate_stream(
    chunks: Iterable[bytes], tolerances: Tolerances = STRICT, limits: Limits = DEFAULT_LIMITS
) -> Iterator[SetResult | GroupResult | InterchangeResult]:
    """A file of interchanges, each part when it ends; groups come without their sets, interchanges without groups."""
    for part in split_stream(chunks, limits):
        if isinstance(part, TransactionSet):
            yield _set_result(part, part.delimiters, tolerances)
        elif isinstance(part, FunctionalGroup):
            yield _group_result(part, ())
        else:
            yield InterchangeResult(interchange=part, groups=(), findings=part.findings)


def _group_result(group: FunctionalGroup, sets: tuple[SetResult, ...]) -> GroupResult:
    unsupported = _unsupported(group)
    findings = (*group.findings, *unsupported) if unsupported else group.findings
    return GroupResult(group=group, sets=sets, findings=findings)


def _unsupported(group: FunctionalGroup) -> tuple[Finding, ...]:
    functional, version = group.header[1], group.header[8]
    if functional in FUNCTIONAL_GROUPS and guide_table(version, "request") is not None:
        return ()
    report = Report(group.source, first=group.position)
    if functional not in FUNCTIONAL_GROUPS:
        report.add(Draft(Code.GROUP_NOT_SUPPORTED, group.position, "", "GS", 1, data_element="479"))
    if guide_table(version, "request") is None:
        report.add(Draft(Code.GROUP_VERSION, group.position, "", "GS", 8, data_element="480"))
    return report.findings()


def _set_result(transaction: TransactionSet, delimiters: Delimiters, tolerances: Tolerances) -> SetResult:
    guide = _guide(transaction) if takes_composites_apart(delimiters) else None
    if guide is None or (transaction.findings and any(each.code in _UNREAD for each in transaction.findings)):
        return SetResult(
            transaction=transaction, guide=guide, tree=None, delimiters=delimiters, findings=transaction.findings
        )
    tree = read_loops(transaction, guide, delimiters=delimiters, tolerances=tolerances)
    findings = tree.findings
    if transaction.findings:
        findings = tuple(sorted((*transaction.findings, *findings), key=lambda finding: finding.at.segment))
    return SetResult(transaction=transaction, guide=guide, tree=tree.root, delimiters=delimiters, findings=findings)


_UNREAD = frozenset((Code.SET_TOO_LARGE, Code.SET_NOT_SUPPORTED, Code.ST_IDENTIFIER))
"""What says that the content of a set is not what the guide is about."""


def _guide(transaction: TransactionSet) -> CompiledGuide | None:
    """The guide that GS08 and, between request and response, BHT02 name."""
    beginning = transaction.rows[1] if len(transaction.rows) > 1 else []
    purpose, kind = (beginning[2:3], beginning[6:7]) if beginning[:1] == ["BHT"] else ([], [])
    return find_guide(transaction.group[8], direction_of("".join(purpose), "".join(kind)))
