"""Replays, what each did for which review, and the reviews that one selects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, or_, select, update

from priorauth.adapters.database.replay_tables import is_running, replay_steps, replays
from priorauth.adapters.database.tables import legs, reviews
from priorauth.adapters.database.transaction import Queries
from priorauth.domain.replays import Replay, ReplayId, ReplayStep, Selection
from priorauth.domain.reviews import ReviewId
from priorauth.services.ports import Conflict, NotKnown

REPLAY = select(replays.c.id, replays.c.document).where(replays.c.id == bindparam("id"))
REPLAYS = (
    select(replays.c.id, replays.c.document)
    .order_by(replays.c.asked_at.desc(), replays.c.id.desc())
    .limit(bindparam("limit"))
)
SAVE = update(replays).where(replays.c.id == bindparam("of_replay"))
_is_free = or_(replays.c.held_until.is_(None), replays.c.held_until <= bindparam("now", type_=replays.c.asked_at.type))
RUNNING = select(replays.c.id).where(is_running, _is_free).order_by(replays.c.asked_at)
TAKE_RUNNING = RUNNING.with_for_update(skip_locked=True)
STEPS = (
    select(replay_steps.c.number, replay_steps.c.document)
    .where(replay_steps.c.replay_id == bindparam("of_replay"), replay_steps.c.number > bindparam("after"))
    .order_by(replay_steps.c.number)
    .limit(bindparam("limit"))
)
PLACE = select(reviews.c.received_at, reviews.c.id).where(reviews.c.id == bindparam("id"))

REPLAY_DOCUMENT = msgspec.json.Decoder(Replay)
STEP_DOCUMENT = msgspec.json.Decoder(ReplayStep)


class Replays(Queries):
    """Satisfies `replay_ports.ReplayStore`. Whoever reads a replay to change it is the only one who does."""

    async def add_replay(self, replay: Replay) -> None:
        """Save a new replay; Conflict where its id is taken."""
        added = await self.transaction.add(
            replays,
            id=replay.id,
            state=replay.state,
            asked_at=replay.asked_at,
            held_until=None,
            document=self.transaction.document(replay_row(replay.id), replay),
        )
        if not added:
            raise Conflict("there is such a replay")

    async def replay(self, replay_id: ReplayId) -> Replay:
        """A replay as it stands; NotKnown where there is none."""
        await self.transaction.hold(replay_row(replay_id))
        return self._replay_of(await self.transaction.row(REPLAY, id=replay_id))

    async def replays(self, limit: int) -> Sequence[Replay]:
        """The replays, newest first."""
        return [self._replay_of(row) for row in await self.transaction.rows(REPLAYS, limit=limit)]

    async def save_replay(self, replay: Replay, *, held_until: datetime | None = None) -> None:
        """Save how far a replay came, and until when nobody else takes it up."""
        changed = await self.transaction.change(
            SAVE,
            of_replay=replay.id,
            state=replay.state,
            held_until=held_until,
            document=self.transaction.document(replay_row(replay.id), replay),
        )
        if not changed:
            raise NotKnown("there is no such replay")

    async def replays_waiting(self, now: datetime) -> Sequence[ReplayId]:
        """The replays that are to go on and that nobody is at, oldest first."""
        return [row.id for row in await self.transaction.rows(RUNNING, now=now)]

    async def claim_replays(self, now: datetime, until: datetime) -> Sequence[ReplayId]:
        """Those replays, nobody else's until then."""
        rows = await self.transaction.rows(TAKE_RUNNING, now=now)
        if rows:
            await self.transaction.run(SAVE, [{"of_replay": row.id, "held_until": until} for row in rows])
        return [row.id for row in rows]

    async def add_step(self, replay_id: ReplayId, step: ReplayStep) -> None:
        """Keep what was done for a review; Conflict where that, or a step with this number, is kept already."""
        added = await self.transaction.add(
            replay_steps,
            replay_id=replay_id,
            number=step.number,
            review_id=step.review_id,
            document=self.transaction.document(step_row(replay_id, step.number), step),
        )
        if not added:
            raise Conflict("the replay has been there")

    async def steps(self, replay_id: ReplayId, after: int, limit: int) -> Sequence[ReplayStep]:
        """What a replay did, from the step after this number on."""
        rows = await self.transaction.rows(STEPS, of_replay=replay_id, after=after, limit=limit)
        return [self.transaction.read(step_row(replay_id, row.number), row.document, STEP_DOCUMENT) for row in rows]

    async def count_selected(self, selection: Selection) -> int:
        """How many reviews there are that a replay is about."""
        row = await self.transaction.row(
            select(func.count().label("selected")).select_from(reviews).where(*selecting(selection))
        )
        selected: int = row.selected
        return selected

    async def next_selected(self, selection: Selection, after: ReviewId | None) -> ReviewId | None:
        """The review that was received next after this one, or first."""
        conditions = selecting(selection)
        if after:
            place = await self.transaction.row(PLACE, id=after)
            same_moment = and_(reviews.c.received_at == place.received_at, reviews.c.id > place.id)
            conditions.append(or_(reviews.c.received_at > place.received_at, same_moment))
        query = select(reviews.c.id).where(*conditions).order_by(reviews.c.received_at, reviews.c.id).limit(1)
        row = await self.transaction.row_or_none(query)
        return row and row.id

    def _replay_of(self, row: Row[Any]) -> Replay:
        return self.transaction.read(replay_row(row.id), row.document, REPLAY_DOCUMENT)


def selecting(selection: Selection) -> list[ColumnElement[bool]]:
    """What is asked of reviews."""
    asked: list[ColumnElement[bool]] = []
    if selection.review_ids:
        asked.append(reviews.c.id.in_(selection.review_ids))
    if selection.payer:
        asked.append(reviews.c.payer == selection.payer)
    if selection.states:
        asked.append(reviews.c.state.in_([state.value for state in selection.states]))
    if selection.since:
        asked.append(reviews.c.received_at >= selection.since)
    if selection.until:
        asked.append(reviews.c.received_at < selection.until)
    if selection.destination:
        theirs = exists().where(legs.c.review_id == reviews.c.id, legs.c.destination == selection.destination)
        asked.append(theirs)
    return asked


def replay_row(replay_id: ReplayId) -> str:
    return f"replay {replay_id}"


def step_row(replay_id: ReplayId, number: int) -> str:
    return f"step {number} of {replay_id}"
