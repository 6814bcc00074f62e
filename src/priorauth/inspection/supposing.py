"""What would hold if: a message with the facts that a directory would say, and when what would have happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from priorauth.domain.clocks import Decided, History, Occurrence, ReviewClocks
from priorauth.domain.reviews import ServiceReview
from priorauth.domain.routes import ItemRoute, Outcome
from priorauth.inspection.reading import NotReadable, is_fhir, read_requests
from priorauth.routing.clock_documents import clocks_json
from priorauth.routing.deadlines import ClockItem, Where, clocks_on, dates_in, weigh
from priorauth.routing.vocabulary import faults_in
from priorauth.tools import Tools

DECIDED_BY_SOMEBODY = (Outcome.ROUTE, Outcome.MANUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """A message, and what is supposed about it. Nothing of it is stored."""

    body: bytes = field(repr=False)
    facts: Mapping[str, object] | None = field(default=None, repr=False)  # the directory's whole answer
    received_at: datetime | None = None
    happened: Mapping[Occurrence, datetime | None] = field(default_factory=dict)
    decided: Decided | None = None


class _Written(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    message: msgspec.Raw  # a text, or a Bundle as it is
    facts: dict[str, object] | None = None
    received_at: datetime | None = None
    happened: dict[Occurrence, datetime | None] = {}
    decided: Decided | None = None


def read_supposition(body: bytes) -> Supposition:
    """A message by itself, or JSON with `message` and what is supposed about it. Raises NotReadable."""
    if not (is_fhir(body) and _has_message(body)):
        return Supposition(body=body)
    try:
        found = msgspec.json.decode(body, type=_Written)
        raw = bytes(found.message)
        message = msgspec.json.decode(raw, type=str).encode() if raw.startswith(b'"') else raw
    except msgspec.MsgspecError:
        raise NotReadable("beside `message` there may be facts, received_at, happened and decided") from None
    if any(at is not None and at.tzinfo is None for at in (found.received_at, *found.happened.values())):
        raise NotReadable("a moment needs a time zone")
    if faults := faults_in(found.facts or {}):
        raise NotReadable("; ".join(faults))
    return Supposition(
        body=message,
        facts=found.facts,
        received_at=found.received_at,
        happened=found.happened,
        decided=found.decided,
    )


def _has_message(body: bytes) -> bool:
    try:
        keys = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except msgspec.MsgspecError:
        return False
    return "message" in keys and "resourceType" not in keys


async def clock_documents(
    tools: Tools, asked: Supposition, now: datetime, *, version: str | None = None
) -> list[Mapping[str, object]]:
    """The clocks of each request of a message, had it been received when it is supposed to be. Raises NotReadable."""
    parts = read_requests(tools, asked.body, received_at=asked.received_at or now, version=version)
    found = [await _clocks(tools, part.review, asked) for part in parts if part.review and part.review.payer]
    if not found:
        raise NotReadable("the payer that the message names has no pack here")
    return found


async def _clocks(tools: Tools, review: ServiceReview, asked: Supposition) -> Mapping[str, object]:
    assert review.payer is not None
    knowledge, book = tools.knowledge, tools.knowledge.clock_books[review.payer]
    directory = None if asked.facts is not None else await tools.directory.facts(review)
    facts = knowledge.facts(review, directory, given=asked.facts)
    route = knowledge.route(review, directory, given=asked.facts)
    items = [
        ClockItem(sequence=item.sequence, facts=facts[item.sequence], group=_group(item), where=_where(item))
        for item in route.items
    ]
    running = clocks_on(book, items, book.calendar.day_of(review.received_at))
    supposed = {
        Occurrence.RECEIPT: review.received_at,
        Occurrence.INFORMATION: review.received_at,
        **dates_in(items, book.calendar),
        **asked.happened,
    }
    history = History(happened={name: at for name, at in supposed.items() if at}, decided=asked.decided)
    weighed = weigh(running, [history] * len(running), book.calendar, review.received_at)
    clocks = ReviewClocks(review_id=review.id, payer=review.payer, version=book.version, clocks=running)
    return clocks_json(clocks, weighed, review.received_at)


def _group(item: ItemRoute) -> str:
    return f"{item.destination or ''} {item.queue or ''}"


def _where(item: ItemRoute) -> Where:
    return Where.DECIDED if item.outcome in DECIDED_BY_SOMEBODY else Where.ANSWERED
