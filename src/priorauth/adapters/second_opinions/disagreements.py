"""Where our validator and pyx12 differ over the same bytes, and which of those differences are pyx12's known faults.

pyx12 checks syntax, the guide's requirements and the counts (SNIP types 1 to 3), so only those findings are compared.
A fault that both find at one segment is agreed, whatever code each gives it: pyx12 knows fewer codes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files

from priorauth.domain.findings import Finding, FindingCode, SnipType
from priorauth.x12.validation import InterchangeResult

from .pyx12_check import Level, Opinion, Pyx12Error, SetOpinion

KNOWN_FAULTS_FILE = "pyx12_known_faults.csv"

MISSING = "3"
"""IK304 where pyx12 misses a segment or a loop."""

BLANK = "blank"
"""What `after` says where the segment itself has an element of nothing but spaces."""

_MISSING = (FindingCode.SEGMENT_REQUIRED, FindingCode.LOOP_REQUIRED)
_ENDS = ("ST", "SE")  # either end of a set is the place of what pyx12 says of the whole

Place = int | str | tuple[str, str]
"""The number of a segment, the id of one that is missing, or the ends of the set."""


class Side(StrEnum):
    """Who alone finds fault."""

    WE = "we"
    PYX12 = "pyx12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One fault that only one side finds. `reason` says why pyx12 is known to be wrong here; empty where it is not."""

    side: Side
    ours: str = ""  # our finding code; for pyx12's error, that of the warning we give instead
    pyx12: str = ""  # such as `element:7`
    group: int = 0
    set: int = 0
    segment: int = 0
    segment_id: str = ""
    after: frozenset[str] = frozenset()  # what pyx12 found before in this set
    beside: frozenset[str] = frozenset()  # what we found anywhere in this set
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KnownFault:
    """One row of the list of pyx12's faults; an empty cell fits anything.

    `after` is an error of pyx12 earlier in the set, `beside` a finding of ours anywhere in it.
    """

    side: str
    ours: str
    pyx12: str
    segment: str
    after: str
    beside: str
    reason: str

    def explains(self, disagreement: Disagreement) -> bool:
        """True where this row says why the two differ."""
        return (
            self.side == disagreement.side
            and self.ours in ("", disagreement.ours)
            and self.pyx12 in ("", disagreement.pyx12)
            and (not self.segment or disagreement.segment_id in self.segment.split())
            and (not self.after or self.after in disagreement.after)
            and (not self.beside or self.beside in disagreement.beside)
        )


@cache
def known_faults() -> tuple[KnownFault, ...]:
    """The list that ships beside this module."""
    text = files(__package__).joinpath(KNOWN_FAULTS_FILE).read_text(encoding="utf-8")
    return tuple(KnownFault(**row) for row in csv.DictReader(text.splitlines()))


def compare(
    result: InterchangeResult, opinion: Opinion, known: Sequence[KnownFault] | None = None
) -> tuple[Disagreement, ...]:
    """Every difference between our findings and an opinion; sets of which pyx12 could not say anything are left out."""
    faults = known_faults() if known is None else known
    return tuple(replace(each, reason=_reason(each, faults)) for each in _differences(result, opinion))


def _reason(disagreement: Disagreement, faults: Sequence[KnownFault]) -> str:
    return next((fault.reason for fault in faults if fault.explains(disagreement)), "")


def _differences(result: InterchangeResult, opinion: Opinion) -> Iterator[Disagreement]:
    if not opinion.reason:
        yield from _in_envelope(result, opinion)
    opinions = {(each.group, each.number): each for each in opinion.sets if each.given}
    for group_number, group in enumerate(result.groups, start=1):
        for number, own in enumerate(group.sets, start=1):
            if (theirs := opinions.get((group_number, number))) is not None:
                yield from _in_set(own.findings, theirs)


def _in_envelope(result: InterchangeResult, opinion: Opinion) -> Iterator[Disagreement]:
    """Of interchange and groups, only whether there is a fault is compared: places differ too much to be told apart."""
    ours = [*_comparable(result.findings), *(each for group in result.groups for each in _comparable(group.findings))]
    rejecting = [finding for finding in ours if finding.rejects]
    if rejecting and not opinion.errors:
        yield from (_only_ours(finding, Disagreement(side=Side.WE)) for finding in rejecting)
    if opinion.errors and not rejecting:
        warning = ours[0].code if ours else ""
        yield from (_only_theirs(error, warning, Disagreement(side=Side.PYX12)) for error in opinion.errors)


def _in_set(findings: Sequence[Finding], opinion: SetOpinion) -> Iterator[Disagreement]:
    primary = _comparable(findings)
    every = list(_flattened(primary))
    rejected = any(finding.rejects for finding in primary)
    place = Disagreement(
        side=Side.WE, group=opinion.group, set=opinion.number, beside=frozenset(finding.code for finding in every)
    )
    theirs = {key for error in opinion.errors for key in _places_of_theirs(error)}
    begins = _first_segments(opinion.errors)
    for finding in primary:
        if finding.rejects and theirs.isdisjoint(_places_of_ours(finding)):
            before = {name for name, segment in begins.items() if segment < finding.at.segment}
            blank = {BLANK} if finding.at.segment in opinion.blanks else set()
            yield replace(_only_ours(finding, place), after=frozenset(before | blank))
    ours = _first_at_each_place(every)
    passed: set[str] = set()
    for error in opinion.errors:
        alike = min((ours[key] for key in _places_of_theirs(error) if key in ours), default=None)
        if alike is None or not rejected:
            warning = every[alike].code if alike is not None else ""
            yield replace(_only_theirs(error, warning, place), after=frozenset(passed))
        passed.add(_named(error))


def _first_segments(errors: Sequence[Pyx12Error]) -> dict[str, int]:
    """The first segment of each error that pyx12 names."""
    first: dict[str, int] = {}
    for error in errors:
        name = _named(error)
        first[name] = min(first.get(name, error.segment), error.segment)
    return first


def _first_at_each_place(findings: Sequence[Finding]) -> dict[Place, int]:
    """Which of the findings is the first at each place."""
    first: dict[Place, int] = {}
    for index, finding in enumerate(findings):
        for place in _places_of_ours(finding):
            first.setdefault(place, index)
    return first


def _comparable(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.snip <= SnipType.BALANCING]


def _flattened(findings: Sequence[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding
        yield from _flattened(finding.consequences)


def _places_of_ours(finding: Finding) -> Iterator[Place]:
    """Both sides speak of one place where they share one of these; what is missing has no segment but only an id."""
    yield finding.at.segment
    if finding.at.segment_id in _ENDS:
        yield _ENDS
    if finding.code in _MISSING:
        yield finding.at.segment_id


def _places_of_theirs(error: Pyx12Error) -> Iterator[Place]:
    if error.level is Level.SEGMENT and error.code == MISSING:
        yield error.segment_id
        return
    yield error.segment
    if error.level is Level.SET:
        yield _ENDS


def _only_ours(finding: Finding, place: Disagreement) -> Disagreement:
    return replace(place, side=Side.WE, ours=finding.code, segment=finding.at.segment, segment_id=finding.at.segment_id)


def _only_theirs(error: Pyx12Error, warning: str, place: Disagreement) -> Disagreement:
    return replace(
        place,
        side=Side.PYX12,
        ours=warning,
        pyx12=_named(error),
        segment=error.segment,
        segment_id=error.segment_id,
    )


def _named(error: Pyx12Error) -> str:
    return f"{error.level}:{error.code}" + (":beyond-ascii" if error.beyond_ascii else "")
