"""Subscriptions to later answers, and the notifications of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("held_until", sa.BigInteger()),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_owner", "subscriptions", ["owner"])
    op.create_index("ix_subscriptions_partner", "subscriptions", ["partner"])
    is_due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_subscriptions_due", "subscriptions", ["due_at"], sqlite_where=is_due, postgresql_where=is_due)
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("delivered_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"], name="fk_notifications_subscription_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_notifications_review_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_notifications_message_id"),
        sa.UniqueConstraint("subscription_id", "number", name="uq_notifications_subscription_id_number"),
    )
    undelivered = sa.text("delivered_at IS NULL")
    op.create_index(
        "ix_notifications_waiting",
        "notifications",
        ["subscription_id", "number"],
        sqlite_where=undelivered,
        postgresql_where=undelivered,
    )
