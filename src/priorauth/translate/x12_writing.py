"""Writes the segments of one transaction set as far as its guide's table lets them pass.

What a translator offers is narrowed by the table: an element the guide does not use, a code it does not list, a value
too long or a segment left incomplete does not go out, and each is noted as a loss. So what is written always has the
shape the guide wants, whatever a review or a determination holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from priorauth.translate.losses import Losses, LossReason
from priorauth.x12.guides.spec import UNBOUNDED, ElementUse, Guide, Usage, Use
from priorauth.x12.segments import Delimiters, Element

Row = tuple[str, Sequence[Element]]
"""The key of a use in its loop (`DTP/435`) and the segment offered for it, its id first."""


class WritableGuide:
    """A guide's table, arranged for writing: the header's uses, and each loop's uses and repeat count."""

    def __init__(self, guide: Guide) -> None:
        self.header: Mapping[str, Use] = {use.key: use for use in guide.header}
        self.loops: dict[str, Mapping[str, Use]] = {}
        self.repeats: dict[str, int] = {}
        for *_, loop in guide.walk():
            self.loops[loop.id] = {use.key: use for use in loop.uses}
            self.repeats[loop.id] = loop.repeat

    def codes(self, loop: str, key: str, element: int) -> AbstractSet[str]:
        """The codes that the guide allows for an element, none where it lists none."""
        return self.loops[loop][key].elements[element - 1].codes or frozenset()


