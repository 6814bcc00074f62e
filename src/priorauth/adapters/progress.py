"""How far a consumer group came: which positions were read, which are finished, what is to be saved of it. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a group came: each topic is done up to its offset, and beyond it at the positions in `done`."""

    offsets: Mapping[str, int]
    done: AbstractSet[tuple[str, int]]  # topic, position


class Progress:
    """Finished positions in any order; the offset follows as far as everything before it is finished."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._offset = min(standing.offsets.values(), default=0)
        self._read = self._offset
        self._unfinished: list[int] = []
        self._finished: dict[int, str] = {}
        self._unsaved: list[tuple[str, int]] = []
        self._changed = False

    @property
    def read_up_to(self) -> int:
        """The last position that was read."""
        return self._read

    @property
    def has_unsaved(self) -> bool:
        return self._changed

    def start(self, topic: str, position: int) -> bool:
        """Note that a position was read; False where the group is done with it."""
        self._read = position
        if position <= self._standing.offsets[topic] or (topic, position) in self._standing.done:
            return False
        heapq.heappush(self._unfinished, position)
        return True

    def finish(self, topic: str, position: int) -> None:
        """Note that the group is done with a position."""
        self._finished[position] = topic
        self._unsaved.append((topic, position))
        self._changed = True
        while self._unfinished and self._unfinished[0] in self._finished:
            del self._finished[heapq.heappop(self._unfinished)]
        self._offset = self._unfinished[0] - 1 if self._unfinished else self._read

    def take_unsaved(self) -> Standing:
        """The present offsets, and what was finished beyond them since this was called last."""
        finished, self._unsaved, self._changed = self._unsaved, [], False
        offsets = {topic: max(offset, self._offset) for topic, offset in self._standing.offsets.items()}
        return Standing(offsets, {(topic, position) for topic, position in finished if position in self._finished})

    def give_back(self, unsaved: Standing) -> None:
        """Note that what was taken could not be saved."""
        self._unsaved.extend(unsaved.done)
        self._changed = True
