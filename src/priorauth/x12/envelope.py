"""Interchange > functional group > transaction set, with what is wrong with each as an envelope.

What is between ST and SE is taken apart and not looked at: that is `loops`. One bad set never stops its siblings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .assembly import Assembly, Part
from .flawless import flawless
from .parts import DEFAULT_LIMITS, FunctionalGroup, Interchange, Limits, TransactionSet
from .pieces import Pieces
from .segments import Segment

__all__ = [
    "FunctionalGroup",
    "Interchange",
    "Limits",
    "TransactionSet",
    "read_header",
    "read_interchange",
    "split_stream",
]


def split_stream(chunks: Iterable[bytes], limits: Limits = DEFAULT_LIMITS) -> Iterator[Part]:
    """The parts of a file of interchanges in the order in which they end: sets, then their group, then the interchange.

    One set is held at a time, and of groups and interchanges the envelope alone. Raises `X12SyntaxError` where no
    ISA13 can be read.
    """
    return Assembly(chunks, limits).parts()


def read_header(data: bytes) -> Segment:
    """The ISA alone. Raises `X12SyntaxError` where no ISA13 can be read."""
    isa, _ = Pieces((data,), DEFAULT_LIMITS.set_bytes).read_isa()
    return isa.segment


def read_interchange(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Interchange:
    """The one interchange of a message. Raises `X12SyntaxError` where no ISA13 can be read; all else is findings."""
    if (interchange := flawless(data, limits)) is not None:
        return interchange
    sets: list[TransactionSet] = []
    groups: list[FunctionalGroup] = []
    for part in Assembly((data,), limits, expects_one=True).parts():
        if isinstance(part, TransactionSet):
            sets.append(part)
        elif isinstance(part, FunctionalGroup):
            part.sets = tuple(sets)
            groups.append(part)
            sets = []
        else:
            part.groups = tuple(groups)
            return part
    raise AssertionError("reading raises where there is no interchange")
