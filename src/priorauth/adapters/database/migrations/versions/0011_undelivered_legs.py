"""An index of the few legs that wait to be sent or were given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    undelivered = sa.text("state IN ('planned', 'failed')")
    op.create_index(
        "ix_legs_undelivered",
        "legs",
        ["review_id", "number"],
        sqlite_where=undelivered,
        postgresql_where=undelivered,
    )
