"""Where the segments of one loop stand, without their values; what a reader wants of them is found once per shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter

from .compiled import CompiledLoop

ABSENT: list[str] = []
"""What is picked for a key of which a loop has no segment."""

Picker = tuple[int, Callable[[list[list[str]]], tuple[list[str], ...]]]
"""How many rows to look at, and what picks those wanted, with `ABSENT` behind the last."""


class Selection:
    """The keys of the segments that a reader wants of a loop, two or more, in the order that it wants them."""

    __slots__ = ("keys",)

    def __init__(self, *keys: str) -> None:
        self.keys = keys


@dataclass(slots=True, eq=False)
class Shape:
    """One loop of a block without its values: where its segments are (from the block's first), and its loops."""

    loop: CompiledLoop
    places: dict[str, tuple[list[int], int]] = field(default_factory=dict)  # Use.key -> rows, and the width to pad to
    blocks: dict[str, list[Shape]] = field(default_factory=dict)  # loop id -> its repetitions
    pickers: dict[Selection, Picker] = field(default_factory=dict)  # as many as there are readers

    def picker(self, selection: Selection) -> Picker:
        """What picks the first segment of each of these keys."""
        picker = self.pickers.get(selection)
        if picker is None:
            first = [self.places[key][0][0] if key in self.places else -1 for key in selection.keys]
            picker = self.pickers[selection] = (max(first) + 1, itemgetter(*first))
        return picker
