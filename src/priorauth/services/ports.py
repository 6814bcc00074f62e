"""What the use cases need from outside. Adapters and the in-memory fakes of the tests satisfy these alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from priorauth.domain.access import ClientId
from priorauth.domain.determinations import Determination, Reply
from priorauth.domain.events import Event
from priorauth.domain.exchange import InboundMessage, Part, ResponseIdentity
from priorauth.domain.findings import Finding
from priorauth.domain.information import InformationTask, TaskId
from priorauth.domain.parties import DestinationId, PartnerId
from priorauth.domain.review_keys import KeyKind
from priorauth.domain.reviews import Leg, LegId, MessageId, ReviewId, ServiceReview
from priorauth.domain.routes import Route
from priorauth.services.bus import DeadLetter, LetterDecision
from priorauth.services.clock_ports import ClockStore
from priorauth.services.directory_ports import DirectoryStore
from priorauth.services.opinion_ports import SecondOpinionStore
from priorauth.services.pack_ports import Answered, PackStore
from priorauth.services.replay_ports import ReplayStore
from priorauth.services.subscription_ports import SubscriptionStore


class Retryable(Exception):
    """Something outside did not answer or is not there yet; the same call may succeed later."""


class NotKnown(Exception):
    """There is no such review, leg or message. Asking again will not help."""


class Conflict(Retryable):
    """What must be stored once is there already: another transaction was first. Done again, the work will see it.

    `services.turns` does so at once, a few times.
    """


class Direction(StrEnum):
    """Whether a message came in or went out."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as received or sent: immutable evidence. `body` is the exact bytes."""

    id: MessageId
    direction: Direction
    counterpart: str  # a partner's or a destination's id
    format: str  # "x12", "event", "pas-2.2.1", "pas-2.0.1"
    at: datetime
    body: bytes = field(repr=False)
    sha256: str = ""
    control_number: str = ""  # the interchange control number of what we sent, to match acknowledgments with


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRecord:
    """A review with what the gateway must remember of how it came.

    `answer_by` is when the open request of the sender ends; from then on replies go to its mailbox. `set_number` is
    the place of the transaction set in the message, from 1.
    """

    review: ServiceReview
    message_id: MessageId
    set_number: int
    digest: str  # of canonical content and traces, without envelope and BHT03 to BHT05
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecord:
    """A reply to one review: its canonical form and, where it was made for X12, the transaction set's segments.

    `channel` is empty until the reply is claimed: by the open request ("response"), for the mailbox ("mailbox") or, of
    a review that came as FHIR, for subscribers ("notification").
    """

    reply: Reply
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedSet:
    """What became of one transaction set of a received message: a review, or none where it was refused."""

    number: int
    review_id: ReviewId | None
    identifier: str = field(default="", repr=False)  # BHT03 of this copy, echoed to whoever sent it
    control_number: str = ""  # ST02
    group_number: int = 1  # place of its functional group


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxEntry:
    """A message that waits for a partner to pick it up. Acknowledged entries are no longer listed."""

    id: str
    partner: PartnerId
    message_id: MessageId
    at: datetime
    acknowledged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A leg's outbound message and the ids it was sent under. A repeat is sent with the same bytes and ids."""

    leg_id: LegId
    message_id: MessageId
    trace: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegDelivery:
    """How far the sending of a leg got: when it is tried next (None: not by the clock), and the last failure."""

    leg: Leg
    next_attempt_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event as published: its position in the stream and its CloudEvents JSON."""

    position: int
    id: str
    type: str
    topic: str
    key: str
    body: bytes = field(repr=False)


class Work(SubscriptionStore, ClockStore, PackStore, DirectoryStore, ReplayStore, SecondOpinionStore, Protocol):
    """One database transaction. Leaving the block commits it; an exception rolls it back."""

    # Messages as received and sent
    async def archive(self, message: Message) -> None: ...
    async def message(self, message_id: MessageId) -> Message: ...
    async def link(self, review_id: ReviewId, message_id: MessageId, role: str) -> None: ...
    async def messages_of(self, review_id: ReviewId) -> Sequence[tuple[str, Message]]: ...
    async def sent_with(self, counterpart: str, control_number: str) -> MessageId | None: ...
    async def reviews_of(self, message_id: MessageId) -> Sequence[ReviewId]: ...

    # Resends and interchange control numbers
    async def resend_of(self, partner: PartnerId, keys: Sequence[str], since: datetime) -> MessageId | None: ...
    async def remember_keys(
        self, partner: PartnerId, keys: Sequence[str], message_id: MessageId, at: datetime
    ) -> None: ...
    async def forget_keys(self, now: datetime, limit: int) -> int: ...
    async def remember_interchange(self, partner: PartnerId, control_number: str, message_id: MessageId) -> bool: ...
    async def save_received_sets(self, message_id: MessageId, sets: Sequence[ReceivedSet]) -> None: ...
    async def received_sets(self, message_id: MessageId) -> Sequence[ReceivedSet]: ...
    async def response_to(self, message_id: MessageId, state: str) -> MessageId | None: ...
    async def save_response_to(self, message_id: MessageId, state: str, response_id: MessageId) -> None: ...
    async def next_number(self, series: str) -> int: ...

    # Reviews
    async def add_review(self, record: ReviewRecord) -> None: ...
    async def review(self, review_id: ReviewId) -> ServiceReview: ...
    async def review_record(self, review_id: ReviewId) -> ReviewRecord: ...
    async def save_review(self, review: ServiceReview) -> None: ...
    async def open_review_like(self, partner: PartnerId, digest: str) -> ReviewId | None: ...
    async def reviews(self, *, partner: PartnerId | None, limit: int, after: str) -> Sequence[ServiceReview]: ...
    async def reviews_without_reply(self, answer_due: datetime, limit: int) -> Sequence[ReviewId]: ...
    async def remember_numbers(self, review_id: ReviewId, numbers: Mapping[str, DestinationId]) -> None: ...
    async def review_by_number(self, partner: PartnerId, number: str) -> tuple[ReviewId, DestinationId] | None: ...
    async def reviews_by_key(
        self, kind: KeyKind, key: str, *, partner: PartnerId | None, limit: int
    ) -> Sequence[ReviewId]: ...
    async def follow(self, review_id: ReviewId, prior_id: ReviewId) -> None: ...
    async def prior_of(self, review_id: ReviewId) -> ReviewId | None: ...
    async def followers_of(self, review_id: ReviewId) -> Sequence[ReviewId]: ...

    # Routes and legs
    async def save_route(self, review_id: ReviewId, route: Route, *, by: Answered | None = None) -> None: ...
    async def route(self, review_id: ReviewId) -> Route | None: ...
    async def add_leg(self, leg: Leg, *, unroutable: bool = False) -> None: ...
    async def save_leg(self, leg: Leg, *, next_attempt_at: datetime | None = None, error: str = "") -> None: ...
    async def leg(self, leg_id: LegId) -> Leg: ...
    async def legs(self, review_id: ReviewId) -> Sequence[Leg]: ...
    async def deliveries(self, review_id: ReviewId, limit: int) -> Sequence[LegDelivery]: ...
    async def undelivered(self, limit: int, *, destination: str = "") -> Sequence[LegDelivery]: ...
    async def unroutable(
        self, limit: int, *, payer: str = "", owner: str = ""
    ) -> Sequence[tuple[Leg, ServiceReview]]: ...
    async def unroutable_waiting(self) -> Mapping[tuple[str, str], int]: ...
    async def leg_by_trace(self, trace: str) -> Leg | None: ...
    async def leg_named(self, name: str) -> Leg | None: ...
    async def legs_due(self, now: datetime, limit: int) -> Sequence[Leg]: ...
    async def claim_legs_due(self, now: datetime, until: datetime, limit: int) -> Sequence[Leg]: ...
    async def save_dispatch(self, dispatch: Dispatch) -> None: ...
    async def dispatch(self, leg_id: LegId) -> Dispatch | None: ...

    # Determinations and replies
    async def add_determination(self, determination: Determination) -> bool: ...
    async def determinations(self, review_id: ReviewId) -> Sequence[Determination]: ...
    async def add_reply(self, record: ReplyRecord) -> None: ...
    async def replies(self, review_id: ReviewId) -> Sequence[ReplyRecord]: ...
    async def claim_reply(self, review_id: ReviewId, number: int, channel: str) -> bool: ...
    async def unclaimed_replies(self, answer_due: datetime, limit: int) -> Sequence[tuple[ReviewId, int]]: ...

    # Information asked for
    async def add_task(self, task: InformationTask, partner: PartnerId, keys: Sequence[str]) -> None: ...
    async def save_task(self, task: InformationTask) -> None: ...
    async def task(self, task_id: TaskId) -> InformationTask: ...
    async def tasks(self, review_id: ReviewId) -> Sequence[InformationTask]: ...
    async def tasks_by_key(self, partner: PartnerId, key: str) -> Sequence[InformationTask]: ...
    async def tasks_of(self, partner: PartnerId, limit: int) -> Sequence[InformationTask]: ...

    # Mailbox
    async def add_to_mailbox(self, entry: MailboxEntry) -> None: ...
    async def mailbox(self, partner: PartnerId, limit: int) -> Sequence[MailboxEntry]: ...
    async def mailbox_entry(self, entry_id: str) -> MailboxEntry: ...
    async def mailbox_entry_of(self, message_id: MessageId) -> MailboxEntry | None: ...
    async def offer_again(self, entry_id: str) -> None: ...
    async def acknowledge_mailbox_entry(self, entry_id: str, at: datetime) -> None: ...

    # Access
    async def use_assertion(self, client: ClientId, assertion_id: str, expires_at: datetime) -> None: ...
    async def forget_assertions(self, now: datetime) -> int: ...

    # Events and dead letters
    async def take_in(self, receipt: str, at: datetime) -> bool: ...
    async def forget_receipts(self, before: datetime, limit: int) -> int: ...
    async def publish(self, event: Event) -> None: ...
    async def post(self, topic: str, key: str, event_id: str, event_type: str, body: bytes, at: datetime) -> None: ...
    async def publish_again(self, review_id: ReviewId, at: datetime) -> int: ...
    async def post_again(self, topic: str, event_id: str, at: datetime) -> bool: ...
    async def events_of(self, review_id: ReviewId) -> Sequence[StoredEvent]: ...
    async def events(self, topic: str, after: int, limit: int) -> Sequence[StoredEvent]: ...
    async def add_dead_letter(self, letter: DeadLetter) -> None: ...
    async def dead_letters(
        self, limit: int, *, kind: str = "", destination: str = "", decided: bool = False
    ) -> Sequence[DeadLetter]: ...
    async def dead_letter(self, id: str) -> DeadLetter: ...
    async def dead_letters_about(self, subject: str) -> Sequence[DeadLetter]: ...
    async def decide_dead_letter(self, id: str, decision: LetterDecision, at: datetime, by: str) -> bool: ...
    async def dead_letters_waiting(self) -> Mapping[str, int]: ...


class UnitOfWork(Protocol):
    """Opens database transactions. Raises Retryable where the database is busy or away."""

    def __call__(self) -> AbstractAsyncContextManager[Work]:
        """A transaction that may write."""

    def reading(self) -> AbstractAsyncContextManager[Work]:
        """A transaction that sees one state of things and writes nothing; it does not queue behind writers."""

    def glancing(self) -> AbstractAsyncContextManager[Work]:
        """For one question, which sees one state anyway. Whoever asks a second one may see another state."""


class Watch(Protocol):
    """Reviews being watched: no reply since the watch began, or since the last wait returned, is missed."""

    async def wait(self, timeout: timedelta) -> None:
        """Return when one of the reviews has another reply or the time is over. May return early."""


class Signal(Protocol):
    """Says that a review has another reply, to whoever waits for it in this or another process."""

    def watch(self, review_ids: Sequence[ReviewId]) -> AbstractContextManager[Watch]:
        """Watch these reviews while the block lasts: enter it, look at the store, then wait."""

    async def wait(self, review_ids: Sequence[ReviewId], timeout: timedelta) -> None:
        """Return when one of the reviews has another reply or the time is over. May return early."""


class Directory(Protocol):
    """Member, group, provider and facility facts that a request does not carry, by the names of the design."""

    async def facts(self, review: ServiceReview) -> Mapping[str, object] | None:
        """The facts of the patient's coverage and the facility, or None where the member is not known."""


