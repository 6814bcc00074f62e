"""Control segments put together to sets, groups and interchanges, with their numbers and counts compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from priorauth.domain.findings import Finding, Severity
from priorauth.domain.findings import FindingCode as Code

from .control import (
    GS_WIDTH,
    TA1_WIDTH,
    TRAILER_WIDTH,
    gs_faults,
    is_ta1,
    isa_faults,
    padded,
    same_count,
    set_drafts,
)
from .parts import FunctionalGroup, Interchange, TransactionSet, read_rows
from .positions import LAYOUT, Source, encoded
from .reporting import Draft, Report
from .scanning import Token
from .segments import EMPTY, Isa, Segment

Part = TransactionSet | FunctionalGroup | Interchange


@dataclass(frozen=True, slots=True)
class Limits:
    """What one transaction set may have at most; a larger one is refused, and its siblings are read."""

    set_bytes: int = 4 * 1024 * 1024
    set_segments: int = 40_000


DEFAULT_LIMITS = Limits()


class _OpenInterchange:
    def __init__(self, isa: Isa) -> None:
        self.header = isa.segment
        self.delimiters = isa.delimiters
        self.findings: list[Finding] = []
        self.acknowledgments: list[Segment] = []
        self.groups = 0
        self.group_numbers: set[str] = set()
        self.segments = 0  # seen so far
        self.is_readable = True
        self.is_latin = False


class _OpenGroup:
    def __init__(self, token: Token, position: int) -> None:
        self.header = padded(token.elements(), GS_WIDTH)
        self.source = token.source()
        self.position = position
        self.findings: list[Finding] = []
        self.sets = 0
        self.set_numbers: set[str] = set()


class Assembly:
    """Takes tokens in order and gives each part when it ends."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._interchange: _OpenInterchange | None = None
        self._group: _OpenGroup | None = None
        self._st: Token | None = None

    def take(self, token: Token) -> Iterator[Part]:
        """The parts that end with this control segment."""
        interchange = self._interchange
        if interchange is None:
            self._begin(token)
            return
        if not interchange.is_readable and token.id:
            return
        if self._st is not None:
            yield self._end_set(interchange, self._st, token)
            if token.id == "SE":
                return
        elif token.lead or token.is_dropped:
            self._stray(interchange, token)
        interchange.segments += bool(token.id)
        if self._group is not None and token.id != "ST":
            yield self._end_group(interchange, self._group, token)
        elif token.id in ("SE", "GE") or (token.id == "ST" and self._group is None):
            self._note(interchange, Code.INTERCHANGE_STRUCTURE, token)
        if token.id in ("ISA", "IEA", ""):
            yield self._end_interchange(interchange, token)
        self._begin(token)

    def _begin(self, token: Token) -> None:
        if token.isa is not None:
            self._interchange = _OpenInterchange(token.isa)
            self._interchange.segments = 1
            self._check_isa(self._interchange, token.isa, token)
        elif token.id == "GS" and self._interchange is not None:
            self._group = _OpenGroup(token, self._interchange.segments)
            self._interchange.groups += 1
            self._check_gs(self._interchange, self._group, token)
        elif token.id == "ST" and self._group is not None:
            self._st = token

    # Sets.

    def _end_set(self, interchange: _OpenInterchange, st: Token, end: Token) -> TransactionSet:
        self._st = None
        assert self._group is not None  # an ST outside a group opens nothing
        is_closed = end.id == "SE"
        limits = self._limits
        is_too_large = end.is_dropped or end.lead.count(encoded(st.delimiters.segment)) > limits.set_segments
        raw = st.raw if is_too_large else st.raw + end.lead
        source = Source(raw + end.raw if is_closed else raw, st.delimiters, st.buffer, st.start, st.origin)
        rows, is_plain, is_utf8 = read_rows(source.raw, st.delimiters)
        interchange.is_latin = interchange.is_latin or not is_utf8
        interchange.segments += len(rows)
        group = self._group
        group.sets += 1
        transaction = TransactionSet(
            number=group.sets, group=group.header, rows=rows, source=source, is_plain=is_plain, is_closed=is_closed
        )
        report = Report(source)
        for draft in set_drafts(transaction, is_too_large=is_too_large):
            report.add(draft)
        number = transaction.header[2]
        if number in group.set_numbers:
            report.add(Draft(Code.ST_CONTROL_NUMBER_DUPLICATE, 1, "", "ST", 2, data_element="329"))
        group.set_numbers.add(number)
        if report.drafts:
            transaction.findings = report.findings()
        if not is_too_large and not raw.rstrip(LAYOUT).endswith(encoded(st.delimiters.segment)):
            self._note(interchange, Code.INTERCHANGE_TRUNCATED, end)
        return transaction

    # Groups.

    def _check_gs(self, interchange: _OpenInterchange, group: _OpenGroup, token: Token) -> None:
        number = group.header[6]
        for code, position in gs_faults(group.header):
            belongs_to_group = code is Code.GS_CONTROL_NUMBER
            self._note(interchange, code, token, position, into=group if belongs_to_group else None)
        if number in interchange.group_numbers:
            self._note(interchange, Code.GS_CONTROL_NUMBER_DUPLICATE, token, 6, into=group)
        interchange.group_numbers.add(number)

    def _end_group(self, interchange: _OpenInterchange, group: _OpenGroup, token: Token) -> FunctionalGroup:
        self._group = None
        trailer = EMPTY
        if token.id == "GE":
            trailer = padded(token.elements(), TRAILER_WIDTH)
            if not same_count(trailer[1], group.sets):
                self._note(interchange, Code.GE_SET_COUNT, token, 1, str(group.sets), into=group)
            if trailer[2] != group.header[6]:
                self._note(interchange, Code.GE_CONTROL_NUMBER, token, 2, "the same as GS06", into=group)
        else:
            self._note(interchange, Code.GE_MISSING, token, into=group)
        return FunctionalGroup(
            header=group.header,
            trailer=trailer,
            source=group.source,
            position=group.position,
            set_count=group.sets,
            findings=tuple(group.findings),
        )

    # The interchange.

    def _check_isa(self, interchange: _OpenInterchange, isa: Isa, token: Token) -> None:
        for code, position in isa_faults(isa):
            self._note(interchange, code, token, position)
            interchange.is_readable &= code not in (Code.ISA_SEGMENT_TERMINATOR, Code.ISA_ELEMENT_SEPARATOR)

    def _end_interchange(self, interchange: _OpenInterchange, token: Token) -> Interchange:
        self._interchange = None
        trailer = EMPTY
        if token.id == "IEA":
            trailer = padded(token.elements(), TRAILER_WIDTH)
            self._check_iea(interchange, trailer, token)
        elif interchange.is_readable:
            self._note(interchange, Code.IEA_MISSING, token)
        if interchange.is_readable and not interchange.groups and not interchange.acknowledgments:
            self._note(interchange, Code.INTERCHANGE_EMPTY, token)
        if interchange.is_latin:
            self._note(interchange, Code.INTERCHANGE_ENCODING, token)
        return Interchange(
            header=interchange.header,
            delimiters=interchange.delimiters,
            trailer=trailer,
            group_count=interchange.groups,
            acknowledgments=tuple(interchange.acknowledgments),
            findings=tuple(interchange.findings),
        )

    def _check_iea(self, interchange: _OpenInterchange, trailer: Segment, token: Token) -> None:
        is_same = trailer[2] == interchange.header[13]
        if not same_count(trailer[1], interchange.groups):
            self._note(interchange, Code.IEA_GROUP_COUNT, token, 1, str(interchange.groups))
        if not is_same:
            self._note(interchange, Code.IEA_CONTROL_NUMBER, token, 2, "the same as ISA13")
        if not token.is_terminated:
            severity = Severity.WARNING if is_same else None  # nothing but the terminator is missing
            self._note(interchange, Code.INTERCHANGE_TRUNCATED, token, severity=severity)

    def _stray(self, interchange: _OpenInterchange, token: Token) -> None:
        """Segments outside a set: TA1 after the ISA is in place, anything else is not."""
        rows, _, _ = read_rows(token.lead, token.delimiters)
        is_in_place = self._group is None and not interchange.groups
        strays = [row for row in rows if not (is_in_place and row[0] == "TA1")]
        for row in rows:
            interchange.segments += 1
            if is_in_place and row[0] == "TA1":
                acknowledgment = padded(row, TA1_WIDTH)
                interchange.acknowledgments.append(acknowledgment)
                if not is_ta1(acknowledgment):
                    self._note(interchange, Code.TA1_INVALID, token)
        if strays or token.is_dropped:
            self._note(interchange, Code.INTERCHANGE_STRUCTURE, token)

    def _note(
        self,
        interchange: _OpenInterchange,
        code: Code,
        token: Token,
        element: int = 0,
        expected: str = "",
        *,
        into: _OpenGroup | None = None,
        severity: Severity | None = None,
    ) -> None:
        report = Report(token.source(), first=interchange.segments)
        report.add(Draft(code, interchange.segments, "", token.id, element, expected=expected, severity=severity))
        (interchange if into is None else into).findings.extend(report.findings())
