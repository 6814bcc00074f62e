"""Segments that differ between two 278s, or stand in another order, and those of them that no loss names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from priorauth.translate.losses import Loss
from priorauth.x12.envelope import read_interchange

_SEGMENT = re.compile(r"([A-Z][A-Z0-9]*?)(?:[0-9]{2}(?:-[0-9]+)?)?")
_PARTY = ("NM1", "REF", "N3", "N4", "PER", "PRV")
_OF_LOOP = {
    **dict.fromkeys(("2010B", "2010EA", "2010EB", "2010EC", "2010F", "2010FA", "2010FB"), _PARTY),
    "2000F": ("HL", "HCR", "UM"),
}
"""What a loss that names a whole loop may take along."""


def segments_of(body: bytes) -> list[str]:
    """The segments of the first set, those of the envelope and the numbers of levels aside."""
    interchange = read_interchange(body)
    rows = interchange.groups[0].sets[0].rows[1:-1]
    return [_text(row) for row in rows]


def _text(row: Iterable[str]) -> str:
    cells = list(row)
    return "*".join(["HL", cells[3]] if cells[0] == "HL" else cells).rstrip("*")


def unexplained(original: list[str], back: list[str], losses: Iterable[Loss]) -> list[str]:
    """The segments of either that the other does not have there, and that no loss names by loop or by segment.

    One in another place is gone from the one and new in the other: an HCR of a response, which may say one decision at
    the event or at each service, while FHIR says it at each.
    """
    positions = [loss.position for loss in losses]
    named = {found[1] for position in positions if (found := _SEGMENT.fullmatch(position.partition("/")[2]))}
    of_loops = {segment for position in positions if "/" not in position for segment in _OF_LOOP.get(position, ())}
    return [
        segment
        for tag, *at in SequenceMatcher(None, original, back, autojunk=False).get_opcodes()
        if tag != "equal"
        for segment in [*original[at[0] : at[1]], *back[at[2] : at[3]]]
        if segment.split("*")[0] not in named | of_loops
    ]
