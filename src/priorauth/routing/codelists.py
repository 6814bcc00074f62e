"""Code lists of a pack: which codes a rule means, read from CSV. Membership is exact or by range, never by prefix."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

COLUMNS = ("system", "from", "to", "label", "status", "citation")

FAMILIES: Mapping[str, str] = {
    "cpt": "hcpcs",
    "hcpcs": "hcpcs",
    "cdt": "cdt",
    "icd_9_pcs": "icd_9_pcs",
    "icd_10_pcs": "icd_10_pcs",
    "icd_9_cm": "icd_9_cm",
    "icd_10_cm": "icd_10_cm",
    "ndc": "ndc",
    "revenue": "revenue",
}
"""Code system of a row -> the family in which its codes are compared. CPT is level I of HCPCS."""


LONGEST_WRITTEN_OUT = 10_000
"""A range of numbers up to so long is kept code by code, which is the fastest to look up."""


Shape = tuple[int, str]
"""A code's length, and where its letters are."""


class ListStatus(StrEnum):
    """Who vouches for a list: the payer's document, the payer's own file, or nobody (it only demonstrates)."""

    DOCUMENT = "document"
    DEMONSTRATION = "demonstration"
    PAYER = "payer"


class ListNotReadable(Exception):
    """A row of a code list cannot be used."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One row of a list file, its bounds without dots and spaces."""

    system: str
    first: str
    last: str
    label: str
    status: ListStatus
    citation: str


@dataclass(frozen=True, slots=True)
class _Codes:
    """The codes of one family: each by itself where ranges of numbers could be written out, else ranges by shape.

    `ranges` has for each shape the first codes in order and the last code of each.
    """

    single: frozenset[str]
    ranges: Mapping[Shape, tuple[tuple[str, ...], tuple[str, ...]]]

    def holds(self, code: str) -> bool:
        if code in self.single:
            return True
        starts, ends = self.ranges.get(_shape(code), ((), ()))
        place = bisect_right(starts, code) - 1
        return place >= 0 and code <= ends[place]


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list that a rule refers to. A list that is not loaded contains nothing and denies nothing."""

    id: str
    title: str
    citation: str
    rows: tuple[CodeRow, ...]
    is_loaded: bool
    _families: Mapping[str, _Codes] = field(repr=False, compare=False)

    @property
    def is_demonstration(self) -> bool:
        return any(row.status is ListStatus.DEMONSTRATION for row in self.rows)

    def contains(self, family: str, code: str) -> bool | None:
        """Whether the code is on the list; None where the list cannot say: not loaded, or silent on that family."""
        return joined((self,), family).contains(code)


@dataclass(frozen=True, slots=True)
class JoinedLists:
    """Several lists as one, for codes of one family. `is_complete`: every list can say."""

    single: frozenset[str]
    ranged: tuple[_Codes, ...]
    is_complete: bool

    def contains(self, code: str) -> bool | None:
        """Whether the code is on one of the lists; None where it is on none and one of them cannot say."""
        if code in self.single or (self.ranged and any(codes.holds(code) for codes in self.ranged)):
            return True
        return False if self.is_complete else None


def joined(lists: Sequence[CodeList], family: str) -> JoinedLists:
    """What the lists say together of codes of one family."""
    known = [code_list._families.get(family) for code_list in lists]
    loaded = [codes for codes in known if codes is not None]
    return JoinedLists(
        single=frozenset().union(*(codes.single for codes in loaded)),
        ranged=tuple(codes for codes in loaded if codes.ranges),
        is_complete=len(loaded) == len(known),
    )


def unloaded_list(list_id: str, title: str, citation: str) -> CodeList:
    """A list that the payer's document only points to and nobody has supplied."""
    return CodeList(list_id, title, citation, (), False, {})


def supposed_list(code_list: CodeList, codes: Sequence[str]) -> CodeList:
    """The list as if the payer had supplied these procedures."""
    plain = [_plain("cpt", code) for code in codes]
    rows = tuple(CodeRow("cpt", code, code, "", ListStatus.PAYER, code_list.citation) for code in plain)
    return CodeList(code_list.id, code_list.title, code_list.citation, rows, True, _by_family(rows))


def read_list(list_id: str, title: str, citation: str, text: str) -> CodeList:
    """A loaded list from its CSV text; ListNotReadable with line and column where a row cannot be used."""
    rows = tuple(read_rows(text))
    return CodeList(list_id, title, citation, rows, True, _by_family(rows))


def read_rows(text: str) -> list[CodeRow]:
    """The rows of a list file, checked: columns, code systems, ranges that run forward, a status."""
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    if tuple(header) != COLUMNS:
        raise ListNotReadable(1, 1, "the columns are " + ",".join(COLUMNS))
    return [_read_row(cells, reader.line_num) for cells in reader if cells]


def _read_row(cells: list[str], line: int) -> CodeRow:
    if len(cells) != len(COLUMNS):
        raise ListNotReadable(line, 1, f"the row has {len(cells)} cells instead of {len(COLUMNS)}")
    system, first, last, label, status, citation = (cell.strip() for cell in cells)
    starts = _columns_of(cells)
    if system not in FAMILIES:
        raise ListNotReadable(line, starts[0], "the system is one of " + ", ".join(sorted(FAMILIES)))
    first, last = _plain(system, first), _plain(system, last or first)
    if not first:
        raise ListNotReadable(line, starts[1], "the row has no code")
    if _shape(first) != _shape(last) or last < first:
        raise ListNotReadable(line, starts[2], "the range does not run forward between codes of one length and kind")
    if status not in {known.value for known in ListStatus}:
        raise ListNotReadable(line, starts[4], "the status is one of " + ", ".join(ListStatus))
    if not citation:
        raise ListNotReadable(line, starts[5], "the row has no citation")
    return CodeRow(system, first, last, label, ListStatus(status), citation)


def _plain(system: str, code: str) -> str:
    plain = code.replace(".", "").replace(" ", "").upper()
    return plain.zfill(4) if system == "revenue" and plain else plain


def _columns_of(cells: list[str]) -> list[int]:
    """The column where each cell of an unquoted row starts."""
    starts, column = [], 1
    for cell in cells:
        starts.append(column)
        column += len(cell) + 1
    return starts


def _shape(code: str) -> Shape:
    """Length, and where the letters are. Only codes of one shape are compared: 0144T lies in no range of numbers."""
    return len(code), "".join("9" if character.isdigit() else "A" for character in code)


def _by_family(rows: tuple[CodeRow, ...]) -> dict[str, _Codes]:
    families = {FAMILIES[row.system] for row in rows}
    return {
        family: _codes([(row.first, row.last) for row in rows if FAMILIES[row.system] == family]) for family in families
    }


def _codes(bounds: list[tuple[str, str]]) -> _Codes:
    single: set[str] = set()
    ranges: dict[Shape, list[tuple[str, str]]] = {}
    for first, last in sorted(bounds):
        of_shape = ranges.get(_shape(first), [])
        if first.isdigit() and int(last) - int(first) < LONGEST_WRITTEN_OUT:
            single.update(str(number).zfill(len(first)) for number in range(int(first), int(last) + 1))
        elif first == last:
            single.add(first)
        elif of_shape and first <= of_shape[-1][1]:
            of_shape[-1] = (of_shape[-1][0], max(of_shape[-1][1], last))
        else:
            ranges.setdefault(_shape(first), []).append((first, last))
    return _Codes(
        frozenset(single),
        {
            shape: (tuple(first for first, _ in found), tuple(last for _, last in found))
            for shape, found in ranges.items()
        },
    )