class Decoded(Protocol):
    """A message as read: its parts, and how to answer it in the format it came in."""

    @property
    def parts(self) -> Sequence[Part]: ...

    @property
    def control_number(self) -> str:
        """The sender's number of the whole message (ISA13), or empty where the format has none."""

    @property
    def refused(self) -> bool:
        """True where the message as a whole is refused (TA1 R): its number is not used up."""

    @property
    def findings(self) -> Sequence[Finding]: ...

    @property
    def acknowledges(self) -> Sequence[str]:
        """The control numbers of ours that this message acknowledges (TA1, 999). Such a message is not answered."""

    def respond(
        self,
        answers: Mapping[int, tuple[ServiceReview, Reply]],
        identity: ResponseIdentity,
        *,
        acknowledge: bool = True,
        duplicate: bool = False,
    ) -> bytes:
        """The response: an answer for each part number given, and acknowledgments for what was refused.

        Without `acknowledge` only the answers: the acknowledgments went out before. `duplicate` refuses the whole
        message for its control number (TA1 025).
        """


class Codec(Protocol):
    """Reads the messages of one format. Pure: ids come from the caller."""

    def decode(self, message: InboundMessage, new_id: Callable[[], ReviewId]) -> Decoded: ...


class EnlistNotifications(Protocol):
    """Has a later reply told to whoever subscribed to it, in the transaction that makes the reply."""

    async def __call__(self, work: Work, review: ServiceReview, reply: Reply, message: Message) -> None:
        """`message` is the archived response Bundle of the reply."""