class SetWriter:
    """Collects the segments of one transaction set, loop by loop, and numbers its hierarchical levels."""

    def __init__(self, guide: WritableGuide, losses: Losses, delimiters: Delimiters) -> None:
        self.segments: list[Sequence[Element]] = []
        self._guide = guide
        self._losses = losses
        self._structural = _structural(delimiters)
        self._levels = 0
        self._repetitions: dict[str, int] = {}

    def header(self, rows: Iterable[Row]) -> None:
        """Write the segments before the first loop."""
        self.segments.extend(self._fitted("header", self._guide.header, rows))

    def level(self, loop: str, code: str, parent: int, *, has_children: bool, rows: Iterable[Row] = ()) -> int:
        """Write a hierarchical level and what stands in it; answers its number, by which children name it."""
        self._levels += 1
        number = self._levels
        hl = ("HL", str(number), str(parent) if parent else "", code, "1" if has_children else "0")
        self.loop(loop, (("HL", hl), *rows))
        return number

    def loop(self, loop: str, rows: Iterable[Row]) -> None:
        """Write one repetition of a loop, unless its opening segment cannot be written."""
        self._repetitions[loop] = self._repetitions.get(loop, 0) + 1
        uses = self._guide.loops[loop]
        fitted = self._fitted(loop, uses, rows)
        if not self._lacks_required(loop, uses, fitted):
            self.segments.extend(fitted)

    def loops(self, loop: str, repetitions: Sequence[Iterable[Row]]) -> None:
        """Write repetitions of a loop, as many as the guide allows."""
        limit = self._guide.repeats[loop]
        kept = repetitions if limit == UNBOUNDED else repetitions[:limit]
        if len(kept) < len(repetitions):
            self._losses.note(loop, LossReason.TOO_MANY, occurrence=len(kept) + 1)
        for rows in kept:
            self.loop(loop, rows)

    def _fitted(self, loop: str, uses: Mapping[str, Use], rows: Iterable[Row]) -> list[Sequence[Element]]:
        fitted: list[Sequence[Element]] = []
        counts: dict[str, int] = {}
        for key, segment in rows:
            if not any(segment[1:]):
                continue
            use = uses.get(key)
            if use is None:
                self._note(f"{loop}/{segment[0]}", LossReason.NO_PLACE, loop)
                continue
            written = self._fit(f"{loop}/{segment[0]}", loop, use, segment)
            if written is None:
                continue
            counts[key] = counts.get(key, 0) + 1
            if use.max_use != UNBOUNDED and counts[key] > use.max_use:
                self._note(f"{loop}/{segment[0]}", LossReason.TOO_MANY, loop)
                continue
            fitted.append(written)
        return fitted

    def _lacks_required(self, loop: str, uses: Mapping[str, Use], fitted: list[Sequence[Element]]) -> bool:
        present = {segment[0] for segment in fitted}
        missing = [use for use in uses.values() if use.usage is Usage.REQUIRED and use.segment not in present]
        if missing:
            self._note(f"{loop}/{missing[0].segment}", LossReason.INCOMPLETE, loop)
        return bool(missing)

    def _fit(self, at: str, loop: str, use: Use, segment: Sequence[Element]) -> Sequence[Element] | None:
        elements = [
            self._fit_element(f"{at}{position:02d}", loop, element, value)
            for position, (element, value) in enumerate(zip(use.elements, segment[1:], strict=False), start=1)
        ]
        elements += [""] * (len(use.elements) - len(elements))
        self._keep_conditions(at, loop, use.syntax, elements)
        lacking = _first_lacking(use.elements, use.syntax, elements)
        if lacking:
            self._note(f"{at}{lacking:02d}", LossReason.INCOMPLETE, loop)
            return None
        while elements and not elements[-1]:
            elements.pop()
        return (segment[0], *elements) if elements else None

    def _fit_element(self, at: str, loop: str, use: ElementUse, value: Element) -> Element:
        if not value:
            return ""
        if use.usage is Usage.NOT_USED:
            self._note(at, LossReason.NO_PLACE, loop)
            return ""
        if isinstance(value, list):
            if len(value) > use.repeat:
                self._note(at, LossReason.TOO_MANY, loop)
            kept = [self._fit_value(at, loop, use, once) for once in value[: use.repeat]]
            return [once for once in kept if once]
        return self._fit_value(at, loop, use, value)

    def _fit_value(self, at: str, loop: str, use: ElementUse, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if use.components:
            return self._fit_composite(at, loop, use, (value,) if isinstance(value, str) else value)
        return self._fit_simple(at, loop, use, value if isinstance(value, str) else value[0])

    def _fit_composite(self, at: str, loop: str, use: ElementUse, value: tuple[str, ...]) -> tuple[str, ...] | str:
        components: list[Element] = [
            self._fit_element(f"{at}-{position}", loop, component, part)
            for position, (component, part) in enumerate(zip(use.components, value, strict=False), start=1)
        ]
        components += [""] * (len(use.components) - len(components))
        if not any(components):
            return ""
        self._keep_conditions(at, loop, use.syntax, components)
        lacking = _first_lacking(use.components, use.syntax, components)
        if lacking:
            self._note(f"{at}-{lacking}", LossReason.INCOMPLETE, loop)
            return ""
        return tuple(part for part in components if isinstance(part, str))

    def _fit_simple(self, at: str, loop: str, use: ElementUse, value: str) -> str:
        if self._structural.search(value):
            self._note(at, LossReason.SEPARATOR, loop)
            value = self._structural.sub(" ", value).rstrip(" ")
        if use.codes is not None and value not in use.codes:
            self._note(at, LossReason.CODE_NOT_ALLOWED, loop)
            return ""
        size = sum(map(str.isdigit, value)) if use.type in ("R", "N0") else len(value)
        if use.type == "AN" and size > use.maximum:
            self._note(at, LossReason.TOO_LONG, loop)
            value = value[: use.maximum].rstrip()
            size = len(value)
        if not use.minimum <= size <= use.maximum or not value.strip():
            self._note(at, LossReason.WRONG_SIZE, loop)
            return ""
        return value

    def _keep_conditions(self, at: str, loop: str, syntax: Sequence[str], elements: list[Element]) -> None:
        """Leave out what may not stand without its companions (X12.6 relational conditions P, C, L and E)."""
        for condition in syntax:
            for position in _breaking(condition, elements):
                elements[position - 1] = ""
                self._note(at, LossReason.INCOMPLETE, loop)

    def _note(self, position: str, reason: LossReason, loop: str) -> None:
        self._losses.note(position, reason, occurrence=self._repetitions.get(loop, 1))


@cache
def _structural(delimiters: Delimiters) -> re.Pattern[str]:
    """What the writer of segments would replace by a space: done here first, so that sizes are those sent."""
    own = delimiters.element + delimiters.repetition + delimiters.component + delimiters.segment
    return re.compile(f"[{re.escape(own)}\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _first_lacking(uses: Sequence[ElementUse], syntax: Sequence[str], elements: Sequence[Element]) -> int:
    """The position of the first element without which the others may not be sent (usage R, condition R), or 0."""
    for position, use in enumerate(uses, start=1):
        if use.usage is Usage.REQUIRED and not elements[position - 1]:
            return position
    for condition in syntax:
        kind, positions = _condition(condition)
        if kind == "R" and not any(elements[position - 1] for position in positions):
            return positions[0]
    return 0


def _breaking(condition: str, elements: Sequence[Element]) -> list[int]:
    """The present elements that a condition does not let stand without the others, or beside them."""
    kind, positions = _condition(condition)
    present = [position for position in positions if elements[position - 1]]
    if kind == "P":
        return present if len(present) < len(positions) else []
    if kind == "E":
        return present[1:]
    if kind == "C" and positions[0] in present:
        return positions[:1] if len(present) < len(positions) else []
    if kind == "L" and positions[0] in present:
        return positions[:1] if len(present) == 1 else []
    return []


@cache
def _condition(condition: str) -> tuple[str, list[int]]:
    digits = condition[1:]
    return condition[0], [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
