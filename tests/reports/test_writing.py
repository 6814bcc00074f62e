"""How reports are written: the same log gives the same bytes in every format; a value is no markup and no formula."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from priorauth.reports.making import ReportFormat, ReportKind, make_report, written
from priorauth.reports.prints import printable
from priorauth.reports.setting import Period
from priorauth.translate.events import read_event, write_full
from reports.event_logs import A1, BCBSMA, Log, neonatal_log, setting

EXPECTED = Path(__file__).parent / "expected"
REGENERATES = os.environ.get("PRIORAUTH_REGENERATE") == "1"
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
GOLDEN = [
    ("daily-log", "json"),
    ("daily-log", "csv"),
    ("daily-log", "html"),
    ("metrics", "text"),
    ("metrics", "csv"),
    ("delegates", "text"),
]


def write(kind: str, format: str, log: Log) -> bytes:
    report = make_report(ReportKind(kind), log.events, setting(BCBSMA), YEAR)
    return written({**report, "pack_version": "1"} if "pack_version" in report else report, ReportFormat(format))


@pytest.mark.parametrize(("kind", "format"), GOLDEN)
def test_a_report_is_written_as_it_was(kind: str, format: str) -> None:
    expected = EXPECTED / f"{kind}.{format}"
    body = write(kind, format, neonatal_log())

    if REGENERATES:
        expected.write_bytes(body)

    assert body.decode() == expected.read_text()


@pytest.mark.parametrize("kind", ReportKind)
@pytest.mark.parametrize("format", ReportFormat)
def test_the_log_as_published_gives_the_same_bytes_again(kind: str, format: str) -> None:
    log = neonatal_log()
    published = [write_full(event, source="urn:priorauth:gateway") for event in log.events]

    again = Log(events=[read_event(body) for body in published])

    assert write(kind, format, again) == write(kind, format, log)


def test_a_report_as_pdf_is_one() -> None:
    body = write("daily-log", "pdf", neonatal_log())

    assert body.startswith(b"%PDF-")
    assert body.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize(
    ("text", "printed"),
    [("Zoë", "Zoë"), ("Łódź Ān", "?ódz An"), ("名", "?"), ("plain", "plain")],
)
def test_what_the_fonts_lack_is_written_plainly(text: str, printed: str) -> None:
    assert printable(text) == printed


def named(last: str) -> Log:
    log = Log()
    stay = log.receive("nicu-newborn-dependent", to="progenyhealth")
    assert stay.dependent is not None
    changed = replace(stay, dependent=replace(stay.dependent, name=replace(stay.dependent.name, first="", last=last)))
    log.change(changed)
    log.decide(stay, {1: A1})
    return log


def test_a_name_is_no_markup() -> None:
    assert b"<script>" not in write("daily-log", "html", named("<script>alert(1)</script>"))


def test_a_name_is_no_formula() -> None:
    body = write("daily-log", "csv", named("=HYPERLINK(1)")).decode()

    [row] = csv.DictReader(body.splitlines())
    assert row["patient"].startswith("'=")


def test_json_is_what_the_other_formats_are_made_of() -> None:
    body = json.loads(write("metrics", "json", neonatal_log()))

    assert body["counts"]["received"] == 1
