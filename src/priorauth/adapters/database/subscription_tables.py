"""The tables of subscriptions and of what their subscribers are told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from priorauth.adapters.database.tables import Instant, metadata, required

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String, primary_key=True),
    required("owner", index=True),
    required("partner", index=True),
    required("state"),
    required("revision", Integer),
    required("events", BigInteger),  # how many it has been told of
    Column("due_at", Instant),  # when there is something to do for it
    Column("held_until", Instant),  # being sent to, or pausing after a failure
    required("document", LargeBinary),
)
_is_due_some_time = subscriptions.c.due_at.is_not(None)
Index(
    "ix_subscriptions_due",
    subscriptions.c.due_at,
    sqlite_where=_is_due_some_time,
    postgresql_where=_is_due_some_time,
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", String, primary_key=True),
    required("subscription_id", String, ForeignKey("subscriptions.id")),
    required("number", BigInteger),
    required("at", Instant),
    required("review_id", String, ForeignKey("reviews.id"), index=True),
    required("message_id", String, ForeignKey("messages.id")),
    Column("delivered_at", Instant),
    UniqueConstraint("subscription_id", "number"),
)
_undelivered = notifications.c.delivered_at.is_(None)
Index(
    "ix_notifications_waiting",
    notifications.c.subscription_id,
    notifications.c.number,
    sqlite_where=_undelivered,
    postgresql_where=_undelivered,
)
