"""What the store in memory holds: immutable values in dicts and lists, so that a copy of these is a snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from priorauth.domain.access import ClientId
from priorauth.domain.clocks import ReviewClocks
from priorauth.domain.determinations import Determination
from priorauth.domain.events import Event
from priorauth.domain.information import InformationTask, TaskId
from priorauth.domain.parties import DestinationId, PartnerId, PayerId
from priorauth.domain.replays import Replay, ReplayId, ReplayStep
from priorauth.domain.reviews import Leg, LegId, MessageId, ReviewId
from priorauth.domain.routes import Route
from priorauth.domain.second_opinions import SecondOpinion
from priorauth.domain.subscriptions import Notification, Subscription, SubscriptionId
from priorauth.services.bus import DeadLetter
from priorauth.services.directory_ports import EntryKind
from priorauth.services.pack_ports import Answered, KeptPack
from priorauth.services.ports import (
    Dispatch,
    MailboxEntry,
    Message,
    ReceivedSet,
    ReplyRecord,
    ReviewRecord,
    StoredEvent,
)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An event of one topic. `full` is true where it is the full form of a published event, None for a posted body."""

    event: StoredEvent
    full: bool | None


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription, when it is due, until when it is held, and its events."""

    subscription: Subscription
    due_at: datetime | None
    held_until: datetime | None = None
    events: int = 0


@dataclass(slots=True)
class Tables:
    """The rows of the store, by key."""

    messages: dict[MessageId, Message] = field(default_factory=dict)
    links: dict[tuple[ReviewId, MessageId, str], None] = field(default_factory=dict)
    resend_keys: dict[tuple[PartnerId, str], tuple[MessageId, datetime]] = field(default_factory=dict)
    interchanges: dict[tuple[PartnerId, str], MessageId] = field(default_factory=dict)
    received_sets: dict[MessageId, tuple[ReceivedSet, ...]] = field(default_factory=dict)
    responses: dict[tuple[MessageId, str], MessageId] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    reviews: dict[ReviewId, ReviewRecord] = field(default_factory=dict)
    numbers: dict[tuple[PartnerId, str], tuple[ReviewId, DestinationId]] = field(default_factory=dict)
    followed: dict[ReviewId, ReviewId] = field(default_factory=dict)
    routes: dict[ReviewId, Route] = field(default_factory=dict)
    answered: dict[ReviewId, Answered | None] = field(default_factory=dict)
    directory: dict[tuple[PayerId, EntryKind, str], Mapping[str, object]] = field(default_factory=dict)
    packs: dict[str, KeptPack] = field(default_factory=dict)
    legs: dict[LegId, Leg] = field(default_factory=dict)
    unroutable: set[LegId] = field(default_factory=set)
    leg_errors: dict[LegId, str] = field(default_factory=dict)
    attempts_at: dict[LegId, datetime] = field(default_factory=dict)
    dispatches: dict[LegId, Dispatch] = field(default_factory=dict)
    determinations: dict[str, Determination] = field(default_factory=dict)
    replies: dict[tuple[ReviewId, int], ReplyRecord] = field(default_factory=dict)
    tasks: dict[TaskId, InformationTask] = field(default_factory=dict)
    task_keys: dict[tuple[PartnerId, str, TaskId], None] = field(default_factory=dict)
    task_partners: dict[TaskId, PartnerId] = field(default_factory=dict)
    clocks: dict[ReviewId, tuple[ReviewClocks, datetime | None]] = field(default_factory=dict)
    opinions: dict[MessageId, SecondOpinion] = field(default_factory=dict)
    mailbox: dict[str, MailboxEntry] = field(default_factory=dict)
    subscriptions: dict[SubscriptionId, SubscriptionRow] = field(default_factory=dict)
    notifications: dict[str, Notification] = field(default_factory=dict)
    replays: dict[ReplayId, tuple[Replay, datetime | None]] = field(default_factory=dict)
    replay_steps: dict[tuple[ReplayId, int], ReplayStep] = field(default_factory=dict)
    used_assertions: dict[tuple[ClientId, str], datetime] = field(default_factory=dict)
    published: list[Event] = field(default_factory=list)
    outbox: dict[tuple[str, str], OutboxRow] = field(default_factory=dict)
    receipts: dict[str, datetime] = field(default_factory=dict)
    dead_letters: dict[str, DeadLetter] = field(default_factory=dict)

    def copy(self) -> Tables:
        """A snapshot: changes to either do not show in the other."""
        return Tables(*(getattr(self, column.name).copy() for column in fields(self)))
