"""All suites against our own gateway, served as a process of its own, and the command that runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from priorauth.conformance.commands import app
from priorauth.conformance.folders import conformance_folder
from served import Served
from tiny_target import a_case, folder_with

ONE = "x12-278/echo/reference"
LEAST_CASES = 1000


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway")) as served:
        yield served


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    said: str
    beside: str

    @property
    def document(self) -> Any:
        return json.loads(self.said)


def conformance(*arguments: object) -> Done:
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    return Done(done.exit_code, done.stdout, done.stderr)


def test_our_gateway_passes_every_case_or_it_is_listed_with_a_reason(gateway: Served, tmp_path: Path) -> None:
    page, junit, target = tmp_path / "report.html", tmp_path / "report.xml", tmp_path / "target.yaml"
    shipped = yaml.safe_load((conformance_folder().targets / "default.yaml").read_text())
    target.write_text(yaml.safe_dump({**shipped, "base-url": gateway.url, "concurrency": 6}))

    done = conformance("run", "--target", target, "--json", "--html", page, "--junit", junit)

    cases = done.document["cases"]
    assert done.code == 0, done.beside
    assert len(cases) >= LEAST_CASES
    assert {case["verdict"] for case in cases} <= {"pass", "skip", "not applicable"}
    assert all(case.get("reason") for case in cases if case["verdict"] != "pass")
    assert page.read_text().count("x12-278") > 1
    assert junit.read_text().count("<testcase") == len(cases)


def test_json_has_what_scripts_rely_on(gateway: Served) -> None:
    done = conformance("run", "--target", gateway.url, "--only", ONE, "--json")

    assert done.code == 0
    assert done.document["target"] == gateway.url
    assert done.document["summary"] == {"pass": 1, "fail": 0, "error": 0, "skip": 0, "not applicable": 0}
    (case,) = done.document["cases"]
    assert (case["name"], case["verdict"]) == (ONE, "pass")
    assert "x217-bht03" in case["verifies"]


def test_a_fail_ends_with_1_and_shows_requirement_wanted_got_and_wire(gateway: Served, tmp_path: Path) -> None:
    steps = [{"send": {"get": "/health/ready"}, "expect": [{"status": 418}]}]
    folder = folder_with(tmp_path, [a_case(steps=steps, needs=[])])
    (folder.targets / "default.yaml").write_text("{name: any, base-url: 'http://any', claims: [tiny]}")

    done = conformance("run", "--target", gateway.url, "--cases", tmp_path)

    assert done.code == 1
    for shown in (
        "requirement t-1: It greets (our own)",
        "wanted 418",
        "got    200",
        "GET http://127.0.0.1",
        "< HTTP 200",
    ):
        assert shown in done.said


def test_a_known_failure_that_passes_ends_with_1(gateway: Served, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    known.write_text(f"# It was so once.\n{ONE}\n")

    done = conformance("run", "--target", gateway.url, "--only", ONE, "--known-failing", known)

    assert done.code == 1
    assert "take it off the list" in done.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--target", "http://127.0.0.1:9", "--only", ONE], "cannot be reached", id="nobody there"),
        pytest.param(["--target", "http://127.0.0.1:9", "--only", "x12-278/none"], "matches no case", id="no case"),
        pytest.param(["--target", "http://127.0.0.1:9", "--suite", "x12"], "there is no suite x12", id="no suite"),
        pytest.param(["--target", "nothing.yaml"], "is neither a URL nor a file", id="no target"),
        pytest.param(["--target", "http://127.0.0.1:9", "--cases", "/nowhere"], "no folder of cases", id="no folder"),
    ],
)
def test_what_cannot_run_ends_with_2(arguments: list[str], said: str) -> None:
    done = conformance("run", *arguments)

    assert done.code == 2
    assert said in done.beside


def test_cases_are_listed_with_what_they_verify() -> None:
    done = conformance("list", "--suite", "x12-278", "--json")

    assert done.code == 0
    assert len(done.document) > 200
    assert {"name", "title", "verifies", "needs"} == set(done.document[0])


def test_coverage_names_every_requirement_of_the_suite_and_its_cases() -> None:
    done = conformance("coverage", "--suite", "x12-278", "--json")

    by_id = {row["id"]: row for row in done.document}
    assert done.code == 0
    assert ONE in by_id["x217-bht03"]["cases"]
    assert not [row["id"] for row in done.document if row["register"] == "x12-278" and not row["cases"]]


def test_the_runner_brings_nothing_of_the_gateway_with_it() -> None:
    program = (
        "import sys, priorauth.conformance.commands, priorauth.conformance.running, priorauth.conformance.loading\n"
        "print(*(name for name in sys.modules if name.startswith('priorauth.')))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert loaded
    assert not [name for name in loaded if not name.startswith("priorauth.conformance")]
