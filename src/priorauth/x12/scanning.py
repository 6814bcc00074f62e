"""Control segments in a stream of bytes: where each ISA, GS, ST, SE, GE and IEA is, and what lies between them.

Memory stays bounded: what lies between two control segments is kept up to a limit and then dropped, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from .faults import X12SyntaxError
from .positions import LAYOUT, START, Place, Source, encoded
from .segments import Delimiters, Isa, read_isa

_BOM = b"\xef\xbb\xbf"
_HEAD = 1200  # enough for an ISA with everything wrong about it
_NO_DELIMITERS = Delimiters()


class Token(NamedTuple):
    """One control segment (`id` is empty at the end of the input) and the bytes between it and the one before."""

    id: str
    raw: bytes  # with its terminator
    lead: bytes
    buffer: bytes
    start: int  # of `raw` in the buffer
    origin: Place  # of the buffer
    delimiters: Delimiters
    is_terminated: bool = True
    is_dropped: bool = False  # the lead was larger than the limit, and is not here
    isa: Isa | None = None

    def elements(self) -> list[str]:
        """The segment taken apart."""
        text = self.raw.decode("latin-1").rstrip(" \t\r\n")
        return text.removesuffix(self.delimiters.segment).split(self.delimiters.element)

    def source(self, before: bytes = b"") -> Source:
        """This segment, with the bytes before it where it ends a longer stretch."""
        return Source(before + self.raw, self.delimiters, self.buffer, self.start - len(before), self.origin)


class Scanner:
    """Reads chunks of bytes as far as needed. Raises `X12SyntaxError` where the first ISA cannot be read."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self._chunks = iter(chunks)
        self._limit = limit
        self._buffer = b""
        self._origin = START
        self._from = 0  # everything before is told already
        self._searched = 0
        self._is_dropped = False
        self._delimiters = _NO_DELIMITERS

    def tokens(self) -> Iterator[Token]:
        """Every control segment in order, then one token without id for what is left."""
        self._skip_layout()
        token: Token | None = self._isa()
        while token is not None:
            yield token
            token = self._after_iea() if token.id == "IEA" else self._next()
        yield self._rest()

    def _isa(self) -> Token:
        while len(self._buffer) - self._from < _HEAD and self._more():
            pass
        isa = read_isa(self._buffer[self._from : self._from + _HEAD].decode("latin-1"))
        self._delimiters = isa.delimiters
        return self._token("ISA", self._from, self._from + isa.end, self._from, isa=isa)

    def _after_iea(self) -> Token | None:
        """Another interchange may follow, with delimiters of its own."""
        self._skip_layout()
        try:
            return self._isa()
        except X12SyntaxError:
            return None

    def _next(self) -> Token | None:
        pattern = _control(self._delimiters)
        terminator = encoded(self._delimiters.segment)
        while True:
            match = pattern.search(self._buffer, max(self._searched, self._from - 1))
            end = self._buffer.find(terminator, match.end()) if match else -1
            if match and end >= 0:
                return self._control_token(match, end + 1)
            if match is None:
                self._searched = max(self._from - 1, self._buffer.rfind(terminator), 0)
            self._drop(terminator)
            if not self._more():
                return self._control_token(match, len(self._buffer)) if match else None

    def _control_token(self, match: re.Match[bytes], end: int) -> Token | None:
        if match[1] == b"ISA":
            lead_end = match.start(1)
            lead, self._from = self._buffer[self._from : lead_end], lead_end
            try:
                return self._isa()._replace(lead=lead)
            except X12SyntaxError:
                self._from -= len(lead)
                return None
        return self._token(match[1].decode(), match.start(1), end, match.start() + 1)

    def _token(self, id: str, start: int, end: int, lead_end: int, isa: Isa | None = None) -> Token:
        lead = self._buffer[self._from : max(start, lead_end)]
        is_dropped = self._is_dropped or len(lead) > self._limit
        raw = self._buffer[start:end]
        self._from, self._searched, self._is_dropped = end, end - 1, False
        is_terminated = raw.endswith(encoded(self._delimiters.segment))
        return Token(
            id, raw, b"" if is_dropped else lead, self._buffer, start, self._origin, self._delimiters, is_terminated,
            is_dropped, isa,
        )  # fmt: skip

    def _rest(self) -> Token:
        start = self._from
        return self._token("", len(self._buffer), len(self._buffer), start)

    def _skip_layout(self) -> None:
        while True:
            if self._origin.offset == 0 and self._from == 0 and self._buffer.startswith(_BOM):
                self._from = len(_BOM)
            rest = self._buffer[self._from :]
            self._from += len(rest) - len(rest.lstrip(LAYOUT))
            if self._from < len(self._buffer) or not self._more():
                return

    def _more(self) -> bool:
        """Take one more chunk in; false at the end."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        kept = max(self._from - 1, 0)  # the terminator before belongs to the pattern
        self._origin = self._origin.after(self._buffer[:kept])
        self._buffer = self._buffer[kept:] + chunk
        self._from -= kept
        self._searched = max(self._searched - kept, 0)
        return True

    def _drop(self, terminator: bytes) -> None:
        if len(self._buffer) - self._from > self._limit:
            last = self._buffer.rfind(terminator, self._from)
            self._from = self._searched = last if last >= 0 else len(self._buffer)
            self._is_dropped = True


@lru_cache(maxsize=64)
def _control(delimiters: Delimiters) -> re.Pattern[bytes]:
    element, terminator = (re.escape(encoded(each)) for each in (delimiters.element, delimiters.segment))
    return re.compile(terminator + b"[" + LAYOUT + rb"]*(ISA|GS|ST|SE|GE|IEA)(?=" + element + b"|" + terminator + b")")
