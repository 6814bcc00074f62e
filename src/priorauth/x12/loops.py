"""A transaction set read by a guide: the loop tree, and every finding about its structure, elements and situations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

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
    structure = guide.structure(rows, transaction.ids, component, chained_services=tolerances.chained_services)
    root = LoopNode(structure.root, transaction.rows, 1, structure.branches)
    is_plain = transaction.is_plain and not tolerances.basic_characters_only
    drafts = structure.situations.look(rows)
    if not (is_plain and _are_clean(rows, structure, component)):
        drafts = [*structure.drafts, *_element_drafts(rows, structure, delimiters, tolerances), *drafts]
    if not drafts:
        return LoopTree(root=root, delimiters=delimiters)
    for draft in drafts:
        draft.shift(_FIRST)
    return LoopTree(root=root, delimiters=delimiters, findings=Report(transaction.source, drafts=drafts).findings())


def _are_clean(rows: list[list[str]], structure: Structure, component: str) -> bool:
    """True where every row has a use and is as its use says."""
    if structure.drafts:
        return False
    try:
        for row, checks in zip(compress(rows, structure.is_checked), structure.checks, strict=False):
            if not checks[len(row)](row, component):
                return False
    except IndexError:  # too many elements or components
        return False
    return True


def _element_drafts(
    rows: list[list[str]], structure: Structure, delimiters: Delimiters, tolerances: Tolerances
) -> Iterator[Draft]:
    component, is_basic = delimiters.component or "\0", tolerances.basic_characters_only
    for index in _unclean(rows, structure.uses, delimiters, component, is_basic):
        yield from _diagnosed(structure.uses[index], rows[index], index, delimiters, is_basic)


def _unclean(
    rows: list[list[str]], uses: list[CompiledUse | None], delimiters: Delimiters, component: str, is_basic: bool
) -> Iterator[int]:
    """The rows that are not as their use says, or not what they look like."""
    is_suspect = suspicion(delimiters, is_basic).search
    for index, (row, use) in enumerate(zip(rows, uses, strict=True)):
        if use is None:
            continue
        if not use.checks.is_clean(row, component) or is_suspect(delimiters.element.join(row)):
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
        faults += use.content.faults(row, delimiters.component or "\0")
    return (_draft(use, index, fault) for fault in faults)


def _draft(use: CompiledUse, index: int, fault: Fault) -> Draft:
    code, element, component, repetition, data_element, expected = fault
    return Draft(code, index, use.loop, use.id, element, component, repetition, data_element, expected)
