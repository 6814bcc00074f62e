"""What reviews are looked up by, and which review follows which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_keys",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_review_keys_review_id_reviews"),
        sa.PrimaryKeyConstraint("kind", "key", "review_id", name="pk_review_keys"),
    )
    op.create_table(
        "followed_reviews",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("prior_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_followed_reviews_review_id_reviews"),
        sa.ForeignKeyConstraint(["prior_id"], ["reviews.id"], name="fk_followed_reviews_prior_id_reviews"),
        sa.PrimaryKeyConstraint("review_id", name="pk_followed_reviews"),
    )
    op.create_index("ix_followed_reviews_prior_id", "followed_reviews", ["prior_id"])
