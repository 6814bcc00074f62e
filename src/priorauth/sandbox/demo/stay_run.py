"""Shows a stay in which time passes: each review on its day, what is reviewed next when, and the daily log."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from priorauth.reports.making import ReportKind
from priorauth.reports.prints import as_pdf
from priorauth.sandbox.demo import fhir_showing, showing
from priorauth.sandbox.demo.fhir_run import different
from priorauth.sandbox.demo.gateway import Answered, Ehr
from priorauth.sandbox.demo.reporting import report
from priorauth.sandbox.demo.stay_cases import StayCase, StayStep

BIRTH = date(2026, 11, 1)
"""Day 1 in the samples. The demonstration moves all of their dates, so that the stay begins today."""
NUMBER = b"PH-STAY-0001"
"""What the samples call the authorization; the demonstration puts the number there that was given."""
PAYER = "BCBSMA"
_DAY = re.compile(rb"(2026)(-?)(11)(-?)(\d\d)(?!\d)")

Tell = Callable[[Iterator[str]], None]
Events = Sequence[Mapping[str, Any]]


def show_stay_case(tell: Tell, ehr: Ehr, case: StayCase, samples: Path, out: Path) -> tuple[str, ...]:
    """Send every request of the stay on its day, show it, and check what came back and what the log says."""
    first = ehr.advance(timedelta()).date()
    problems: list[str] = []
    number, day = b"", 1
    for step in case.steps:
        ehr.advance(timedelta(days=step.sent_on - day))
        day = step.sent_on
        body = dated((samples / case.format / "stay" / f"{step.sample}.{case.ending}").read_bytes(), first - BIRTH)
        body = body.replace(NUMBER, number) if number else body
        answered = ehr.send(body) if case.format == "x12" else ehr.submit(body)
        problems += different("the status", 200, answered.status)
        events = [event for review_id in answered.review_ids for event in ehr.events(review_id)]
        tell(showing.section(f"day {day}, {first + timedelta(days=day - 1)}: {step.title}", _request(case, body)))
        tell(showing.section("response:", _response(case, answered)))
        tell(showing.section("events:", showing.events(events)))
        found = next_review(events)
        problems += different(f"the next review after {step.sample}", of_day(first, step.next_review), found)
        tell(showing.section("next review:", [str(found or "none: the patient goes home")]))
        number = number or number_of(events).encode()
    made = report(ehr, ReportKind.DAILY_LOG, PAYER, first - timedelta(days=1), first + timedelta(days=day))
    path = out / f"nicu-daily-log-{case.format}.pdf"
    out.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_pdf(made))
    record = record_of(case.format)
    tell(showing.section("daily determination logs of the hospital, of this patient:", log_lines(made, record)))
    tell(showing.section("written as PDF, a page a day:", [str(path)]))
    problems += different("the days in the logs", list(promised(first, case.steps)), list(decided(made, record)))
    tell(showing.section("FAILED:", problems) if problems else showing.section("as promised:", [case.promise]))
    return tuple(problems)


def dated(body: bytes, shift: timedelta) -> bytes:
    """The sample with the days of its stay moved, however they are written."""

    def moved(found: re.Match[bytes]) -> bytes:
        day = date(2026, 11, int(found[5])) + shift
        return (day.isoformat() if found[2] else f"{day:%Y%m%d}").encode()

    return _DAY.sub(moved, body)


def of_day(first: date, day: int | None) -> str | None:
    return (first + timedelta(days=day - 1)).isoformat() if day else None


def record_of(format: str) -> str:
    """The hospital's own number of the patient of that rail."""
    return {"x12": "HG-20101", "fhir": "HG-20102"}[format]


def _request(case: StayCase, body: bytes) -> Sequence[str] | Iterator[str]:
    return showing.segments(body.decode()) if case.format == "x12" else fhir_showing.request(json.loads(body))


def _response(case: StayCase, answered: Answered) -> Sequence[str] | Iterator[str]:
    if case.format == "x12":
        return showing.segments(answered.body.decode(errors="replace"))
    return fhir_showing.response(json.loads(answered.body))


def recorded(events: Events) -> Iterator[Mapping[str, Any]]:
    """The items of every determination that was recorded."""
    for event in events:
        if event["type"] == "priorauth.determination.recorded.v1":
            yield from event["data"]["determination"]["items"]


def next_review(events: Events) -> str | None:
    """The day of the next review, as the delegate said it."""
    return next((item["next_review"]["day"] for item in recorded(events) if item["next_review"]), None)


def number_of(events: Events) -> str:
    """The number under which the stay was certified."""
    return next((str(item["certification_number"]) for item in recorded(events)), "")


def rows_of(made: Mapping[str, Any], record: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of one patient, each with its day."""
    for log in made["facilities"]:
        yield from ((log["day"], row) for row in log["rows"] if row["record_number"] == record)


def decided(made: Mapping[str, Any], record: str) -> Iterator[tuple[str, str, str, str]]:
    """Every span in the logs of one patient: days, level asked for, level approved."""
    for _, row in rows_of(made, record):
        for span in row["spans"]:
            yield span["from"], span["to"], span["requested"], span["approved"]


def promised(first: date, steps: Sequence[StayStep]) -> Iterator[tuple[str, str, str, str]]:
    """Every span that the logs must have."""
    for step in steps:
        for start, end, asked, approved in step.decided:
            yield str(of_day(first, start)), str(of_day(first, end)), asked, approved


def log_lines(made: Mapping[str, Any], record: str) -> Iterator[str]:
    """The rows of one patient, a span a line."""
    table = [("log of", "days", "from", "to", "asked", "decision", "approved", "next review")]
    for day, row in rows_of(made, record):
        for span in row["spans"]:
            spoken = (span["from"], span["to"], span["requested"], span["decision"], span["approved"])
            table.append((day, str(span["days"]), *spoken, row["next_review"]))
    yield from showing.table(table)
