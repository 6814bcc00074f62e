"""Replaying 10,000 stored reviews against a draft pack, as `priorauth packs replay` does, on the embedded database."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from benchmarks.routing import DIRECTORY, LINES, MAPPINGS, MESSAGE, read_review
from priorauth.adapters.archive import Seal
from priorauth.adapters.database.confidentiality import nobody
from priorauth.adapters.database.engine import Database
from priorauth.adapters.database.migrations import migrate
from priorauth.adapters.database.outbox import cloud_events
from priorauth.adapters.database.unit_of_work import DatabaseUnitOfWork
from priorauth.adapters.knowledge import load_knowledge
from priorauth.domain.reviews import MessageId, ReviewId
from priorauth.services.keep_packs import KeepPacks
from priorauth.services.pack_ports import Answered
from priorauth.services.ports import Direction, Message, ReviewRecord
from priorauth.translate.events import EVENT_SOURCE

REVIEWS = 10_000
LONGEST_SECONDS = 30.0
BATCH = 500
KEY = bytes(range(32))


def main() -> int:
    """Seed a store, replay it against a draft that moves imaging elsewhere; 1 where it takes too long."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = perf_counter()
        asyncio.run(seed(f"sqlite:///{folder}/priorauth.db"))
        print(f"{REVIEWS} reviews stored in {perf_counter() - started:.1f} s")
        shutil.copytree(MAPPINGS / "payers" / "allways", folder / "draft")
        routes = folder / "draft" / "routes.yaml"
        routes.write_text(routes.read_text().replace("destination: evicore", "destination: allways-um"))
        started = perf_counter()
        found = replay(folder)
        whole = perf_counter() - started
    print(f"{found['reviews']} reviews replayed in {found['seconds']} s, {whole:.1f} s with the start of the command")
    print(f"{found['changed_items']} items would be answered otherwise")
    return int(whole >= LONGEST_SECONDS or found["reviews"] != REVIEWS)


async def seed(url: str) -> None:
    """A store with reviews of one payer, routed by its pack."""
    knowledge = load_knowledge(MAPPINGS, sandbox=True)
    keep = KeepPacks(knowledge.pack_files)
    plain = read_review(MESSAGE.format(payer="ALLWAYS", code=LINES["ALLWAYS"]).encode())
    await migrate(url)
    database = Database(url)
    store = DatabaseUnitOfWork(database, Seal(KEY), cloud_events(EVENT_SOURCE, nobody))
    now = datetime.now(UTC)
    async with store() as work:
        await work.archive(
            Message(
                id=MessageId("msg-1"), direction=Direction.RECEIVED, counterpart="b", format="x12", at=now, body=b"-"
            )
        )
    for first in range(0, REVIEWS, BATCH):
        async with store() as work:
            for number in range(first, first + BATCH):
                id = ReviewId(f"rev-{number:06}")
                review = replace(plain, id=id, received_at=now - timedelta(seconds=number))
                route = knowledge.route(review, DIRECTORY)
                await work.add_review(
                    ReviewRecord(review=review, message_id=MessageId("msg-1"), set_number=1, digest=id, answer_by=now)
                )
                await keep(work, route.pack_version, now)
                await work.save_route(id, route, by=Answered(DIRECTORY))
    await database.close()


def replay(folder: Path) -> dict[str, object]:
    """What the command says, run as a user runs it."""
    command = [sys.executable, "-c", "from priorauth.cli import main; main()"]
    environment = {
        **os.environ,
        "PRIORAUTH_DATABASE_URL": f"sqlite:///{folder}/priorauth.db",
        "PRIORAUTH_ARCHIVE_KEY": base64.b64encode(KEY).decode(),
    }
    replayed = subprocess.run(
        [*command, "packs", "replay", "--draft", str(folder / "draft"), "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, object] = json.loads(replayed.stdout)
    return answer


if __name__ == "__main__":
    sys.exit(main())
