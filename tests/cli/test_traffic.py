"""`sandbox traffic` as a user types it: files, lines, a report, and words for what is answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from priorauth.cli import app
from priorauth.sandbox.traffic.sending import outcome_of_fhir, outcome_of_x12


def traffic(*arguments: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, ["sandbox", "traffic", *arguments])


def test_each_twin_is_a_file_of_each_format(tmp_path: Path) -> None:
    done = traffic("--count", "2", "--out", str(tmp_path), "--check", "--json")

    report = json.loads(done.stdout)
    assert (done.exit_code, report["count"], report["problems"]) == (0, 2, [])
    assert report["cohorts"] == {"BCBSMA/nicu-admission": 1, "BCBSMA/nicu-dependent": 1}
    names = {each.stem for each in (tmp_path / "x12").iterdir()}
    assert names == {"000001-bcbsma-nicu-admission", "000002-bcbsma-nicu-dependent"}
    assert {each.stem for each in (tmp_path / "fhir").iterdir()} == names


@pytest.mark.parametrize(("rail", "start"), [("x12", "ISA*"), ("both", '{"name":')])
def test_each_twin_is_a_line(rail: str, start: str) -> None:
    lines = traffic("--count", "2", "--cohort", "sleep", "--rail", rail, "--stdout").stdout.splitlines()

    assert [line.startswith(start) for line in lines] == [True, True]


def test_a_programme_names_all_its_cohorts_and_a_payer_narrows_them() -> None:
    done = traffic("--count", "9", "--payer", "allways", "--cohort", "split", "--json")

    assert set(json.loads(done.stdout)["cohorts"]) == {
        "ALLWAYS/imaging-and-sleep",
        "ALLWAYS/imaging-and-surgery",
        "ALLWAYS/three-ways",
    }


@pytest.mark.parametrize(
    "arguments",
    [("--cohort", "none"), ("--rail", "telex"), ("--day", "today"), ("--count", "0"), ("--stdout", "--json")],
)
def test_what_cannot_be_made_ends_the_command_with_2(arguments: tuple[str, ...]) -> None:
    assert traffic(*arguments).exit_code == 2


def test_cohorts_are_listed_with_where_they_go() -> None:
    lines = traffic("--list-cohorts", "--payer", "MERCYONE").stdout.splitlines()

    assert all(line.startswith("MERCYONE") for line in lines)
    assert any("nursing-facility-review" in line and "mercyone-um/snf" in line for line in lines)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"ISA*~ST*278*0001~HL*1**20*1~HCR*A3**0~", "A3"),
        (b"ISA*~ST*278*0001~AAA*N**43*C~", "AAA 43"),
        (b"ISA*~ST*278*0001~HL*1**20*1~", "278 without a decision"),
        (b"ISA*~ST*999*0001~", "999"),
        (b"ISA*~TA1*000000001~", "TA1"),
    ],
)
def test_the_first_word_of_a_278_is_its_outcome(body: bytes, outcome: str) -> None:
    assert outcome_of_x12(body) == outcome


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ([{"resourceType": "ClaimResponse", "outcome": "error"}], "outcome error"),
        (
            [
                {
                    "resourceType": "ClaimResponse",
                    "item": [{"coding": [{"system": "https://codesystem.x12.org/005010/306", "code": "A6"}]}],
                }
            ],
            "A6",
        ),
        ([], "Bundle"),
    ],
)
def test_the_first_action_of_a_response_bundle_is_its_outcome(entries: list[object], outcome: str) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": each} for each in entries]}

    assert outcome_of_fhir(json.dumps(bundle).encode()) == outcome
