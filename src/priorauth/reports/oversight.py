"""What a payer must know of each delegate twice a year: how much, how decided, in time or not, what was overturned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Leg
from priorauth.domain.steps import StepKind
from priorauth.reports.cases import Case, Gathered
from priorauth.reports.outcomes import Bucket, average, first_outcome, middle, overturned, percent
from priorauth.reports.setting import PayerSetting, Period, Priority

HOUR = 3600.0
WANTED_IN_TIME = 90.0
"""Percent of each kind that must be in time (REG-NCQA-02)."""
TALKS = (StepKind.PEER_TO_PEER_REQUESTED, StepKind.PEER_TO_PEER_HELD)
APPEALS = (StepKind.APPEAL_REQUESTED,)


def half_year_of(day: date) -> Period:
    """The half year that a day is in: January to June, or July to December."""
    if day.month <= 6:
        return Period(date(day.year, 1, 1), date(day.year, 6, 30))
    return Period(date(day.year, 7, 1), date(day.year, 12, 31))


def oversight(gathered: Gathered, setting: PayerSetting, period: Period) -> dict[str, Any]:
    """The report on every delegate that the payer may send to, for requests received in a period."""
    cases = [case for case in gathered.cases if setting.day(case.review.received_at) in period and not case.cancels]
    known = set(setting.pack.sources.pack.delegates) | {each for case in cases for each in case.deciders}
    declined = {event.declined_by for case in cases for event in case.declines}
    delegates = sorted((known | declined) - setting.desks)
    return {
        "report": "delegates",
        "payer": setting.payer,
        "name": setting.pack.name,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "log": {"events": gathered.events, "last": gathered.last_at.isoformat() if gathered.last_at else None},
        "pack_version": setting.pack.version,
        "conventions": [
            "A part of a request counts for whoever it was sent to; the payer's figures count the request once.",
            f"In time means that no clock on the decision was missed; {WANTED_IN_TIME:.0f} percent are wanted.",
            "Time runs from receipt of the request by the gateway to the delegate's decision.",
        ],
        "delegates": [_delegate(DestinationId(each), cases, setting) for each in delegates],
    }


def _delegate(destination: DestinationId, cases: Sequence[Case], setting: PayerSetting) -> dict[str, Any]:
    parts = list(_parts(destination, cases))
    buckets = [first_outcome(case, leg.sequences) for case, leg in parts]
    agreed = next((one for one in setting.book.said.oversight if one.delegate == destination), None)
    accredited = agreed is not None and agreed.accredited
    return {
        "destination": destination,
        "name": setting.names.get(destination, destination),
        "accredited": accredited,
        "report_owed": not accredited,
        "citation": agreed.citation if agreed else None,
        "parts": len(parts),
        "lines": sum(len(leg.sequences) for _, leg in parts),
        "declined": sum(event.declined_by == destination for case in cases for event in case.declines),
        **{bucket.value: buckets.count(bucket) for bucket in Bucket},
        "approved_percent": percent(buckets.count(Bucket.APPROVED), len(parts) - buckets.count(Bucket.OPEN)),
        "denied_percent": percent(
            buckets.count(Bucket.DENIED) + buckets.count(Bucket.PARTIAL), len(parts) - buckets.count(Bucket.OPEN)
        ),
        "kinds": [_kind(priority, parts, setting) for priority in Priority],
        "peer_to_peer": _steps(parts, TALKS),
        "appeals": _steps(parts, APPEALS),
        "overturned": sum(
            overturned(case, (StepKind.PEER_TO_PEER_HELD, StepKind.RECONSIDERATION_DECIDED, StepKind.APPEAL_DECIDED))
            for case, _ in parts
        ),
    }


def _parts(destination: DestinationId, cases: Sequence[Case]) -> Iterator[tuple[Case, Leg]]:
    for case in cases:
        for leg in case.legs:
            if leg.destination == destination:
                yield case, leg


def _kind(priority: Priority, parts: Sequence[tuple[Case, Leg]], setting: PayerSetting) -> dict[str, Any]:
    """How timely one kind of requests was decided."""
    own = [(case, leg) for case, leg in parts if setting.priority(case.review) is priority]
    hours, in_time = [], 0
    for case, leg in own:
        moments = [case.first_decided_at(sequence) for sequence in leg.sequences]
        decided = [moment for moment in moments if moment is not None]
        if len(decided) == len(moments):
            hours.append(max((max(decided) - case.review.received_at).total_seconds(), 0.0) / HOUR)
            in_time += not case.late(leg.sequences)
    share = percent(in_time, len(hours))
    return {
        "kind": priority.value,
        "parts": len(own),
        "decided": len(hours),
        "in_time": in_time,
        "in_time_percent": share,
        "meets": None if share is None else share >= WANTED_IN_TIME,
        "average_hours": average(hours),
        "median_hours": middle(hours),
    }


def _steps(parts: Sequence[tuple[Case, Leg]], kinds: Sequence[StepKind]) -> int:
    """How many requests had such a step."""
    return sum(any(step.kind in kinds for step in case.steps) for case, _ in parts)
