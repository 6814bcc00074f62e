"""The reports, from a running gateway's event log or from a file of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path

import httpx2
import msgspec

from priorauth.adapters.knowledge import load_knowledge
from priorauth.adapters.mapping_files import mappings_folder
from priorauth.adapters.reporting import setting_of
from priorauth.cli.output import COULD_NOT_RUN, fail, note, running_or_exit, write_document
from priorauth.cli.running import TIMEOUT_SECONDS, At, server_sent, why_not
from priorauth.domain.events import Event
from priorauth.domain.parties import PayerId
from priorauth.reports.making import ReportFormat, ReportKind, make_report, written
from priorauth.reports.oversight import half_year_of
from priorauth.reports.setting import Period
from priorauth.settings import load_settings
from priorauth.translate.events import read_event


@dataclass(frozen=True, slots=True)
class Source:
    """Where the events come from: a file of them, else a running gateway."""

    gateway: str
    token: str = field(default="", repr=False)
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be reported, and how it is to be written."""

    kind: str
    payer: str
    facility: str
    first: str
    last: str
    format: str
    out: Path | None


def report(source: Source, wanted: Wanted) -> int:
    """Write the report of one payer, or of each."""
    knowledge = load_knowledge(mappings_folder(load_settings().mappings), sandbox=True)
    kind, format = ReportKind(wanted.kind), _format(wanted)
    payers = [PayerId(wanted.payer.upper())] if wanted.payer else sorted(knowledge.packs)
    if payers[0] not in knowledge.packs:
        fail(f"--payer wants one of {', '.join(sorted(knowledge.packs))}", COULD_NOT_RUN)
    if len(payers) > 1 and format in (ReportFormat.PDF, ReportFormat.HTML):
        fail(f"a report as {format} is of one payer: say --payer", COULD_NOT_RUN)
    bodies = []
    for payer in payers:
        setting = setting_of(knowledge, payer)
        period = _period(kind, wanted, setting.day(datetime.now(UTC)))
        made = make_report(kind, _events(source, payer), setting, period, wanted.facility)
        bodies.append(written(made, format))
    body = b"[" + b",".join(bodies) + b"]" if format is ReportFormat.JSON and len(bodies) > 1 else b"\n".join(bodies)
    with running_or_exit():
        if wanted.out is None:
            write_document(body)
        else:
            wanted.out.write_bytes(body)
            note(f"{kind} written to {wanted.out}")
    return 0


def _format(wanted: Wanted) -> ReportFormat:
    ending = wanted.out.suffix.removeprefix(".") if wanted.out else ""
    name = wanted.format or {"txt": "text", "htm": "html"}.get(ending, ending) or "text"
    if name not in list(ReportFormat):
        fail(f"--format wants one of {', '.join(ReportFormat)}", COULD_NOT_RUN)
    return ReportFormat(name)


def _period(kind: ReportKind, wanted: Wanted, today: date) -> Period:
    """The days asked for; without any this year, this half year, or today."""
    whole = {
        ReportKind.METRICS: Period(date(today.year, 1, 1), date(today.year, 12, 31)),
        ReportKind.DELEGATES: half_year_of(today),
        ReportKind.DAILY_LOG: Period(today, today),
    }[kind]
    first, last = _day("--from", wanted.first), _day("--to", wanted.last)
    if kind is ReportKind.DAILY_LOG and first and not last:
        last = first
    if kind is ReportKind.DELEGATES and first and not last:
        last = half_year_of(first).last
    period = Period(first or (last if kind is ReportKind.DAILY_LOG and last else whole.first), last or whole.last)
    if period.first > period.last:
        fail("--from is after --to", COULD_NOT_RUN)
    return period


def _day(option: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        fail(f"{option} wants a day like 2026-11-02", COULD_NOT_RUN)


def _events(source: Source, payer: PayerId) -> Iterator[Event]:
    """The payer's events in full, in the order of the log."""
    bodies = _from_file(source.file) if source.file else _from_gateway(At(source.gateway, source.token), payer)
    for body in bodies:
        try:
            yield read_event(body.encode())
        except (msgspec.ValidationError, msgspec.DecodeError):
            fail("the event log holds something that is no event in its full form", COULD_NOT_RUN)


def _from_file(file: Path) -> Iterator[str]:
    with running_or_exit(), file.open(encoding="utf-8") as lines:
        yield from (line for line in lines if line.strip())


def _from_gateway(gateway: At, payer: PayerId) -> Iterator[str]:
    query = {"payer": payer, "follow": "false"}
    try:
        with httpx2.stream(
            "GET", gateway.path("/events"), params=query, headers=dict(gateway.headers), timeout=TIMEOUT_SECONDS
        ) as response:
            if response.status_code != HTTPStatus.OK:
                fail(why_not(response.status_code), COULD_NOT_RUN)
            yield from (event["data"] for event in server_sent(response.iter_lines()))
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}; start one with: priorauth serve --sandbox", COULD_NOT_RUN)
