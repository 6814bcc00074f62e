"""Settings that cannot be used: a start says which and why, and never the value."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from priorauth.cli import app


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PRIORAUTH_PORT", "s3cret"),
        ("PRIORAUTH_PORT", "99999"),
        ("PRIORAUTH_WAIT_SECONDS", "900"),
        ("PRIORAUTH_DIRECTORY", "s3cret"),
        ("PRIORAUTH_TRUSTED_PROXIES", "s3cret"),
        ("PRIORAUTH_DATABASE_URL", "mysql://someone:s3cret@host/database"),
        ("PRIORAUTH_MAPPINGS", "/no/such/folder"),
        ("PRIORAUTH_SETTINGS", "/no/such/file.toml"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)

    port = () if name == "PRIORAUTH_PORT" else ("--port", "0")
    started = CliRunner().invoke(app, ["serve", "--sandbox", *port])

    assert (started.exit_code, name in started.stderr, "s3cret" in started.output) == (2, True, False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('archive_key = "s3cret', "is no TOML (at"),
        ('prt = "s3cret"', "no setting: prt"),
        ('wait_seconds = "s3cret"', "WAIT_SECONDS"),
    ],
)
def test_a_file_of_settings_is_told_what_is_wrong_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "settings.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRIORAUTH_SETTINGS", "settings.toml")

    started = CliRunner().invoke(app, ["serve", "--sandbox", "--port", "0"])

    assert (started.exit_code, said in started.stderr, "s3cret" in started.output) == (2, True, False)


@pytest.mark.parametrize(
    ("name", "value"), [("PRIORAUTH_WAIT_SECONDS", "s3cret"), ("PRIORAUTH_MAPPINGS", "/no/such/folder")]
)
@pytest.mark.parametrize(
    "command",
    [
        "validate {sample}",
        "route {sample}",
        "translate {sample} --to fhir",
        "packs lint",
        "packs coverage",
        "packs diff ALLWAYS MGB",
        "packs replay --draft .",
        "directory load {sample}",
        "report metrics --events {sample}",
        "sandbox delegate evicore",
        "sandbox traffic --count 1",
    ],
)
def test_every_command_that_reads_the_settings_names_the_one_that_it_cannot_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, name: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    sample = Path(__file__).parents[2] / "samples/x12/imaging-mri.edi"

    ran = CliRunner().invoke(app, command.format(sample=sample).split())

    assert (ran.exit_code, "PRIORAUTH_" in ran.stderr, "s3cret" in ran.output) == (2, True, False), ran.output
    assert isinstance(ran.exception, SystemExit)


def test_a_database_of_no_kind_that_is_known_is_not_upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIORAUTH_DATABASE_URL", "mysql://someone:s3cret@host/database")

    ran = CliRunner().invoke(app, ["db", "upgrade"])

    assert (ran.exit_code, "PRIORAUTH_DATABASE_URL" in ran.stderr, "s3cret" in ran.output) == (2, True, False)
