"""`GET /events`: the event stream as server-sent events, from a position on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from priorauth.api.problems import Problem
from priorauth.api.security import TheCaller, not_yours
from priorauth.bootstrap import Gateway
from priorauth.domain.access import CallerKind
from priorauth.domain.parties import PayerId
from priorauth.services.ports import StoredEvent
from priorauth.translate.events import EVENTS_TOPIC, payer_topic

BATCH = 200
PAUSE_SECONDS = 0.2
HEARTBEAT_PAUSES = 50
LAST_POSITION = 2**63 - 1

router = APIRouter(tags=["events"])


@router.get("/events", summary="The event stream", response_class=StreamingResponse)
async def stream_events(
    request: Request,
    caller: TheCaller,
    after: int = Query(default=0, ge=0, le=LAST_POSITION, description="the position of the last event that you have"),
    payer: str = Query(
        default="", description="one payer's full events; without it a payer's own, or all in their minimal form"
    ),
    follow: bool = Query(default=True, description="false: end after the events there are"),
) -> StreamingResponse:
    """CloudEvents, one a message. The SSE id is the position: reconnect with it in `Last-Event-ID` or `after`."""
    gateway: Gateway = request.app.state.gateway
    last = request.headers.get("last-event-id", "")
    start = min(int(last[:20]), LAST_POSITION) if last.isascii() and last.isdigit() else after
    if caller.kind is CallerKind.PAYER:
        payer = payer.upper() or caller.stands_for
    if not caller.is_for(CallerKind.PAYER, payer):
        raise not_yours("the events are another's")
    topic = payer_topic(known_payer(gateway, payer)) if payer else EVENTS_TOPIC
    return StreamingResponse(
        events_from(gateway, request, topic, start, follow=follow),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


def known_payer(gateway: Gateway, identifier: str) -> PayerId:
    """Our payer of that identifier. Problem 404, with those that there are, where it is none."""
    knowledge = gateway.tools.knowledge
    payer = knowledge.payer(identifier)
    if payer is None:
        payers = ", ".join(sorted(knowledge.packs))
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such payer", f"the payers are {payers}")
    return payer


async def events_from(
    gateway: Gateway, request: Request, topic: str, after: int, *, follow: bool
) -> AsyncIterator[bytes]:
    """Every event of the topic after the position, then new ones as they come, with a heartbeat between."""
    idle = 0
    while not gateway.stopping:
        async with gateway.unit_of_work.reading() as work:
            events = await work.events(topic, after, BATCH)
        for event in events:
            yield as_server_sent(event)
            after = event.position
        if events:
            idle = 0
            continue
        if not follow or await request.is_disconnected():
            return
        idle += 1
        if idle % HEARTBEAT_PAUSES == 0:
            yield b": still here\n\n"
        await asyncio.sleep(PAUSE_SECONDS)


def as_server_sent(event: StoredEvent) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.position, event.type.encode(), event.body)
