"""The parts of an interchange as they were received."""

from __future__ import annotations

from dataclasses import dataclass, field

from priorauth.domain.findings import Finding

from .positions import Source, encoded
from .segments import EMPTY, Delimiters, Segment

_LAYOUT = " \t\r\n"


@dataclass(slots=True, eq=False, kw_only=True)
class TransactionSet:
    """ST to SE. `rows` are the same segments as lists, for reading at speed; they are not to be changed."""

    number: int  # in its group, from 1
    group: Segment  # its GS
    rows: list[list[str]] = field(repr=False)
    source: Source = field(repr=False)
    is_plain: bool  # printable ASCII, without repetitions and without spaces at the edge of an element
    is_closed: bool  # ends with its SE
    findings: tuple[Finding, ...] = ()

    @property
    def header(self) -> Segment:
        """The ST."""
        return _padded(self.rows[0])

    @property
    def trailer(self) -> Segment:
        """The SE, or `EMPTY`."""
        return _padded(self.rows[-1]) if self.is_closed else EMPTY

    @property
    def body_end(self) -> int:
        """The index behind the last row before SE."""
        return len(self.rows) - self.is_closed

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Every segment from ST to SE."""
        return tuple(map(Segment, self.rows))


@dataclass(slots=True, eq=False, kw_only=True)
class FunctionalGroup:
    """GS to GE. Out of a stream it comes without its sets, which came before it."""

    header: Segment
    trailer: Segment
    source: Source = field(repr=False)  # of the GS
    position: int  # of the GS in the interchange, where the ISA is 1
    set_count: int
    findings: tuple[Finding, ...]
    sets: tuple[TransactionSet, ...] = ()


@dataclass(slots=True, eq=False, kw_only=True)
class Interchange:
    """ISA to IEA. Out of a stream it comes without its groups, which came before it."""

    header: Segment
    delimiters: Delimiters
    trailer: Segment
    group_count: int
    acknowledgments: tuple[Segment, ...]  # TA1
    findings: tuple[Finding, ...]
    groups: tuple[FunctionalGroup, ...] = ()


def read_rows(raw: bytes, delimiters: Delimiters) -> tuple[list[list[str]], bool, bool]:
    """Whole segments taken apart, whether they are plain (see `TransactionSet`), and whether they were UTF-8."""
    text, is_utf8 = _decoded(raw, delimiters)
    terminator, element = delimiters.segment, delimiters.element
    is_plain = text.isascii() and text.isprintable()
    if not is_plain or terminator + " " in text:
        text = _without_layout(text, terminator)
        is_plain = text.isascii() and text.isprintable()
    pieces = text.split(terminator)
    if not pieces[-1].strip(_LAYOUT):
        pieces.pop()
    if is_plain:
        edges = (" " + element, element + " ", " " + terminator, delimiters.repetition or "\0")
        component = delimiters.component
        is_plain = not any(edge in text for edge in edges) and (
            not component or (" " + component not in text and component + " " not in text)
        )
    return [piece.split(element) for piece in pieces], is_plain, is_utf8


def _decoded(raw: bytes, delimiters: Delimiters) -> tuple[str, bool]:
    if (delimiters.element + delimiters.component + delimiters.repetition + delimiters.segment).isascii():
        try:
            return raw.decode("utf-8"), True
        except UnicodeDecodeError:
            pass
    return raw.decode("latin-1"), raw.isascii()


def _without_layout(text: str, terminator: str) -> str:
    pieces = [piece.lstrip(_LAYOUT) for piece in text.split(terminator)]
    if terminator in _LAYOUT:
        pieces = [*filter(None, pieces), ""]  # a blank line is not a segment
    return terminator.join(pieces)


def _padded(row: list[str]) -> Segment:
    return Segment([*row, "", "", ""])


def count_segments(raw: bytes, delimiters: Delimiters) -> int:
    """How many segments these bytes hold, without taking them apart."""
    return raw.count(encoded(delimiters.segment))
