"""Shows an urgent request whose time runs out: the clocks that were missed, their events, and the metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from priorauth.reports.making import ReportKind
from priorauth.reports.sheets import sheets_of
from priorauth.sandbox.demo import showing
from priorauth.sandbox.demo.gateway import PAUSE_SECONDS, Ehr
from priorauth.sandbox.demo.reporting import report
from priorauth.sandbox.demo.stay_cases import OverdueCase

FORCING = b"SBX-PEND-OVERDUE"
PAYER = "ALLWAYS"
BREACHED = "priorauth.clock.breached.v1"
WAIT_SECONDS = 20
SHOWN = ("Requests", "In time")


def show_overdue_case(
    tell: Callable[[Iterator[str]], None], ehr: Ehr, case: OverdueCase, samples: Path
) -> tuple[str, ...]:
    """Send the request, let the time of the sandbox pass, and check that everybody is told."""
    request = made_urgent((samples / "x12" / case.sample).read_bytes())
    tell(showing.section(f"request, {case.sample}, made urgent:", showing.segments(request.decode())))
    answered = ehr.send(request)
    tell(showing.section("response:", showing.segments(answered.body.decode(errors="replace"))))
    before = ehr.advance(timedelta())
    now = ehr.advance(timedelta(hours=case.hours))
    tell(showing.section(f"clock advance {case.hours}h:", [f"it is now {now.isoformat()}"]))
    problems = []
    for review_id in answered.review_ids:
        missed = wait_for_breaches(ehr, review_id)
        tell(showing.section("events:", showing.events(ehr.events(review_id))))
        tell(showing.section("missed:", (breach_line(event) for event in missed)))
        problems += [] if missed else ["no clock of the review was missed"]
    made = report(ehr, ReportKind.METRICS, PAYER, before.date() - timedelta(days=1), now.date())
    for sheet in sheets_of(made):
        if sheet.title in SHOWN:
            tell(showing.section(f"report metrics, {sheet.title}:", showing.table((sheet.columns, *sheet.rows))))
    problems += [] if made["timeliness"]["open_and_overdue"] else ["the metrics tell of no overdue request"]
    tell(showing.section("FAILED:", problems) if problems else showing.section("as promised:", [case.promise]))
    return tuple(problems)


def made_urgent(body: bytes) -> bytes:
    """The sample as an urgent request of its own, which nobody decides."""
    first_trace = body.split(b"TRN*1*", 1)[1].split(b"*", 1)[0]
    number = body[90:99]
    body = body.replace(first_trace, FORCING).replace(number, b"8" + number[1:])
    lines = [urgent(line) if line.startswith(b"UM*") else line for line in body.split(b"\n")]
    return b"\n".join(lines)


def urgent(segment: bytes) -> bytes:
    """The UM segment with level of service U (UM06)."""
    elements = segment.rstrip(b"~\r").split(b"*")
    elements += [b""] * (7 - len(elements))
    elements[6] = b"U"
    return b"*".join(elements) + b"~"


def wait_for_breaches(ehr: Ehr, review_id: str) -> Sequence[Mapping[str, Any]]:
    """The events of missed clocks, once there are some; nothing where none come in time."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if missed := [event for event in ehr.events(review_id) if event["type"] == BREACHED]:
            return missed
        time.sleep(PAUSE_SECONDS)
    return []


def breach_line(event: Mapping[str, Any]) -> str:
    data = event["data"]
    return f"{data['clock']} ({data['kind']}): {data['title']}, due {data['due_at']}, {data['citation']}"
