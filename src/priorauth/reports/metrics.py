"""The public figures of CMS-0057-F on prior authorization, all nine, with the counts that they come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from priorauth.domain.clocks import ClockKind
from priorauth.domain.reviews import ReviewId
from priorauth.domain.steps import StepKind
from priorauth.reports.cases import Case, Gathered, appealed, withdrawn
from priorauth.reports.outcomes import (
    Bucket,
    asked_sequences,
    average,
    first_outcome,
    middle,
    overturned,
    percent,
    took,
)
from priorauth.reports.setting import PayerSetting, Period, Priority

HOUR, DAY = 3600.0, 86400.0
CONVENTIONS = (
    "A request counts where it was received, on the payer's own calendar day of receipt.",
    "Requests for drugs alone are left out (42 CFR 422.122(c)), and those that no decision was needed for.",
    "A resend is the request that it repeats. A request that was taken back before a decision is left out.",
    "A request counts by its first decision; what overturned it later counts as approved after appeal only.",
    "Delegates' decisions are the payer's own and counted once, whoever made them.",
    "Time runs from receipt by the gateway to the decision on the last line; a request with an open line is open.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A request that the figures are of."""

    case: Case
    priority: Priority
    bucket: Bucket
    hours: float | None
    extended: bool
    after_appeal: bool


def metrics(gathered: Gathered, setting: PayerSetting, period: Period) -> dict[str, Any]:
    """The figures of one payer for requests received in a period."""
    within = [case for case in gathered.cases if setting.day(case.review.received_at) in period]
    excluded, kept = _sorted_out(within, gathered.cases, setting)
    counted = [_counted(case, setting, appealed(gathered.cases)) for case in kept]
    by_priority = {priority: [one for one in counted if one.priority is priority] for priority in Priority}
    standard, expedited = by_priority[Priority.STANDARD], by_priority[Priority.EXPEDITED]
    partial = setting.book.said.metrics.partial_counts_as
    extended = [one for one in counted if one.extended and _as_approved(one, partial)]
    return {
        "report": "metrics",
        "payer": setting.payer,
        "name": setting.pack.name,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "log": {"events": gathered.events, "last": gathered.last_at.isoformat() if gathered.last_at else None},
        "pack_version": setting.pack.version,
        "conventions": [*CONVENTIONS, f"A request that was approved in part counts as {partial}."],
        "counts": {
            "received": len(within),
            "counted": len(counted),
            "standard": len(standard),
            "expedited": len(expedited),
            "left_out": dict(sorted(excluded.items())),
        },
        "1_services_that_need_authorization": _services(setting),
        "2_standard_approved": _share(standard, Bucket.APPROVED, partial),
        "3_standard_denied": _share(standard, Bucket.DENIED, partial),
        "4_standard_approved_after_appeal": _rate([one for one in standard if one.after_appeal], standard),
        "5_extended_and_approved": _rate(extended, counted),
        "6_expedited_approved": _share(expedited, Bucket.APPROVED, partial),
        "7_expedited_denied": _share(expedited, Bucket.DENIED, partial),
        "8_standard_days": _times(standard, DAY / HOUR),
        "9_expedited_hours": _times(expedited, 1.0),
        "buckets": {
            priority.value: {bucket.value: _number(found, bucket) for bucket in Bucket}
            for priority, found in by_priority.items()
        },
        "timeliness": _timeliness(counted),
        "by_decider": _by_decider(counted, setting),
    }


def _sorted_out(
    within: Sequence[Case], all_cases: Sequence[Case], setting: PayerSetting
) -> tuple[Counter[str], list[Case]]:
    """Why requests are left out, and those that stay."""
    taken_back: set[ReviewId] = withdrawn(all_cases)
    excluded: Counter[str] = Counter()
    kept = []
    for case in within:
        if why := _left_out(case, taken_back, setting):
            excluded[why] += 1
        else:
            kept.append(case)
    return excluded, kept


def _left_out(case: Case, taken_back: set[ReviewId], setting: PayerSetting) -> str:
    review = case.review
    if case.cancels:
        return "cancellations"
    if case.appeals:
        return "appeals"
    if review.id in taken_back:
        return "taken back before a decision"
    if not case.legs:
        return "no decision needed, or not routed yet"
    if setting.is_drug(review):
        return "drugs"
    if first_outcome(case, asked_sequences(review, case)) is Bucket.OTHER:
        return "not reviewable"
    return ""


