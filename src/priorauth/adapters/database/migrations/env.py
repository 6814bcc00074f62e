"""Read by Alembic: the revisions run over the connection that `migrate` opened, in its transaction."""

from __future__ import annotations

from alembic import context

from priorauth.adapters.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction is the caller's
    render_as_batch=True,  # SQLite alters a table by copying it
)
context.run_migrations()
