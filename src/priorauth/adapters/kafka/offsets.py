"""How far one partition was worked off: finished in any order, committed in order. Pure."""

from __future__ import annotations

import heapq


class Offsets:
    """The offsets of one partition between what is committed and what was read."""

    def __init__(self) -> None:
        self._unfinished: list[int] = []
        self._finished: dict[int, str] = {}  # receipts by offset, beyond the first that is unfinished
        self._saved: set[int] = set()
        self._next = 0  # to be committed
        self._committed = 0

    @property
    def waiting(self) -> int:
        """How many were read and cannot be committed yet."""
        return len(self._unfinished)

    @property
    def next(self) -> int:
        """The first offset that is not done."""
        return self._next

    def start(self, offset: int) -> None:
        """Note that a record was read."""
        heapq.heappush(self._unfinished, offset)

    def finish(self, offset: int, receipt: str) -> None:
        """Note that a record is done with."""
        self._finished[offset] = receipt
        while self._unfinished and self._unfinished[0] in self._finished:
            done = heapq.heappop(self._unfinished)
            del self._finished[done]
            self._saved.discard(done)
            self._next = done + 1

    @property
    def to_commit(self) -> int | None:
        """The offset to commit, or None where it is committed."""
        return self._next if self._next > self._committed else None

    @property
    def done_beyond(self) -> dict[int, str]:
        """Receipts of what is done beyond the offset to commit and was not saved."""
        return {offset: receipt for offset, receipt in self._finished.items() if offset not in self._saved}

    def saved(self, offsets: set[int]) -> None:
        """Note that these receipts are saved."""
        self._saved |= offsets & self._finished.keys()

    def committed(self, offset: int) -> None:
        """Note that this offset was committed."""
        self._committed = max(self._committed, offset)
