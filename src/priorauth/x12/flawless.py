"""The short way through an envelope: one group, everything in order, nothing to say about any of it.

Most messages are so. `flawless` answers None for all others, and `assembly` then reads them; a test holds the two to
the same parts.
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter

from .control import CONTROL, GS_WIDTH, TRAILER_WIDTH, SeenNumbers, is_clean_gs, is_clean_isa, padded, set_drafts
from .datatypes import is_short_date, is_time
from .faults import X12SyntaxError
from .parts import FunctionalGroup, Interchange, Limits, TransactionSet
from .pieces import LARGEST, Piece, read_piece
from .positions import Place, Source
from .segments import ISA_LENGTH, Delimiters, Segment, read_isa

_FEWEST = 5  # GS, ST, SE, GE, IEA
_BEHIND_ISA = Place(ISA_LENGTH, 1, ISA_LENGTH + 1)  # a clean ISA is one line
_ID = itemgetter(0)


def flawless(data: bytes, limits: Limits) -> Interchange | None:
    """The interchange with its groups, or None where it has to be read with care."""
    if not data.startswith(b"ISA") or len(data) > min(LARGEST, limits.set_bytes) or not data.isascii():
        return None
    delimiters = _frame_delimiters(data[:70] + data[76:77] + data[81:90] + data[99:ISA_LENGTH])
    header = data[: ISA_LENGTH - 1].decode("ascii")
    if delimiters is None or not (data[90:99].isdigit() and is_short_date(header[70:76]) and is_time(header[77:81])):
        return None
    isa = Segment(header.split(delimiters.element))
    piece = read_piece(data[ISA_LENGTH:], _BEHIND_ISA, delimiters)
    rows = piece.rows
    if len(rows) < _FEWEST or not piece.is_terminated or len(rows) > limits.set_segments:
        return None
    gs, ge, iea = rows[0], rows[-2], rows[-1]
    if gs[0] != "GS" or iea != ["IEA", "1", isa[13]] or not is_clean_gs(gs):
        return None
    sets = _sets(piece, padded(gs, GS_WIDTH))
    if sets is None or ge != ["GE", str(len(sets)), gs[6]]:
        return None
    group = FunctionalGroup(
        header=sets[0].group,
        trailer=padded(ge, TRAILER_WIDTH),
        source=Source([piece], 0),
        position=2,
        set_count=len(sets),
        findings=(),
        sets=sets,
    )
    return Interchange(
        header=isa,
        delimiters=delimiters,
        trailer=padded(iea, TRAILER_WIDTH),
        group_count=1,
        acknowledgments=(),
        findings=(),
        groups=(group,),
    )


@lru_cache(maxsize=256)
def _frame_delimiters(frame: bytes) -> Delimiters | None:
    """The delimiters of an ISA without its date, time and number, or None where it is not clean.

    The frame is the same in all messages between two partners, so it is looked at once.
    """
    head = frame[:70] + b"261102" + frame[70:71] + b"1200" + frame[71:80] + b"000000001" + frame[80:]
    text = head.decode("ascii")
    try:
        isa = read_isa(text)
    except X12SyntaxError:
        return None
    return isa.delimiters if is_clean_isa(isa) and text[:-1].isprintable() else None


def _sets(piece: Piece, group: Segment) -> tuple[TransactionSet, ...] | None:
    """The sets that follow each other from GS to GE, or None where one is not as it should be."""
    sets: list[TransactionSet] = []
    numbers = SeenNumbers()
    ids = list(map(_ID, piece.rows))
    start, end = 1, len(ids) - 2
    while start < end:
        stop = _index(ids, "SE", start, end)
        body = tuple(ids[start + 1 : stop])
        if ids[start] != "ST" or not CONTROL.isdisjoint(body):
            return None
        transaction = TransactionSet(
            number=len(sets) + 1,
            group=group,
            rows=piece.rows[start : stop + 1],
            source=Source([piece], start, stop + 1 - start),
            delimiters=piece.delimiters,
            is_plain=piece.is_plain,
            is_closed=True,
            _ids=body,
        )
        if set_drafts(transaction, numbers, is_too_large=False):
            return None
        sets.append(transaction)
        start = stop + 1
    return tuple(sets) or None


def _index(ids: list[str], id: str, start: int, end: int) -> int:
    try:
        return ids.index(id, start, end)
    except ValueError:
        return start
