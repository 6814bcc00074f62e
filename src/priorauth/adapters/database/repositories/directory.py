"""The directory as it was loaded from rosters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select

from priorauth.adapters.database.directory_tables import directory_entries
from priorauth.adapters.database.transaction import Queries, insert_or_replace
from priorauth.domain.parties import PayerId
from priorauth.services.directory_ports import DirectoryEntry, EntryKind, Loaded

ENTRY = select(directory_entries.c.document).where(
    directory_entries.c.payer == bindparam("payer"),
    directory_entries.c.kind == bindparam("kind"),
    directory_entries.c.key == bindparam("key"),
)
FACTS = msgspec.json.Decoder(dict[str, object])


class Directory(Queries):
    """Keeps what payers say of members and facilities. Whom it is about is kept as a keyed hash alone."""

    async def load_entries(self, entries: Sequence[DirectoryEntry], at: datetime) -> Loaded:
        """Keep the entries in place of earlier ones of the same members and facilities."""
        rows = []
        loaded = Loaded()
        for entry in entries:
            before = await self.directory_facts(entry.payer, entry.kind, entry.id)
            if before == entry.facts:
                loaded += Loaded(same=1)
                continue
            loaded += Loaded(new=1) if before is None else Loaded(changed=1)
            key = self._key(entry.payer, entry.kind, entry.id)
            document = self.transaction.document(entry_row(key), entry.facts)
            rows.append({"payer": entry.payer, "kind": entry.kind, "key": key, "loaded_at": at, "document": document})
        if rows:
            replace = insert_or_replace(self.transaction.dialect, directory_entries, "loaded_at", "document")
            await self.transaction.run(replace, rows)
        return loaded

    async def directory_facts(self, payer: PayerId, kind: EntryKind, id: str) -> Mapping[str, object] | None:
        """What the payer says of this member or facility, or None where it says nothing."""
        key = self._key(payer, kind, id)
        row = await self.transaction.row_or_none(ENTRY, payer=payer, kind=kind.value, key=key)
        return self.transaction.read(entry_row(key), row.document, FACTS) if row else None

    def _key(self, payer: PayerId, kind: EntryKind, id: str) -> str:
        return self.transaction.seal.lookup(f"{payer} {kind.value} {id.strip().upper()}")


def entry_row(key: str) -> str:
    return f"directory entry {key}"
