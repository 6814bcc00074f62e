"""What a run found. Everything that a report, a certificate or a person needs to see is in these values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """How a case ended, in the words that every report uses."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    SKIP = "skip"
    NOT_APPLICABLE = "not applicable"

    @property
    def meaning(self) -> str:
        return MEANINGS[self]


MEANINGS = {
    Verdict.PASS: "the target did what the requirement says",
    Verdict.FAIL: "the target did something else",
    Verdict.ERROR: "the conformance runner could not find out; this says nothing of the target",
    Verdict.SKIP: "not judged, for the reason that stands beside it",
    Verdict.NOT_APPLICABLE: "about something that the target does not claim",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of a register: something that a gateway is held to, in our words, with its source."""

    id: str
    title: str
    source: str
    register: str
    seen_from_outside: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WireMessage:
    """One side of an exchange as it went over the wire."""

    head: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; or, with no request of ours, something that was received."""

    step: str
    sent: WireMessage
    got: WireMessage | None = None
    seconds: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that is not as wanted."""

    what: str
    wanted: str
    got: str
    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one case ended, and all that was seen on the way."""

    name: str
    title: str
    verdict: Verdict
    reason: str = ""
    verifies: tuple[Requirement, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    seconds: float = 0.0
    file: str = ""

    @property
    def suite(self) -> str:
        return self.name.split("/")[0]

    @property
    def topic(self) -> str:
        return self.name.split("/")[1] if self.name.count("/") > 1 else ""


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One requirement with the cases that verify it; the worst verdict of them, or none where no case ran."""

    requirement: Requirement
    cases: tuple[str, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """What was tested: as its file says, and as it reported of itself."""

    name: str
    url: str
    claims: tuple[str, ...]
    reported: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """A whole run."""

    target: TargetInfo
    started: datetime
    seconds: float
    cases: tuple[CaseResult, ...]
    coverage: tuple[CoverageRow, ...]
    runner_version: str
    cases_digest: str

    @property
    def summary(self) -> dict[str, int]:
        """How many cases ended how, in the order of the verdicts."""
        counted = Counter(case.verdict for case in self.cases)
        return {verdict.value: counted[verdict] for verdict in Verdict}
