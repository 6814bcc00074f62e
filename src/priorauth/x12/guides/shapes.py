"""What the rows of a guide table are written with: the standard's segments and composites, narrowed where used.

A shape holds what X12 says of a segment once (its data elements, in order, and its relational conditions); calling it
gives one `Use` of it. A row that does not fit its shape is refused on import, so a slip in a table cannot survive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .dictionary import COMPOSITES, DATA_ELEMENTS
from .spec import ElementUse, Loop, Usage, Use

Narrowing = str | frozenset[str] | ElementUse
Narrowed = Mapping[int, Narrowing]
"""Position -> the codes allowed there (separated by spaces, or a set), or the composite used there."""

KnownCodes = Mapping[str, frozenset[str]]
"""Data element -> every code we know X12 to have for it, whether or not a guide uses it."""


@dataclass(frozen=True, slots=True)
class CompositeShape:
    """A composite of the standard; calling it says how its components are used at one place."""

    id: str
    syntax: tuple[str, ...]
    known: KnownCodes

    def __call__(self, usages: str, codes: Narrowed | None = None) -> ElementUse:
        """The composite with one usage letter per component, required unless the segment says otherwise."""
        name, numbers = COMPOSITES[self.id]
        return ElementUse(
            number=self.id,
            name=name,
            type="",
            minimum=0,
            maximum=0,
            usage=Usage.REQUIRED,
            components=_element_uses(self.id, tuple(numbers.split()), usages, codes or {}, self.known),
            syntax=self.syntax,
        )


@dataclass(frozen=True, slots=True)
class SegmentShape:
    """A segment of the standard; calling it gives one use of it in a guide.

    `elements` are data element numbers or composite ids; `1271x5` is one that repeats up to five times.
    """

    id: str
    elements: tuple[str, ...]
    syntax: tuple[str, ...]
    known: KnownCodes

    def __call__(
        self, name: str, usage: Usage, max_use: int, usages: str, codes: Narrowed | None = None, key: str = ""
    ) -> Use:
        """The segment with one usage letter per element, and the codes or composites of some of them."""
        return Use(
            segment=self.id,
            key=key or self.id,
            name=name,
            usage=usage,
            max_use=max_use,
            elements=_element_uses(self.id, self.elements, usages, codes or {}, self.known),
            syntax=self.syntax,
        )


def segment(id: str, elements: str, syntax: str = "", *, known: KnownCodes) -> SegmentShape:
    """A segment written on one line: its data elements, then its relational conditions."""
    return SegmentShape(id, tuple(elements.split()), tuple(syntax.split()), known)


def composite(id: str, syntax: str = "", *, known: KnownCodes) -> CompositeShape:
    """A composite of the dictionary with its relational conditions."""
    return CompositeShape(id, tuple(syntax.split()), known)


def namesakes(*uses: Use) -> tuple[Use, ...]:
    """Uses of one segment id in one loop, told apart by the codes of their first element and keyed by the only one."""
    return tuple(replace(_qualified(use), key=_own_key(use)) for use in uses)


def siblings(*loops: Loop) -> tuple[Loop, ...]:
    """Neighbouring loops opened by one segment id, told apart by the codes of its first element."""
    return tuple(replace(loop, uses=(_qualified(loop.uses[0]), *loop.uses[1:])) for loop in loops)


def _qualified(use: Use) -> Use:
    return replace(use, qualifiers={1: _first_codes(use)})


def _own_key(use: Use) -> str:
    if use.key != use.segment:
        return use.key
    (code,) = _first_codes(use)
    return f"{use.segment}/{code}"


def _first_codes(use: Use) -> frozenset[str]:
    first = use.elements[0]
    codes = (first.components[0] if first.components else first).codes
    if not codes:
        raise ValueError(f"{use.segment} {use.name}: nothing tells it from its namesakes")
    return codes


def _element_uses(
    owner: str, numbers: tuple[str, ...], usages: str, codes: Narrowed, known: KnownCodes
) -> tuple[ElementUse, ...]:
    if len(usages) != len(numbers) or not set(codes) <= set(range(1, len(numbers) + 1)):
        raise ValueError(f"{owner}: {len(numbers)} elements, but usages {usages!r} and codes at {sorted(codes)}")
    return tuple(
        _element_use(owner, number, Usage(letter), codes.get(position), known)
        for position, (number, letter) in enumerate(zip(numbers, usages, strict=True), start=1)
    )


def _element_use(owner: str, number: str, usage: Usage, narrowed: Narrowing | None, known: KnownCodes) -> ElementUse:
    number, _, times = number.partition("x")
    repeat = int(times or 1)
    if isinstance(narrowed, ElementUse):
        if narrowed.number != number:
            raise ValueError(f"{owner}: {narrowed.number} stands where the standard has {number}")
        return replace(narrowed, usage=usage, repeat=repeat)
    if number in COMPOSITES:
        if usage is not Usage.NOT_USED:
            raise ValueError(f"{owner}: the components of {number} are not said")
        return ElementUse(number, COMPOSITES[number][0], "", 0, 0, usage, repeat)
    element = DATA_ELEMENTS[number]
    return ElementUse(
        number=number,
        name=element.name,
        type=element.type,
        minimum=element.minimum,
        maximum=element.maximum,
        usage=usage,
        repeat=repeat,
        codes=frozenset(narrowed.split()) if isinstance(narrowed, str) else narrowed,
        known=known.get(number),
    )
