"""Several replicas on one database: shards of the outbox, what waits for its position, messages written once."""

from __future__ import annotations

from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SHARDS = 8


def upgrade() -> None:
    op.add_column("outbox", sa.Column("shard", sa.Integer(), nullable=False, server_default="0"))
    outbox = sa.table("outbox", sa.column("key", sa.String()), sa.column("shard", sa.Integer()))
    keys = op.get_bind().execute(sa.select(outbox.c.key).distinct()).scalars().all()
    for key in keys:
        op.execute(sa.update(outbox).where(outbox.c.key == key).values(shard=crc32(key.encode()) % SHARDS))
    op.create_index("ix_outbox_topic_shard_position", "outbox", ["topic", "shard", "position"])
    op.create_index(
        "ix_outbox_without_position",
        "outbox",
        ["sequence"],
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION messages_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'messages are written once' USING ERRCODE = 'restrict_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER messages_refuse_change BEFORE UPDATE OR DELETE ON messages"
            " FOR EACH ROW EXECUTE FUNCTION messages_refuse_change()"
        )
