"""The replays of the store in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from memory.rows import add, known
from memory.tables import Tables
from priorauth.domain.replays import Replay, ReplayId, ReplayState, ReplayStep, Selection
from priorauth.domain.reviews import ReviewId, ServiceReview
from priorauth.services.ports import Conflict


class MemoryReplays:
    """The part of the Work port that `replay_ports.ReplayStore` describes."""

    tables: Tables

    async def add_replay(self, replay: Replay) -> None:
        add(self.tables.replays, replay.id, (replay, None))

    async def replay(self, replay_id: ReplayId) -> Replay:
        return known(self.tables.replays, replay_id)[0]

    async def replays(self, limit: int) -> Sequence[Replay]:
        found = [replay for replay, _ in self.tables.replays.values()]
        return sorted(found, key=lambda replay: (replay.asked_at, replay.id), reverse=True)[:limit]

    async def save_replay(self, replay: Replay, *, held_until: datetime | None = None) -> None:
        known(self.tables.replays, replay.id)
        self.tables.replays[replay.id] = (replay, held_until)

    async def replays_waiting(self, now: datetime) -> Sequence[ReplayId]:
        free = [
            replay
            for replay, held_until in self.tables.replays.values()
            if replay.state is ReplayState.RUNNING and (held_until is None or held_until <= now)
        ]
        return [replay.id for replay in sorted(free, key=lambda replay: replay.asked_at)]

    async def claim_replays(self, now: datetime, until: datetime) -> Sequence[ReplayId]:
        free = await self.replays_waiting(now)
        for id in free:
            self.tables.replays[id] = (self.tables.replays[id][0], until)
        return free

    async def add_step(self, replay_id: ReplayId, step: ReplayStep) -> None:
        known(self.tables.replays, replay_id)
        if any(step.review_id == other.review_id for other in await self.steps(replay_id, 0, step.number)):
            raise Conflict
        add(self.tables.replay_steps, (replay_id, step.number), step)

    async def steps(self, replay_id: ReplayId, after: int, limit: int) -> Sequence[ReplayStep]:
        found = [step for (of, number), step in self.tables.replay_steps.items() if of == replay_id and number > after]
        return sorted(found, key=lambda step: step.number)[:limit]

    async def count_selected(self, selection: Selection) -> int:
        return len(self._selected(selection))

    async def next_selected(self, selection: Selection, after: ReviewId | None) -> ReviewId | None:
        order = [(review.received_at, review.id) for review in self._selected(selection)]
        if after:
            last = known(self.tables.reviews, after).review
            order = [place for place in order if place > (last.received_at, last.id)]
        return min(order)[1] if order else None

    def _selected(self, selection: Selection) -> list[ServiceReview]:
        return [
            review
            for review in (record.review for record in self.tables.reviews.values())
            if (not selection.review_ids or review.id in selection.review_ids)
            and selection.payer in ("", review.payer)
            and (not selection.states or review.state in selection.states)
            and (selection.since is None or review.received_at >= selection.since)
            and (selection.until is None or review.received_at < selection.until)
            and (
                not selection.destination
                or any(
                    leg.review_id == review.id and leg.destination == selection.destination
                    for leg in self.tables.legs.values()
                )
            )
        ]
