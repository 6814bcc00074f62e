"""Interchange, group and set while they are being read."""

from __future__ import annotations

from priorauth.domain.findings import Finding

from .control import GS_WIDTH, SeenNumbers, padded
from .pieces import Piece
from .positions import Source
from .segments import EMPTY, Isa, Segment


class OpenInterchange:
    """From its ISA on."""

    def __init__(self, isa: Isa) -> None:
        self.header = isa.segment
        self.delimiters = isa.delimiters
        self.findings: list[Finding] = []
        self.acknowledgments: list[Segment] = []
        self.groups = 0
        self.group_numbers: set[str] = set()
        self.trailer = EMPTY
        self.segments = 1  # seen so far
        self.is_latin = False


class OpenGroup:
    """From its GS on."""

    def __init__(self, row: list[str], source: Source, position: int) -> None:
        self.header = padded(row, GS_WIDTH)
        self.source = source
        self.position = position
        self.findings: list[Finding] = []
        self.sets = 0
        self.set_numbers = SeenNumbers()


class OpenSet:
    """From its ST on."""

    def __init__(self, piece: Piece, index: int) -> None:
        self.source = Source([piece], index)
        self.rows = [piece.rows[index]]
        self.bytes = 0  # of pieces that were held whole
        self.is_plain = piece.is_plain
        self.is_too_large = False

    def hold(self, piece: Piece, rows: list[list[str]]) -> None:
        """Take in rows of a piece."""
        self.rows += rows
        if piece is not self.source.stretches[-1]:
            self.source.stretches.append(piece)
            self.is_plain = self.is_plain and piece.is_plain
