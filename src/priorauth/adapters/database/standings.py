"""How far consumer groups came, written down."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import bindparam, delete

from priorauth.adapters.archive import Seal
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.tables import consumer_inbox, consumer_offsets
from priorauth.adapters.database.transaction import Transaction, insert_new, insert_or_replace
from priorauth.adapters.progress import Standing
from priorauth.adapters.together import Together

Saved = tuple[str, Standing]
"""What a standing is kept under, and the standing: `done` is what was finished beyond it since the last time."""

FORGET_DONE = delete(consumer_inbox).where(
    consumer_inbox.c.consumer_group == bindparam("group"),
    consumer_inbox.c.topic == bindparam("of_topic"),
    consumer_inbox.c.position <= bindparam("offset"),
)


def saving_together(database: Database, seal: Seal) -> Together[Saved, None]:
    """Saves standings; those that are to be saved at the same time in one transaction, with one wait for the disk."""
    return Together(partial(save_standings, database, seal))


async def save_standings(database: Database, seal: Seal, saved: Sequence[Saved]) -> Sequence[None]:
    """Remember these standings, all or none."""
    offsets = [(group, topic, offset) for group, standing in saved for topic, offset in standing.offsets.items()]
    done = [(group, topic, position) for group, standing in saved for topic, position in standing.done]
    async with database.writing() as connection:
        transaction = Transaction(connection, seal)
        await transaction.run(
            insert_or_replace(transaction.dialect, consumer_offsets, "position"),
            [{"consumer_group": group, "topic": topic, "position": offset} for group, topic, offset in offsets],
        )
        await transaction.run(
            FORGET_DONE, [{"group": group, "of_topic": topic, "offset": offset} for group, topic, offset in offsets]
        )
        if done:
            await transaction.run(
                insert_new(transaction.dialect, consumer_inbox),
                [{"consumer_group": group, "topic": topic, "position": position} for group, topic, position in done],
            )
    return [None] * len(saved)
