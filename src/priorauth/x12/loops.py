"""A transaction set read by a guide: the loop tree, and every finding about its structure, elements and situations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from priorauth.domain.findings import Finding

from .compiled import CompiledUse
from .diagnosis import Fault, diagnose, odd_values, suspicion
from .envelope import TransactionSet
from .reporting import Draft, Report
from .segments import Delimiters
from .structure import CompiledGuide, Structure, compile_guide, find_guide
from .tree import LoopNode, LoopTree

__all__ = ["STRICT", "CompiledGuide", "LoopNode", "LoopTree", "Tolerances", "compile_guide", "find_guide", "read_loops"]

_FIRST = 2  # the number of the first segment after ST


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """What a trading partner may do that the guide does not allow, and what it may not that X12 does."""

    chained_services: bool = False  # SS below SS (X12's own example 5a): a warning, and read as below the event
    basic_characters_only: bool = False  # X12.5 basic character set: no lower case


STRICT = Tolerances()


def read_loops(
    transaction: TransactionSet, guide: CompiledGuide, *, delimiters: Delimiters, tolerances: Tolerances = STRICT
) -> LoopTree:
    """The loop tree of a set, with all findings; the tree is usable even where there are some."""
    rows = transaction.rows[1 : transaction.body_end]
    component = delimiters.component or "\0"
    structure = guide.structure(rows, delimiters.element, component, chained_services=tolerances.chained_services)
    root = _root(structure, transaction.rows)
    drafts = list(structure.drafts)
    drafts += _element_drafts(transaction, rows, structure, delimiters, tolerances)
    drafts += structure.situations.look(rows)
    findings: tuple[Finding, ...] = ()
    if drafts:
        for draft in drafts:
            draft.shift(_FIRST)
        findings = Report(transaction.source, drafts=drafts).findings()
    return LoopTree(root=root, delimiters=delimiters, findings=findings)


def _root(structure: Structure, rows: list[list[str]]) -> LoopNode:
    """The root, with a node below it for each level."""
    root = LoopNode(structure.root, rows, 1)
    nodes = [LoopNode(shape, rows, index + 1) for shape, index, _ in structure.levels]
    nodes.append(root)  # so that -1 is the parent of the first ones
    for node, (_, _, parent) in zip(nodes, structure.levels, strict=False):
        nodes[parent].levels.setdefault(node.id, []).append(node)
    return root


def _element_drafts(
    transaction: TransactionSet,
    rows: list[list[str]],
    structure: Structure,
    delimiters: Delimiters,
    tolerances: Tolerances,
) -> Iterator[Draft]:
    component, uses = delimiters.component or "\0", structure.uses
    if not structure.drafts and transaction.is_plain and not tolerances.basic_characters_only:
        checked = zip(rows, structure.checks, strict=True)
        unclean = [index for index, (row, checks) in enumerate(checked) if not checks[len(row)](row, component)]
    else:
        unclean = list(_unclean_with_care(rows, uses, delimiters, component, tolerances.basic_characters_only))
    if unclean:
        for index in unclean:
            yield from _diagnosed(uses[index], rows[index], index, delimiters, tolerances.basic_characters_only)
    for index, use in structure.with_content:
        assert use.content is not None
        if index not in unclean and (faults := use.content(rows[index], component)):
            yield from (_draft(use, index, fault) for fault in faults)


def _unclean_with_care(
    rows: list[list[str]], uses: list[CompiledUse | None], delimiters: Delimiters, component: str, is_basic: bool
) -> Iterator[int]:
    """The same for a set in which some rows may not be what they look like, or have no use."""
    is_suspect = suspicion(delimiters, is_basic).search
    for index, (row, use) in enumerate(zip(rows, uses, strict=True)):
        if use is None:
            continue
        if is_suspect(delimiters.element.join(row)) or not use.checks[len(row)](row, component):
            yield index


def _diagnosed(
    use: CompiledUse | None, row: list[str], index: int, delimiters: Delimiters, is_basic: bool
) -> Iterator[Draft]:
    assert use is not None
    faults = [
        *diagnose(use.use.elements, use.use.syntax, row, delimiters),
        *odd_values(row, delimiters, is_basic),
    ]
    if not faults and use.content is not None:
        faults += use.content(row, delimiters.component or "\0")
    return (_draft(use, index, fault) for fault in faults)


def _draft(use: CompiledUse, index: int, fault: Fault) -> Draft:
    code, element, component, repetition, data_element, expected = fault
    return Draft(code, index, use.loop, use.id, element, component, repetition, data_element, expected)
