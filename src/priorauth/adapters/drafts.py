"""Packs that are not in use, or no longer: from a folder, or as they were kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from priorauth.adapters.knowledge import Knowledge, below, names_below
from priorauth.adapters.mapping_files import read_folder
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ServiceReview
from priorauth.domain.routes import Route
from priorauth.routing.clock_books import CALENDAR_FILE, CLOCKS_FILE, load_clock_book, load_law
from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.packs import PACK_FILE, Pack, load_pack
from priorauth.services.pack_ports import KeptPack


class NoPack(Exception):
    """There is no pack where one was named. The text says what was looked at."""


@dataclass(frozen=True, slots=True)
class LoadedPack:
    """A pack with its clocks; None where its files have none."""

    pack: Pack
    clocks: ClockBook | None


def read_packs(folder: Path, law: Mapping[str, str]) -> list[LoadedPack]:
    """The packs of a folder: one payer's, several payers', or whole mappings. PackError where one is faulty."""
    files = read_folder(folder) if folder.is_dir() else {}
    law = below(files, "regulation/") or law
    files = below(files, "payers/") or files
    if PACK_FILE in files:
        return [loaded(files, law)]
    packs = [below(files, f"{name}/") for name in names_below(files, "")]
    found = [loaded(each, law) for each in packs if PACK_FILE in each]
    if not found:
        raise NoPack(f"{folder}: there is no pack.yaml in it, nor in a folder of it")
    return found


def loaded(files: Mapping[str, str], law: Mapping[str, str]) -> LoadedPack:
    """A pack from its files, its clocks beside those of law. PackError where it is faulty."""
    pack = load_pack(files)
    if CLOCKS_FILE not in files or CALENDAR_FILE not in files:
        return LoadedPack(pack, None)
    return LoadedPack(pack, load_clock_book(files, pack, load_law(law)))


def knowledge_with(knowledge: Knowledge, packs: Mapping[PayerId, Pack]) -> Knowledge:
    """The same tables with these packs alone."""
    return replace(knowledge, packs=packs)


@dataclass(frozen=True, slots=True)
class RoutesByKept:
    """Routes by a pack as it was kept, with the tables of now."""

    knowledge: Knowledge

    def __call__(self, kept: KeptPack) -> RoutesBy:
        return RoutesBy(knowledge_with(self.knowledge, {kept.payer: load_pack(kept.files)}))


@dataclass(frozen=True, slots=True)
class RoutesBy:
    """Routes by the packs of this knowledge."""

    knowledge: Knowledge

    def __call__(self, review: ServiceReview, facts: Mapping[str, object] | None) -> Route:
        return self.knowledge.route(review, facts)
