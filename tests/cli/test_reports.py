"""`priorauth report`, from a file of events: formats, days, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from priorauth.cli import app
from priorauth.translate.events import write_full, write_minimal
from reports.event_logs import neonatal_log

RUNNER = CliRunner()
SOURCE = "urn:priorauth:gateway"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.jsonl"
    path.write_bytes(b"\n".join(write_full(event, source=SOURCE) for event in neonatal_log().events) + b"\n")
    return path


def test_the_daily_log_of_a_day_is_written_to_a_file_in_the_format_of_its_ending(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "log.pdf"

    found = RUNNER.invoke(
        app,
        ["report", "daily-log", "--payer", "bcbsma", "--from", "2026-11-02", "--events", str(log), "--out", str(out)],
    )

    assert found.exit_code == 0
    assert out.read_bytes().startswith(b"%PDF-")


def test_metrics_are_printed_as_json(log: Path) -> None:
    asked = [
        "report",
        "metrics",
        "--payer",
        "BCBSMA",
        "--from",
        "2026-01-01",
        "--to",
        "2026-12-31",
        "--events",
        str(log),
    ]

    found = RUNNER.invoke(app, [*asked, "--json"])

    assert json.loads(found.stdout)["counts"]["received"] == 1


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(["metrics", "--payer", "NOBODY"], id="a payer that is none"),
        pytest.param(["metrics", "--payer", "BCBSMA", "--from", "today"], id="a day that is none"),
        pytest.param(["metrics", "--payer", "BCBSMA", "--from", "2026-02-01", "--to", "2026-01-01"], id="backwards"),
        pytest.param(["daily-log", "--format", "pdf"], id="a page of several payers"),
        pytest.param(["daily-log", "--payer", "BCBSMA", "--format", "docx"], id="a format that is none"),
    ],
)
def test_what_cannot_be_reported_is_refused(log: Path, asked: list[str]) -> None:
    assert RUNNER.invoke(app, ["report", *asked, "--events", str(log)]).exit_code == 2


def test_a_log_without_the_full_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(write_minimal(neonatal_log().events[0], source=SOURCE))

    assert RUNNER.invoke(app, ["report", "metrics", "--payer", "BCBSMA", "--events", str(path)]).exit_code == 2
