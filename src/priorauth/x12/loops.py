"""A transaction set read by a guide: the loop tree and every finding about its structure and its elements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .blocks import Plan, plan_block
from .causes import hierarchy_drafts
from .compiled import CompiledLoop, CompiledUse, compile_root
from .diagnosis import Fault, diagnose, odd_values, suspicion
from .envelope import TransactionSet
from .guides import guide_table
from .guides.spec import Guide
from .hierarchy import Hierarchy
from .reporting import Draft, Report
from .segments import Delimiters
from .situations import situation_drafts
from .tree import LoopNode, LoopTree

Row = list[str]

_PLANS_KEPT = 1024
_ROWS_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerances:
    """What a trading partner may do that the guide does not allow, and what it may not that X12 does."""

    chained_services: bool = False  # SS below SS (X12's own example 5a): a warning, and read as below the event
    basic_characters_only: bool = False  # X12.5 basic character set: no lower case


STRICT = Tolerances()


class CompiledGuide:
    """A guide ready to read sets with: dispatch tables, generated checks, and the plans of clean blocks seen so far.

    A plan holds no values. The least recently used one goes when there are too many, as their forms are the senders'.
    """

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.root = compile_root(guide)
        self.ids = frozenset(id for loop in self.root.walk() for id in loop.ids)
        self.has_levels = bool(self.root.levels)
        self._plans: dict[tuple[object, ...], Plan] = {}

    def plan(self, loop: CompiledLoop, rows: Sequence[Row], component: str) -> Plan:
        """What each row of a block is, by the plan kept for blocks of this form or by a walk."""
        qualified = loop.qualified
        key = (
            id(loop),
            *[
                row[0] if (use := qualified.get(row[0])) is None else (row[0], use.first(row, component))
                for row in rows
            ],
        )
        plan = self._plans.pop(key, None)
        if plan is None:
            plan = plan_block(loop, rows, component, self.ids)
            if plan.drafts or len(rows) > _ROWS_KEPT:
                return plan
            if len(self._plans) >= _PLANS_KEPT:
                self._plans.pop(next(iter(self._plans)), None)
        self._plans[key] = plan
        return plan

    def __repr__(self) -> str:
        return f"CompiledGuide({self.guide.id} {self.guide.direction})"


_COMPILED: dict[int, CompiledGuide] = {}


def compile_guide(guide: Guide) -> CompiledGuide:
    """The compiled form of a guide, made once per process."""
    compiled = _COMPILED.get(id(guide))
    if compiled is None:
        compiled = _COMPILED[id(guide)] = CompiledGuide(guide)  # which keeps the guide, and so its id
    return compiled


def find_guide(gs08: str, direction: str) -> CompiledGuide | None:
    """The guide for a GS08 and a direction (`request` or `response`), or None for one we do not have."""
    guide = guide_table(gs08, direction)
    return compile_guide(guide) if guide is not None else None


def read_loops(
    transaction: TransactionSet, guide: CompiledGuide, *, delimiters: Delimiters, tolerances: Tolerances = STRICT
) -> LoopTree:
    """The loop tree of a set, with all findings; the tree is usable even where there are some."""
    return _Reading(transaction, guide, delimiters, tolerances).read()


class _Reading:
    def __init__(
        self, transaction: TransactionSet, guide: CompiledGuide, delimiters: Delimiters, tolerances: Tolerances
    ) -> None:
        self.guide = guide
        self.rows = transaction.rows
        self.end = transaction.body_end
        self.delimiters = delimiters
        self.component = delimiters.component or "\0"
        self.tolerances = tolerances
        self.report = Report(transaction.source)
        self.suspects = self._suspects(transaction)

    def read(self) -> LoopTree:
        hierarchy = Hierarchy(self.guide.root, self.rows, self.tolerances.chained_services)
        starts = [index for index, row in enumerate(self.rows[: self.end]) if row[0] == "HL"]
        if not self.guide.has_levels:
            starts = []
        root = hierarchy.root
        root.index, root.stop = 1, starts[0] if starts else self.end
        root.plan = self._read_block(root.loop, 1, root.stop)
        root.node = LoopNode(root.plan.shape, self.rows, 1)
        for start, stop in zip(starts, [*starts[1:], self.end], strict=False):
            level = hierarchy.place(start, stop)
            hierarchy.attach(level, self._read_block(level.loop, start, stop, skips_opener=level.is_guessed))
        for draft in hierarchy_drafts(hierarchy):
            self.report.add(draft)
        for draft in situation_drafts(root.node, self.guide.guide):
            self.report.add(draft)
        return LoopTree(root=root.node, delimiters=self.delimiters, findings=self.report.findings())

    def _read_block(self, loop: CompiledLoop, start: int, stop: int, *, skips_opener: bool = False) -> Plan:
        rows, component = self.rows[start:stop], self.component
        plan = self.guide.plan(loop, rows, component)
        for draft in plan.drafts:
            _shift(draft, start + 1)
        if self.suspects or skips_opener:
            self._check_with_care(plan, rows, start, skips_opener)
            return plan
        for index, (row, use) in enumerate(zip(rows, plan.uses, strict=True), start):
            if use is None:
                continue
            if not use.checks[len(row)](row, component):
                self._diagnose(use, row, index)
            elif use.content is not None:
                for fault in use.content(row, component):
                    self._note(use, index, fault)
        return plan

    def _check_with_care(self, plan: Plan, rows: Sequence[Row], start: int, skips_opener: bool) -> None:
        """The same for a set in which some rows are not what they look like."""
        for index, (row, use) in enumerate(zip(rows, plan.uses, strict=True), start):
            if use is None or (skips_opener and index == start):
                continue
            if index in self.suspects or not use.checks[len(row)](row, self.component):
                self._diagnose(use, row, index)
            elif use.content is not None:
                for fault in use.content(row, self.component):
                    self._note(use, index, fault)

    def _suspects(self, transaction: TransactionSet) -> frozenset[int]:
        is_basic = self.tolerances.basic_characters_only
        if transaction.is_plain and not is_basic:
            return frozenset()
        finds = suspicion(self.delimiters, is_basic).search
        separator = self.delimiters.element
        return frozenset(index for index, row in enumerate(self.rows) if finds(separator.join(row)))

    def _diagnose(self, use: CompiledUse, row: Row, index: int) -> None:
        faults = list(diagnose(use.use.elements, use.use.syntax, row, self.delimiters))
        if index in self.suspects:
            faults += odd_values(row, self.delimiters, self.tolerances.basic_characters_only)
        for fault in faults:
            self._note(use, index, fault)
        if not faults and use.content is not None:
            for fault in use.content(row, self.component):
                self._note(use, index, fault)

    def _note(self, use: CompiledUse, index: int, fault: Fault) -> None:
        code, element, component, repetition, data_element, expected = fault
        self.report.add(
            Draft(code, index + 1, use.loop, use.id, element, component, repetition, data_element, expected)
        )


def _shift(draft: Draft, by: int) -> None:
    draft.number += by
    for consequence in draft.consequences:
        _shift(consequence, by)
