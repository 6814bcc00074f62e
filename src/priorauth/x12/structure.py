"""The structure of a set: which use each row is, and which loops stand where. It holds no values.

The structure of a set without faults depends on its segment ids, its qualifiers and its HL segments alone, so those
of the forms seen last are kept. A kept structure costs a look-up; a new one a walk, block by block.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress, pairwise
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

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
_FORMS_OF_FAMILY = 32
_ROWS_KEPT = 256  # of a set or block that is kept


@dataclass(slots=True, eq=False)
class Structure:
    """`uses` has one entry a row, None where the row has no place. `levels` lists each HL after its parent."""

    root: Shape
    levels: list[tuple[Shape, int, int]]  # shape, index of the HL row, index of the parent in this list (-1: root)
    uses: list[CompiledUse | None]
    drafts: list[Draft]
    situations: Situations
    is_checked: list[bool] = field(init=False)  # by row
    checks: list[list[Check]] = field(init=False)  # of each row that is checked, by its length
    branches: dict[str, list[Branch]] = field(init=False)  # the levels as a tree

    def __post_init__(self) -> None:
        self._check([True] * len(self.uses))
        branches = [Branch(shape, index, {}) for shape, index, _ in self.levels]
        self.branches = {}
        for branch, (shape, _, parent) in zip(branches, self.levels, strict=True):
            below = self.branches if parent < 0 else branches[parent].below
            below.setdefault(shape.loop.id, []).append(branch)

    def settle(self, rows: Sequence[Row], component: str) -> bool:
        """Spare HL segments their checks where they are clean: all sets of this form have the same ones."""
        are_clean = all(
            use.checks.is_clean(row, component)
            for row, use in zip(rows, self.uses, strict=True)
            if row[0] == "HL" and use is not None
        )
        if are_clean:
            self._check([row[0] != "HL" for row in rows])
        return are_clean

    def _check(self, is_checked: list[bool]) -> None:
        self.is_checked = [wanted and use is not None for wanted, use in zip(is_checked, self.uses, strict=True)]
        self.checks = [use.checks.by_length for use in compress(self.uses, self.is_checked) if use is not None]


class Recent(Generic[Kept]):
    """The values used of late, by key. Bounded, as keys come from senders: what is not used goes in sweeps."""

    __slots__ = ("_most", "_new", "_old")

    def __init__(self, most: int) -> None:
        self._most = most // 2
        self._new: dict[Hashable, Kept] = {}
        self._old: dict[Hashable, Kept] = {}

    def get(self, key: Hashable) -> Kept | None:
        """The value, which counts as a use."""
        value = self._new.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.keep(key, value)
        return value

    def keep(self, key: Hashable, value: Kept) -> None:
        """Keep a value."""
        if len(self._new) >= self._most:
            self._old, self._new = self._new, {}
        self._new[key] = value

    def __iter__(self) -> Iterator[Hashable]:
        yield from self._new
        yield from self._old


class _Family(NamedTuple):
    """Sets with the same segment ids: the rows with a qualifier, with one that is a component, and the HLs."""

    plain: list[int]
    composite: list[int]
    levels: list[int]
    structures: Recent[Structure]
    plans: Recent[Plan]


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
        self._families: Recent[_Family] = Recent(_FORMS_KEPT)

    def structure(
        self, rows: Sequence[Row], ids: tuple[str, ...], component: str, *, chained_services: bool
    ) -> Structure:
        """The structure of a set; `rows` are those between ST and SE, and `ids` their ids."""
        family = self._families.get(ids) or self._family(ids)
        form = _form(family, rows, component)
        structure = family.structures.get(form)
        if structure is None:
            structure = self._read(rows, component, chained_services)
            if not structure.drafts and structure.settle(rows, component):  # so chained services have none that is kept
                family.structures.keep(form, structure)
        return structure

    def _family(self, ids: tuple[str, ...]) -> _Family:
        of_kind: dict[bool, list[int]] = {False: [], True: []}
        for index, id in enumerate(ids):
            if id in self._qualified:
                of_kind[self._qualified[id]].append(index)
        levels = [index for index, id in enumerate(ids) if id == "HL"] if self._opens_levels else []
        family = _Family(of_kind[False], of_kind[True], levels, Recent(_FORMS_OF_FAMILY), Recent(_FORMS_OF_FAMILY))
        if len(ids) <= _ROWS_KEPT and self.ids.issuperset(ids):  # anything may stand where an id should
            self._families.keep(ids, family)
        return family

    def _read(self, rows: Sequence[Row], component: str, chained_services: bool) -> Structure:
        hierarchy = Hierarchy(self.root, rows, component, chained_services)
        starts = [index for index, row in enumerate(rows) if row[0] == "HL"] if self._opens_levels else []
        starts = [index for index in starts if rows[index] != rows[index - 1]]  # the same HL twice opens one level
        bounds = [*starts, len(rows)]
        hierarchy.root.stop = bounds[0]
        hierarchy.root.plan = self._plan(self.root, rows[: bounds[0]], component)
        for start, stop in pairwise(bounds):
            level = hierarchy.place(start, stop)
            level.plan = self._plan(level.loop, rows[start:stop], component)
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

    def _plan(self, loop: CompiledLoop, rows: Sequence[Row], component: str) -> Plan:
        """The plan of a block, of which only the first row may be an HL: what that says is not the block's matter."""
        ids = tuple(map(_ID, rows))
        family = self._families.get(ids) or self._family(ids)
        form = (id(loop), _form(family, ["", *rows[1:]], component))
        plan = family.plans.get(form)
        if plan is None:
            plan = plan_block(loop, rows, component, self.ids)
            if not plan.drafts:
                family.plans.keep(form, plan)
        return plan

    def __repr__(self) -> str:
        return f"CompiledGuide({self.guide.id} {self.guide.direction})"


def _uses(level: Level) -> list[CompiledUse | None]:
    uses = level.plan.uses if level.plan is not None else []
    return [None, *uses[1:]] if level.is_guessed else uses  # what is wrong with such an HL is said already


def _form(family: _Family, rows: Sequence[Sequence[str]], component: str) -> Hashable:
    """What tells sets of one family apart: their qualifiers, and what their HLs say."""
    return (
        *[rows[index][1] if len(rows[index]) > 1 else "" for index in family.plain],
        *[tuple(rows[index]) for index in family.levels],
        *[rows[index][1].partition(component)[0] if len(rows[index]) > 1 else "" for index in family.composite],
    )


_COMPILED: dict[int, CompiledGuide] = {}


def compile_guide(guide: Guide) -> CompiledGuide:
    """The compiled form of a guide, made once per process."""
    compiled = _COMPILED.get(id(guide))
    if compiled is None:
        compiled = _COMPILED[id(guide)] = CompiledGuide(guide)  # which keeps the guide, and so its id
    return compiled


@lru_cache(maxsize=64)
def find_guide(gs08: str, direction: str) -> CompiledGuide | None:
    """The guide for a GS08 and a direction (`request` or `response`), or None for one we do not have."""
    guide = guide_table(gs08, direction)
    return compile_guide(guide) if guide is not None else None
