"""Quotes the segment that a finding is about, with a caret under the place. For the sender's own eyes only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from priorauth.domain.findings import Position

from .positions import LAYOUT, encoded
from .segments import Delimiters

_BEFORE, _AFTER = 70, 40  # characters shown on either side of the place in a long segment
_CUT = "..."


@dataclass(frozen=True, slots=True)
class Excerpts:
    """A message as received, to be quoted from."""

    message: bytes = field(repr=False)  # PHI
    delimiters: Delimiters

    def quote(self, at: Position) -> Iterator[str]:
        """The segment at a position and a caret below it; nothing where the position is not in the message."""
        if not 0 <= at.offset < len(self.message):
            return
        start, end = self._segment_around(at.offset)
        before, after = _readable(self.message[start : at.offset]), _readable(self.message[at.offset : end])
        if len(before) > _BEFORE:
            before = _CUT + before[-_BEFORE:]
        if len(after) > _AFTER:
            after = after[:_AFTER] + _CUT
        yield before + after
        yield " " * len(before) + "^"

    def _segment_around(self, offset: int) -> tuple[int, int]:
        terminator = encoded(self.delimiters.segment)
        start = self.message.rfind(terminator, 0, offset)
        start = 0 if start < 0 else start + len(terminator)
        while start < offset and self.message[start] in LAYOUT:
            start += 1
        end = self.message.find(terminator, offset)
        return start, len(self.message) if end < 0 else end + len(terminator)


def _readable(raw: bytes) -> str:
    """Text that cannot do anything to a terminal: what does not print is a middle dot."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return "".join(character if character.isprintable() else "·" for character in text)