def _counted(case: Case, setting: PayerSetting, appeals: Mapping[ReviewId, Case]) -> Counted:
    decided_at = case.decided_at()
    appeal = appeals.get(case.review.id)
    won = appeal is not None and first_outcome(appeal, asked_sequences(appeal.review, appeal)) is Bucket.APPROVED
    return Counted(
        case=case,
        priority=setting.priority(case.review),
        bucket=first_outcome(case, asked_sequences(case.review, case)),
        hours=took(case, decided_at).total_seconds() / HOUR if decided_at else None,
        extended=any(step.kind is StepKind.DEADLINE_EXTENDED for step in case.steps),
        after_appeal=won or overturned(case, (StepKind.APPEAL_DECIDED, StepKind.RECONSIDERATION_DECIDED)),
    )


def _number(counted: Sequence[Counted], bucket: Bucket) -> int:
    return sum(one.bucket is bucket for one in counted)


def _as_approved(one: Counted, partial: str) -> bool:
    return one.bucket is Bucket.APPROVED or (one.bucket is Bucket.PARTIAL and partial == "approved")


def _share(counted: Sequence[Counted], wanted: Bucket, partial: str) -> dict[str, Any]:
    """Of those that were decided, how many so; partial ones where the payer's convention puts them."""
    decided = [one for one in counted if one.bucket is not Bucket.OPEN]
    number = _number(decided, wanted)
    if partial == wanted.value:
        number += _number(decided, Bucket.PARTIAL)
    return {"number": number, "of": len(decided), "percent": percent(number, len(decided))}


def _rate(part: Sequence[Counted], whole: Sequence[Counted]) -> dict[str, Any]:
    return {"number": len(part), "of": len(whole), "percent": percent(len(part), len(whole))}


def _times(counted: Sequence[Counted], hours_each: float) -> dict[str, Any]:
    values = [one.hours / hours_each for one in counted if one.hours is not None]
    return {"decided": len(values), "average": average(values), "median": middle(values)}


def _services(setting: PayerSetting) -> list[dict[str, Any]]:
    """What needs authorization: the lists of the pack, with how many codes, and those the payer did not supply."""
    return [
        {
            "list": found.id,
            "title": found.title,
            "citation": found.citation,
            "codes": [f"{row.first}-{row.last}" if row.last != row.first else row.first for row in found.rows],
            "supplied": found.is_loaded,
        }
        for _, found in sorted(setting.pack.lists.items())
    ]


def _timeliness(counted: Sequence[Counted]) -> dict[str, Any]:
    """How many requests were decided late or are overdue, and which clocks were missed."""
    late = [one for one in counted if one.case.late(asked_sequences(one.case.review, one.case))]
    missed: Counter[tuple[str, str]] = Counter()
    for one in counted:
        missed.update({(breach.clock, breach.kind.value) for breach in one.case.breaches})
    decided = [one for one in counted if one.hours is not None]
    return {
        "decided_in_time": sum(one not in late for one in decided),
        "decided_late": sum(one in late for one in decided),
        "open_and_overdue": sum(one in late for one in counted if one.hours is None),
        "in_time_percent": percent(sum(one not in late for one in decided), len(decided)),
        "missed_clocks": [
            {"clock": clock, "kind": kind, "requests": number, "decision": kind == ClockKind.DECISION}
            for (clock, kind), number in sorted(missed.items())
        ],
    }


def _by_decider(counted: Sequence[Counted], setting: PayerSetting) -> list[dict[str, Any]]:
    """Requests by whoever had a part to decide. One that was split is in several rows, and counted once above."""
    rows = []
    for destination in sorted({each for one in counted for each in one.case.deciders}):
        own = [one for one in counted if destination in one.case.deciders]
        rows.append(
            {
                "destination": destination,
                "name": setting.names.get(destination, destination),
                "desk": destination in setting.desks,
                "requests": len(own),
                **{bucket.value: _number(own, bucket) for bucket in Bucket},
            }
        )
    return rows
