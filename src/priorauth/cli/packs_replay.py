"""`packs replay`: what a draft pack would change about the reviews that are stored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from priorauth.adapters.drafts import NoPack, RoutesBy, RoutesByKept, knowledge_with, read_packs
from priorauth.adapters.knowledge import below
from priorauth.adapters.mapping_files import mappings_folder, read_folder
from priorauth.cli.output import COULD_NOT_RUN, fail, running_or_exit, say, say_json
from priorauth.cli.store import open_store, store_settings
from priorauth.domain.parties import PayerId
from priorauth.routing.packs import Pack, PackError
from priorauth.services.try_packs import Move, Moved, Said, Tried, TryPacks
from priorauth.tools import build_tools

PRINTED_WIDTH = 200
"""Of the table where it goes into a file."""


def replay(draft: Path, *, days: int, examples: int, as_json: bool) -> int:
    """Route the reviews of the last days by the draft too, and print what would change, by rule and destination."""
    settings = store_settings()
    with running_or_exit():
        try:
            found = read_packs(draft, below(read_folder(mappings_folder(settings.mappings)), "regulation/"))
        except NoPack as problem:
            fail(str(problem), COULD_NOT_RUN)
        except PackError as faults:
            fail(f"{draft}:\n{faults}")
    tools = build_tools(settings)
    packs = {each.pack.payer: each.pack for each in found}
    since = datetime.now(UTC) - timedelta(days=days)
    started = time.perf_counter()

    async def run() -> Tried:
        async with open_store() as store:
            try_packs = TryPacks(
                unit_of_work=store,
                directory=tools.directory,
                payers=tuple(packs),
                draft=RoutesBy(knowledge_with(tools.knowledge, packs)),
                by_kept=RoutesByKept(tools.knowledge),
                examples=examples,
            )
            return await with_progress(try_packs, since)

    tried = asyncio.run(run())
    seconds = time.perf_counter() - started
    if as_json:
        say_json(document(tried, packs, since, seconds))
    else:
        show(tried, packs, since, seconds)
    return 0


async def with_progress(try_packs: TryPacks, since: datetime) -> Tried:
    """Try, with a bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reviews", total=await try_packs.how_many(since))
        return await try_packs(since, lambda done: bar.update(task, completed=done))


def in_order(tried: Tried) -> list[tuple[Move, Moved]]:
    """What moves most first; what only another rule says, last."""
    return sorted(tried.moves.items(), key=lambda each: (not each[0].goes_elsewhere, -each[1].items, str(each[0])))


def document(tried: Tried, packs: Mapping[PayerId, Pack], since: datetime, seconds: float) -> dict[str, object]:
    """The answer of --json."""
    return {
        "since": since,
        "drafts": [{"payer": payer, "version": pack.version} for payer, pack in packs.items()],
        "reviews": tried.reviews,
        "items": tried.items,
        "changed_reviews": len(tried.changed_reviews),
        "changed_items": sum(moved.items for moved in tried.moves.values()),
        "left_out": {"follow_an_earlier_review": tried.followers, "changed_without_the_draft": tried.otherwise},
        "directory_asked_now": tried.asked_now,
        "versions_not_kept": sorted(tried.unkept),
        "seconds": round(seconds, 2),
        "changes": [
            {
                "payer": move.payer,
                "goes_elsewhere": move.goes_elsewhere,
                "before": said_json(move.before),
                "after": {**said_json(move.after), "reason": moved.reason},
                "items": moved.items,
                "reviews": len(moved.reviews),
                "examples": [{"review": review, "sequence": sequence} for review, sequence in moved.examples],
            }
            for move, moved in in_order(tried)
        ],
    }


def said_json(said: Said) -> dict[str, object]:
    return {"outcome": said.outcome, "destination": said.destination, "queue": said.queue, "rule": said.rule}


def show(tried: Tried, packs: Mapping[PayerId, Pack], since: datetime, seconds: float) -> None:
    """A table for a terminal."""
    for payer, pack in packs.items():
        say(f"draft of {payer}: version {pack.version}")
    say(f"{tried.reviews} reviews with {tried.items} items received since {since:%Y-%m-%d %H:%M} UTC, {seconds:.1f} s")
    changed = sum(moved.items for moved in tried.moves.values())
    say(f"{changed} items of {len(tried.changed_reviews)} reviews would be answered otherwise")
    if tried.moves:
        table = Table("payer", "from", "by rule", "to", "by rule", "items", "reviews", "examples", show_lines=True)
        for move, moved in in_order(tried):
            table.add_row(
                move.payer,
                destination_in_words(move.before),
                move.before.rule,
                destination_in_words(move.after) if move.goes_elsewhere else "the same",
                move.after.rule,
                str(moved.items),
                str(len(moved.reviews)),
                "\n".join(f"{review} item {sequence}" for review, sequence in moved.examples),
            )
        console = Console()
        (console if console.is_terminal else Console(width=PRINTED_WIDTH)).print(table)
    for line in remarks(tried):
        say(line)


def destination_in_words(said: Said) -> str:
    queue = f" ({said.queue})" if said.queue else ""
    return f"{said.outcome.value} {said.destination or ''}{queue}".rstrip()


def remarks(tried: Tried) -> list[str]:
    """What was left out, and what the numbers do not say."""
    found = []
    if tried.followers:
        found.append(f"{tried.followers} items left out: they went with the review that they change")
    if tried.otherwise:
        found.append(f"{tried.otherwise} items left out: the pack of then would route them so too by now")
    if tried.asked_now:
        found.append(f"of {tried.asked_now} reviews the directory was asked now: what it said then was not kept")
    if tried.unkept:
        found.append(f"not kept, so not compared: versions {', '.join(sorted(tried.unkept))}")
    return found
