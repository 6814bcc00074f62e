"""The tables. What is looked up by is a column; the rest of a value is its sealed JSON document beside it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from priorauth.adapters.database.instants import Instant as Instant

Sequence = BigInteger().with_variant(Integer, "sqlite")
"""A number given in the order of insertion. SQLite counts only a column that is exactly INTEGER."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def required(name: str, type_: Any = String, *rest: Any, **options: Any) -> Column[Any]:
    """A column that is never null."""
    return Column(name, type_, *rest, nullable=False, **options)


# Messages as received and sent

messages = Table(
    "messages",
    metadata,
    Column("id", String, primary_key=True),
    required("direction"),
    required("counterpart"),
    required("format"),
    required("at", Instant),
    required("sha256"),
    required("body", LargeBinary),
    required("control_number"),  # of what we sent, without leading zeros
    Index("messages_sent", "counterpart", "control_number"),
)

review_messages = Table(
    "review_messages",
    metadata,
    Column("sequence", Sequence, primary_key=True),
    required("review_id", String, ForeignKey("reviews.id")),
    required("message_id", String, ForeignKey("messages.id")),
    required("role"),
    UniqueConstraint("review_id", "message_id", "role"),
)

# Resends and control numbers

resend_keys = Table(
    "resend_keys",
    metadata,
    Column("partner", String, primary_key=True),
    Column("key", String, primary_key=True),  # a keyed hash
    required("message_id", String, ForeignKey("messages.id")),
    required("at", Instant, index=True),
)

interchanges = Table(
    "interchanges",
    metadata,
    Column("partner", String, primary_key=True),
    Column("control_number", String, primary_key=True),
    required("message_id"),  # archived after its number is taken
)

received_sets = Table(
    "received_sets",
    metadata,
    Column("message_id", String, ForeignKey("messages.id"), primary_key=True),
    required("document", LargeBinary),
)

responses = Table(
    "responses",
    metadata,
    Column("message_id", String, ForeignKey("messages.id"), primary_key=True),
    Column("state", String, primary_key=True),
    required("response_id", String, ForeignKey("messages.id")),
)

counters = Table("counters", metadata, Column("series", String, primary_key=True), required("value", BigInteger))

# Reviews

reviews = Table(
    "reviews",
    metadata,
    Column("id", String, primary_key=True),
    required("partner"),
    Column("payer", String),
    required("state"),
    required("received_at", Instant),
    required("message_id", String, ForeignKey("messages.id")),
    required("set_number", Integer),
    required("digest"),
    required("answer_by", Instant),
    required("replied", Boolean(create_constraint=False)),
    required("document", LargeBinary),
    Index("ix_reviews_partner_digest_received_at_id", "partner", "digest", "received_at", "id"),
    Index("ix_reviews_received_at_id", "received_at", "id"),
    Index("ix_reviews_partner_received_at_id", "partner", "received_at", "id"),
)
_awaits_reply = reviews.c.replied == false()
Index("ix_reviews_without_reply", reviews.c.answer_by, sqlite_where=_awaits_reply, postgresql_where=_awaits_reply)

review_numbers = Table(
    "review_numbers",
    metadata,
    Column("partner", String, primary_key=True),
    Column("number", String, primary_key=True),  # a keyed hash
    required("review_id", String, ForeignKey("reviews.id")),
    required("destination"),
)

review_keys = Table(
    "review_keys",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),  # a keyed hash
    Column("review_id", String, ForeignKey("reviews.id"), primary_key=True),
)

followed_reviews = Table(
    "followed_reviews",
    metadata,
    Column("review_id", String, ForeignKey("reviews.id"), primary_key=True),
    required("prior_id", String, ForeignKey("reviews.id"), index=True),
)

# Routes and legs

routes = Table(
    "routes",
    metadata,
    Column("review_id", String, ForeignKey("reviews.id"), primary_key=True),
    required("pack_version"),
    required("document", LargeBinary),
    Column("answered", LargeBinary),  # what the directory said
)

legs = Table(
    "legs",
    metadata,
    Column("id", String, primary_key=True),
    required("review_id", String, ForeignKey("reviews.id")),
    required("number", Integer),
    required("destination"),
    required("state"),
    required("attempts", Integer),
    Column("next_attempt_at", Instant),
    required("error"),  # a fixed text
    required("unroutable", Boolean(create_constraint=False), server_default=false()),  # as in `routing.router`
    required("document", LargeBinary),
    UniqueConstraint("review_id", "number"),
)
_has_next_attempt = legs.c.next_attempt_at.is_not(None)
Index("ix_legs_due", legs.c.next_attempt_at, sqlite_where=_has_next_attempt, postgresql_where=_has_next_attempt)
_undelivered_legs = text("state IN ('planned', 'failed')")
Index(
    "ix_legs_undelivered",
    legs.c.review_id,
    legs.c.number,
    sqlite_where=_undelivered_legs,
    postgresql_where=_undelivered_legs,
)

_unrouted_legs = text("unroutable AND state IN ('planned', 'dispatched', 'pended', 'failed')")
Index(
    "ix_legs_unroutable", legs.c.review_id, legs.c.number, sqlite_where=_unrouted_legs, postgresql_where=_unrouted_legs
)

