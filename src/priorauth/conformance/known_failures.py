"""Cases that are known to fail: they run all the same, and the run fails on the day that one passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from priorauth.conformance.folders import ConformanceFault, read_text
from priorauth.conformance.loading import is_meant
from priorauth.conformance.results import CaseResult, Mismatch, Verdict


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """A pattern with its reason."""

    pattern: str
    reason: str


def read_known_failures(path: Path, names: Iterable[str]) -> list[KnownFailure]:
    """Patterns, each with the reason in the comment above it. One that matches no case at all is a fault."""
    known: list[KnownFailure] = []
    reason: list[str] = []
    every = list(names)
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if line.startswith("#"):
            reason.append(line.lstrip("# ").strip())
        elif not line.strip():
            reason = []
        else:
            pattern = line.strip()
            if not reason:
                raise ConformanceFault(f"{path} line {number}: wants the reason in a comment above it")
            if not any(is_meant(name, pattern) for name in every):
                raise ConformanceFault(f"{path} line {number}: the pattern {pattern} matches no case")
            known.append(KnownFailure(pattern, " ".join(reason)))
    return known


def in_view_of(known: Iterable[KnownFailure], result: CaseResult) -> CaseResult:
    """The result of a case, where it may be known to fail."""
    failure = next((each for each in known if is_meant(result.name, each.pattern)), None)
    if failure is None:
        return result
    if result.verdict is Verdict.FAIL:
        return replace(result, verdict=Verdict.SKIP, reason=f"known to fail: {failure.reason}")
    if result.verdict is Verdict.PASS:
        mismatch = Mismatch(
            "known failure", "a fail, as the list of known failures says", "a pass: take it off the list"
        )
        return replace(
            result, verdict=Verdict.FAIL, reason="passes, but is listed as known to fail", mismatches=(mismatch,)
        )
    return result
