"""What a directory that is loaded from rosters needs of the store: a part of `ports.Work`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from priorauth.domain.parties import PayerId


class EntryKind(StrEnum):
    """Whose facts an entry has."""

    MEMBER = "member"
    FACILITY = "facility"  # any provider, by NPI


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """What a payer says of one member, by member id, or of one facility or provider, by NPI."""

    payer: PayerId
    kind: EntryKind
    id: str = field(repr=False)
    facts: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many entries of a roster are new, changed and as before."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Loaded) -> Loaded:
        return Loaded(self.new + other.new, self.changed + other.changed, self.same + other.same)


class DirectoryStore(Protocol):
    """The entries of the directory, within one transaction."""

    async def load_entries(self, entries: Sequence[DirectoryEntry], at: datetime) -> Loaded: ...
    async def directory_facts(self, payer: PayerId, kind: EntryKind, id: str) -> Mapping[str, object] | None: ...
