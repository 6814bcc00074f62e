"""The two-way code tables between FHIR and X12: the rows of `mappings/crosswalks/fhir`, checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

COLUMNS = ("x12", "fhir", "direction", "source")


class CrosswalkInvalid(ValueError):
    """A table cannot be used as it is: a defect of the installation, not of a message."""


class Direction(StrEnum):
    """Which way a row is read. Where several codes of one side mean one of the other, only one row is `both`."""

    BOTH = "both"
    TO_X12 = "to_x12"
    TO_FHIR = "to_fhir"


class _Answers(dict[str, str]):
    """Codes by codes; an empty text for one that is not there."""

    def __missing__(self, code: str) -> str:
        return ""


class Crosswalk:
    """One table. A look-up answers an empty text for a code that the table does not have."""

    __slots__ = ("_to_fhir", "_to_x12", "fhir", "name", "x12")

    x12: Callable[[str], str]
    """The X12 code for a FHIR one (`code`, `system` or `system|code`)."""

    fhir: Callable[[str], str]
    """The FHIR code (`code`, `system` or `system|code`) for an X12 one."""

    def __init__(self, name: str, to_x12: Mapping[str, str], to_fhir: Mapping[str, str]) -> None:
        self.name = name
        self._to_x12, self._to_fhir = to_x12, to_fhir
        self.x12, self.fhir = _Answers(to_x12).__getitem__, _Answers(to_fhir).__getitem__

    def items_to_x12(self) -> Mapping[str, str]:
        """Every row that is read towards X12."""
        return self._to_x12

    def items_to_fhir(self) -> Mapping[str, str]:
        """Every row that is read towards FHIR."""
        return self._to_fhir


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalks:
    """Every table; a field is the file of its name with hyphens (`member_identifier` is `member-identifier.csv`)."""

    careteam_role: Crosswalk
    contact: Crosswalk
    delivery_measure: Crosswalk
    delivery_period: Crosswalk
    diagnosis: Crosswalk
    gender: Crosswalk
    location: Crosswalk
    member_identifier: Crosswalk
    priority: Crosswalk
    procedure: Crosswalk
    provider_identifier: Crosswalk
    provider_reference: Crosswalk
    provider_role: Crosswalk
    rejection_place: Crosswalk
    relationship: Crosswalk
    unit: Crosswalk


def read_crosswalks(files: Mapping[str, str]) -> Crosswalks:
    """The tables from the text of `mappings/crosswalks/fhir`; CrosswalkInvalid where one is missing or not usable."""
    names = {each.name: f"{each.name.replace('_', '-')}.csv" for each in fields(Crosswalks)}
    if missing := sorted(set(names.values()) - set(files)):
        raise CrosswalkInvalid(f"no table {', '.join(missing)}")
    return Crosswalks(**{name: read_crosswalk(file, files[file]) for name, file in names.items()})


def read_crosswalk(name: str, text: str) -> Crosswalk:
    """One table from its text; CrosswalkInvalid where a row is malformed, or two rows answer the same question."""
    rows = csv.reader(io.StringIO(text, newline=""))
    if tuple(next(rows, ())) != COLUMNS:
        raise CrosswalkInvalid(f"{name}: the columns are not {','.join(COLUMNS)}")
    to_x12: dict[str, str] = {}
    to_fhir: dict[str, str] = {}
    for cells in rows:
        at = f"{name}:{rows.line_num}"
        if len(cells) != len(COLUMNS) or not all(cells):
            raise CrosswalkInvalid(f"{at}: the row does not fill every column")
        x12, fhir, direction, _ = cells
        if direction not in Direction.__members__.values():
            raise CrosswalkInvalid(f"{at}: the direction is one of {', '.join(Direction)}")
        if direction != Direction.TO_FHIR:
            _add(to_x12, fhir, x12, at)
        if direction != Direction.TO_X12:
            _add(to_fhir, x12, fhir, at)
    return Crosswalk(name, to_x12, to_fhir)


def _add(table: dict[str, str], code: str, other: str, at: str) -> None:
    if code in table:
        raise CrosswalkInvalid(f"{at}: the code has a row already in this direction")
    table[code] = other
