"""The directory of the store in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from memory.tables import Tables
from priorauth.domain.parties import PayerId
from priorauth.services.directory_ports import DirectoryEntry, EntryKind, Loaded


class MemoryDirectory:
    """The part of the Work port that keeps a directory."""

    tables: Tables

    async def load_entries(self, entries: Sequence[DirectoryEntry], at: datetime) -> Loaded:  # noqa: ARG002
        loaded = Loaded()
        for entry in entries:
            before = await self.directory_facts(entry.payer, entry.kind, entry.id)
            same, new = before == entry.facts, before is None
            loaded += Loaded(same=1) if same else Loaded(new=1) if new else Loaded(changed=1)
            self.tables.directory[entry.payer, entry.kind, entry.id.strip().upper()] = entry.facts
        return loaded

    async def directory_facts(self, payer: PayerId, kind: EntryKind, id: str) -> Mapping[str, object] | None:
        return self.tables.directory.get((payer, kind, id.strip().upper()))
