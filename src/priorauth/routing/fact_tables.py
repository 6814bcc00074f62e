"""Tables by which facts are derived from codes of a message: setting, urgency, review type, service category."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from priorauth.routing.codelists import FAMILIES
from priorauth.routing.vocabulary import FACTS

SETTINGS_FILE = "setting.csv"
URGENCIES_FILE = "urgency.csv"
REVIEW_TYPES_FILE = "review-type.csv"
CATEGORIES_FILE = "service-category.csv"

TABLE_FILES = (SETTINGS_FILE, URGENCIES_FILE, REVIEW_TYPES_FILE, CATEGORIES_FILE)
"""The files of `mappings/crosswalks` that `load_fact_tables` reads."""

NONE_OF_THEM = ""
"""A cell left empty: the code is known and means none of the fact's values, so that the fact is not applicable."""


MOST_KNOWN = 4096
"""Of how many codes the category is remembered before all are forgotten."""


class TableNotReadable(Exception):
    """A row of a table cannot be used. Says file, line and what is wrong."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line


@dataclass(frozen=True, slots=True)
class CategoryRanges:
    """Service categories of one code system: inclusive ranges by start; one may lie in another and refine it."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    categories: tuple[str, ...]
    around: tuple[int, ...]  # the range that each lies within, or -1
    known: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)  # of codes asked before

    def category(self, code: str) -> str | None:
        """The category of the narrowest range, `NONE_OF_THEM`, or None where the table has no such code."""
        if code in self.known:
            return self.known[code]
        if len(self.known) >= MOST_KNOWN:
            self.known.clear()
        found = self.known[code] = self._search(code)
        return found

    def _search(self, code: str) -> str | None:
        place = bisect_right(self.starts, code) - 1
        while place >= 0:
            if code <= self.ends[place] and len(code) == len(self.ends[place]):
                return self.categories[place]
            place = self.around[place]
        return None


@dataclass(frozen=True, slots=True)
class FactTables:
    """Code -> value, per derived fact. An answer of `NONE_OF_THEM` is an answer; a missing key is not."""

    settings: Mapping[tuple[str, str], str]  # (A bill type, B place of service or R revenue code; code)
    urgencies: Mapping[tuple[str, str], str]  # (UM06 or CL101; code); the default for absence under ("", "")
    review_types: Mapping[tuple[str, str], str]  # (UM01, UM02)
    categories: Mapping[str, CategoryRanges]  # hcpcs, revenue and service_type


def load_fact_tables(files: Mapping[str, str]) -> FactTables:
    """The tables from the text of `TABLE_FILES`; TableNotReadable where a row has an unknown value or repeats a key."""
    return FactTables(
        settings=_pairs(files, SETTINGS_FILE, ("qualifier", "code", "setting", "source")),
        urgencies=_pairs(files, URGENCIES_FILE, ("element", "code", "urgency", "source")),
        review_types=_pairs(files, REVIEW_TYPES_FILE, ("category", "certification", "review_type", "source")),
        categories=_categories(files),
    )


def _rows(files: Mapping[str, str], file: str, columns: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(files[file].splitlines())
    if tuple(next(reader, [])) != columns:
        raise TableNotReadable(file, 1, "the columns are " + ",".join(columns))
    for cells in reader:
        if len(cells) != len(columns):
            raise TableNotReadable(file, reader.line_num, f"the row has {len(cells)} cells instead of {len(columns)}")
        yield reader.line_num, cells


def _value(file: str, line: int, fact: str, value: str) -> str:
    if value != NONE_OF_THEM and value not in FACTS[fact].values:
        raise TableNotReadable(file, line, f"the {fact} is one of " + ", ".join(FACTS[fact].values))
    return value


def _pairs(files: Mapping[str, str], file: str, columns: tuple[str, ...]) -> dict[tuple[str, str], str]:
    table: dict[tuple[str, str], str] = {}
    for line, (first, second, value, _) in _rows(files, file, columns):
        if (first, second) in table:
            raise TableNotReadable(file, line, "the code has a row already")
        table[first, second] = _value(file, line, columns[2], value)
    return table


def _categories(files: Mapping[str, str]) -> dict[str, CategoryRanges]:
    found: dict[str, list[tuple[str, str, str, int]]] = {}
    columns = ("system", "from", "to", "service_category", "label", "source")
    for line, (system, first, last, category, _, _) in _rows(files, CATEGORIES_FILE, columns):
        last = last or first
        if len(first) != len(last) or last < first:
            raise TableNotReadable(CATEGORIES_FILE, line, "the range does not run forward between codes of one length")
        _value(CATEGORIES_FILE, line, "service_category", category)
        found.setdefault(FAMILIES.get(system, system), []).append((first, last, category, line))
    return {family: _nested(rows) for family, rows in found.items()}


def _nested(rows: list[tuple[str, str, str, int]]) -> CategoryRanges:
    """Rows of one system by start, each knowing the row around it; ranges that overlap otherwise are refused."""
    ordered = sorted(rows, key=lambda row: row[1], reverse=True)
    ordered.sort(key=lambda row: row[0])
    around: list[int] = []
    open_rows: list[int] = []
    for place, (first, last, _, line) in enumerate(ordered):
        while open_rows and ordered[open_rows[-1]][1] < first:
            open_rows.pop()
        if open_rows and (last > ordered[open_rows[-1]][1] or (first, last) == ordered[open_rows[-1]][:2]):
            raise TableNotReadable(CATEGORIES_FILE, line, "the range overlaps another without lying within it")
        around.append(open_rows[-1] if open_rows else -1)
        open_rows.append(place)
    return CategoryRanges(
        starts=tuple(row[0] for row in ordered),
        ends=tuple(row[1] for row in ordered),
        categories=tuple(row[2] for row in ordered),
        around=tuple(around),
    )
