"""What an HL tree lacks, and which finding is the cause of which: one missing segment gives one finding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from priorauth.domain.findings import FindingCode as Code

from .guides.spec import Usage
from .hierarchy import Hierarchy, Level
from .reporting import Draft

_CHILD_CODE = 4


def hierarchy_drafts(hierarchy: Hierarchy) -> list[Draft]:
    """Every finding about levels and about the blocks below them, each below its cause."""
    placed = [level for level in hierarchy.levels if level.plan is not None]  # the others are told by their children
    orphans: dict[str, Draft] = {}  # by the number of the parent that is not there
    for before, level in pairwise(placed):
        if level.problems:
            _explain(level, before, orphans)
    drafts = [draft for level in placed for draft in (*level.problems, *_childless(level))]
    return drafts + [draft for level in placed if level.plan is not None for draft in level.plan.drafts]


def _explain(level: Level, before: Level, orphans: dict[str, Draft]) -> None:
    """Put the problems of an HL below the level that is missing above it, or the straying segments below its number."""
    if level.above is not None and level.above.missing is not None:
        cause = level.above.missing
        cause.consequences += level.problems
        _adopt_wandering(cause, before)
        level.problems = [cause]
    elif any(problem.code is Code.HL_SEQUENCE for problem in level.problems):
        gap = next(problem for problem in level.problems if problem.code is Code.HL_SEQUENCE)
        gap.consequences += [problem for problem in level.problems if problem is not gap]
        _adopt_wandering(gap, before, moves=False)
        level.problems = [gap]
    if any(problem.code is Code.HL_PARENT_UNKNOWN for problem in _with_consequences(level.problems)):
        cause = orphans.setdefault(level.parent_number, level.problems[0])
        if cause is not level.problems[0]:
            cause.consequences += level.problems
            level.problems = []


def _with_consequences(drafts: list[Draft]) -> Iterator[Draft]:
    for draft in drafts:
        yield draft
        yield from draft.consequences


def _childless(level: Level) -> Iterator[Draft]:
    missing = list(_missing_levels(level))
    code = _child_code(level)
    if missing:
        cause = missing[0]
        if code is not None:
            cause.consequences.append(code)
        _adopt_wandering(cause, level)
        yield from missing
    elif code is not None:
        _adopt_wandering(code, level, moves=False)
        yield code


def _missing_levels(level: Level) -> Iterator[Draft]:
    present = level.below
    for loop in level.loop.levels.values():
        if loop.usage is Usage.REQUIRED and loop.id not in present and not _is_chosen(level, loop.id):
            yield Draft(Code.LOOP_REQUIRED, level.stop, loop.id, "HL", expected=loop.name)
    choice = level.loop.choice
    if choice and choice.usage is Usage.REQUIRED and not any(id in present for id in choice.loops):
        expected = " or ".join(choice.loops)
        yield Draft(Code.LOOP_REQUIRED, level.stop, choice.loops[-1], "HL", expected=expected)


def _is_chosen(level: Level, loop_id: str) -> bool:
    return level.loop.choice is not None and loop_id in level.loop.choice.loops


def _child_code(level: Level) -> Draft | None:
    """HL04 says whether another HL is below; where it may not say so at all, the element checks tell."""
    opener = level.loop.opener
    codes = opener.use.elements[_CHILD_CODE - 1].codes if opener is not None and opener.id == "HL" else None
    if codes is None or level.child_code not in codes:
        return None
    says_children = level.child_code == "1"
    if says_children == (level.is_named or bool(level.below)) or (not says_children and not level.has_children):
        return None
    expected = "0, as no HL is below" if says_children else "1, as another HL is below"
    return Draft(
        Code.HL_CHILD_CODE, level.index, level.loop.id, "HL", _CHILD_CODE, data_element="736", expected=expected
    )


def _adopt_wandering(cause: Draft, level: Level, *, moves: bool = True) -> None:
    """Straying segments at the end of a block are there because of `cause`, which then stands where they begin."""
    plan = level.plan
    if plan is None or plan.wandering is None or plan.wandering not in plan.drafts:
        return
    is_alone = not plan.wandering.consequences and plan.wandering.element > 0
    if is_alone and cause.code is Code.HL_CHILD_CODE:  # a wrong qualifier is the likelier slip
        return
    plan.drafts.remove(plan.wandering)
    cause.consequences.append(plan.wandering)
    if moves:
        cause.number = min(cause.number, plan.wandering.number)
