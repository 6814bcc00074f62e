"""`conformance keygen`, `verify` and `certificate` as one uses them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from conformance_runs import passing_run
from priorauth.conformance import certificate_commands as commands
from priorauth.conformance.certificate import write_certificate
from priorauth.conformance.folders import conformance_folder
from priorauth.conformance.loading import digest_of
from priorauth.conformance.signing import read_private_key

app = typer.Typer()
for command in (commands.keygen, commands.verify, commands.certificate):
    app.command()(command)


def priorauth(*arguments: object) -> tuple[int, str]:
    """Exit code and everything printed."""
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    return done.exit_code, done.output


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A certificate beside the keys that signed it."""
    assert priorauth("keygen", "--out", tmp_path / "signer.pem")[0] == 0
    key = read_private_key(tmp_path / "signer.pem")
    file = tmp_path / "certificate.json"
    file.write_text(write_certificate(passing_run(), key, selection="every case"))
    return file


def test_with_the_signers_key_a_certificate_is_valid(signed: Path) -> None:
    code, said = priorauth("verify", signed, "--key", signed.with_name("signer.pem.pub"))

    assert code == 0
    assert said.startswith("valid: signed with the key given")
    assert "All 12 cases that ran pass." in said


def test_without_a_key_it_says_that_only_integrity_is_shown(signed: Path) -> None:
    code, said = priorauth("verify", signed)

    assert code == 0
    assert "who that is, this does not show" in said


def test_it_says_whether_the_cases_were_those_that_are_here(signed: Path) -> None:
    key = read_private_key(signed.with_name("signer.pem"))
    ours = replace(passing_run(), cases_digest=digest_of(conformance_folder()))
    same = signed.with_name("same.json")
    same.write_text(write_certificate(ours, key, selection="suite events"))

    assert "every case, of OTHER cases than the cases of this installation" in priorauth("verify", signed)[1]
    assert "suite events, of the cases of this installation" in priorauth("verify", same)[1]
    assert json.loads(priorauth("verify", same, "--json")[1])["same_cases"] is True


def test_a_changed_certificate_is_invalid_and_says_why(signed: Path) -> None:
    signed.write_text(signed.read_text().replace('"verdict": "pass"', '"verdict": "skip"', 1))

    code, said = priorauth("verify", signed)

    assert code == 1
    assert said.startswith("invalid\n  the content is not what was signed")


def test_another_signers_key_makes_it_invalid(signed: Path) -> None:
    priorauth("keygen", "--out", signed.with_name("other.pem"))

    code, said = priorauth("verify", signed, "--key", signed.with_name("other.pem.pub"))

    assert code == 1
    assert "it is signed with another key than the one given" in said


def test_programs_get_json(signed: Path) -> None:
    code, said = priorauth("verify", signed, "--json")

    told = json.loads(said)
    assert code == 0
    assert (told["valid"], told["signer_checked"], told["flaws"]) == (True, False, [])


def test_what_is_no_certificate_is_invalid(signed: Path) -> None:
    signed.write_text('{"content": {}}')

    assert priorauth("verify", signed)[0] == 1
    assert json.loads(priorauth("verify", signed, "--json")[1])["valid"] is False


@pytest.mark.parametrize("missing", ["file", "key"])
def test_what_cannot_be_read_is_no_verdict(signed: Path, missing: str) -> None:
    nowhere = signed.with_name("nowhere")

    code, said = priorauth("verify", nowhere if missing == "file" else signed, "--key", nowhere)

    assert code == 2
    assert "nowhere" in said


def test_a_page_is_made_of_a_valid_certificate_only(signed: Path) -> None:
    page = signed.with_name("page.html")

    assert priorauth("certificate", signed, "--html", page)[0] == 0
    assert "Conformance certificate" in page.read_text()

    signed.write_text(signed.read_text().replace("Harbor", "Another"))
    page.unlink()
    code, said = priorauth("certificate", signed, "--html", page)

    assert code == 1
    assert "is not valid" in said
    assert not page.exists()


def test_keys_are_not_written_over(signed: Path) -> None:
    code, said = priorauth("keygen", "--out", signed.with_name("signer.pem"))

    assert code == 2
    assert "is there already" in said
