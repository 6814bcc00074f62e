"""`case export` and `case import` at a running gateway: a review with all of its messages, and what was refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner, Result

from case_values import naming
from interchanges import sample
from priorauth.cli import app
from served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway"), wait_seconds="5") as gateway:
        yield gateway


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner(env=environment).invoke(app, ["case", *arguments])


def test_a_review_is_exported_with_every_message_of_it_and_without_anybody_in_it(
    served: Served, tmp_path: Path
) -> None:
    body = sample("split-imaging-and-sleep")
    review = httpx2.post(f"{served.url}/x12", content=body, timeout=30).headers["X-Review-Id"]
    file = tmp_path / "shared.json"

    exported = run("export", review, "--safe", "--out", str(file), "--gateway", served.url, "--name", "Two delegates")
    imported = run("import", str(file), "--into", str(tmp_path / "cases"), "--json")

    assert exported.exit_code == 0, exported.output
    case = json.loads(file.read_text())
    assert {each["format"] for each in case["messages"]} == {"x12", "pas-2.2.1", "event"}
    first, *_, last = case["messages"]
    assert (first["role"], last["role"]) == ("request", "response")
    assert "priorauth.determination.returned.v1" in case["events"]
    items = case["messages"][0]["routes"][0]["items"]
    assert [each["destination"] for each in items] == ["evicore", "sleep-management-solutions"]
    assert [each for each in naming(body) if each in file.read_text()] == []
    assert json.loads(imported.stdout) == {"name": "two-delegates", "same": True, "differences": []}
    assert (tmp_path / "cases" / "two-delegates" / "1-request.edi").read_bytes().startswith(b"ISA*")


def test_a_refused_message_is_exported_by_its_id_with_its_acknowledgment(served: Served, tmp_path: Path) -> None:
    httpx2.post(f"{served.url}/x12", content=sample("missing-review-segment"), timeout=30)
    stream = httpx2.get(f"{served.url}/events?follow=false", timeout=30).text
    (message_id,) = re.findall(r'"message_id":"(msg-\w+)","findings"', stream)
    file = tmp_path / "refused.json"

    database = f"sqlite:///{served.folder / 'priorauth.db'}"
    exported = run("export", message_id, "--safe", "--out", str(file), PRIORAUTH_DATABASE_URL=database)

    assert exported.exit_code == 0, exported.output
    case = json.loads(file.read_text())
    request, acknowledgment = case["messages"]
    assert re.fullmatch(r"case-[0-9a-f]{8}", case["name"])
    assert message_id.lower() not in file.read_text().lower()
    assert [each["rule"] for each in request["findings"]] == ["X12-SEGMENT-REQUIRED"]
    assert "ST*999" in acknowledgment["text"]


def test_nothing_is_exported_that_is_not_asked_to_be_safe() -> None:
    refused = run("export", "rev-1")

    assert refused.exit_code == 2
    assert "--safe" in refused.output


def test_a_case_that_comes_to_something_else_is_said_to_and_not_imported(tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    run("export", "--safe", "--file", "samples/x12/bad-npi.edi", "--out", str(file))
    file.write_text(file.read_text().replace("NPI-INVALID", "DATE-RANGE"))

    imported = run("import", str(file), "--into", str(tmp_path))

    assert imported.exit_code == 1
    assert "finding come: rule NPI-INVALID" in imported.output
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "priorauth-case/9"}'])
def test_what_is_no_case_is_told_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "case.json"
    file.write_text(text)

    refused = run("import", str(file))

    assert refused.exit_code == 1
    assert "not the JSON of a case" in refused.output or "not a case of the format" in refused.output
