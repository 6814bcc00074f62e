"""The parts of an interchange as they were received."""

from __future__ import annotations

from dataclasses import dataclass, field

from priorauth.domain.findings import Finding

from .positions import Source
from .segments import EMPTY, Delimiters, Segment


@dataclass(frozen=True, slots=True)
class Limits:
    """What one transaction set may have at most; a larger one is refused, and its siblings are read."""

    set_bytes: int = 4 * 1024 * 1024
    set_segments: int = 40_000


DEFAULT_LIMITS = Limits()


@dataclass(slots=True, eq=False, kw_only=True)
class TransactionSet:
    """ST to SE. `rows` are the same segments as lists, for reading at speed; they are not to be changed."""

    number: int  # in its group, from 1
    group: Segment  # its GS
    rows: list[list[str]] = field(repr=False)
    source: Source = field(repr=False)
    delimiters: Delimiters
    is_plain: bool  # printable ASCII, without repetitions and without spaces at the edge of an element
    is_closed: bool  # ends with its SE
    findings: tuple[Finding, ...] = ()
    _ids: tuple[str, ...] | None = field(default=None, repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The segment ids between ST and SE."""
        if self._ids is None:
            self._ids = tuple([row[0] for row in self.rows[1 : self.body_end]])
        return self._ids

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


def _padded(row: list[str]) -> Segment:
    return Segment([*row, "", "", ""])
