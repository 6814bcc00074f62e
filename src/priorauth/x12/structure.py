"""The structure of a set: which use each row is, and which loops stand where. It holds no values.

The structure of a set without faults depends on its segment ids, its qualifiers and its HL segments alone, so those
of the forms seen last are kept. A kept structure costs a look-up; a new one a walk, block by block.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import Generic, TypeVar

from .blocks import Plan, plan_block
from .causes import hierarchy_drafts
from .checks import Check
from .compiled import CompiledLoop, CompiledUse, compile_root
from .guides import guide_table
from .guides.spec import Guide
from .hierarchy import Hierarchy, Level
from .reporting import Draft
from .shape import Shape
from .situations import Situations, find_situations
from .tree import Branch

Row = list[str]
Kept = TypeVar("Kept")

_ID = itemgetter(0)

_FORMS_KEPT = 512
_ROWS_KEPT = 256  # of a set or block that is kept


@dataclass(slots=True, eq=False)
class Structure:
    """`uses` has one entry a row, None where the row has no place. `levels` lists each HL after its parent."""

    root: Shape
    levels: list[tuple[Shape, int, int]]  # shape, index of the HL row, index of the parent in this list (-1: root)
    uses: list[CompiledUse | None]
    drafts: list[Draft]
    situations: Situations
    checks: list[list[Check] | None] = field(init=False)  # of each row that has a use, by its length
    branches: dict[str, list[Branch]] = field(init=False)  # the levels as a tree

    def __post_init__(self) -> None:
        self.checks = [use.checks.by_length for use in self.uses if use is not None]
        branches = [Branch(shape, index, {}) for shape, index, _ in self.levels]
        self.branches = {}
        for branch, (shape, _, parent) in zip(branches, self.levels, strict=True):
            below = self.branches if parent < 0 else branches[parent].below
            below.setdefault(shape.loop.id, []).append(branch)

    def settle(self, rows: Sequence[Row], component: str) -> bool:
        """Spare HL segments their checks where they are clean: all sets of this form have the same ones."""
        for index, (row, use) in enumerate(zip(rows, self.uses, strict=True)):
            if row[0] == "HL" and use is not None:
                if not use.checks.is_clean(row, component):
                    return False
                self.checks[index] = None
        return True


class Recent(Generic[Kept]):
    """The values used last, by key; the one not used for longest goes first. Bounded, as keys come from senders."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Kept] = {}

    def get(self, key: Hashable) -> Kept | None:
        """The value, which counts as a use."""
        value = self._kept.pop(key, None)
        if value is not None:
            self._kept[key] = value
        return value

    def keep(self, key: Hashable, value: Kept) -> None:
        """Keep a value."""
        while len(self._kept) >= self._most:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[key] = value


class CompiledGuide:
    """A guide ready to read sets with: dispatch tables, generated checks, and the forms of sets seen last."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.root = compile_root(guide)
        self.ids = frozenset(id for loop in self.root.walk() for id in loop.ids)
        self._opens_levels = bool(self.root.levels)
        self._qualified = {
            id: use.is_composite_first for loop in self.root.walk() for id, use in loop.qualified.items()
        }
        self._positions: Recent[tuple[list[int], list[int], list[int]]] = Recent(_FORMS_KEPT)
        self._structures: Recent[Structure] = Recent(_FORMS_KEPT)
        self._plans: Recent[Plan] = Recent(_FORMS_KEPT)

    def structure(self, rows: Sequence[Row], element: str, component: str, *, chained_services: bool) -> Structure:
        """The structure of a set; `rows` are those between ST and SE."""
        form = self._form(rows, element, component)  # chained services have no form that is kept
        structure = self._structures.get(form)
        if structure is None:
            structure = self._read(rows, element, component, chained_services)
            if not structure.drafts and len(rows) <= _ROWS_KEPT and structure.settle(rows, component):
                self._structures.keep(form, structure)
        return structure

    def _form(self, rows: Sequence[Row], element: str, component: str) -> Hashable:
        """The segment ids, and of those that need it the qualifier, or all of an HL."""
        ids = tuple(map(_ID, rows))
        positions = self._positions.get(ids)
        if positions is None:
            positions = self._find_positions(ids)
        plain, composite, levels = positions
        return (
            ids,
            *[rows[index][1] if len(rows[index]) > 1 else "" for index in plain],
            *[element.join(rows[index]) for index in levels],
            *[_qualifier(rows[index], component) for index in composite],
        )

    def _find_positions(self, ids: tuple[str, ...]) -> tuple[list[int], list[int], list[int]]:
        """The rows with a qualifier, with one that is a component, and the HLs."""
        of_kind: dict[bool, list[int]] = {False: [], True: []}
        for index, id in enumerate(ids):
            if id in self._qualified:
                of_kind[self._qualified[id]].append(index)
        levels = [index for index, id in enumerate(ids) if id == "HL"] if self._opens_levels else []
        positions = (of_kind[False], of_kind[True], levels)
        if len(ids) <= _ROWS_KEPT and self.ids.issuperset(ids):  # anything may stand where an id should
            self._positions.keep(ids, positions)
        return positions

    def _read(self, rows: Sequence[Row], element: str, component: str, chained_services: bool) -> Structure:
        hierarchy = Hierarchy(self.root, rows, component, chained_services)
        starts = [index for index, row in enumerate(rows) if row[0] == "HL"] if self._opens_levels else []
        starts = [index for index in starts if rows[index] != rows[index - 1]]  # the same HL twice opens one level
        bounds = [*starts, len(rows)]
        hierarchy.root.stop = bounds[0]
        hierarchy.root.plan = self._plan(self.root, rows[: bounds[0]], element, component)
        for start, stop in pairwise(bounds):
            level = hierarchy.place(start, stop)
            level.plan = self._plan(level.loop, rows[start:stop], element, component)
            for draft in level.plan.drafts:
                draft.shift(start)
        drafts = hierarchy_drafts(hierarchy)
        levels = hierarchy.placed()
        return Structure(
            root=hierarchy.root.plan.shape,
            levels=levels,
            uses=[use for level in hierarchy.levels for use in _uses(level)],
            drafts=drafts,
            situations=find_situations(levels, frozenset(row[0] for row in rows), self.guide),
        )

    def _plan(self, loop: CompiledLoop, rows: Sequence[Row], element: str, component: str) -> Plan:
        opener = tuple(
            row[0] for row in rows[:1]
        )  # an HL, or in the header BHT: what HL says is not the block's matter
        form = (id(loop), opener, self._form(rows[1:], element, component))
        plan = self._plans.get(form)
        if plan is None:
            plan = plan_block(loop, rows, component, self.ids)
            if not plan.drafts and len(rows) <= _ROWS_KEPT:
                self._plans.keep(form, plan)
        return plan

    def __repr__(self) -> str:
        return f"CompiledGuide({self.guide.id} {self.guide.direction})"


def _uses(level: Level) -> list[CompiledUse | None]:
    uses = level.plan.uses if level.plan is not None else []
    return [None, *uses[1:]] if level.is_guessed else uses  # what is wrong with such an HL is said already


def _qualifier(row: Row, component: str) -> str:
    return row[1].partition(component)[0] if len(row) > 1 else ""


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
