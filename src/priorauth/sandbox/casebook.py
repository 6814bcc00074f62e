"""The open cases of all simulated destinations, on file and sealed: what is pended is still so after a restart."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path

import msgspec

from priorauth.adapters.archive import Seal
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId
from priorauth.sandbox.cases import OpenCase

_NEWLINE = b"\n"
_ROW = "sandbox case"


class Casebook:
    """Open cases by destination and leg. Each change is one line added to the file, before anybody hears of it."""

    def __init__(self, path: Path, seal: Seal) -> None:
        self._seal = seal
        self._cases = self._read(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _rewrite(path, [self._line(opened) for opened in self._cases.values()])
        self._file = path.open("ab", buffering=0)

    def keep(self, opened: OpenCase) -> None:
        """Put a case on the books, or what has become of it."""
        self._file.write(self._line(opened))
        self._cases[opened.key] = opened

    def find(self, destination: DestinationId, leg_id: LegId) -> OpenCase | None:
        """The case that a destination has of this leg, if it ever was on the books."""
        return self._cases.get((destination, leg_id))

    def opened(self) -> list[OpenCase]:
        """The cases with lines that wait for a decision, in the order in which they came."""
        return [each for each in self._cases.values() if any(True for _ in each.open_sequences)]

    def due(self, now: datetime) -> list[OpenCase]:
        """The cases with lines to be decided by now, the longest due first."""
        waiting = [(opened.due, opened) for opened in self._cases.values() if opened.due and opened.due <= now]
        return [opened for _, opened in sorted(waiting, key=lambda row: row[0])]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _line(self, opened: OpenCase) -> bytes:
        return base64.b64encode(self._seal.close(msgspec.json.encode(opened), _ROW)) + _NEWLINE

    def _read(self, path: Path) -> dict[tuple[DestinationId, LegId], OpenCase]:
        """The cases on file, each as it was last written. A line that was cut off by a crash was told to nobody."""
        if not path.exists():
            return {}
        *lines, _cut_off = path.read_bytes().split(_NEWLINE)
        opened = (msgspec.json.decode(self._seal.open(base64.b64decode(line), _ROW), type=OpenCase) for line in lines)
        return {each.key: each for each in opened}


def _rewrite(path: Path, lines: list[bytes]) -> None:
    """Leave one line per case in the file."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(b"".join(lines))
    fresh.replace(path)
