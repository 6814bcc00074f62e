"""A gateway that ends itself as `kill -9` does at a point of a message's path. The nursery prepares it.

Which point, the file `kill-at` in the working folder says: it is taken away and the process ends the next time it comes
by there. What was sent to destinations is noted in `sent.jsonl` before it goes out. The product knows nothing of this.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from priorauth.adapters.database.numbering import Numbering
from priorauth.adapters.database.outbox import Outbox
from priorauth.adapters.delegates.fhir_pas import FhirPas
from priorauth.adapters.delegates.x12_http import X12Http
from priorauth.adapters.kafka.bus import KafkaBus
from priorauth.adapters.kafka.consuming import _Life
from priorauth.adapters.webhooks import HttpWebhooks
from priorauth.services.answer_message import AnswerMessage
from priorauth.services.catch_up import CatchUp
from priorauth.services.dispatch_leg import DispatchLeg
from priorauth.services.receive_review import ReceiveReview
from priorauth.services.record_determination import RecordDetermination
from priorauth.services.route_review import RouteReview

KILL_AT, SENT = Path("kill-at"), Path("sent.jsonl")
Step = Callable[..., Awaitable[Any]]

BETWEEN: dict[tuple[type, str], tuple[str, str]] = {
    (ReceiveReview, "__call__"): ("the request came in", "the request was accepted"),
    (Numbering, "__call__"): ("what was committed has no position yet", ""),
    (RouteReview, "__call__"): ("the review is to be routed", "the review was routed"),
    (DispatchLeg, "prepare"): ("the leg is to be prepared", "the leg's message was made"),
    (X12Http, "send"): ("", "the destination has answered the leg"),
    (FhirPas, "send"): ("", "the destination has answered the leg"),
    (RecordDetermination, "within"): ("the answer is to be recorded", "the answer is recorded and not committed"),
    (RecordDetermination, "__call__"): ("an answer came to the door", "the answer at the door was recorded"),
    (DispatchLeg, "send"): ("", "the leg was sent and its answer recorded"),
    (AnswerMessage, "wait"): ("", "the reply was made"),
    (AnswerMessage, "__call__"): ("", "the response was kept"),
    (CatchUp, "deliver"): ("the later reply was made", "the later reply was delivered"),
    (KafkaBus, "publish"): ("the event is to be published", "the brokers have the event"),
    (_Life, "finish"): ("the answer on the topic was recorded", ""),
    (HttpWebhooks, "post"): ("the notification is to be sent", "the notification was taken"),
}
"""The steps between which a process may end, with what is true before and after each."""


def passing(point: str) -> None:
    """End the process where this is the point that was named."""
    if point and KILL_AT.exists() and KILL_AT.read_text() == point:
        KILL_AT.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def between(step: Step, before: str, after: str) -> Step:
    """The step, passing a point before it and one after it."""

    @functools.wraps(step)
    async def passed(*given: Any, **named: Any) -> Any:
        passing(before)
        result = await step(*given, **named)
        passing(after)
        return result

    return passed


def noting(send: Step) -> Step:
    """The call of a destination, noted first."""

    @functools.wraps(send)
    async def noted(transport: Any, message: Any) -> Any:
        body = base64.b64encode(message.body).decode()
        with SENT.open("a") as journal:
            journal.write(json.dumps({"id": message.id, "counterpart": message.counterpart, "body": body}) + "\n")
        return await send(transport, message)

    return noted


def committing(publish: Step) -> Step:
    """Telling of an event, passing a point while its transaction is still open."""

    @functools.wraps(publish)
    async def published(work: Any, event: Any) -> None:
        await publish(work, event)
        passing(f"committing {event.type}")

    return published


def prepare() -> None:
    for (owner, name), points in BETWEEN.items():
        setattr(owner, name, between(getattr(owner, name), *points))
    for transport in (X12Http, FhirPas):
        transport.send = noting(transport.send)  # type: ignore[assignment, method-assign]
    Outbox.publish = committing(Outbox.publish)  # type: ignore[assignment, method-assign]
