"""`priorauth deadletters` against a running gateway: what an operator sees, and what comes of each decision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner, Result

from interchanges import forcing, sample
from priorauth.cli import app
from served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway"), wait_seconds="2") as gateway:
        yield gateway


def run(served: Served, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["deadletters", *arguments, "--gateway", served.url])


def listed(served: Served, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run(served, "list", "--json", *arguments).stdout)["dead_letters"]
    return found


@pytest.fixture
def letter(served: Served) -> dict[str, Any]:
    """An answer that cannot be read."""
    for each in listed(served):
        run(served, "discard", each["id"])
    httpx2.post(f"{served.url}/x12", content=forcing("imaging-mri", "GARBAGE"), timeout=30)
    (found,) = listed(served)
    return found


def test_a_dead_letter_is_shown_with_its_reason_and_without_its_bytes(served: Served, letter: dict[str, Any]) -> None:
    shown, raw = run(served, "show", letter["id"]), run(served, "show", letter["id"], "--raw")

    assert letter["kind"] == "determination"
    assert letter["reason"] in shown.stdout
    assert letter["reason"] in run(served, "list").stdout
    assert raw.exit_code == 0
    assert raw.stdout
    assert raw.stdout not in shown.stdout


def test_what_is_retried_in_vain_waits_again_under_another_id(served: Served, letter: dict[str, Any]) -> None:
    retried = run(served, "retry", "--kind", "determination")

    assert retried.exit_code == 0
    assert f"{letter['id']}: retried" in retried.stdout
    (again,) = listed(served)
    assert again["id"] != letter["id"]
    decided = {each["id"]: each for each in listed(served, "--decided")}
    assert decided[letter["id"]]["decided_by"] == "sandbox"


def test_what_is_discarded_is_decided_for_good(served: Served, letter: dict[str, Any]) -> None:
    first, second = (run(served, "discard", letter["id"], "--json") for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert json.loads(second.stdout)["dead_letters"][0]["refused"] == "it was decided before"
    assert run(served, "retry", letter["id"]).exit_code == 1
    assert listed(served) == []


def test_the_metric_counts_what_waits(served: Served, letter: dict[str, Any]) -> None:
    assert letter["kind"]
    assert 'priorauth_dead_letters{kind="determination"} 1.0' in httpx2.get(f"{served.url}/metrics").text
    run(served, "discard", "--all")
    assert 'priorauth_dead_letters{kind="determination"} 0.0' in httpx2.get(f"{served.url}/metrics").text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("retry",), 2), (("discard", "dead-1", "--all"), 2), (("retry", "none"), 1), (("show", "none"), 1)],
)
def test_what_cannot_be_meant_is_refused(served: Served, arguments: tuple[str, ...], code: int) -> None:
    assert run(served, *arguments).exit_code == code


def test_what_nobody_could_route_is_listed_with_its_desk_and_counted(served: Served) -> None:
    httpx2.post(f"{served.url}/x12", content=sample("member-not-known"), timeout=30)

    told = CliRunner().invoke(app, ["unroutable", "list", "--gateway", served.url])
    found = CliRunner().invoke(app, ["unroutable", "list", "--json", "--gateway", served.url])
    none = CliRunner().invoke(app, ["unroutable", "list", "--owner", "evicore", "--gateway", served.url])

    (item,) = json.loads(found.stdout)["unroutable"]
    assert item["rule"] == "member_unknown"
    assert item["owner"].endswith("-um")
    assert item["review_id"] in told.stdout
    assert item["review_id"] not in none.stdout
    counted = f'priorauth_unroutable{{owner="{item["owner"]}",payer="{item["payer"]}"}} 1.0'
    assert counted in httpx2.get(f"{served.url}/metrics").text
