"""Routes, the legs that reviews are split into, and what was sent for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Executable, Row, String, bindparam, func, literal, or_, select, text, union_all, update

from priorauth.adapters.database.repositories.reviews import DOCUMENT as REVIEW_DOCUMENT
from priorauth.adapters.database.repositories.reviews import row_of
from priorauth.adapters.database.tables import dispatches, legs, reviews, routes
from priorauth.adapters.database.transaction import Queries, Transaction, insert_or_replace
from priorauth.domain.reviews import Leg, LegId, ReviewId, ServiceReview
from priorauth.domain.routes import Route
from priorauth.services.pack_ports import Answered
from priorauth.services.ports import Conflict, Dispatch, LegDelivery, NotKnown

ROUTE = select(routes.c.document).where(routes.c.review_id == bindparam("review_id"))
LEG = select(legs.c.id, legs.c.review_id, legs.c.document).where(legs.c.id == bindparam("id"))
LEGS = select(legs.c.id, legs.c.document).where(legs.c.review_id == bindparam("review_id")).order_by(legs.c.number)
BY_TRACE = (
    select(legs.c.id, legs.c.review_id, legs.c.document)
    .join_from(legs, dispatches)
    .where(dispatches.c.trace == bindparam("trace"))
)
NAMED = union_all(
    BY_TRACE.add_columns(literal(1).label("place")),
    LEG.add_columns(literal(2).label("place")),
).order_by("place")
DUE = (
    select(legs.c.id, legs.c.document)
    .where(legs.c.next_attempt_at <= bindparam("now"))
    .order_by(legs.c.next_attempt_at, legs.c.id)
    .limit(bindparam("limit"))
)
TAKE_DUE = DUE.with_for_update(skip_locked=True)
_asked_payer = bindparam("asked_payer", type_=String)
_asked_owner = bindparam("asked_owner", type_=String)
_deliveries = select(legs.c.id, legs.c.document, legs.c.next_attempt_at, legs.c.error).limit(bindparam("limit"))
OF_REVIEW = _deliveries.where(legs.c.review_id == bindparam("review_id")).order_by(legs.c.number)
is_undelivered = text("legs.state IN ('planned', 'failed')")
"""Waits to be sent, or was given up. Spelled out, so that both engines see that there is an index of just these."""
waits_unrouted = text("legs.unroutable AND legs.state IN ('planned', 'dispatched', 'pended', 'failed')")
"""Is with a desk because nobody could say where it belongs, and is not decided. Spelled out likewise."""
UNDELIVERED = _deliveries.where(is_undelivered).order_by(legs.c.review_id, legs.c.number)
OF_DESTINATION = UNDELIVERED.where(legs.c.destination == bindparam("destination"))
UNROUTABLE = (
    select(legs.c.id, legs.c.document, reviews.c.id.label("of_review"), reviews.c.document.label("review"))
    .join_from(legs, reviews)
    .where(
        waits_unrouted,
        or_(reviews.c.payer == _asked_payer, _asked_payer == ""),
        or_(legs.c.destination == _asked_owner, _asked_owner == ""),
    )
    .order_by(legs.c.review_id, legs.c.number)
    .limit(bindparam("limit"))
)
UNROUTABLE_WAITING = (
    select(reviews.c.payer, legs.c.destination, func.count().label("waiting"))
    .join_from(legs, reviews)
    .where(waits_unrouted)
    .group_by(reviews.c.payer, legs.c.destination)
)
SAVE = update(legs).where(legs.c.id == bindparam("leg_id"))
DISPATCH = select(dispatches).where(dispatches.c.leg_id == bindparam("leg_id"))

ROUTE_DOCUMENT = msgspec.json.Decoder(Route)
ANSWER_DOCUMENT = msgspec.json.Decoder(Answered)
LEG_DOCUMENT = msgspec.json.Decoder(Leg)


class Legs(Queries):
    """Where a review's items go, and how far each leg got."""

    async def save_route(self, review_id: ReviewId, route: Route, *, by: Answered | None = None) -> None:
        """Keep a review's route, and what the directory had said, in place of an earlier one."""
        await self.transaction.run(
            insert_or_replace(self.transaction.dialect, routes, "pack_version", "document", "answered"),
            {
                "review_id": review_id,
                "pack_version": route.pack_version,
                "document": self.transaction.document(route_row(review_id), route),
                "answered": by and self.transaction.document(answer_row(review_id), by),
            },
        )
        self.transaction.touched.add(review_id)

    async def route(self, review_id: ReviewId) -> Route | None:
        """A review's route, or None before it is routed."""
        await self.take_turn(review_id)
        row = await self.transaction.row_or_none(ROUTE, review_id=review_id)
        return self.transaction.read(route_row(review_id), row.document, ROUTE_DOCUMENT) if row else None

    async def add_leg(self, leg: Leg, *, unroutable: bool = False) -> None:
        """Save a new leg; Conflict where its id, or its number within the review, is taken.

        `unroutable` marks one that is with a desk because nobody could say where it belongs.
        """
        added = await self.transaction.add(
            legs,
            id=leg.id,
            review_id=leg.review_id,
            number=leg.number,
            destination=leg.destination,
            next_attempt_at=None,
            error="",
            unroutable=unroutable,
            **changing(self.transaction, leg),
        )
        if not added:
            raise Conflict("there is such a leg")
        self.transaction.touched.add(leg.review_id)

    async def save_leg(self, leg: Leg, *, next_attempt_at: datetime | None = None, error: str = "") -> None:
        """Save a leg in its new state, with when to try again (None: not by the clock) and the last failure."""
        changed = await self.transaction.change(
            SAVE, leg_id=leg.id, next_attempt_at=next_attempt_at, error=error, **changing(self.transaction, leg)
        )
        if not changed:
            raise NotKnown("there is no such leg")
        self.transaction.touched.add(leg.review_id)

    async def leg(self, leg_id: LegId) -> Leg:
        """A leg in its latest state; NotKnown where there is none."""
        row = await self._in_turn(LEG, id=leg_id)
        if row is None:
            raise NotKnown("there is no such leg")
        return read_leg(self.transaction, row)

    async def legs(self, review_id: ReviewId) -> Sequence[Leg]:
        """The legs of a review in the order of their numbers."""
        await self.take_turn(review_id)
        return [read_leg(self.transaction, row) for row in await self.transaction.rows(LEGS, review_id=review_id)]

    async def deliveries(self, review_id: ReviewId, limit: int) -> Sequence[LegDelivery]:
        """How far the legs of a review got."""
        return read_deliveries(
            self.transaction, await self.transaction.rows(OF_REVIEW, review_id=review_id, limit=limit)
        )

    async def undelivered(self, limit: int, *, destination: str = "") -> Sequence[LegDelivery]:
        """Every leg that waits to be sent or was given up, or those of one destination."""
        if destination:
            rows = await self.transaction.rows(OF_DESTINATION, destination=destination, limit=limit)
        else:
            rows = await self.transaction.rows(UNDELIVERED, limit=limit)
        return read_deliveries(self.transaction, rows)

    async def unroutable(self, limit: int, *, payer: str = "", owner: str = "") -> Sequence[tuple[Leg, ServiceReview]]:
        """The unroutable legs that nobody has decided, each with its review: all, or one payer's or desk's."""
        rows = await self.transaction.rows(UNROUTABLE, limit=limit, asked_payer=payer, asked_owner=owner)
        return [
            (
                read_leg(self.transaction, row),
                self.transaction.read(row_of(row.of_review), row.review, REVIEW_DOCUMENT),
            )
            for row in rows
        ]

    async def unroutable_waiting(self) -> Mapping[tuple[str, str], int]:
        """How many such legs there are, by payer and desk."""
        rows = await self.transaction.rows(UNROUTABLE_WAITING)
        return {(row.payer or "", row.destination): row.waiting for row in rows}

    async def leg_by_trace(self, trace: str) -> Leg | None:
        """The leg that was sent under this trace of ours."""
        row = await self._in_turn(BY_TRACE, trace=trace)
        return read_leg(self.transaction, row) if row else None

    async def leg_named(self, name: str) -> Leg | None:
        """The leg that was sent under this trace of ours, else the one with this id."""
        row = await self._in_turn(NAMED, trace=name, id=name)
        return read_leg(self.transaction, row) if row else None

    async def legs_due(self, now: datetime, limit: int) -> Sequence[Leg]:
        """The legs whose next attempt is due, the longest overdue first."""
        return [read_leg(self.transaction, row) for row in await self.transaction.rows(DUE, now=now, limit=limit)]

    async def claim_legs_due(self, now: datetime, until: datetime, limit: int) -> Sequence[Leg]:
        """The legs due, nobody else's until then. Those that another is just claiming are left to it."""
        rows = await self.transaction.rows(TAKE_DUE, now=now, limit=limit)
        if rows:
            await self.transaction.run(SAVE, [{"leg_id": row.id, "next_attempt_at": until} for row in rows])
        return [read_leg(self.transaction, row) for row in rows]

    async def save_dispatch(self, dispatch: Dispatch) -> None:
        """Keep under which ids a leg was sent; Conflict where it was sent before, or the trace is taken."""
        added = await self.transaction.add(
            dispatches,
            leg_id=dispatch.leg_id,
            message_id=dispatch.message_id,
            trace=dispatch.trace,
            identifier=dispatch.identifier,
        )
        if not added:
            raise Conflict("the leg was sent before")

    async def dispatch(self, leg_id: LegId) -> Dispatch | None:
        """What a leg was sent as, or None before it was."""
        row = await self.transaction.row_or_none(DISPATCH, leg_id=leg_id)
        return Dispatch(**row._mapping) if row else None

    async def _in_turn(self, query: Executable, **values: object) -> Row[Any] | None:
        """The leg's row as whoever worked on its review before left it."""
        row = await self.transaction.row_or_none(query, **values)
        if row and await self.take_turn(row.review_id):
            row = await self.transaction.row_or_none(query, **values)
        return row


def changing(transaction: Transaction, leg: Leg) -> dict[str, object]:
    """The columns that follow a leg's state."""
    return {"state": leg.state, "attempts": leg.attempts, "document": transaction.document(leg_row(leg.id), leg)}


def read_deliveries(transaction: Transaction, rows: Sequence[Row[Any]]) -> Sequence[LegDelivery]:
    return [
        LegDelivery(leg=read_leg(transaction, row), next_attempt_at=row.next_attempt_at, error=row.error)
        for row in rows
    ]


def read_leg(transaction: Transaction, row: Row[Any]) -> Leg:
    return transaction.read(leg_row(row.id), row.document, LEG_DOCUMENT)


def answer_row(review_id: ReviewId) -> str:
    return f"directory's answer of {review_id}"


def route_row(review_id: ReviewId) -> str:
    return f"route of {review_id}"


def leg_row(leg_id: LegId) -> str:
    return f"leg {leg_id}"
