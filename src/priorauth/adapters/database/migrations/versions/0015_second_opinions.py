"""What second opinions on received messages found otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_opinions",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("differences", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_second_opinions"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_second_opinions_message_id_messages"),
    )
    op.create_index("ix_second_opinions_at", "second_opinions", ["at"])
