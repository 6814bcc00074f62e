"""The tables of replays."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from priorauth.adapters.database.tables import Instant, metadata, required

replays = Table(
    "replays",
    metadata,
    Column("id", String, primary_key=True),
    required("state"),
    required("asked_at", Instant, index=True),
    Column("held_until", Instant),  # somebody is at it
    required("document", LargeBinary),
)
is_running = text("replays.state = 'running'")
_running = text("state = 'running'")
Index("ix_replays_running", replays.c.asked_at, sqlite_where=_running, postgresql_where=_running)

replay_steps = Table(
    "replay_steps",
    metadata,
    Column("replay_id", String, ForeignKey("replays.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    required("review_id", String, ForeignKey("reviews.id")),
    required("document", LargeBinary),
    UniqueConstraint("replay_id", "review_id"),
)
