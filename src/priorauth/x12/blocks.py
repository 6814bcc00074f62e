"""The walk: which use of the guide each segment of one block is.

A block is an HL with the segments up to the next HL, or all before the first. Where nothing is wrong, the plan of a
block depends on its segment ids and qualifiers alone, so `loops` keeps it for the next block of that form; where
something is, the walk goes on as a reader would, so that one slip gives one finding and not a cascade.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from priorauth.domain.findings import FindingCode as Code

from .compiled import CompiledLoop, CompiledUse
from .directory import SEGMENT_IDS
from .guides.spec import UNBOUNDED, Usage
from .ordering import misplaced
from .reporting import Draft
from .segments import Segment
from .shape import Shape

Row = Sequence[str]

_LOOKED_AHEAD = 40
_STRAYING = frozenset(
    (
        Code.SEGMENT_UNEXPECTED,
        Code.SEGMENT_OUT_OF_ORDER,
        Code.SEGMENT_TOO_MANY,
        Code.LOOP_TOO_MANY,
        Code.CODE_UNKNOWN,
        Code.CODE_NOT_IN_GUIDE,
    )
)
"""What segments are found to be that stand below another HL than their own."""


@dataclass(slots=True, eq=False)
class Plan:
    """What a block is: its shape, the use of each row (None where it has none), and what was wrong on the way."""

    shape: Shape
    uses: list[CompiledUse | None]
    drafts: list[Draft]  # numbered from the block's first row, which is 0
    wandering: Draft | None = None  # the first segment that looks as if the HL of a lower level were missing before it


@dataclass(slots=True, eq=False)
class _Frame:
    """A loop that is open at this point of the walk."""

    loop: CompiledLoop
    shape: Shape
    start: int
    at: int = 0  # the furthest position reached
    counts: dict[int, int] = field(default_factory=dict)  # by id() of the use or loop
    order: list[tuple[int, int]] = field(default_factory=list)  # (position, row)

    def is_full(self, use: CompiledUse, block: CompiledLoop | None) -> bool:
        limit = use.use.max_use if block is None else block.repeat
        return limit != UNBOUNDED and self.counts.get(id(block or use), 0) >= limit


@dataclass(frozen=True, slots=True)
class _Candidate:
    depth: int
    position: int
    use: CompiledUse
    block: CompiledLoop | None  # the loop that the segment opens


def plan_block(loop: CompiledLoop, rows: Sequence[Row], component: str, ids: frozenset[str]) -> Plan:
    """Place every row of one block; `ids` are all segment ids of the guide. The first row is the loop's own HL."""
    plan = _Walk(loop, rows, component, ids).run()
    stray = [draft for draft in plan.drafts if draft.code in _STRAYING]
    return _without_strays(plan, sorted(stray, key=_number), rows, component, ids) if stray else plan


def _without_strays(plan: Plan, stray: list[Draft], rows: Sequence[Row], component: str, ids: frozenset[str]) -> Plan:
    """From some segment on, all could stand in a level of their own: its HL is missing, and that is one finding."""
    loop = plan.shape.loop
    levels = [each for child in loop.levels.values() for each in child.walk()]
    if loop.repeat != 1:
        levels.append(loop)
    for at, first in enumerate(stray):
        rest = {row[0] for row in rows[first.number :]}
        if not any(rest <= level.ids for level in levels):
            continue
        plan.wandering = first
        if len(stray) - at == 1 and first.code is not Code.SEGMENT_UNEXPECTED:
            return plan  # one segment too many is as likely
        shorter = _Walk(loop, rows[: first.number], component, ids).run()
        shorter.uses += [None] * (len(rows) - first.number)
        shorter.drafts.append(first)
        shorter.wandering = first
        first.consequences += stray[at + 1 :]
        return shorter
    return plan