dispatches = Table(
    "dispatches",
    metadata,
    Column("leg_id", String, ForeignKey("legs.id"), primary_key=True),
    required("message_id", String, ForeignKey("messages.id")),
    required("trace"),  # ours
    required("identifier"),  # ours
    UniqueConstraint("trace"),
)

# Determinations, replies, mailbox

determinations = Table(
    "determinations",
    metadata,
    Column("sequence", Sequence, primary_key=True),
    required("id"),
    required("review_id", String, ForeignKey("reviews.id"), index=True),
    required("leg_id", String, ForeignKey("legs.id")),
    required("decided_by"),
    required("decided_at", Instant),
    required("document", LargeBinary),
    UniqueConstraint("id"),
)

replies = Table(
    "replies",
    metadata,
    Column("review_id", String, ForeignKey("reviews.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    required("made_at", Instant),
    Column("channel", String),  # null until claimed
    required("document", LargeBinary),
)
_unclaimed = replies.c.channel.is_(None)
Index("ix_replies_unclaimed", replies.c.made_at, sqlite_where=_unclaimed, postgresql_where=_unclaimed)

mailbox = Table(
    "mailbox",
    metadata,
    Column("id", String, primary_key=True),
    required("partner"),
    required("message_id", String, ForeignKey("messages.id"), index=True),
    required("at", Instant),
    Column("acknowledged_at", Instant),
)
_waiting = mailbox.c.acknowledged_at.is_(None)
Index("ix_mailbox_waiting", mailbox.c.partner, mailbox.c.at, sqlite_where=_waiting, postgresql_where=_waiting)

# Information asked for

information_tasks = Table(
    "information_tasks",
    metadata,
    Column("id", String, primary_key=True),
    required("review_id", String, ForeignKey("reviews.id"), index=True),
    required("partner"),
    required("state"),
    required("requested_at", Instant),
    required("document", LargeBinary),
    Index("ix_information_tasks_partner_requested_at_id", "partner", "requested_at", "id"),
)

review_clocks = Table(
    "review_clocks",
    metadata,
    Column("review_id", String, ForeignKey("reviews.id"), primary_key=True),
    Column("look_at", Instant, index=True),  # when the next clock needs a look; null where none does
    required("document", LargeBinary),
)

information_task_keys = Table(
    "information_task_keys",
    metadata,
    Column("partner", String, primary_key=True),
    Column("key", String, primary_key=True),  # a keyed hash
    Column("task_id", String, ForeignKey("information_tasks.id"), primary_key=True),
)

# Access

used_assertions = Table(
    "used_assertions",
    metadata,
    Column("client", String, primary_key=True),
    Column("assertion_id", String, primary_key=True),  # a keyed hash
    required("expires_at", Instant, index=True),
)

# Events

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Sequence, primary_key=True),
    required("topic"),
    required("key"),
    required("event_id"),
    required("type"),
    required("form"),  # "full" or "minimal" of a published event, empty for a posted body
    required("at", Instant),
    required("body", LargeBinary),
    required("traceparent", String, server_default=""),  # the trace that it belongs to
    required("shard", Integer),  # of its key: what one replica at a time consumes in order
    Column("position", BigInteger, unique=True),  # in the order of commits; null until that order is known
    required("copy", Integer, server_default="0"),  # 1 and on: told again, under the same id
    UniqueConstraint("topic", "event_id", "copy"),
    Index("ix_outbox_key_form", "key", "form"),
    Index("ix_outbox_topic_position", "topic", "position"),
    Index("ix_outbox_topic_shard_position", "topic", "shard", "position"),
)
_has_no_position = outbox.c.position.is_(None)
Index(
    "ix_outbox_without_position",
    outbox.c.sequence,
    sqlite_where=_has_no_position,
    postgresql_where=_has_no_position,
)

consumer_offsets = Table(
    "consumer_offsets",
    metadata,
    Column("consumer_group", String, primary_key=True),
    Column("topic", String, primary_key=True),
    required("position", BigInteger),  # everything up to here is done
)

consumer_inbox = Table(
    "consumer_inbox",
    metadata,
    Column("consumer_group", String, primary_key=True),
    Column("topic", String, primary_key=True),
    Column("position", BigInteger, primary_key=True),  # done, beyond the offset
)

receipts = Table(
    "receipts",
    metadata,
    Column("receipt", String, primary_key=True),  # names a delivery to a group; its effect is in the same transaction
    required("at", Instant, index=True),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", String, primary_key=True),
    required("kind"),
    required("subject", String, index=True),
    required("reason"),  # a fixed text
    required("at", Instant),
    Column("review_id", String),
    required("origin", String, server_default=""),  # topic, partition and offset, or topic and position
    Column("message", LargeBinary),
    required("consumer_group", String, server_default=""),
    required("destination", String, server_default=""),
    Column("message_id", String),  # the archived answer of a destination
    Column("decision", String),  # null while it waits for an operator
    Column("decided_at", Instant),
    required("decided_by", String, server_default=""),
    Index("ix_dead_letters_at_id", "at", "id"),
)
