"""What destinations ask requesters for, until it is brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "information_tasks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_information_tasks"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_information_tasks_review_id"),
    )
    op.create_index("ix_information_tasks_review_id", "information_tasks", ["review_id"])
    op.create_index(
        "ix_information_tasks_partner_requested_at_id", "information_tasks", ["partner", "requested_at", "id"]
    )
    op.create_table(
        "information_task_keys",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("task_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "key", "task_id", name="pk_information_task_keys"),
        sa.ForeignKeyConstraint(["task_id"], ["information_tasks.id"], name="fk_information_task_keys_task_id"),
    )
