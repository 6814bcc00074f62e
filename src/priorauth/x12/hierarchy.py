"""The HL tree: which level each HL opens and below which other, by HL01, HL02 and HL03 and not by where it stands.

Whatever is wrong, every HL finds a place, so that what stands below it can still be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from priorauth.domain.findings import FindingCode as Code

from .blocks import Plan
from .compiled import CompiledLoop
from .guides.spec import UNBOUNDED
from .reporting import Draft
from .shape import Shape

Row = list[str]

_PARENT, _LEVEL, _CHILD = 2, 3, 4
_DATA_ELEMENTS = {1: "628", _PARENT: "734", _LEVEL: "735", _CHILD: "736"}


@dataclass(slots=True, eq=False)
class Level:
    """One HL with what is below it; a missing one that was thought up for its children has no index."""

    loop: CompiledLoop
    parent: Level | None
    index: int  # of the HL in the rows
    stop: int  # where its block ends
    parent_number: str = ""
    child_code: str = ""
    is_named: bool = False  # some HL says that it is below this one, rightly or wrongly
    has_children: bool = False  # some says so rightly
    is_guessed: bool = False  # HL03 is no level
    missing: Draft | None = None  # of a level that was thought up: the finding that it is not there
    above: Level | None = None  # the first level that was thought up for this one
    plan: Plan | None = None
    problems: list[Draft] = field(default_factory=list)
    below: dict[str, int] = field(default_factory=dict)  # loop id -> how many of these levels are below


class Hierarchy:
    """Places one HL after the other; `finish` then looks at what is missing."""

    def __init__(self, root: CompiledLoop, rows: Sequence[Row], component: str, accepts_chained_services: bool) -> None:
        self.rows = rows
        self.component = component
        self.root = Level(root, None, 0, 0)
        self.levels = [self.root]
        self._accepts_chained_services = accepts_chained_services
        self._by_number: dict[str, Level] = {}
        self._last = 0  # HL01
        self._count = 0  # of the HLs so far
        self._doubled = 0  # of those, not counted as they have the number of another one
        self._claims: dict[str, str] = {}

    def place(self, index: int, stop: int) -> Level:
        """The level that the HL at `index` opens; its block ends before `stop`."""
        row = self.rows[index]
        _, number, parent_number, code, child_code, *_ = row if len(row) == 5 else (*row, "", "", "", "")
        problems: list[Draft] = []
        self._last += 1
        self._count += 1
        if number != str(self._last):
            self._number(index, number, problems)
        parent = self._by_number.get(parent_number) if parent_number else self.root
        if parent is None and code in self.root.loop.levels:
            parent = self.root  # HL02 is not used there, which the element checks say
        if parent is None:
            parent = self._orphan(index, number, parent_number, problems)
        parent.is_named = True
        loop = parent.loop.levels.get(code)
        if loop is not None:
            parent.has_children = True
            level = Level(loop, parent, index, stop, problems=problems)
        else:
            level = self._misplaced(index, stop, parent, code, problems)
        level.parent_number, level.child_code = parent_number, child_code
        if problems:
            for problem in problems:
                problem.loop = level.loop.id
        self._limit(level)
        for each in self._names(index, number) if problems or not number else (number,):
            self._by_number.setdefault(each, level)
        self.levels.append(level)
        return level

    def placed(self) -> list[tuple[Shape, int, int]]:
        """The shape of each level with the row of its HL and the number of its parent in this list (-1: none)."""
        numbers = {id(level): number for number, level in enumerate(self.levels, start=-1)}
        return [
            (level.plan.shape if level.plan else Shape(level.loop), level.index, numbers[id(level.parent)])
            for level in self.levels[1:]
        ]

    # Numbers and parents.

    def _number(self, index: int, number: str, problems: list[Draft]) -> None:
        if number in (str(self._count), str(self._count + self._doubled)):  # right again, after one that was wrong
            self._last = self._count = int(number)
            self._doubled = 0
            return
        if number in self._by_number:
            problems.append(self._draft(Code.HL_DUPLICATE, index, 1, f"{self._last}"))
            self._last -= 1
            self._count -= 1
            self._doubled += 1
        elif number:  # an empty one is a required element that is missing, which the element checks say
            problems.append(self._draft(Code.HL_SEQUENCE, index, 1, f"{self._last}"))
        if number.isascii() and number.isdecimal() and number not in self._by_number and len(number) <= 12:
            self._last = int(number)

    def _names(self, index: int, number: str) -> list[str]:
        """What those below may call an HL: where the count goes on as if it were right, also its right number."""
        following = [row[1] for row in self.rows[index + 1 :] if row[0] == "HL" and len(row) > 1]
        names = [] if number in following else [number]
        right = self._count + self._doubled
        if following[:1] == [str(right + 1)] and str(right) not in following:
            names.append(str(right))
        return names

    def _orphan(self, index: int, number: str, parent_number: str, problems: list[Draft]) -> Level:
        code = Code.HL_PARENT_UNKNOWN
        if parent_number in self._all_claims():
            code = Code.HL_CYCLE if self._is_own_ancestor(number) else Code.HL_PARENT_LATER
        problems.append(self._draft(code, index, _PARENT, "the number of an HL before this one"))
        return self.levels[-1]

    def _all_claims(self) -> dict[str, str]:
        if not self._claims:
            for row in self.rows:
                if row[0] == "HL" and len(row) > _PARENT:
                    self._claims.setdefault(row[1], row[_PARENT])
        return self._claims

    def _is_own_ancestor(self, number: str) -> bool:
        seen: set[str] = set()
        at = self._claims.get(number, "")
        while at and at not in seen:
            if at == number:
                return True
            seen.add(at)
            at = self._claims.get(at, "")
        return False

    # Levels.

    def _misplaced(self, index: int, stop: int, parent: Level, code: str, problems: list[Draft]) -> Level:
        if not any(each.level == code for each in self.root.loop.walk()) or not code:
            return self._guess(index, stop, parent, code, problems)
        has_parent = len(self.rows[index]) > _PARENT and self.rows[index][_PARENT] != ""
        if has_parent and parent.loop.levels and self._fits_better(parent, code, self.rows[index + 1 : stop]):
            return self._guess(index, stop, parent, code, problems)
        if has_parent and not any(problem.element == _PARENT for problem in problems):
            problems.append(self._wrong_parent(index, parent, code))
        above: Level | None = parent if has_parent else self.levels[-1]
        start = above
        while above is not None:
            if code in above.loop.levels:
                return Level(above.loop.levels[code], above, index, stop, problems=problems)
            above = above.parent
        assert start is not None
        return self._bridge(index, stop, start, code, problems)

    def _fits_better(self, parent: Level, code: str, rows: Sequence[Row]) -> bool:
        """True where the block is clearly another level than its HL03 says: one that may stand below its parent."""
        said = min(each.misfits(rows, self.component) for each in self.root.loop.walk() if each.level == code)
        return any(each.misfits(rows, self.component) < said for each in parent.loop.levels.values())

    def _wrong_parent(self, index: int, parent: Level, code: str) -> Draft:
        is_chained = code == parent.loop.level and parent.parent is not None and code in parent.parent.loop.levels
        accepted = is_chained and self._accepts_chained_services
        above = sorted({each.id or "the set" for each in self.root.loop.walk() if code in each.levels})
        expected = f"the number of an HL of {' or '.join(above)}"
        return self._draft(Code.HL_SERVICE_CHAINED if accepted else Code.HL_LEVEL_MISPLACED, index, _PARENT, expected)

    def _bridge(self, index: int, stop: int, start: Level, code: str, problems: list[Draft]) -> Level:
        """A place further down, with the levels in between thought up where they are missing."""
        above: Level = start
        while not (path := min(_paths(above.loop, code), key=len, default=None)):
            assert above.parent is not None  # every level of a guide is below its root
            above = above.parent
        first: Level | None = None
        for loop in path[:-1]:
            existing = next(
                (each for each in reversed(self.levels) if each.parent is above and each.loop is loop), None
            )
            above = existing or self._think_up(above, loop, index)
            first = first or (above if existing is None else None)
        return Level(path[-1], above, index, stop, above=first, problems=problems)

    def _think_up(self, parent: Level, loop: CompiledLoop, index: int) -> Level:
        level = Level(loop, parent, index, index)
        level.missing = Draft(Code.LOOP_REQUIRED, index, loop.id, "HL", expected=loop.name)
        parent.below[loop.id] = parent.below.get(loop.id, 0) + 1
        self.levels.append(level)
        return level

    def _guess(self, index: int, stop: int, parent: Level, code: str, problems: list[Draft]) -> Level:
        """HL03 is no level that may stand here: read the block as the one here that its segments fit best."""
        while not parent.loop.levels and parent.parent is not None:
            parent = parent.parent
        rows = self.rows[index + 1 : stop]
        loop = min(parent.loop.levels.values(), key=lambda each: each.misfits(rows, self.component))
        if code:  # an empty one is a required element that is missing, which the element checks say
            expected = ", ".join(sorted(parent.loop.levels))
            is_level = any(each.level == code for each in self.root.loop.walk())
            finding = Code.HL_LEVEL_MISPLACED if is_level else Code.HL_LEVEL_UNKNOWN
            problems.append(self._draft(finding, index, _LEVEL, expected))
        parent.has_children = True
        return Level(loop, parent, index, stop, is_guessed=bool(code), problems=problems)

    def _limit(self, level: Level) -> None:
        loop, parent = level.loop, level.parent
        assert parent is not None
        siblings = parent.below
        if loop.repeat != UNBOUNDED and siblings.get(loop.id, 0) >= loop.repeat:
            draft = Draft(Code.LOOP_TOO_MANY, level.index, loop.id, "HL", expected=f"at most {loop.repeat}")
            level.problems.append(draft)
        choice = parent.loop.choice
        if choice and loop.id in choice.loops and any(id in siblings for id in choice.loops if id != loop.id):
            draft = self._draft(Code.HL_LEVEL_MISPLACED, level.index, _PARENT, f"either {' or '.join(choice.loops)}")
            draft.loop = loop.id
            level.problems.append(draft)
            self._count_below_other(level)
        siblings[loop.id] = siblings.get(loop.id, 0) + 1

    def _count_below_other(self, level: Level) -> None:
        """An event below the subscriber beside a dependent is the dependent's, which does not lack it then."""
        for other in reversed(self.levels):
            below = other.loop.levels.get(level.loop.level)
            if other.parent is level.parent and other is not level and below is not None:
                other.below.setdefault(below.id, 1)
                return

    def _draft(self, code: Code, index: int, element: int, expected: str) -> Draft:
        return Draft(code, index, "", "HL", element, data_element=_DATA_ELEMENTS[element], expected=expected)


def _paths(loop: CompiledLoop, code: str) -> Iterator[list[CompiledLoop]]:
    for level in loop.levels.values():
        if level.level == code:
            yield [level]
        for path in _paths(level, code):
            yield [level, *path]
