"""The store: messages, resends, reviews, routes and legs, replies, mailbox, outbox and its consumers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "consumer_inbox",
        sa.Column("consumer_group", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_group", "topic", "position", name="pk_consumer_inbox"),
    )

    op.create_table(
        "consumer_offsets",
        sa.Column("consumer_group", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_group", "topic", name="pk_consumer_offsets"),
    )

    op.create_table(
        "counters",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_counters"),
    )

    op.create_table(
        "dead_letters",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_dead_letters"),
    )
    op.create_index("ix_dead_letters_at_id", "dead_letters", ["at", "id"])

    op.create_table(
        "interchanges",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("control_number", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("partner", "control_number", name="pk_interchanges"),
    )

    op.create_table(
        "messages",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("counterpart", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("control_number", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("messages_sent", "messages", ["counterpart", "control_number"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("sequence", SEQUENCE, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sequence", name="pk_outbox"),
        sa.UniqueConstraint("position", name="uq_outbox_position"),
        sa.UniqueConstraint("topic", "event_id", name="uq_outbox_topic_event_id"),
    )
    op.create_index("ix_outbox_key_form", "outbox", ["key", "form"])
    op.create_index("ix_outbox_topic_position", "outbox", ["topic", "position"])

    op.create_table(
        "mailbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_mailbox_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailbox"),
    )
    op.create_index(
        "ix_mailbox_waiting",
        "mailbox",
        ["partner", "at"],
        sqlite_where=sa.text("acknowledged_at IS NULL"),
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )

    op.create_table(
        "received_sets",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_received_sets_message_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_received_sets"),
    )

    op.create_table(
        "resend_keys",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_resend_keys_message_id"),
        sa.PrimaryKeyConstraint("partner", "key", name="pk_resend_keys"),
    )
    op.create_index("ix_resend_keys_at", "resend_keys", ["at"])

    op.create_table(
        "responses",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("response_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_responses_message_id"),
        sa.ForeignKeyConstraint(["response_id"], ["messages.id"], name="fk_responses_response_id"),
        sa.PrimaryKeyConstraint("message_id", "state", name="pk_responses"),
    )

    op.create_table(
        "reviews",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("answer_by", sa.BigInteger(), nullable=False),
        sa.Column("replied", sa.Boolean(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_reviews_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_partner_digest_received_at_id", "reviews", ["partner", "digest", "received_at", "id"])
    op.create_index("ix_reviews_partner_received_at_id", "reviews", ["partner", "received_at", "id"])
    op.create_index("ix_reviews_received_at_id", "reviews", ["received_at", "id"])
    op.create_index(
        "ix_reviews_without_reply",
        "reviews",
        ["answer_by"],
        sqlite_where=sa.text("replied = 0"),
        postgresql_where=sa.text("NOT replied"),
    )

    op.create_table(
        "legs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_legs_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_legs"),
        sa.UniqueConstraint("review_id", "number", name="uq_legs_review_id_number"),
    )
    op.create_index(
        "ix_legs_due",
        "legs",
        ["next_attempt_at"],
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )

    op.create_table(
        "replies",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_replies_review_id"),
        sa.PrimaryKeyConstraint("review_id", "number", name="pk_replies"),
    )
    op.create_index(
        "ix_replies_unclaimed",
        "replies",
        ["made_at"],
        sqlite_where=sa.text("channel IS NULL"),
        postgresql_where=sa.text("channel IS NULL"),
    )

    op.create_table(
        "review_messages",
        sa.Column("sequence", SEQUENCE, nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_review_messages_message_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_review_messages_review_id"),
        sa.PrimaryKeyConstraint("sequence", name="pk_review_messages"),
        sa.UniqueConstraint("review_id", "message_id", "role", name="uq_review_messages_review_id_message_id_role"),
    )

    op.create_table(
        "review_numbers",
        sa.Column("partner", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_review_numbers_review_id"),
        sa.PrimaryKeyConstraint("partner", "number", name="pk_review_numbers"),
    )

    op.create_table(
        "routes",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("pack_version", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_routes_review_id"),
        sa.PrimaryKeyConstraint("review_id", name="pk_routes"),
    )

    op.create_table(
        "determinations",
        sa.Column("sequence", SEQUENCE, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("leg_id", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name="fk_determinations_leg_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_determinations_review_id"),
        sa.PrimaryKeyConstraint("sequence", name="pk_determinations"),
        sa.UniqueConstraint("id", name="uq_determinations_id"),
    )
    op.create_index("ix_determinations_review_id", "determinations", ["review_id"])

    op.create_table(
        "dispatches",
        sa.Column("leg_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["leg_id"], ["legs.id"], name="fk_dispatches_leg_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_dispatches_message_id"),
        sa.PrimaryKeyConstraint("leg_id", name="pk_dispatches"),
        sa.UniqueConstraint("trace", name="uq_dispatches_trace"),
    )

    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER messages_refuse_{change.lower()} BEFORE {change} ON messages"
                " BEGIN SELECT RAISE(ABORT, 'messages are written once'); END"
            )
