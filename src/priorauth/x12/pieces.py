"""Bytes cut into pieces of whole segments, each taken apart once, however large the file.

What cannot be a segment because it has no end is dropped beyond a limit, so memory stays bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from .positions import LAYOUT, START, Place, encoded
from .segments import Delimiters, Isa, read_isa

_BOM = b"\xef\xbb\xbf"
_HEAD = 1200  # enough for an ISA with everything wrong about it
LARGEST = 256 * 1024
"""The most bytes of a piece; what comes as one chunk may be more."""

_LAYOUT = LAYOUT.decode()
_SOME_LAYOUT = re.compile(b"[" + re.escape(LAYOUT) + b"]+")


@dataclass(slots=True, eq=False)
class Piece:
    """A stretch of the message that begins and ends with a segment (the last one may lack its terminator)."""

    raw: bytes = field(repr=False)  # PHI
    origin: Place
    delimiters: Delimiters
    rows: list[list[str]] = field(repr=False)
    is_plain: bool  # printable ASCII, no repetitions, no spaces at the edge of an element
    is_utf8: bool
    is_terminated: bool
    _starts: list[tuple[int, int]] | None = field(default=None, repr=False)

    def starts(self) -> list[tuple[int, int]]:
        """Where each segment begins and ends in `raw`, without layout and terminator."""
        if self._starts is None:
            self._starts = list(_bounds(self.raw, self.delimiters))
        return self._starts


def read_piece(raw: bytes, origin: Place, delimiters: Delimiters) -> Piece:
    """Whole segments taken apart."""
    terminator = delimiters.segment
    text, is_utf8 = _decoded(raw, delimiters)
    if terminator not in _LAYOUT:
        text = text.strip(_LAYOUT)
    is_terminated = text.endswith(terminator)
    text = text.removesuffix(terminator)
    is_plain = _is_plain(raw, delimiters)
    segments = _evenly_split(text, terminator) if is_plain else None
    if segments is None:
        segments = [segment.lstrip(_LAYOUT) for segment in text.split(terminator)]
        if terminator in _LAYOUT:
            segments = [*filter(None, segments)]  # a blank line is not a segment
        is_plain = is_plain and not any(map(_holds_lines, segments))
    element = delimiters.element
    rows = [segment.split(element) for segment in segments]
    return Piece(raw, origin, delimiters, rows, is_plain, is_utf8, is_terminated)


def _evenly_split(text: str, terminator: str) -> list[str] | None:
    """The segments where the same line end, or none, follows each terminator and stands nowhere else; else None."""
    if "\n" not in text and "\r" not in text:
        return text.split(terminator)
    count = text.count(terminator)
    line_end = "\r\n" if "\r" in text else "\n"
    segments = text.split(terminator + line_end)
    is_even = len(segments) == count + 1 and text.count("\n") == count and text.count("\r") in (0, count)
    return segments if is_even else None


def _holds_lines(segment: str) -> bool:
    return "\n" in segment or "\r" in segment or "\t" in segment


def _is_plain(raw: bytes, delimiters: Delimiters) -> bool:
    """True where all is printable ASCII but for line ends, nothing begins or ends with a space, and nothing repeats."""
    mapped = raw.translate(_mapping(delimiters))
    has_repetitions = delimiters.repetition and encoded(delimiters.repetition) in raw
    if b"\1" in mapped or has_repetitions:
        return False
    return mapped.rfind(b" \0") < 0 and b"\0 " not in mapped  # from the end, as spaces are the rarer


@lru_cache(maxsize=64)
def _mapping(delimiters: Delimiters) -> bytes:
    """Separators and line ends to 0, what is not printable ASCII to 1, the rest to itself."""
    separators = encoded(delimiters.element + delimiters.component + delimiters.segment) + b"\r\n"
    return bytes(0 if byte in separators else byte if 0x20 <= byte < 0x7F else 1 for byte in range(256))


def _decoded(raw: bytes, delimiters: Delimiters) -> tuple[str, bool]:
    if raw.isascii():
        return raw.decode("ascii"), True
    if all(map(str.isascii, (delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment))):
        try:
            return raw.decode("utf-8"), True
        except UnicodeDecodeError:
            pass
    terminator = encoded(delimiters.segment)
    return terminator.decode("latin-1").join(map(_decoded_segment, raw.split(terminator))), False


def _decoded_segment(raw: bytes) -> str:
    """One segment of a piece that is not UTF-8 throughout, so that one sender's habit does not garble another's."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _bounds(raw: bytes, delimiters: Delimiters) -> Iterator[tuple[int, int]]:
    terminator = encoded(delimiters.segment)
    is_layout = terminator in LAYOUT
    at = 0
    for segment in raw.split(terminator):
        content = segment.lstrip(LAYOUT)
        if content or not is_layout:
            yield at + len(segment) - len(content), at + len(segment)
        at += len(segment) + len(terminator)


class Pieces:
    """Cuts chunks into pieces. `limit` is the most that is held of a segment without an end."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self._chunks = iter(chunks)
        self._limit = limit
        self._buffer = b""
        self._at = 0  # in the buffer
        self._origin = START  # of the bytes taken last
        self._last = b""  # which count only when more are taken
        self.is_dropping = False  # a segment without an end was too long

    def read_isa(self) -> tuple[Isa, Piece]:
        """The ISA that comes next. Raises `X12SyntaxError` where none does that can be read."""
        self._skip_layout()
        while len(self._buffer) - self._at < _HEAD and self._more():
            pass
        isa = read_isa(self._buffer[self._at : self._at + _HEAD].decode("latin-1"))
        raw = self._take(isa.end)
        return isa, Piece(raw, self._origin, isa.delimiters, [list(isa.segment)], False, True, True)

    def next(self, delimiters: Delimiters) -> Piece | None:
        """The next piece, or None at the end."""
        terminator = encoded(delimiters.segment)
        end = self._end(terminator)
        while not end and self._more():
            end = self._end(terminator)
            if not end and len(self._buffer) - self._at > self._limit:
                self._take(len(self._buffer) - self._at)
                self.is_dropping = True
        raw = self._take((end or len(self._buffer)) - self._at)
        return read_piece(raw, self._origin, delimiters) if raw.strip(LAYOUT) else None

    def put_back(self, piece: Piece, row: int) -> None:
        """Read again from that row of the piece on: it belongs to another interchange."""
        starts = piece.starts()
        at = starts[row][0] if row < len(starts) else len(piece.raw)
        self._origin, self._last = piece.origin, piece.raw[:at]
        self._buffer, self._at = piece.raw[at:] + self._buffer[self._at :], 0

    def has_more(self) -> bool:
        """True where something other than layout is left."""
        self._skip_layout()
        return self._at < len(self._buffer)

    def _end(self, terminator: bytes) -> int:
        """Behind the last segment that fits in a piece, or behind the next one where it is longer; 0 for none."""
        last = self._buffer.rfind(terminator, self._at, self._at + LARGEST)
        return (last if last >= 0 else self._buffer.find(terminator, self._at + LARGEST)) + 1

    def _skip_layout(self) -> None:
        if not self._last:
            while len(self._buffer) < len(_BOM) and self._more():
                pass
            if self._buffer.startswith(_BOM):
                self._take(len(_BOM))
        while True:
            if ahead := _SOME_LAYOUT.match(self._buffer, self._at):
                self._take(ahead.end() - self._at)
            if self._at < len(self._buffer) or not self._more():
                return

    def _take(self, count: int) -> bytes:
        raw = self._buffer[self._at : self._at + count]
        self._at += count
        self._origin, self._last = self._origin.after(self._last), raw
        return raw

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        return True
