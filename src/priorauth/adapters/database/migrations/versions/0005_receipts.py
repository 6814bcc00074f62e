"""What was taken in once, and of dead letters where they came from and the message itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("receipt", name="pk_receipts"),
    )
    op.create_index("ix_receipts_at", "receipts", ["at"])
    op.add_column("dead_letters", sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.add_column("dead_letters", sa.Column("message", sa.LargeBinary(), nullable=True))
