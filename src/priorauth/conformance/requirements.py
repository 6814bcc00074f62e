"""Registers of requirements: one CSV file each, one row a requirement."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from priorauth.conformance.folders import ConformanceFault, Folder, read_text
from priorauth.conformance.results import CaseResult, CoverageRow, Requirement, Verdict

T = TypeVar("T")
WORST_FIRST = (Verdict.FAIL, Verdict.ERROR, Verdict.SKIP, Verdict.PASS, Verdict.NOT_APPLICABLE)


def read_registers(folder: Folder) -> dict[str, Requirement]:
    """Every requirement by its id. An id that two rows use is a fault."""
    found: dict[str, Requirement] = {}
    for path in sorted(folder.requirements.glob("*.csv")):
        for number, row in enumerate(csv.DictReader(read_text(path).splitlines()), start=2):
            if not row.get("id") or not row.get("title"):
                raise ConformanceFault(f"{path} row {number}: wants an id and a title")
            requirement = Requirement(
                id=row["id"],
                title=row["title"],
                source=row.get("source") or row.get("citation") or "",
                register=path.stem,
                seen_from_outside=is_seen(row),
                reason=row.get("reason") or "",
            )
            if requirement.id in found:
                raise ConformanceFault(f"{path} row {number}: {requirement.id} is also in {found[row['id']].register}")
            found[requirement.id] = requirement
    return found


def is_seen(row: Mapping[str, str]) -> bool:
    """As the row says; of a payer's document, what something of the gateway stands for."""
    return (row.get("seen_from_outside") or ("yes" if row.get("implemented_by", "yes") else "no")) == "yes"


def coverage_of(registers: Mapping[str, Requirement], cases: Iterable[CaseResult]) -> tuple[CoverageRow, ...]:
    """Each requirement of the registers that these cases belong to, with the cases that verify it."""
    verified = ((requirement.id, case) for case in cases for requirement in case.verifies)
    return tuple(
        CoverageRow(requirement, tuple(case.name for case in found), worst(case.verdict for case in found))
        for requirement, found in by_requirement(registers, verified)
    )


def by_requirement(
    registers: Mapping[str, Requirement], verified: Iterable[tuple[str, T]]
) -> Iterator[tuple[Requirement, list[T]]]:
    """Each requirement of the registers that one of these ids is in, with what verifies it."""
    found: dict[str, list[T]] = {}
    for id, each in verified:
        found.setdefault(id, []).append(each)
    touched = {registers[id].register for id in found}
    for requirement in registers.values():
        if requirement.register in touched:
            yield requirement, found.get(requirement.id, [])


def worst(verdicts: Iterable[Verdict]) -> Verdict | None:
    """The verdict that says most against the target, or none of none."""
    seen = set(verdicts)
    return next((verdict for verdict in WORST_FIRST if verdict in seen), None)
