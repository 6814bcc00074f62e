"""Code lists of a pack: which codes a rule means, read from CSV. Membership is exact or by range, never by prefix."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Mapping
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
class _Ranges:
    """Disjoint inclusive ranges of codes of one shape, in order."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]

    def holds(self, code: str) -> bool:
        place = bisect_right(self.starts, code)
        return place > 0 and code <= self.ends[place - 1]


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list that a rule refers to. A list that is not loaded contains nothing and denies nothing."""

    id: str
    title: str
    citation: str
    rows: tuple[CodeRow, ...]
    is_loaded: bool
    _families: Mapping[str, Mapping[int, _Ranges]] = field(repr=False, hash=False)

    @property
    def is_demonstration(self) -> bool:
        return any(row.status is ListStatus.DEMONSTRATION for row in self.rows)

    def contains(self, family: str, code: str) -> bool | None:
        """Whether the code is on the list; None where the list cannot say: not loaded, or silent on that family."""
        by_shape = self._families.get(family)
        if by_shape is None:
            return None
        ranges = by_shape.get(_shape(code))
        return ranges is not None and ranges.holds(code)


def unloaded_list(list_id: str, title: str, citation: str) -> CodeList:
    """A list that the payer's document only points to and nobody has supplied."""
    return CodeList(list_id, title, citation, (), False, {})


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


def _shape(code: str) -> tuple[int, bool]:
    """Only codes of one length, and all digits or not, are compared: 0144T lies in no range of numbers."""
    return len(code), code.isdigit()


def _by_family(rows: tuple[CodeRow, ...]) -> dict[str, dict[tuple[int, bool], _Ranges]]:
    bounds: dict[str, dict[tuple[int, bool], list[tuple[str, str]]]] = {}
    for row in rows:
        bounds.setdefault(FAMILIES[row.system], {}).setdefault(_shape(row.first), []).append((row.first, row.last))
    return {family: {shape: _merged(pairs) for shape, pairs in by_shape.items()} for family, by_shape in bounds.items()}


def _merged(pairs: list[tuple[str, str]]) -> _Ranges:
    starts: list[str] = []
    ends: list[str] = []
    for first, last in sorted(pairs):
        if ends and first <= ends[-1]:
            ends[-1] = max(ends[-1], last)
        else:
            starts.append(first)
            ends.append(last)
    return _Ranges(tuple(starts), tuple(ends))
