"""Control segments put together to sets, groups and interchanges, with their numbers and counts compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from priorauth.domain.findings import FindingCode as Code
from priorauth.domain.findings import Severity

from .control import (
    CONTROL,
    TA1_WIDTH,
    TRAILER_WIDTH,
    gs_faults,
    is_ta1,
    isa_faults,
    padded,
    same_count,
    set_drafts,
)
from .faults import X12SyntaxError
from .opened import OpenGroup, OpenInterchange, OpenSet
from .parts import FunctionalGroup, Interchange, Limits, TransactionSet
from .pieces import Piece, Pieces
from .positions import Source
from .reporting import Draft, Report
from .segments import EMPTY, Isa, Segment

Part = TransactionSet | FunctionalGroup | Interchange


class Assembly:
    """Reads chunks as far as needed, and gives each part when it ends."""

    def __init__(self, chunks: Iterable[bytes], limits: Limits, *, expects_one: bool = False) -> None:
        self._pieces = Pieces(chunks, limits.set_bytes)
        self._limits = limits
        self._expects_one = expects_one
        self._interchange: OpenInterchange
        self._group: OpenGroup | None = None
        self._set: OpenSet | None = None
        self._is_astray = False  # which is said once
        self._piece: Piece  # the control segment that is being looked at
        self._index = 0

    def parts(self) -> Iterator[Part]:
        """Every part in the order in which they end. Raises `X12SyntaxError` where the first ISA cannot be read."""
        isa: Isa | None
        isa, self._piece = self._pieces.read_isa()
        while isa is not None:
            self._index = 0
            self._interchange = OpenInterchange(isa)
            is_readable = True
            for code, position in isa_faults(isa):
                self._note(code, position)
                is_readable &= code not in (Code.ISA_SEGMENT_TERMINATOR, Code.ISA_ELEMENT_SEPARATOR)
            if is_readable:
                yield from self._read()
                yield from self._close()
            isa, piece = self._next_isa() if is_readable else (None, None)
            yield self._end_interchange(is_readable)
            self._piece = piece or self._piece

    def _next_isa(self) -> tuple[Isa, Piece] | tuple[None, None]:
        if not self._pieces.has_more():
            return None, None
        try:
            following = self._pieces.read_isa()
        except X12SyntaxError:
            self._note(Code.INTERCHANGE_TRAILING_DATA)
            return None, None
        if self._expects_one:
            self._note(Code.INTERCHANGE_SECOND)
        return following

    def _read(self) -> Iterator[Part]:
        """Up to the IEA, the next ISA or the end."""
        delimiters = self._interchange.delimiters
        while (piece := self._pieces.next(delimiters)) is not None:
            rows, at = piece.rows, 0
            self._piece = piece
            self._interchange.is_latin |= not piece.is_utf8
            if self._pieces.is_dropping:
                self._drop()
            for index in [index for index, row in enumerate(rows) if row[0] in CONTROL]:
                segment_id = rows[index][0]
                if at < index:
                    self._hold(piece, at, index)
                at = index + 1
                self._index = index
                if segment_id == "ISA":
                    self._pieces.put_back(piece, index)
                    return
                yield from self._take(segment_id, rows[index])
                if segment_id == "IEA":
                    if at < len(rows):
                        self._pieces.put_back(piece, at)
                    return
            if at < len(rows):
                self._hold(piece, at, len(rows))
            if not piece.is_terminated:
                self._note(Code.INTERCHANGE_TRUNCATED)
        if self._pieces.is_dropping:
            self._drop()

    def _hold(self, piece: Piece, start: int, stop: int) -> None:
        """Rows between control segments: of the set that is open, or astray."""
        opened, limits = self._set, self._limits
        if opened is None:
            self._stray(piece, start, stop)
            return
        opened.hold(piece, piece.rows[start:stop])
        if stop == len(piece.rows):
            opened.bytes += len(piece.raw)
        if len(opened.rows) > limits.set_segments or opened.bytes > limits.set_bytes:
            self._drop()

    def _drop(self) -> None:
        """What was too large to be held is left out of its set, and said to be missing."""
        self._pieces.is_dropping = False
        if self._set is None:
            self._note_stray()
        else:
            self._set.is_too_large = True
            del self._set.rows[1:], self._set.source.stretches[1:]

    def _take(self, segment_id: str, row: list[str]) -> list[Part]:
        """The parts that end with this control segment, which may also open one."""
        self._interchange.segments += 1
        ended: list[Part] = []
        if self._set is not None:
            ended.append(self._end_set(self._set, row if segment_id == "SE" else None))
            if segment_id == "SE":
                return ended
        if self._group is not None and segment_id not in ("ST", "SE"):
            ended.append(self._end_group(self._group, row if segment_id == "GE" else None))
        elif segment_id in ("SE", "GE") or (segment_id == "ST" and self._group is None):
            self._note_stray()
        if segment_id == "IEA":
            self._take_iea(padded(row, TRAILER_WIDTH))
        elif segment_id == "GS":
            self._open_group(row)
        elif segment_id == "ST" and self._group is not None:
            self._is_astray = False
            self._set = OpenSet(self._piece, self._index)
        return ended

    def _end_set(self, opened: OpenSet, se: list[str] | None) -> TransactionSet:
        self._set = None
        group = self._group
        assert group is not None  # an ST outside a group opens nothing
        self._interchange.segments += len(opened.rows) - 1
        if se is not None:
            opened.hold(self._piece, [se])
        group.sets += 1
        opened.source.count = len(opened.rows)
        transaction = TransactionSet(
            number=group.sets,
            group=group.header,
            rows=opened.rows,
            source=opened.source,
            delimiters=self._interchange.delimiters,
            is_plain=opened.is_plain,
            is_closed=se is not None,
        )
        drafts = set_drafts(transaction, group.set_numbers, is_too_large=opened.is_too_large)
        if drafts:
            transaction.findings = Report(opened.source, drafts=drafts).findings()
        return transaction

    def _open_group(self, row: list[str]) -> None:
        interchange = self._interchange
        group = self._group = OpenGroup(row, Source([self._piece], self._index), interchange.segments)
        self._is_astray = False
        interchange.groups += 1
        number = group.header[6]
        for code, position in gs_faults(row):
            self._note(code, position, into=group if code is Code.GS_CONTROL_NUMBER else None)
        if number in interchange.group_numbers:
            self._note(Code.GS_CONTROL_NUMBER_DUPLICATE, 6, into=group)
        interchange.group_numbers.add(number)

    def _end_group(self, group: OpenGroup, ge: list[str] | None) -> FunctionalGroup:
        self._group = None
        trailer = EMPTY
        if ge is None:
            self._note(Code.GE_MISSING, into=group)
        else:
            trailer = padded(ge, TRAILER_WIDTH)
            if not same_count(trailer[1], group.sets):
                self._note(Code.GE_SET_COUNT, 1, str(group.sets), into=group)
            if trailer[2] != group.header[6]:
                self._note(Code.GE_CONTROL_NUMBER, 2, "the same as GS06", into=group)
        return FunctionalGroup(
            header=group.header,
            trailer=trailer,
            source=group.source,
            position=group.position,
            set_count=group.sets,
            findings=tuple(group.findings),
        )

    def _take_iea(self, trailer: Segment) -> None:
        interchange, piece = self._interchange, self._piece
        interchange.trailer = trailer
        is_same = trailer[2] == interchange.header[13]
        is_open = not piece.is_terminated and piece.rows[-1][0] == "IEA"
        if is_open and not is_same and interchange.header[13].startswith(trailer[2]):  # cut off within IEA02
            self._note(Code.INTERCHANGE_TRUNCATED)
            return
        if not same_count(trailer[1], interchange.groups):
            self._note(Code.IEA_GROUP_COUNT, 1, str(interchange.groups))
        if not is_same:
            self._note(Code.IEA_CONTROL_NUMBER, 2, "the same as ISA13")
        if is_open:  # a warning where nothing else is missing
            self._note(Code.INTERCHANGE_TRUNCATED, severity=Severity.WARNING if is_same else None)

    def _close(self) -> Iterator[Part]:
        """What is still open at the end of an interchange."""
        if self._set is not None:
            yield self._end_set(self._set, None)
        if self._group is not None:
            yield self._end_group(self._group, None)

    def _end_interchange(self, is_readable: bool) -> Interchange:
        interchange = self._interchange
        if is_readable and not interchange.trailer:
            self._note(Code.IEA_MISSING)
        if is_readable and not interchange.groups and not interchange.acknowledgments:
            self._note(Code.INTERCHANGE_EMPTY)
        if interchange.is_latin:
            self._note(Code.INTERCHANGE_ENCODING)
        return Interchange(
            header=interchange.header,
            delimiters=interchange.delimiters,
            trailer=interchange.trailer,
            group_count=interchange.groups,
            acknowledgments=tuple(interchange.acknowledgments),
            findings=tuple(interchange.findings),
        )

    def _stray(self, piece: Piece, start: int, stop: int) -> None:
        """Segments outside a set: TA1 after the ISA is in place, anything else is not."""
        interchange = self._interchange
        for index in range(start, stop):
            row = piece.rows[index]
            interchange.segments += 1
            self._index = index
            if row[0] != "TA1" or interchange.groups:
                self._note_stray()
                continue
            interchange.acknowledgments.append(padded(row, TA1_WIDTH))
            if not is_ta1(row):
                self._note(Code.TA1_INVALID)

    def _note_stray(self) -> None:
        if not self._is_astray:
            self._note(Code.INTERCHANGE_STRUCTURE)
        self._is_astray = True

    def _note(
        self,
        code: Code,
        element: int = 0,
        expected: str = "",
        *,
        into: OpenGroup | None = None,
        severity: Severity | None = None,
    ) -> None:
        number = self._interchange.segments
        source = Source([self._piece], self._index)
        draft = Draft(code, number, "", Segment(source.row).id, element, expected=expected, severity=severity)
        findings = Report(source, first=number, drafts=[draft]).findings()
        (self._interchange if into is None else into).findings.extend(findings)
