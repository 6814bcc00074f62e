"""`directory load`: a payer's roster into the store. Faults are told by line and column, never what stands there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from priorauth.adapters.knowledge import names_below
from priorauth.adapters.mapping_files import mappings_folder, read_folder
from priorauth.adapters.rosters import RosterFault, read_roster
from priorauth.cli.output import INVALID, note, running_or_exit, say, say_json
from priorauth.cli.store import open_store
from priorauth.services.directory_ports import DirectoryEntry, Loaded
from priorauth.settings import load_settings

BATCH = 500
MOST_FAULTS_TOLD = 50


def load(file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Check the whole roster, then load it; a roster with faults changes nothing."""
    payers = {name.upper() for name in names_below(read_folder(mappings_folder(load_settings().mappings)), "payers/")}
    with running_or_exit():
        entries, faults = checked(file, payers)
    loaded = Loaded()
    if not faults and not dry_run:
        loaded = asyncio.run(load_all(file, payers, entries))
    if as_json:
        say_json(
            {
                "valid": not faults,
                "entries": entries,
                "faults": [{"line": fault.line, "column": fault.column, "message": fault.message} for fault in faults],
                "loaded": None if faults or dry_run else loaded,
            }
        )
    elif faults:
        for fault in faults[:MOST_FAULTS_TOLD]:
            note(f"{file}:{fault}")
        note(f"{len(faults)} faults; nothing was loaded")
    elif dry_run:
        say(f"{entries} entries can be loaded; nothing was")
    else:
        say(f"{entries} entries: {loaded.new} new, {loaded.changed} changed, {loaded.same} as before")
    return INVALID if faults else 0


def checked(file: Path, payers: set[str]) -> tuple[int, list[RosterFault]]:
    """How many entries there are, and every fault."""
    entries, faults = 0, []
    for each in read(file, payers):
        if isinstance(each, RosterFault):
            faults.append(each)
        else:
            entries += 1
    return entries, faults


def read(file: Path, payers: set[str]) -> Iterator[DirectoryEntry | RosterFault]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from read_roster(lines, payers)


async def load_all(file: Path, payers: set[str], count: int) -> Loaded:
    """Load batch by batch, with a bar on standard error. What was loaded once more is as before."""
    loaded = Loaded()
    columns = (TextColumn("entries"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=count)
        async with open_store() as store:
            entries = (each for each in read(file, payers) if isinstance(each, DirectoryEntry))
            for batch in batches(entries):
                async with store() as work:
                    loaded += await work.load_entries(batch, datetime.now(UTC))
                bar.advance(task, len(batch))
    return loaded


def batches(entries: Iterable[DirectoryEntry]) -> Iterator[list[DirectoryEntry]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, BATCH)):
        yield batch
