"""What one check finds and where: findings with their FHIRPath, and the references met on the way."""

from __future__ import annotations

from typing import NamedTuple, Optional

from priorauth.domain.findings import Finding, Position, Severity, SnipType
from priorauth.domain.findings import FindingCode as Code

Place = tuple[Optional["Place"], str, int]
"""An element's place: the place of what holds it, its name, and its index, -1 where it does not repeat."""

_WARNINGS = frozenset((Code.PAS_CODE_SYSTEM, Code.PAS_RESOURCE_ALIKE, Code.PAS_SEQUENCE_UNKNOWN))
_FATAL = frozenset((Code.FHIR_JSON, Code.FHIR_TOO_DEEP, Code.FHIR_NOT_A_RESOURCE))
_SNIP = {
    Code.FHIR_CODE: SnipType.CODE_SET,
    Code.FHIR_INVARIANT: SnipType.SITUATION,
    Code.FHIR_MODIFIER_UNKNOWN: SnipType.SITUATION,
    Code.FHIR_REFERENCE_TYPE: SnipType.REQUIREMENT,
    Code.FHIR_FULL_URL_DUPLICATE: SnipType.REQUIREMENT,
    Code.PAS_CODE: SnipType.CODE_SET,
    Code.PAS_CODE_SYSTEM: SnipType.CODE_SET,
    Code.PAS_INVARIANT: SnipType.SITUATION,
    Code.PAS_SEQUENCE_UNKNOWN: SnipType.SITUATION,
}


class Targets(NamedTuple):
    """What a Reference may name: types of resource (empty: any) and the profiles that they then follow.

    `element` is the one that holds it, by the type that defines it: `ClaimResponse.request`.
    """

    types: frozenset[str]
    profiles: tuple[str, ...]
    element: str


class Met(NamedTuple):
    """A reference met while checking."""

    place: Place
    reference: str
    targets: Targets


def fhirpath(place: Place | None) -> str:
    """The place as FHIRPath: `Bundle.entry[0].resource.item[1].category`."""
    steps = []
    while place is not None:
        place, name, index = place
        steps.append(name if index < 0 else f"{name}[{index}]")
    return ".".join(reversed(steps))


def finding(code: Code, path: str, expected: str = "") -> Finding:
    """A finding of this layer, as bad as its rule is. `expected` comes from our tables, never from the message."""
    severity = Severity.WARNING if code in _WARNINGS else Severity.FATAL if code in _FATAL else Severity.ERROR
    snip = _SNIP.get(code, SnipType.REQUIREMENT if code.startswith("PAS-") else SnipType.SYNTAX)
    return Finding(code=code, severity=severity, snip=snip, at=Position(path=path), expected=expected)


def misfit(value: object, index: int) -> Code:
    """What a value is that JSON does not write its datatype as; `index` is -1 where the element does not repeat."""
    if value is None or value in ("", [], {}):
        return Code.FHIR_EMPTY
    return Code.FHIR_TOO_MANY if index < 0 and isinstance(value, list) else Code.FHIR_TYPE


class Report:
    """Collects what a check finds; all of it, in the order of the message."""

    __slots__ = ("findings", "gaps", "references")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.references: list[Met] = []
        self.gaps: list[tuple[Place, str, int]] = []  # nulls in arrays of primitives

    def add(self, code: Code, place: Place | None, expected: str = "") -> None:
        """One finding at one place."""
        self.findings.append(finding(code, fhirpath(place), expected))

    def has_at(self, place: Place, *, since: int) -> bool:
        """True where one of the findings from that number on is of this very place."""
        return any(found.at.path == fhirpath(place) for found in self.findings[since:])

    def count(self, found: int, least: int, most: int, place: Place, what: str) -> None:
        """Fewer or more than a profile allows."""
        if found < least:
            self.add(Code.PAS_REQUIRED, place, f"at least {least} {what}")
        elif found > most:
            self.add(Code.PAS_TOO_MANY, place, f"at most {most} {what}")
