"""A guide's tables, compiled once per process: what may stand where by segment id, and the checks of every use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from .checks import segment_checks
from .content import content_check, content_condition
from .guides.spec import Choice, Guide, Loop, Usage, Use


class CompiledUse:
    """One use of a segment at one place, with its generated checks."""

    __slots__ = (
        "checks",
        "content",
        "first_codes",
        "first_element",
        "id",
        "is_composite_first",
        "key",
        "loop",
        "position",
        "use",
        "width",
    )

    def __init__(self, use: Use, loop: str, position: int) -> None:
        self.use = use
        self.id = use.segment
        self.key = use.key
        self.loop = loop
        self.position = position
        self.width = len(use.elements) + 1
        self.content = content_check(use)
        self.checks = segment_checks(use, loop, content_condition(self.content))
        first = use.elements[0]
        self.is_composite_first = bool(first.components)
        self.first_element = first.components[0] if first.components else first
        self.first_codes = use.qualifiers.get(1) or self.first_element.codes

    def fits(self, row: Sequence[str], component: str) -> bool:
        """True where the first element is one that this use takes; where it takes any, every one fits."""
        return self.first_codes is None or self.first(row, component) in self.first_codes

    def first(self, row: Sequence[str], component: str) -> str:
        """The first element, or its first component: what tells a use from its namesakes."""
        value = row[1] if len(row) > 1 else ""
        return value.split(component, 1)[0] if self.is_composite_first and component else value

    @property
    def path(self) -> str:
        """How findings name this use: `2000E/UM`, or `BHT` in the header."""
        return f"{self.loop}/{self.id}" if self.loop else self.id


@dataclass(slots=True, eq=False)
class CompiledLoop:
    """One loop, or the guide itself as the loop without an id that holds header and trailer.

    `uses` and `blocks` (the loops without HL) share one numbering of positions; `levels` are the loops opened by HL.
    """

    loop: Loop | None
    id: str
    repeat: int
    usage: Usage
    opener: CompiledUse | None
    uses: list[CompiledUse] = field(default_factory=list)
    blocks: list[tuple[int, CompiledLoop]] = field(default_factory=list)
    levels: dict[str, CompiledLoop] = field(default_factory=dict)
    by_id: dict[str, list[tuple[int, CompiledUse, CompiledLoop | None]]] = field(default_factory=dict)
    anywhere: dict[str, list[CompiledUse]] = field(default_factory=dict)  # every use in this loop and its blocks
    qualified: dict[str, CompiledUse] = field(default_factory=dict)  # ids whose placement depends on the first element

    @property
    def ids(self) -> AbstractSet[str]:
        """The id of every segment in this loop and its blocks."""
        return self.anywhere.keys()

    def misfits(self, rows: Sequence[Sequence[str]], component: str) -> int:
        """How many of these segments have no place in this loop, by their id and first element."""
        return sum(not any(use.fits(row, component) for use in self.anywhere.get(row[0], ())) for row in rows)

    @property
    def level(self) -> str:
        """The HL03 that opens this loop, or empty."""
        return self.loop.level if self.loop else ""

    @property
    def name(self) -> str:
        """The loop in our words."""
        return self.loop.name if self.loop else ""

    @property
    def choice(self) -> Choice | None:
        """The levels below that exclude each other."""
        return self.loop.choice if self.loop else None

    def walk(self) -> Iterator[CompiledLoop]:
        """This loop, then every loop below it."""
        yield self
        for _, block in self.blocks:
            yield from block.walk()
        for level in self.levels.values():
            yield from level.walk()


def compile_loop(loop: Loop) -> CompiledLoop:
    """One loop with all below it."""
    opener = CompiledUse(loop.uses[0], loop.id, 0)
    compiled = CompiledLoop(loop, loop.id, loop.repeat, loop.usage, opener)
    _fill(compiled, loop.uses[1:], loop.loops, loop.trailer)
    return compiled


def compile_root(guide: Guide) -> CompiledLoop:
    """The guide as one loop without an opening segment."""
    compiled = CompiledLoop(None, "", 1, Usage.REQUIRED, None)
    _fill(compiled, guide.header, guide.loops, guide.trailer)
    return compiled


def _fill(compiled: CompiledLoop, uses: tuple[Use, ...], loops: tuple[Loop, ...], trailer: tuple[Use, ...]) -> None:
    position, before = 0, compiled.opener.id if compiled.opener else ""
    items: list[Use | Loop] = [*uses, *loops, *trailer]
    for item in items:
        segment = item.segment if isinstance(item, Use) else item.uses[0].segment
        position += segment != before or position == 0  # neighbours of one segment id share a position
        before = segment
        if isinstance(item, Use):
            use = CompiledUse(item, compiled.id, position)
            compiled.uses.append(use)
            compiled.by_id.setdefault(segment, []).append((position, use, None))
        elif item.level:
            compiled.levels[item.level] = compile_loop(item)
        else:
            block = compile_loop(item)
            assert block.opener is not None
            compiled.blocks.append((position, block))
            compiled.by_id.setdefault(segment, []).append((position, block.opener, block))
    every = list(_uses_of_block(compiled))
    for use in every:
        compiled.anywhere.setdefault(use.id, []).append(use)
    compiled.qualified = _qualified(every)


def _uses_of_block(loop: CompiledLoop) -> Iterator[CompiledUse]:
    if loop.opener is not None:
        yield loop.opener
    yield from loop.uses
    for _, block in loop.blocks:
        yield from _uses_of_block(block)


def _qualified(uses: list[CompiledUse]) -> dict[str, CompiledUse]:
    seen: dict[str, CompiledUse] = {}
    qualified: dict[str, CompiledUse] = {}
    for use in uses:
        first = seen.setdefault(use.id, use)
        if first is not use:
            for namesake in (first, use):
                if namesake.first_codes is not None:
                    qualified[use.id] = namesake
    return qualified
