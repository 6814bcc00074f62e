"""Replays: ordered by an operator, done review by review by whichever process is free, and cancelled in between.

What a replay does for a review is one transaction with the note that it did so. Only calls come before it: a process
that dies between the two repeats them, with the same bytes and ids.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from priorauth.domain.access import ClientId
from priorauth.domain.replays import (
    Effect,
    Part,
    Replay,
    ReplayId,
    ReplayKind,
    ReplayState,
    ReplayStep,
    Selection,
    done,
    failed,
)
from priorauth.domain.reviews import ReviewId, ReviewState
from priorauth.services.ports import UnitOfWork, Work
from priorauth.services.redeliver import Redeliver
from priorauth.services.reroute_review import FIRST, RerouteReview
from priorauth.services.turns import again_on_conflict

LEASE = timedelta(minutes=2)
"""How long a replay is left to the process that is at it, from each of its steps on."""
OPEN_STATES = tuple(state for state in ReviewState if state.is_open)


class NotRunning(Exception):
    """The replay has ended: there is nothing to cancel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReplays:
    """What an operator does about replays: order one, look at it, cancel it."""

    unit_of_work: UnitOfWork
    now: Callable[[], datetime]
    new_id: Callable[[str], str]

    async def __call__(
        self, kind: ReplayKind, selection: Selection, parts: Sequence[Part], *, is_dry: bool, by: ClientId
    ) -> Replay:
        """Order a replay of the reviews that there are now; what comes in later is not part of it."""
        now = self.now()
        states = selection.states or (OPEN_STATES if kind is ReplayKind.REROUTE else ())
        until = min(selection.until, now) if selection.until else now
        selection = replace(selection, states=states, until=until + timedelta(microseconds=1))
        async with self.unit_of_work() as work:
            replay = Replay(
                id=ReplayId(self.new_id("replay")),
                kind=kind,
                parts=tuple(parts),
                selection=selection,
                is_dry=is_dry,
                asked_by=by,
                asked_at=now,
                total=await work.count_selected(selection),
            )
            await work.add_replay(replay)
        return replay

    async def newest(self, limit: int) -> Sequence[Replay]:
        """The replays, newest first."""
        async with self.unit_of_work.reading() as work:
            return await work.replays(limit)

    async def one(self, replay_id: ReplayId, *, after: int, limit: int) -> tuple[Replay, Sequence[ReplayStep]]:
        """How far a replay came, and what it did from the step after this number on; NotKnown where there is none."""
        async with self.unit_of_work.reading() as work:
            return await work.replay(replay_id), await work.steps(replay_id, after, limit)

    @again_on_conflict
    async def cancel(self, replay_id: ReplayId) -> Replay:
        """Begin nothing more. What was done stays done; NotRunning where it has ended."""
        async with self.unit_of_work() as work:
            replay = await work.replay(replay_id)
            if replay.state is not ReplayState.RUNNING:
                raise NotRunning
            replay = replace(replay, state=ReplayState.CANCELLED, ended_at=self.now())
            await work.save_replay(replay)
            return replay


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReplays:
    """Does what was ordered. Each replay is one process's at a time; where that dies, another goes on."""

    unit_of_work: UnitOfWork
    reroute: RerouteReview
    redeliver: Redeliver
    now: Callable[[], datetime]

    async def claim(self) -> Sequence[ReplayId]:
        """The replays that are to go on, for a while nobody else's."""
        async with self.unit_of_work.glancing() as work:
            if not await work.replays_waiting(self.now()):
                return ()
        async with self.unit_of_work() as work:
            return await work.claim_replays(self.now(), self.now() + LEASE)

    async def __call__(self, replay_id: ReplayId) -> None:
        """Go through the reviews that are left, until there are none or the replay is cancelled."""
        while review := await self._next(replay_id):
            await self._step(*review)

    async def skip(self, replay_id: ReplayId, kind: str) -> None:
        """Note that the next review failed here, by a fault of the kind named, so that those behind it get past."""
        if found := await self._next(replay_id):
            replay, review_id = found
            await self._note(replay, review_id, lambda _: settled(failed("review", review_id, f"failed: {kind}")))

    @again_on_conflict
    async def _next(self, replay_id: ReplayId) -> tuple[Replay, ReviewId] | None:
        async with self.unit_of_work.reading() as work:
            replay = await work.replay(replay_id)
            if replay.state is not ReplayState.RUNNING:
                return None
            review_id = await work.next_selected(replay.selection, replay.last)
        if review_id is not None:
            return replay, review_id
        async with self.unit_of_work() as work:
            replay = await work.replay(replay_id)
            if replay.state is ReplayState.RUNNING:
                await work.save_replay(replace(replay, state=ReplayState.DONE, ended_at=self.now()))
        return None

    async def _step(self, replay: Replay, review_id: ReviewId) -> None:
        """Do for one review what was ordered, once it is sure that nobody did or cancelled it meanwhile."""
        if replay.kind is ReplayKind.REROUTE:
            is_first = not replay.is_dry and await self.reroute.first_time(review_id)
            facts = await self.reroute.look_up(review_id)

            async def effects_of(work: Work) -> Sequence[Effect]:
                if is_first:
                    return [done("route", review_id, FIRST)]
                return await self.reroute.within(work, review_id, facts, is_dry=replay.is_dry)

        else:
            calls = Part.LEGS in replay.parts and not replay.is_dry
            called = await self.redeliver.call(review_id) if calls else {}

            async def effects_of(work: Work) -> Sequence[Effect]:
                return await self.redeliver.within(
                    work, review_id, replay.parts, called, is_dry=replay.is_dry, by=replay.asked_by
                )

        await self._note(replay, review_id, effects_of)

    @again_on_conflict
    async def _note(
        self, before: Replay, review_id: ReviewId, effects_of: Callable[[Work], Awaitable[Sequence[Effect]]]
    ) -> None:
        async with self.unit_of_work() as work:
            replay = await work.replay(before.id)
            if replay.state is not ReplayState.RUNNING or replay.last != before.last:
                return
            step = ReplayStep(number=replay.done + 1, review_id=review_id, effects=tuple(await effects_of(work)))
            await work.add_step(replay.id, step)
            await work.save_replay(replay.stepped(step), held_until=self.now() + LEASE)


async def settled(*effects: Effect) -> Sequence[Effect]:
    """Effects that are known before the transaction begins."""
    return effects
