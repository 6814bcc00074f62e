"""The open cases of all simulated destinations, on file: what is pended here is still pended after a restart."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import LegId
from priorauth.sandbox.cases import OpenCase

_NEWLINE = b"\n"


class Casebook:
    """Open cases by destination and leg. Each change is one line added to the file, before anybody hears of it."""

    def __init__(self, path: Path) -> None:
        self._encoder = msgspec.json.Encoder()
        self._cases = _read(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _rewrite(path, [self._encoder.encode(opened) for opened in self._cases.values()])
        self._file = path.open("ab", buffering=0)

    def keep(self, opened: OpenCase) -> None:
        """Put a case on the books, or what has become of it."""
        self._file.write(self._encoder.encode(opened) + _NEWLINE)
        self._cases[opened.key] = opened

    def find(self, destination: DestinationId, leg_id: LegId) -> OpenCase | None:
        """The case that a destination has of this leg, if it ever was on the books."""
        return self._cases.get((destination, leg_id))

    def due(self, now: datetime) -> list[OpenCase]:
        """The cases with lines to be decided by now, the longest due first."""
        waiting = [(opened.due, opened) for opened in self._cases.values() if opened.due and opened.due <= now]
        return [opened for _, opened in sorted(waiting, key=lambda row: row[0])]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _read(path: Path) -> dict[tuple[DestinationId, LegId], OpenCase]:
    """The cases on file, each as it was last written. A line that was cut off by a crash was told to nobody."""
    if not path.exists():
        return {}
    decoder = msgspec.json.Decoder(OpenCase)
    *lines, _cut_off = path.read_bytes().split(_NEWLINE)
    return {opened.key: opened for opened in map(decoder.decode, lines)}


def _rewrite(path: Path, lines: list[bytes]) -> None:
    """Leave one line per case in the file."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(b"".join(line + _NEWLINE for line in lines))
    fresh.replace(path)
