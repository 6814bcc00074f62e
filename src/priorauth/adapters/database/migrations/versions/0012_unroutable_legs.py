"""Which legs are at a desk because nobody could say where they belong."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("legs", sa.Column("unroutable", sa.Boolean(), nullable=False, server_default=sa.false()))
    waiting = sa.text("unroutable AND state IN ('planned', 'dispatched', 'pended', 'failed')")
    op.create_index(
        "ix_legs_unroutable", "legs", ["review_id", "number"], sqlite_where=waiting, postgresql_where=waiting
    )
