"""`packs diff`: what changed from one pack to another, in words."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from priorauth.adapters.drafts import LoadedPack, NoPack, loaded, read_packs
from priorauth.adapters.knowledge import below
from priorauth.adapters.mapping_files import mappings_folder, read_folder
from priorauth.cli.output import COULD_NOT_RUN, fail, running_or_exit, say, say_json
from priorauth.cli.store import open_store
from priorauth.routing.pack_differences import Difference, differences
from priorauth.routing.packs import PackError
from priorauth.settings import load_settings

VERSION = re.compile(r"[0-9a-f]{16}")


def diff(before: str, after: str, *, as_json: bool) -> int:
    """Print what is new, gone and changed. Each side is a folder, a payer or a version that reviews were routed by."""
    old, new = pack_named(before), pack_named(after)
    found = differences(old.pack, new.pack, old.clocks, new.clocks)
    if as_json:
        say_json(
            {
                "before": {"payer": old.pack.payer, "version": old.pack.version},
                "after": {"payer": new.pack.payer, "version": new.pack.version},
                "same": old.pack.version == new.pack.version and not found,
                "differences": [
                    {"part": each.part, "name": each.name, "change": each.change, "words": each.words} for each in found
                ],
            }
        )
        return 0
    say(f"from {old.pack.payer} {old.pack.version} to {new.pack.payer} {new.pack.version}")
    for line in lines_of(found, same_version=old.pack.version == new.pack.version):
        say(line)
    return 0


def lines_of(found: tuple[Difference, ...], *, same_version: bool) -> list[str]:
    """The differences for a terminal."""
    if not found:
        return ["they mean the same" if same_version else "nothing that decides differs: only order, or how it is put"]
    lines = []
    for each in found:
        lines.append(f"{each.part} {each.name} {'changed' if each.change == 'changed' else f'is {each.change}'}:")
        lines += [f"  {words}" for words in each.words]
    return lines


def pack_named(name: str) -> LoadedPack:
    """The one pack that a folder, a payer or a version names; ends the command where there is none."""
    mappings = mappings_folder(load_settings().mappings)
    with running_or_exit():
        law = below(read_folder(mappings), "regulation/")
        try:
            if Path(name).is_dir():
                return only(name, law)
            if (mappings / "payers" / name.lower()).is_dir():
                return loaded(read_folder(mappings / "payers" / name.lower()), law)
            if not VERSION.fullmatch(name):
                fail(f"{name} is no folder, no payer and no version of a pack", COULD_NOT_RUN)
            return loaded(asyncio.run(kept_files(name)), law)
        except PackError as faults:
            fail(f"{name}:\n{faults}")


def only(folder: str, law: dict[str, str]) -> LoadedPack:
    """The pack of a folder that holds one."""
    try:
        packs = read_packs(Path(folder), law)
    except NoPack as problem:
        fail(str(problem), COULD_NOT_RUN)
    if len(packs) > 1:
        fail(f"{folder} holds several packs; name the folder of one", COULD_NOT_RUN)
    return packs[0]


async def kept_files(version: str) -> dict[str, str]:
    """The files of a version as they were kept when it was first used."""
    async with open_store() as store, store.reading() as work:
        kept = await work.kept_pack(version)
    if kept is None:
        fail(f"no review was routed by version {version}")
    return dict(kept.files)
