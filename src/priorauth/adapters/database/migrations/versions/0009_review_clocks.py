"""The clocks of reviews, and when the next of them needs a look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_clocks",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("look_at", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("review_id", name="pk_review_clocks"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_review_clocks_review_id"),
    )
    op.create_index("ix_review_clocks_look_at", "review_clocks", ["look_at"])
