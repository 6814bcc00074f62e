"""The table of packs: each version as its files said it when it was first used."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from priorauth.adapters.database.tables import Instant, metadata, required

packs = Table(
    "packs",
    metadata,
    Column("version", String, primary_key=True),
    required("payer"),
    required("first_used_at", Instant),
    required("document", LargeBinary),
)
