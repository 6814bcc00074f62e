"""Replays, and what it takes to tell and hand over again what was told before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replays",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replays"),
    )
    op.create_index("ix_replays_asked_at", "replays", ["asked_at"])
    running = sa.text("state = 'running'")
    op.create_index("ix_replays_running", "replays", ["asked_at"], sqlite_where=running, postgresql_where=running)
    op.create_table(
        "replay_steps",
        sa.Column("replay_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("replay_id", "number", name="pk_replay_steps"),
        sa.UniqueConstraint("replay_id", "review_id", name="uq_replay_steps_replay_id_review_id"),
        sa.ForeignKeyConstraint(["replay_id"], ["replays.id"], name="fk_replay_steps_replay_id_replays"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_replay_steps_review_id_reviews"),
    )
    op.create_index("ix_mailbox_message_id", "mailbox", ["message_id"])
    op.create_index("ix_notifications_review_id", "notifications", ["review_id"])
    op.create_index("ix_dead_letters_subject", "dead_letters", ["subject"])
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("copy", sa.Integer(), nullable=False, server_default="0"))
        outbox.drop_constraint("uq_outbox_topic_event_id", type_="unique")
        outbox.create_unique_constraint("uq_outbox_topic_event_id_copy", ["topic", "event_id", "copy"])
