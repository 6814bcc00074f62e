"""Clock books as shipped, and requests as clocks see them, for the tests of clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from priorauth.domain.clocks import ClockKind, Decided, History, Occurrence, Wait
from priorauth.routing.clock_books import load_clock_book, load_law
from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.deadlines import ClockItem, Weighed, Where, clocks_on, weigh
from priorauth.routing.facts import facts_given
from routing_requests import MAPPINGS, pack_files, shipped_pack

EASTERN = ZoneInfo("America/New_York")
LAW = "clocks.yaml"


@cache
def book(payer: str) -> ClockBook:
    """The shipped clocks of a payer, with the law that reaches it."""
    law = load_law({LAW: (MAPPINGS / "regulation" / LAW).read_text()})
    return load_clock_book(pack_files(payer), shipped_pack(payer), law)


def local(text: str) -> datetime:
    """A moment in Eastern time; of a day alone its last second."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T23:59:59").replace(tzinfo=EASTERN)


def weighed(
    clocks: ClockBook,
    facts: Mapping[str, object],
    happened: Mapping[str, str],
    *,
    decided: Decided | None = None,
    now: str = "",
    where: Where = Where.DECIDED,
    waits: tuple[Wait, ...] = (),
) -> tuple[Weighed, ...]:
    """Every clock on a request of one item, as it stands; `now` is when it was received, where it is not said."""
    times = {Occurrence(name): local(moment) for name, moment in happened.items()}
    received = times[Occurrence.RECEIPT]
    item = ClockItem(sequence=1, facts=facts_given(facts), group="desk", where=where)
    running = clocks_on(clocks, [item], clocks.calendar.day_of(received))
    history = History(happened=times, decided=decided, waits=waits)
    return weigh(running, [history] * len(running), clocks.calendar, local(now) if now else received)


def due(found: tuple[Weighed, ...], clock_id: str) -> set[datetime]:
    """When the clocks of that id are due."""
    return {one.standing.due_at for one in found if one.running.clock.id == clock_id and one.standing.due_at}


def binding(found: tuple[Weighed, ...], kind: ClockKind = ClockKind.DECISION) -> Weighed | None:
    """The clock of a kind that binds."""
    return next((one for one in found if one.binds and one.running.clock.kind is kind), None)
