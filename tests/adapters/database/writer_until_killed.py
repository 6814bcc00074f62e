"""Commits in loops beside each other and acknowledges each transaction on its standard output, until it is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from contracts.examples import a_message, a_record, a_review, an_event
from databases import open_store
from priorauth.adapters.database.confidentiality import nobody
from priorauth.adapters.database.outbox import cloud_events
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.domain.reviews import ReviewId

LOOPS = 4


async def write(url: str) -> None:
    async with open_store(url, encoder=cloud_events("urn:test", nobody)) as store:
        await asyncio.gather(*(keep_writing(store, f"{os.getpid()}-{loop}") for loop in range(LOOPS)))


async def keep_writing(store: DatabaseUnitOfWork, name: str) -> None:
    number = 0
    while True:
        number += 1
        id = f"{name}-{number}"
        message, review = a_message(f"msg-{id}", id.encode()), a_review(f"rev-{id}")
        async with store() as work:
            await work.archive(message)
            await work.add_review(replace(a_record(review), message_id=message.id))
            await work.publish(replace(an_event(f"evt-{id}"), review_id=ReviewId(review.id), review=review))
        os.write(1, f"{id}\n".encode())


asyncio.run(write(sys.argv[1]))
