"""What an operator does about a dead letter, and what it takes to do it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("consumer_group", sa.String(), nullable=False, server_default=""),
        sa.Column("destination", sa.String(), nullable=False, server_default=""),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("dead_letters", column)
