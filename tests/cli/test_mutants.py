"""What `priorauth sandbox mutants` prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from priorauth.cli import app
from priorauth.domain.findings import FindingCode
from priorauth.sandbox.mutants import MUTANTS


def mutants(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sandbox", "mutants", *arguments])


def test_one_rule_and_rail_prints_the_message_and_says_beside_it_what_was_changed() -> None:
    said = mutants("--rule", "DIAGNOSIS-SHAPE", "--rail", "x12")

    assert said.exit_code == 0
    assert said.stdout.startswith("ISA*00*")
    assert "HI*ABK:R5!9~" in said.stdout
    assert "changed in x12/imaging-mri.edi: segment 19 HI element 1 component 2" in said.stderr


def test_of_several_the_first_is_printed_and_the_others_are_named() -> None:
    said = mutants("--rule", "NPI-INVALID")

    assert "others: NPI-INVALID.x12-2, NPI-INVALID.fhir" in said.stderr


def test_a_mutant_of_an_exchange_names_what_comes_before_it_and_writes_that_too(tmp_path: Path) -> None:
    said = mutants("--rule", "X12-INTERCHANGE-DUPLICATE", "--out", str(tmp_path), "--json")

    (document,) = json.loads(said.stdout)
    assert (document["found_at"], document["sent_before"]) == ("POST /x12", ["x12/imaging-mri.edi"])
    before, after = (Path(name).read_bytes() for name in document["files"])
    assert before[:106] == after[:106]
    assert before != after


def test_an_answer_of_a_delegate_names_the_leg_that_it_is_given() -> None:
    said = mutants("--rule", "DETERMINATION-ITEM-TWICE", "--rail", "event", "--leg", "leg-7", "--json")

    assert json.loads(json.loads(said.stdout)["message"])["leg_id"] == "leg-7"


@pytest.mark.parametrize("arguments", [(), ("--list",)])
def test_without_a_choice_all_are_listed(arguments: tuple[str, ...]) -> None:
    said = mutants(*arguments, "--json")

    assert {each["rule"] for each in json.loads(said.stdout)} == set(FindingCode)
    assert len(mutants(*arguments).stdout.splitlines()) == len(MUTANTS)


def test_an_unknown_rule_is_refused() -> None:
    said = mutants("--rule", "NO-SUCH-RULE")

    assert (said.exit_code, said.stdout) == (2, "")
