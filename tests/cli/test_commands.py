"""The commands as a user types them: what they print, and exit codes 0 (sound), 1 (invalid) and 2 (could not run)."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner, Result

from interchanges import SAMPLES, forcing
from priorauth.cli import app
from served import Served

MRI, REFUSED = str(SAMPLES / "imaging-mri.edi"), str(SAMPLES / "missing-review-segment.edi")
PAS = str(SAMPLES.parent / "fhir" / "imaging-mri.json")
README = Path(__file__).parents[2] / "README.md"
NOBODY = "http://127.0.0.1:9"


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    """One command in this process."""
    return CliRunner().invoke(app, arguments, input=stdin)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway"), wait_seconds="2") as gateway:
        yield gateway


@pytest.fixture(autouse=True)
def away_from_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("validate", MRI), 0),
        (("validate", REFUSED), 1),
        (("validate", MRI, REFUSED), 1),
        (("validate", "no-such-file.edi"), 2),
        (("validate", "--partner", "nobody", MRI), 2),
        (("validate",), 2),
        (("translate", MRI, "--to", "event"), 0),
        (("translate", MRI, "--to", "x12"), 0),
        (("translate", MRI, "--to", "fhir"), 0),
        (("translate", MRI, "--to", "fhir", "--version", "2.0.1"), 0),
        (("translate", MRI, "--to", "fhir", "--version", "9"), 2),
        (("translate", PAS, "--to", "x12"), 0),
        (("validate", PAS), 0),
        (("validate", PAS, "--version", "2.0.1", "--json"), 0),
        (("route", PAS), 0),
        (("translate", REFUSED, "--to", "event"), 1),
        (("translate", MRI, "--to", "morse"), 2),
        (("translate", "no-such-file.edi", "--to", "event"), 2),
        (("route", MRI), 0),
        (("route", MRI, "--as-of", "2026-11-02"), 0),
        (("route", REFUSED), 1),
        (("route", MRI, "--as-of", "yesterday"), 2),
        (("route", MRI, "--facts", "no-such-file.json"), 2),
        (("packs", "lint"), 0),
        (("explain", "rev-0", "--gateway", NOBODY), 2),
        (("events", "tail", "--no-follow", "--gateway", NOBODY), 2),
        (("no-such-command",), 2),
        (("--version",), 0),
    ],
    ids=lambda value: " ".join(value).replace(str(SAMPLES), "samples") if isinstance(value, tuple) else str(value),
)
def test_each_command_ends_with_the_code_of_what_happened(arguments: tuple[str, ...], code: int) -> None:
    result = run(*arguments)

    assert result.exit_code == code, result.output
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)


def test_validate_names_rule_place_and_remedy() -> None:
    result = run("validate", REFUSED)
    report = json.loads(run("validate", "--json", REFUSED).stdout)

    assert "X12-SEGMENT-REQUIRED" in result.stdout
    assert "2000E" in result.stdout
    assert report["valid"] is False
    assert [file["valid"] for file in report["files"]] == [False]


def test_validate_reads_standard_input_and_says_what_is_no_interchange() -> None:
    assert run("validate", "-", stdin=Path(MRI).read_bytes()).exit_code == 0
    unreadable = run("validate", "-", stdin=b"no X12 at all")

    assert unreadable.exit_code == 1
    assert "does not begin with an ISA segment" in unreadable.stdout


def test_translate_prints_the_document_and_nothing_else(tmp_path: Path) -> None:
    losses = tmp_path / "losses.json"

    event = run("translate", MRI, "--to", "event", "--losses", str(losses))
    x12 = run("translate", MRI, "--to", "x12")

    assert json.loads(event.stdout)["type"] == "priorauth.review.received.v1"
    assert run("validate", "-", stdin=x12.stdout.encode()).exit_code == 0
    assert "~BHT*0007*13*RIM-IMG-0001*" in x12.stdout
    assert event.stderr == "nothing was lost\n"
    assert json.loads(losses.read_text()) == []


def test_translate_says_on_standard_error_what_was_lost_and_where_it_is_kept(tmp_path: Path) -> None:
    losses = tmp_path / "losses.json"

    bundle = run("translate", str(SAMPLES / "transport.edi"), "--to", "fhir", "--losses", str(losses))

    lost = json.loads(losses.read_text())
    assert json.loads(bundle.stdout)["resourceType"] == "Bundle"
    assert bundle.stderr.splitlines()[0] == f"{len(lost)} losses"
    assert len(bundle.stderr.splitlines()) == len(lost) + 1
    assert all(loss["position"] and loss["reason"] and loss["parked"] for loss in lost)


def test_validate_says_the_fhirpath_the_line_and_the_fix_of_a_fhir_finding(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(Path(PAS).read_text().replace('"use": "preauthorization"', '"use": "claim"'))

    result = run("validate", str(broken))

    assert result.exit_code == 1
    assert "NOT valid" in result.stdout
    assert "Bundle.entry[0].resource.use" in result.stdout
    assert re.search(r"line \d+, column \d+", result.stdout)
    assert "answered: OperationOutcome status 422" in result.stdout
    assert "fix: " in result.stdout


def test_route_prints_one_route_with_the_rule_and_its_facts(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps({"product": "hmo", "setting": "er"}))

    by_directory = json.loads(run("route", MRI, "--json").stdout)
    by_facts = json.loads(run("route", MRI, "--json", "--facts", str(facts)).stdout)

    assert (by_directory["payer"], by_directory["items"][0]["destination"]) == ("ALLWAYS", "evicore")
    assert (by_facts["items"][0]["outcome"], by_facts["items"][0]["destination"]) == ("no_auth_required", None)
    assert "lost:" in run("route", MRI).stdout


@pytest.mark.parametrize(
    ("sample", "routes"),
    [
        ("nursing-facility-admission", [("RTE-MOHP-02", "notify_requested", "mercyone-um", "snf")]),
        ("psychiatric-admission", [("RTE-FPL-04", "route", "cbhnp", None)]),
        (
            "arthroscopy-of-2010",
            [("RTE-FPL-10", "route", "fplic-um", None), ("RTE-FPL-28", "no_auth_required", None, None)],
        ),
    ],
)
def test_route_answers_samples_of_payers_without_a_delegate_for_everything(
    sample: str, routes: list[tuple[str, str, str | None, str | None]]
) -> None:
    items = json.loads(run("route", str(SAMPLES / f"{sample}.edi"), "--json").stdout)["items"]

    assert [(one["rule"], one["outcome"], one["destination"], one["queue"]) for one in items] == routes


def test_facts_that_are_none_are_refused(tmp_path: Path) -> None:
    facts = tmp_path / "facts.json"
    facts.write_text("[1, 2")

    result = run("route", MRI, "--facts", str(facts))

    assert (result.exit_code, "not readable as JSON or YAML" in result.stderr) == (2, True)


def test_a_running_gateway_is_asked_what_it_knows(served: Served) -> None:
    review_id = httpx2.post(f"{served.url}/x12", content=forcing("imaging-mri", "CERTIFY")).headers["x-review-id"]

    explained = run("explain", review_id, "--gateway", served.url)
    document = json.loads(run("explain", review_id, "--gateway", served.url, "--json").stdout)
    tail = run("events", "tail", "--no-follow", "--json", "--gateway", served.url)
    missing = run("explain", "rev-0", "--gateway", served.url)

    assert "item 1: A1 by evicore" in explained.stdout
    assert f"pack {document['route']['pack_version']}, first used" in explained.stdout
    assert document["pack"]["in_use"] is True
    assert [rule["rule"] for rule in document["pack"]["rules"]] == [document["route"]["items"][0]["rule"]]
    assert document["review"]["id"] == review_id
    assert {json.loads(line)["subject"] for line in tail.stdout.splitlines()} == {review_id}
    assert (missing.exit_code, missing.stderr) == (1, "priorauth: there is no review rev-0\n")


def test_the_packs_are_sound() -> None:
    report = json.loads(run("packs", "lint", "--json").stdout)

    assert report["valid"] is True
    assert {pack["payer"] for pack in report["packs"]} == {"ALLWAYS", "BCBSM", "BCBSMA", "FPLIC", "MERCYONE"}


def test_the_database_is_made_and_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIORAUTH_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'priorauth.db'}")

    assert [run("db", "upgrade").exit_code for _ in range(2)] == [0, 0]
    assert (tmp_path / "new" / "priorauth.db").exists()


def test_serve_says_why_it_cannot_run() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = run("serve", "--sandbox", "--port", port)

    assert (result.exit_code, "in use" in result.stderr) == (2, True)
    shut = run("serve", "--port", "0")
    assert (shut.exit_code, "PRIORAUTH_" in shut.stderr or "url" in shut.stderr) == (2, True)


def test_synthetic_traffic_that_is_sent_takes_turns_on_the_rails_and_what_is_answered_is_counted(
    served: Served,
) -> None:
    options = ("--cohort", "joints", "--send", served.url, "--rate", "50", "--json")

    report = json.loads(run("sandbox", "traffic", "--count", "4", *options).stdout)

    assert sum(report["answers"].values()) == 4
    assert {answer.split(": ")[0] for answer in report["answers"]} == {"x12", "fhir"}
    assert all(answer.split(": ")[1] in ("A1", "A2", "A3", "A4", "A6") for answer in report["answers"])


LOGS_A_FAILURE = """
import structlog
from typer.testing import CliRunner
from priorauth.cli import app
CliRunner().invoke(app, ["validate", "nowhere.edi"])
try:
    member = "MEM0000042"
    raise ValueError(member)
except ValueError:
    structlog.get_logger().exception("leg_failed", member=member)
"""


def test_what_a_command_logs_of_a_failure_shows_no_value() -> None:
    done = subprocess.run([sys.executable, "-c", LOGS_A_FAILURE], capture_output=True, text=True, check=True)

    assert "leg_failed" in done.stderr
    assert "ValueError" in done.stderr
    assert "MEM0000042" not in done.stdout + done.stderr


def test_the_commands_of_the_readme_exist() -> None:
    table = README.read_text().split("| .venv/bin/priorauth | |")[1].split("\n\n")[0]
    named = {re.split(r"[ `]", text)[0] for text in re.findall(r"^\| `([a-z][^`]*)`", table, re.M)}

    assert {"serve", "demo", "validate", "translate", "route", "explain", "events"} <= named
    for command in named:
        assert run(command, "--help").exit_code == 0
