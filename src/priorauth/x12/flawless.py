"""The short way through an envelope: one group, everything in order, nothing to say about any of it.

Most messages are so. `flawless` answers None for all others, and `assembly` then reads them; a test holds the two to
the same parts.
"""

from __future__ import annotations

from .control import CONTROL, GS_WIDTH, TRAILER_WIDTH, is_clean_gs, is_clean_isa, padded, set_drafts
from .parts import FunctionalGroup, Interchange, Limits, TransactionSet
from .pieces import LARGEST, Piece, read_piece
from .positions import START, Source
from .segments import ISA_LENGTH, Segment, read_isa


def flawless(data: bytes, limits: Limits) -> Interchange | None:
    """The interchange with its groups, or None where it has to be read with care. May raise `X12SyntaxError`."""
    if not data.startswith(b"ISA") or len(data) > min(LARGEST, limits.set_bytes) or not data.isascii():
        return None
    isa = read_isa(data[:ISA_LENGTH].decode("ascii"))
    if not is_clean_isa(isa):
        return None
    head, body = data[: isa.end], data[isa.end :]
    piece = read_piece(body, START.after(head), isa.delimiters)
    rows = piece.rows
    controls = [index for index, row in enumerate(rows) if row[0] in CONTROL]
    count = (len(controls) - 3) // 2
    if count < 1 or not piece.is_terminated or len(rows) > limits.set_segments:
        return None
    if [rows[index][0] for index in controls] != ["GS", *["ST", "SE"] * count, "GE", "IEA"]:
        return None
    gs, ge, iea = rows[0], rows[-2], rows[-1]
    if iea != ["IEA", "1", isa.segment[13]] or gs[0] != "GS" or not is_clean_gs(gs):
        return None
    if ge != ["GE", str(count), gs[6]]:
        return None
    sets = _sets(piece, controls, padded(gs, GS_WIDTH))
    if sets is None:
        return None
    group = FunctionalGroup(
        header=sets[0].group,
        trailer=padded(ge, TRAILER_WIDTH),
        source=Source([piece], 0),
        position=2,
        set_count=count,
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


def _sets(piece: Piece, controls: list[int], group: Segment) -> tuple[TransactionSet, ...] | None:
    """The sets that follow each other without a gap, or None where one is not as it should be."""
    sets: list[TransactionSet] = []
    numbers: set[str] = set()
    behind = 1
    for start, stop in zip(controls[1:-2:2], controls[2:-2:2], strict=True):
        rows = piece.rows[start : stop + 1]
        transaction = TransactionSet(
            number=len(sets) + 1,
            group=group,
            rows=rows,
            source=Source([piece], start),
            delimiters=piece.delimiters,
            is_plain=piece.is_plain,
            is_closed=True,
        )
        if start != behind or set_drafts(transaction, numbers, is_too_large=False):
            return None
        behind = stop + 1
        sets.append(transaction)
    return tuple(sets) if behind == len(piece.rows) - 2 else None
