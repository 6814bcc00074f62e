"""Keep each version of a pack when a review is first routed by it, so that the review can be explained ever after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from priorauth.domain.parties import PayerId
from priorauth.services.pack_ports import KeptPack
from priorauth.services.ports import Work


@dataclass(frozen=True, slots=True)
class PackFiles:
    """A pack in use, as its files say it."""

    payer: PayerId
    files: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeepPacks:
    """Keeps packs in the transactions that use them; each process writes each version once."""

    files: Mapping[str, PackFiles] = field(default_factory=dict)  # by version
    _kept: set[str] = field(default_factory=set)

    async def __call__(self, work: Work, version: str, at: datetime) -> None:
        """Keep the version with the work of this transaction. One that was kept before stays as it was."""
        if version in self._kept or version not in self.files:
            return
        used = self.files[version]
        await work.keep_pack(KeptPack(version=version, payer=used.payer, first_used_at=at, files=dict(used.files)))

    def committed(self, version: str) -> None:
        """Note that the transaction which kept the version was committed."""
        self._kept.add(version)
