"""The port to the event bus: messages by topic, in order per key, at least once; and what becomes of poison."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from priorauth.domain.reviews import MessageId, ReviewId


class TooManySetAside(Exception):
    """So many messages could not be handled that the fault must be here: the consumer stopped, and the rest waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusMessage:
    """One message of a topic. Messages with the same key stay in order; `id` is unique within its topic.

    `receipt` names this delivery to this group: what a transaction takes in under it has effect once.
    """

    topic: str
    key: str
    id: str
    type: str
    body: bytes = field(repr=False)
    receipt: str = field(default="", compare=False)
    traceparent: str = field(default="", compare=False)  # the trace that it belongs to, where there is one


class LetterDecision(StrEnum):
    """What an operator did about a dead letter."""

    RETRIED = "retried"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Something set aside because trying again will not help: what, why (a fixed text) and since when.

    `origin` is where a message was read from, for which consumer group, and `message` the message itself, to hand over
    again. `message_id` is the archived answer of a destination. `decision` is what an operator did about it.
    """

    id: str
    kind: str  # "leg", "event", "determination"
    subject: str  # a leg's, event's or message's id
    reason: str
    at: datetime
    review_id: ReviewId | None = None
    origin: str = ""
    message: BusMessage | None = None
    consumer_group: str = ""
    destination: str = ""
    message_id: MessageId | None = None
    decision: LetterDecision | None = None
    decided_at: datetime | None = None
    decided_by: str = ""


class EventBus(Protocol):
    """Carries messages at least once, in order per key, to each consumer group that asks for their topic."""

    async def publish(self, message: BusMessage) -> None:
        """Put a message on its topic, for producers outside a transaction. It is durable when this returns."""

    async def run(self, group: str, topics: Sequence[str], handle: Callable[[BusMessage], Awaitable[object]]) -> None:
        """Hand every message of these topics to `handle`, from where the group left off, until `stop`.

        Different keys are handled concurrently. Retryable from `handle`: the same message again, later, for as long
        as it takes; another exception: a few times more, then a dead letter and on to the next. Where that happens
        too often, it raises TooManySetAside instead: then the fault is here, and the messages stay where they are.
        """

    async def stop(self) -> None:
        """Let the messages being handled finish, remember how far each group came, and end every `run`."""
