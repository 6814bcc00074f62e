"""The packs that reviews were routed by, each version as it was first used, and what the directory said then."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "packs",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("first_used_at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_packs"),
    )
    op.add_column("routes", sa.Column("answered", sa.LargeBinary(), nullable=True))
