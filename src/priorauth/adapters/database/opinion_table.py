"""What second opinions on received messages found otherwise: rule ids only, one row a message."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table

from priorauth.adapters.database.tables import Instant, metadata, required

second_opinions = Table(
    "second_opinions",
    metadata,
    Column("message_id", String, ForeignKey("messages.id"), primary_key=True),
    required("by"),
    required("at", Instant, index=True),
    required("given", Boolean),
    required("accepted", Boolean),
    required("differences"),  # `we FHIR-TYPE`, `models value_error`, joined by commas
)
