"""The table of the directory: what payers say of members and facilities, by a keyed hash of whom it is about."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from priorauth.adapters.database.tables import Instant, metadata, required

directory_entries = Table(
    "directory_entries",
    metadata,
    Column("payer", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),  # a keyed hash
    required("loaded_at", Instant),
    required("document", LargeBinary),
)
