"""Which cases verify which requirement, before anything has run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from priorauth.conformance.cases import Case
from priorauth.conformance.requirements import by_requirement
from priorauth.conformance.results import Requirement


@dataclass(frozen=True, slots=True)
class Covered:
    """A requirement with the names of its cases."""

    requirement: Requirement
    cases: tuple[str, ...]

    @property
    def status(self) -> str:
        if self.cases:
            return f"{len(self.cases)} case{'s' if len(self.cases) > 1 else ''}"
        return (
            "no case yet" if self.requirement.seen_from_outside else f"not seen from outside: {self.requirement.reason}"
        )

    def line(self) -> str:
        return f"{self.requirement.register:<10} {self.requirement.id:<28} {self.status:<12} {self.requirement.title}"

    def document(self) -> dict[str, Any]:
        return {
            "id": self.requirement.id,
            "title": self.requirement.title,
            "source": self.requirement.source,
            "register": self.requirement.register,
            "seen_from_outside": self.requirement.seen_from_outside,
            "cases": list(self.cases),
        }


def coverage_by_cases(registers: Mapping[str, Requirement], cases: Iterable[Case]) -> list[Covered]:
    """The requirements of every register that one of these cases names."""
    verified = ((each, case.name) for case in cases for each in case.verifies)
    return [Covered(requirement, tuple(names)) for requirement, names in by_requirement(registers, verified)]