class _Walk:
    def __init__(self, loop: CompiledLoop, rows: Sequence[Row], component: str, ids: frozenset[str]) -> None:
        self.rows = rows
        self.component = component
        self.ids = ids
        self.plan = Plan(Shape(loop), [None] * len(rows), [])
        self.frames = [_Frame(loop, self.plan.shape, 0 if loop.opener else -1)]

    def run(self) -> Plan:
        start = 0
        if (opener := self.frames[0].loop.opener) is not None:
            self._note_place(self.plan.shape, opener, 0)
            start = 1
        for index in range(start, len(self.rows)):
            self._place(index)
        while len(self.frames) > 1:
            self._close(self.frames.pop())
        self._close(self.frames[0])
        return self.plan

    def _place(self, index: int) -> None:
        row = self.rows[index]
        found = self._fitting(row) or self._full(row, index) or self._implied(row, index, is_certain=True)
        if found is None and self._is_nameless(row, index):
            return
        found = found or self._unfitting(row) or self._implied(row, index, is_certain=False)
        if found is None:
            self._refuse(index)
        else:
            self._enter(found, index)

    def _candidates(self, segment_id: str) -> Iterator[tuple[_Frame, _Candidate]]:
        for depth in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[depth]
            for position, use, block in frame.loop.by_id.get(segment_id, ()):
                yield frame, _Candidate(depth, position, use, block)

    def _fitting(self, row: Row) -> _Candidate | None:
        for frame, candidate in self._candidates(row[0]):
            use = candidate.use
            if use.fits(row, self.component) and not frame.is_full(use, candidate.block):
                return candidate
        return None

    def _full(self, row: Row, index: int) -> _Candidate | None:
        """One time too many, unless it begins a repetition of its loop whose opening segment is missing."""
        for frame, candidate in self._candidates(row[0]):
            if candidate.use.fits(row, self.component):
                restarts = candidate.block is None and candidate.position < frame.at and candidate.depth > 0
                return self._reopen(candidate, index) if restarts else candidate
        return None

    def _reopen(self, candidate: _Candidate, index: int) -> _Candidate:
        outer, block = self.frames[candidate.depth - 1], self.frames[candidate.depth].loop
        assert block.opener is not None
        if outer.is_full(block.opener, block):
            return candidate
        position = next(position for position, each in outer.loop.blocks if each is block)
        return self._open_without_opener(candidate.depth - 1, position, block, candidate.use, index)

    def _implied(self, row: Row, index: int, *, is_certain: bool) -> _Candidate | None:
        """A segment of a loop that is not open: the one that opens it must be missing before."""
        for depth in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[depth]
            for position, block in frame.loop.blocks:
                assert block.opener is not None
                if frame.is_full(block.opener, block) or (block.repeat == 1 and self._opens_later(block, index)):
                    continue
                for _, use, _ in block.by_id.get(row[0], ()):
                    is_own = use.first_codes is not None or not is_certain
                    if is_own and use.fits(row, self.component):
                        return self._open_without_opener(depth, position, block, use, index)
        return None

    def _opens_later(self, block: CompiledLoop, index: int) -> bool:
        opener = block.opener
        assert opener is not None
        ahead = self.rows[index + 1 : index + 1 + _LOOKED_AHEAD]
        return any(row[0] == opener.id and opener.fits(row, self.component) for row in ahead)

    def _unfitting(self, row: Row) -> _Candidate | None:
        """The only use of that segment here, whatever its qualifier: the qualifier is what is wrong."""
        for frame, candidate in self._candidates(row[0]):
            if not frame.is_full(candidate.use, candidate.block):
                return candidate
        return None

    def _is_nameless(self, row: Row, index: int) -> bool:
        """True (and noted) where several uses share this id and none has the qualifier, so the rest is unreadable."""
        depth = next((at for at in range(len(self.frames) - 1, -1, -1) if row[0] in self.frames[at].loop.by_id), -1)
        namesakes = self.frames[depth].loop.by_id[row[0]] if depth >= 0 else []
        if len(namesakes) < 2:
            return False
        position, use, block = namesakes[0]
        first = use.first_element
        is_known = first.known is not None and use.first(row, self.component) in first.known
        draft = self._draft(Code.CODE_NOT_IN_GUIDE if is_known else Code.CODE_UNKNOWN, index, use.loop)
        draft.element, draft.component, draft.data_element = 1, int(use.is_composite_first), first.number
        codes = sorted(set().union(*(use.first_codes or () for _, use, _ in namesakes)))
        draft.expected = f"{first.name}: {', '.join(codes)}"
        if block is not None:  # which loop this opens cannot be told: what follows is read as if it were the first
            self._enter(_Candidate(depth, position, use, block), index)
            self.plan.uses[index] = None
        self.plan.drafts.append(draft)
        return True

    def _enter(self, candidate: _Candidate, index: int) -> None:
        frame = self.frames[candidate.depth]
        use, block = candidate.use, candidate.block
        if frame.is_full(use, block):
            code = Code.SEGMENT_TOO_MANY if block is None else Code.LOOP_TOO_MANY
            draft = self._draft(code, index, use.loop)
            draft.expected = f"at most {use.use.max_use if block is None else block.repeat}"
            self.plan.drafts.append(draft)
        else:
            frame.order.append((candidate.position, index))
        if candidate.position >= frame.at:  # else it is late, and the loop that is open goes on after it
            while len(self.frames) > candidate.depth + 1:
                self._close(self.frames.pop())
            frame.at = candidate.position
        key = id(block or use)
        frame.counts[key] = frame.counts.get(key, 0) + 1
        self.plan.uses[index] = use
        if block is None:
            self._note_place(frame.shape, use, index)
        else:
            self._open(frame, block, index)
            self._note_place(self.frames[-1].shape, use, index)

    def _open(self, frame: _Frame, block: CompiledLoop, index: int) -> None:
        shape = Shape(block)
        frame.shape.blocks.setdefault(block.id, []).append(shape)
        self.frames.append(_Frame(block, shape, index))

    def _open_without_opener(
        self, depth: int, position: int, block: CompiledLoop, use: CompiledUse, index: int
    ) -> _Candidate:
        frame = self.frames[depth]
        while len(self.frames) > depth + 1:
            self._close(self.frames.pop())
        frame.at = max(frame.at, position)
        frame.counts[id(block)] = frame.counts.get(id(block), 0) + 1
        assert block.opener is not None
        self._note_missing(Code.SEGMENT_REQUIRED, block.opener, index)
        self._open(frame, block, index)
        at, inner = next((at, inner) for at, each, inner in block.by_id[use.id] if each is use)
        return _Candidate(depth + 1, at, use, inner)

    def _close(self, frame: _Frame) -> None:
        for at in misplaced([position for position, _ in frame.order]):
            index = frame.order[at][1]
            use = self.plan.uses[index]
            draft = self._draft(Code.SEGMENT_OUT_OF_ORDER, index, use.loop if use else frame.loop.id)
            self.plan.drafts.append(draft)
        for use in frame.loop.uses:
            if use.use.usage is Usage.REQUIRED and id(use) not in frame.counts:
                self._note_missing(Code.SEGMENT_REQUIRED, use, self._end(frame, use.position))
        for position, block in frame.loop.blocks:
            if block.usage is Usage.REQUIRED and id(block) not in frame.counts:
                assert block.opener is not None
                self._note_missing(Code.LOOP_REQUIRED, block.opener, self._end(frame, position))

    def _end(self, frame: _Frame, position: int) -> int:
        """The row where a segment of that position should have stood."""
        before = [index for at, index in frame.order if at < position]
        return max(before, default=frame.start) + 1

    def _note_place(self, shape: Shape, use: CompiledUse, index: int) -> None:
        shape.places.setdefault(use.key, ([], use.width))[0].append(index)
        self.plan.uses[index] = use

    def _note_missing(self, code: Code, use: CompiledUse, index: int) -> None:
        self.plan.drafts.append(Draft(code, index, use.loop, use.id, expected=use.use.name))

    def _refuse(self, index: int) -> None:
        segment_id = Segment(self.rows[index]).id
        loop = self.frames[-1].loop.id
        if segment_id == "HL":
            draft = self._draft(Code.HL_DUPLICATE, index, loop)
            draft.element, draft.data_element, draft.expected = 1, "628", "a number of its own"
            self.plan.drafts.append(draft)
        elif segment_id in self.ids:
            self.plan.drafts.append(self._draft(Code.SEGMENT_UNEXPECTED, index, loop))
        elif segment_id in SEGMENT_IDS:
            self.plan.drafts.append(self._draft(Code.SEGMENT_NOT_IN_SET, index, loop))
        else:
            code = Code.SEGMENT_UNKNOWN if self.rows[index][0] else Code.SEGMENT_EMPTY
            self.plan.drafts.append(self._draft(code, index, loop))

    def _draft(self, code: Code, index: int, loop: str) -> Draft:
        return Draft(code, index, loop, Segment(self.rows[index]).id)


def _number(draft: Draft) -> int:
    return draft.number
