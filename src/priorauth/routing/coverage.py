"""What the payers' documents say, row by row, and the rule, clock or test that does it or the reason why none does."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from priorauth.routing.clock_rules import ClockBook
from priorauth.routing.determination_rules import DeterminationBook
from priorauth.routing.packs import Pack

COLUMNS = ("id", "title", "citation", "implemented_by", "reason")
KINDS = ("rule", "list", "clock", "determination", "notice", "test")


class CoverageState(StrEnum):
    """What is known of a row. The last two make `packs coverage` fail."""

    IMPLEMENTED = "implemented"
    EXPLAINED = "explained"
    UNACCOUNTED = "unaccounted"
    BROKEN = "broken"

    @property
    def is_accounted(self) -> bool:
        return self in {CoverageState.IMPLEMENTED, CoverageState.EXPLAINED}


class CoverageNotReadable(Exception):
    """A file of rows that cannot be read, with the line."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """One thing that a document says. `implemented_by` are references such as `rule:bcbsma/RTE-BCMA-06`."""

    section: str
    line: int
    id: str
    title: str
    citation: str
    implemented_by: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Covered:
    """A row and what became of it; `missing` are the references to what is not there."""

    row: CoverageRow
    state: CoverageState
    missing: tuple[str, ...] = ()


def read_rows(files: Mapping[str, str]) -> list[CoverageRow]:
    """The rows of files such as `um-routing.csv`, in order; CoverageNotReadable where columns or ids are amiss."""
    rows: list[CoverageRow] = []
    seen: set[str] = set()
    for file, text in files.items():
        reader = csv.DictReader(io.StringIO(text), strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise CoverageNotReadable(file, 1, f"the columns are {','.join(COLUMNS)}")
        for raw in reader:
            if None in raw or None in raw.values():
                raise CoverageNotReadable(file, reader.line_num, "the row has more or fewer columns than the heading")
            if raw["id"] in seen:
                raise CoverageNotReadable(file, reader.line_num, f"{raw['id']} is there twice")
            if not raw["title"].strip():
                raise CoverageNotReadable(file, reader.line_num, f"{raw['id']} has no title")
            seen.add(raw["id"])
            rows.append(_row(file, reader.line_num, raw))
    return rows


def _row(file: str, line: int, raw: Mapping[str, str]) -> CoverageRow:
    return CoverageRow(
        section=file.removesuffix(".csv").removeprefix("um-"),
        line=line,
        id=raw["id"],
        title=raw["title"],
        citation=raw["citation"],
        implemented_by=tuple(raw["implemented_by"].split()),
        reason=raw["reason"].strip(),
    )


def known_references(
    packs: Iterable[Pack], books: Iterable[ClockBook], determinations: Iterable[DeterminationBook] = ()
) -> set[str]:
    """Everything of the packs that a row may name. A clock file's remarks count as clocks: they say who does it."""
    known: set[str] = set()
    for pack in packs:
        payer = pack.payer.lower()
        known.update(f"rule:{payer}/{rule.id}" for rule in pack.rules)
        known.update(f"rule:{payer}/{requirement.id}" for requirement in pack.requirements)
        known.update(f"list:{payer}/{declared}" for declared in pack.lists)
    for book in books:
        payer = book.payer.lower()
        known.update(f"clock:{'law' if rule.is_law else payer}/{rule.clock.id}" for rule in book.rules)
        known.update(f"clock:{payer}/{remark.id}" for remark in book.remarks)
    for said in determinations:
        payer = said.payer.lower()
        known.update(f"determination:{payer}/{id}" for id in said.references())
        known.update(f"notice:{payer}/{notice.said.id}" for notice in said.notices)
    return known


def cover(rows: Sequence[CoverageRow], known: set[str], has_test: Callable[[str, str], bool]) -> list[Covered]:
    """What became of each row; `has_test` says whether a file (by its path in the project) has a test of that name."""
    return [_covered(row, known, has_test) for row in rows]


def _covered(row: CoverageRow, known: set[str], has_test: Callable[[str, str], bool]) -> Covered:
    missing = tuple(one for one in row.implemented_by if not _exists(one, known, has_test))
    if missing:
        return Covered(row, CoverageState.BROKEN, missing)
    if row.implemented_by:
        return Covered(row, CoverageState.IMPLEMENTED)
    return Covered(row, CoverageState.EXPLAINED if row.reason else CoverageState.UNACCOUNTED)


def _exists(reference: str, known: set[str], has_test: Callable[[str, str], bool]) -> bool:
    kind, _, name = reference.partition(":")
    if kind == "test":
        path, _, test = name.partition("::")
        return has_test(path, test)
    return reference in known
