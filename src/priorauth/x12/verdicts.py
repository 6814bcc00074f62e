"""What becomes of an interchange, its groups and its sets: accepted, accepted with errors, partially, or rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from priorauth.domain.findings import Finding, FindingCode, Severity

from .validation import GroupResult, InterchangeResult, SetResult

MOST_CODES = 5  # IK502 to IK506, AK905 to AK909
NO_ERROR = "000"
_UNSUPPORTED = frozenset(("1", "2"))  # AK905: group, version not supported
_SEVERITIES = list(Severity)  # worst first


class Reply(StrEnum):
    """Which reply says a finding: an acknowledgment, an AAA in the 278 response, an OperationOutcome, or our report."""

    INTERCHANGE = "TA1"
    IMPLEMENTATION = "999"
    REJECTION = "AAA"
    OUTCOME = "OperationOutcome"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgmentCodes:
    """How a finding is said in X12: TA105, AK905, IK502, IK304 and IK403, empty where it has no such code."""

    reply: Reply
    interchange: str = ""
    group: str = ""
    transaction: str = ""
    segment: str = ""
    element: str = ""


Codes = Mapping[FindingCode, AcknowledgmentCodes]
"""The codes of every finding, from `mappings/findings.csv`."""


class Verdict(StrEnum):
    """TA104, IK501 and AK901, as far as we use them."""

    ACCEPTED = "A"
    ACCEPTED_WITH_ERRORS = "E"
    PARTIALLY_ACCEPTED = "P"  # of a group
    REJECTED = "R"

    @property
    def accepts(self) -> bool:
        """True where the content goes on to be worked with."""
        return self in (Verdict.ACCEPTED, Verdict.ACCEPTED_WITH_ERRORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVerdict:
    """IK501 and IK502 to IK506."""

    verdict: Verdict
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVerdict:
    """AK901, AK905 to AK909, and the verdict of each set. In a rejected group no set is accepted."""

    verdict: Verdict
    errors: tuple[str, ...]
    sets: tuple[SetVerdict, ...]

    @property
    def is_supported(self) -> bool:
        """False where we have no guide for the group, so that nothing can be said of its sets."""
        return _UNSUPPORTED.isdisjoint(self.errors)

    @property
    def accepted(self) -> tuple[bool, ...]:
        """For each set whether it goes on to be worked with."""
        whole = self.verdict is not Verdict.REJECTED
        return tuple(whole and each.verdict.accepts for each in self.sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeVerdict:
    """TA104 and TA105, and the verdict of each group. In a rejected interchange nothing is accepted."""

    verdict: Verdict
    note: str
    groups: tuple[GroupVerdict, ...]


def judge(result: InterchangeResult, codes: Codes) -> InterchangeVerdict:
    """The verdict of an interchange by its findings: only errors reject, and only those that an acknowledgment says."""
    groups = tuple(
        judge_group(group, [judge_set(each, codes) for each in group.sets], codes) for group in result.groups
    )
    envelope = [*result.findings, *(finding for group in result.groups for finding in group.findings)]
    return judge_interchange(envelope, groups, codes)


def judge_interchange(envelope: Iterable[Finding], groups: Iterable[GroupVerdict], codes: Codes) -> InterchangeVerdict:
    """The verdict of an interchange from the findings about it and its groups, and the verdicts of the groups."""
    found = list(_said_by(Reply.INTERCHANGE, envelope, codes))
    worst = min(found, key=lambda finding: _SEVERITIES.index(finding.severity), default=None)
    return InterchangeVerdict(
        verdict=_verdict(found), note=codes[worst.code].interchange if worst else NO_ERROR, groups=tuple(groups)
    )


def judge_group(group: GroupResult, sets: Iterable[SetVerdict], codes: Codes) -> GroupVerdict:
    """The verdict of one functional group whose sets were judged already. A set that no guide reads is rejected."""
    found = list(_said_by(Reply.IMPLEMENTATION, group.findings, codes))
    own = _verdict(found)
    errors = _distinct(codes[finding.code].group for finding in found)
    judged = tuple(sets)
    if not _UNSUPPORTED.isdisjoint(errors):
        judged = (SetVerdict(verdict=Verdict.REJECTED),) * len(judged)
    whole = own if own is Verdict.REJECTED else _sum_up([own, *(each.verdict for each in judged)])
    return GroupVerdict(verdict=whole, errors=errors, sets=judged)


def judge_set(result: SetResult, codes: Codes) -> SetVerdict:
    """The verdict of one transaction set."""
    found = list(acknowledged(result.findings, codes))
    return SetVerdict(verdict=_verdict(found), errors=_distinct(_set_error(codes[finding.code]) for finding in found))


def acknowledged(findings: Iterable[Finding], codes: Codes) -> Iterator[Finding]:
    """The findings that a 999 says of a set. Consequences of others are not among them."""
    return _said_by(Reply.IMPLEMENTATION, findings, codes)


def _said_by(reply: Reply, findings: Iterable[Finding], codes: Codes) -> Iterator[Finding]:
    return (finding for finding in findings if codes[finding.code].reply is reply)


def _verdict(findings: Iterable[Finding]) -> Verdict:
    verdict = Verdict.ACCEPTED
    for finding in findings:
        if finding.rejects:
            return Verdict.REJECTED
        verdict = Verdict.ACCEPTED_WITH_ERRORS
    return verdict


def _sum_up(verdicts: list[Verdict]) -> Verdict:
    """AK901 from the group's own verdict, which accepts and comes first, and those of its sets."""
    rejected = sum(verdict is Verdict.REJECTED for verdict in verdicts)
    if rejected:
        return Verdict.REJECTED if rejected == len(verdicts) - 1 else Verdict.PARTIALLY_ACCEPTED
    return Verdict.ACCEPTED if set(verdicts) == {Verdict.ACCEPTED} else Verdict.ACCEPTED_WITH_ERRORS


def _set_error(codes: AcknowledgmentCodes) -> str:
    """IK502: its own code, or that segments are in error: by the standard (5) or only by the guide (I5)."""
    if codes.transaction:
        return codes.transaction
    finest = codes.element or codes.segment
    return "I5" if finest.startswith("I") else "5"


def _distinct(errors: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, errors)))[:MOST_CODES]
