"""Clocks as JSON: what `clock show` and `GET /reviews/{id}/clocks` say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from priorauth.domain.clocks import ReviewClocks, Term
from priorauth.routing.deadlines import Weighed
from priorauth.routing.documents import JsonValue


def clocks_json(clocks: ReviewClocks, weighed: Sequence[Weighed], now: datetime) -> dict[str, JsonValue]:
    """Every clock of a review as it stands, those that bind first, then by when they are due."""
    ordered = sorted(weighed, key=lambda one: (not one.binds, one.standing.due_at is None, one.standing.due_at or now))
    found: list[JsonValue] = [_clock(one) for one in ordered]
    return {"review": clocks.review_id, "version": clocks.version, "now": now.isoformat(), "clocks": found}


def _clock(one: Weighed) -> dict[str, JsonValue]:
    clock, stand, running = one.running.clock, one.standing, one.running
    return {
        "clock": clock.id,
        "title": clock.title,
        "citation": clock.citation,
        "kind": clock.kind.value,
        "items": list(running.sequences),
        "state": stand.state.value,
        "binds": one.binds,
        "because": one.because,
        "started_at": _moment(stand.started_at),
        "due_at": _moment(stand.due_at),
        "counted": _term(stand.term),
        "met_at": _moment(stand.met_at),
        "late": stand.late,
        "warned_at": _moment(running.warned_at),
        "breached_at": _moment(running.breached_at),
        "granted_at": _moment(running.granted_at),
        "extended_by_days": running.extension.days if running.extension else None,
        "on_breach": clock.on_breach.value,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _term(term: Term | None) -> str | None:
    """Which term gives the deadline, in words."""
    return f"{term.start} {term.amount:+d} {term.unit}".replace("_", " ") if term else None
