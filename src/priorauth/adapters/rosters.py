"""A payer's roster as CSV: `payer,kind,id` and a column for each fact that it knows. An empty cell says nothing."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from priorauth.domain.parties import PayerId
from priorauth.routing.vocabulary import FACTS, FactKind, FactNotReadable, read_value
from priorauth.services.directory_ports import DirectoryEntry, EntryKind

COLUMNS = ("payer", "kind", "id")


@dataclass(frozen=True, slots=True)
class RosterFault:
    """What is wrong with a cell, by line and column; never what stands there."""

    line: int
    column: int  # counted in cells, from 1
    message: str

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


def read_roster(lines: Iterable[str], payers: Collection[str]) -> Iterator[DirectoryEntry | RosterFault]:
    """The entries of a roster in its order, with a fault for each cell that cannot be read. Reads as it goes."""
    reader = csv.reader(lines)
    header = tuple(cell.strip() for cell in next(reader, []))
    faults = list(_faults_in_header(header))
    yield from faults
    if faults:
        return
    seen: dict[tuple[str, str, str], int] = {}
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(header):
            yield RosterFault(reader.line_num, len(cells), f"the row has {len(cells)} cells instead of {len(header)}")
            continue
        yield from _read_row(header, [cell.strip() for cell in cells], reader.line_num, payers, seen)


def _faults_in_header(header: tuple[str, ...]) -> Iterator[RosterFault]:
    if header[:3] != COLUMNS:
        yield RosterFault(1, 1, "the first columns are " + ",".join(COLUMNS))
        return
    for column, name in enumerate(header[3:], start=4):
        if name not in FACTS or not FACTS[name].outside:
            yield RosterFault(1, column, "the column is no fact of a directory")
        elif name in header[: column - 1]:
            yield RosterFault(1, column, "the column stands twice")


def _read_row(
    header: tuple[str, ...],
    cells: list[str],
    line: int,
    payers: Collection[str],
    seen: dict[tuple[str, str, str], int],
) -> Iterator[DirectoryEntry | RosterFault]:
    payer, kind, id = cells[0].upper(), cells[1], cells[2].upper()
    faults = []
    if payer not in payers:
        faults.append(RosterFault(line, 1, "there is no pack of this payer"))
    if kind not in list(EntryKind):
        faults.append(RosterFault(line, 2, "the kind is member or facility"))
    if not id:
        faults.append(RosterFault(line, 3, "whom the row is about is missing"))
    elif (before := seen.setdefault((payer, kind, id), line)) != line:
        faults.append(RosterFault(line, 3, f"line {before} is about the same"))
    facts: dict[str, object] = {}
    for column, (name, text) in enumerate(zip(header[3:], cells[3:], strict=True), start=4):
        if not text:
            continue
        try:
            value = text == "true" if FACTS[name].kind is FactKind.TRUTH and text in ("true", "false") else text
            read_value(name, value)
            facts[name] = value
        except FactNotReadable as fault:
            faults.append(RosterFault(line, column, str(fault)))
    if faults:
        yield from faults
    else:
        yield DirectoryEntry(payer=PayerId(payer), kind=EntryKind(kind), id=id, facts=facts)
