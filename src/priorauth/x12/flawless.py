"""The short way through an envelope: one group, everything in order, nothing to say about any of it.

Most messages are so. `flawless` answers None for all others, and `assembly` then reads them; a test holds the two to
the same parts.
"""

from __future__ import annotations

from operator import itemgetter

from .control import CONTROL, GS_WIDTH, TRAILER_WIDTH, is_clean_gs, is_clean_isa, padded, set_drafts
from .parts import FunctionalGroup, Interchange, Limits, TransactionSet
from .pieces import LARGEST, Piece, read_piece
from .positions import Place, Source
from .segments import ISA_LENGTH, Segment, read_isa

_FEWEST = 5  # GS, ST, SE, GE, IEA
_BEHIND_ISA = Place(ISA_LENGTH, 1, ISA_LENGTH + 1)  # a clean ISA is one line
_ID = itemgetter(0)


def flawless(data: bytes, limits: Limits) -> Interchange | None:
    """The interchange with its groups, or None where it has to be read with care. May raise `X12SyntaxError`."""
    if not data.startswith(b"ISA") or len(data) > min(LARGEST, limits.set_bytes) or not data.isascii():
        return None
    isa = read_isa(data[:ISA_LENGTH].decode("ascii"))
    if not is_clean_isa(isa):
        return None
    piece = read_piece(data[isa.end :], _BEHIND_ISA, isa.delimiters)
    rows = piece.rows
    if len(rows) < _FEWEST or not piece.is_terminated or len(rows) > limits.set_segments:
        return None
    gs, ge, iea = rows[0], rows[-2], rows[-1]
    if gs[0] != "GS" or iea != ["IEA", "1", isa.segment[13]] or not is_clean_gs(gs):
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
        header=isa.segment,
        delimiters=isa.delimiters,
        trailer=padded(iea, TRAILER_WIDTH),
        group_count=1,
        acknowledgments=(),
        findings=(),
        groups=(group,),
    )


def _sets(piece: Piece, group: Segment) -> tuple[TransactionSet, ...] | None:
    """The sets that follow each other from GS to GE, or None where one is not as it should be."""
    sets: list[TransactionSet] = []
    numbers: set[str] = set()
    ids = list(map(_ID, piece.rows))
    start, end = 1, len(ids) - 2
    while start < end:
        stop = ids.index("SE", start, end) if "SE" in ids[start:end] else start
        if ids[start] != "ST" or not CONTROL.isdisjoint(ids[start + 1 : stop]):
            return None
        transaction = TransactionSet(
            number=len(sets) + 1,
            group=group,
            rows=piece.rows[start : stop + 1],
            source=Source([piece], start),
            delimiters=piece.delimiters,
            is_plain=piece.is_plain,
            is_closed=True,
        )
        if set_drafts(transaction, numbers, is_too_large=False):
            return None
        sets.append(transaction)
        start = stop + 1
    return tuple(sets) or None
