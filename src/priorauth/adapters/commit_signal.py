"""Tells whoever waits for a review that a reply to it was committed, with a poll behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from datetime import timedelta

from priorauth.domain.reviews import ReviewId

REPLIED = "replied"
"""Stands among the topics of a commit that added a reply: of all that is committed of a review, what is waited for."""
POLL = timedelta(seconds=1)
"""How long a wait goes unanswered at most: another process may have committed, and its announcement been lost."""


class CommitWatch:
    """One watch of some reviews. A reply before the wait ends it at once."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()

    async def wait(self, timeout: timedelta) -> None:
        """Return after the next reply, after the time given, or after `POLL`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.changed.wait(), min(timeout, POLL).total_seconds())
        self.changed.clear()


class CommitSignal:
    """The Signal port within one process."""

    def __init__(self) -> None:
        self._watches: dict[ReviewId, set[CommitWatch]] = {}

    def committed(self, review_ids: AbstractSet[ReviewId], topics: AbstractSet[str]) -> None:
        """Wake whoever watches one of these reviews where there are replies. Called after each commit."""
        if REPLIED in topics:
            self.look_again(review_ids)

    def look_again(self, review_ids: AbstractSet[ReviewId]) -> None:
        """Wake whoever watches one of these reviews."""
        for review_id in review_ids:
            for watch in self._watches.get(review_id, ()):
                watch.changed.set()

    @contextmanager
    def watch(self, review_ids: Sequence[ReviewId]) -> Iterator[CommitWatch]:
        """Watch these reviews while the block lasts."""
        watch = CommitWatch()
        for review_id in review_ids:
            self._watches.setdefault(review_id, set()).add(watch)
        try:
            yield watch
        finally:
            for review_id in set(review_ids):
                self._forget(review_id, watch)

    async def wait(self, review_ids: Sequence[ReviewId], timeout: timedelta) -> None:
        """Return when one of the reviews has another reply, or earlier."""
        with self.watch(review_ids) as watch:
            await watch.wait(timeout)

    def _forget(self, review_id: ReviewId, watch: CommitWatch) -> None:
        watches = self._watches[review_id]
        watches.discard(watch)
        if not watches:
            del self._watches[review_id]
