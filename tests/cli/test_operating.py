"""Operators' commands against a running gateway: what was set aside, what nobody could route, and replays."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx2
import pytest
import typer
from typer.testing import CliRunner, Result

from interchanges import forcing, renumbered, sample
from priorauth.cli import app, replays
from priorauth.cli.running import At
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


def test_where_another_engine_differs_is_listed_by_rule_and_partner(served: Served) -> None:
    before = CliRunner().invoke(app, ["second-opinions", "list", "--gateway", served.url])
    answer = httpx2.post(f"{served.url}/x12", content=sample("msk-knee-replacement"), timeout=30)
    with closing(sqlite3.connect(served.folder / "priorauth.db", timeout=30)) as database, database:
        (message_id,) = database.execute(
            "SELECT message_id FROM reviews WHERE id = ?", [answer.headers["x-review-id"]]
        ).fetchone()
        database.execute(
            "INSERT INTO second_opinions VALUES (?, 'pyx12', 1767614400000000, 1, 0, 'we NPI-INVALID')", [message_id]
        )

    told = CliRunner().invoke(app, ["second-opinions", "list", "--gateway", served.url])
    found = json.loads(CliRunner().invoke(app, ["second-opinions", "list", "--json", "--gateway", served.url]).stdout)

    assert "asks_second_opinion" in before.output
    assert found["asked"] == [{"by": "pyx12", "partner": "sandbox", "messages": 1, "differing": 1, "not_given": 0}]
    (difference,) = found["differences"]
    (message,) = difference["messages"]
    assert (difference["rule"], difference["count"]) == ("we NPI-INVALID", 1)
    assert message["review_ids"] == [answer.headers["x-review-id"]]
    assert difference["rule"] in told.stdout
    assert answer.headers["x-review-id"] in told.stdout


def replay(served: Served, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["replay", *arguments, "--gateway", served.url])


def events_of(served: Served, review_id: str) -> list[str]:
    """The ids of the review's events in the stream, in order."""
    text = httpx2.get(f"{served.url}/events", params={"follow": "false"}, timeout=30).text
    events = [json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")]
    return [event["id"] for event in events if event["subject"] == review_id]


def test_a_replay_says_what_it_would_do_and_does_it_when_told_to(served: Served) -> None:
    answer = httpx2.post(f"{served.url}/x12", content=renumbered(sample("imaging-mri")), timeout=30)
    review_id = answer.headers["x-review-id"]
    once = events_of(served, review_id)

    would = replay(served, review_id, "--redeliver", "--only", "events")
    untouched = events_of(served, review_id)
    did = replay(served, review_id, "--redeliver", "--only", "events", "--yes", "--json")

    assert (would.exit_code, did.exit_code) == (0, 0)
    assert f"events       would  {review_id}: {len(once)} published" in would.stdout
    assert "add --yes to do it" in would.stdout
    assert untouched == once
    told = json.loads(did.stdout)
    assert (told["state"], told["done"], told["changed"], told["failed"]) == ("done", 1, 1, 0)
    assert [step["review_id"] for step in told["steps"]] == [review_id]
    assert events_of(served, review_id) == once * 2


def test_a_replay_is_ordered_looked_at_and_cancelled_over_http(served: Served) -> None:
    with httpx2.Client(base_url=served.url, timeout=30) as http:
        ordered = http.post("/replays", json={"kind": "reroute", "payer": "NOBODY"})
        path = ordered.headers["location"]
        while http.get(path).json()["state"] == "running":
            time.sleep(0.05)

        found = http.get(path).json()
        assert ordered.status_code == 202
        assert (found["state"], found["dry_run"], found["total"], found["steps"]) == ("done", True, 0, [])
        assert found["selection"]["states"] == ["received", "routed", "pended"]
        assert found["id"] in [each["id"] for each in http.get("/replays").json()["replays"]]
        assert http.delete(path).status_code == 409
        assert http.get("/replays/replay-none").status_code == 404
        assert http.post("/replays", json={"kind": "reroute"}).status_code == 422
        assert http.post("/replays", json={"kind": "reroute", "payer": "A", "more": 1}).status_code == 422


@pytest.mark.parametrize(
    "arguments",
    [("rev-1",), ("rev-1", "--reroute", "--redeliver"), ("--reroute",), ("--redeliver", "--state", "nowhere")],
)
def test_a_replay_of_what_cannot_be_meant_is_refused(served: Served, arguments: tuple[str, ...]) -> None:
    assert replay(served, *arguments).exit_code == 2


def test_ctrl_c_cancels_the_replay_that_it_interrupts(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "followed", interrupted)

    ended = replay(served, "--redeliver", "--payer", "ALLWAYS", "--only", "events", "--json")

    assert ended.exit_code == 130
    assert json.loads(ended.stdout)["state"] in ("cancelled", "done")


def interrupted(*_: object) -> Iterator[dict[str, Any]]:
    raise KeyboardInterrupt
    yield {}


def test_a_replay_that_cannot_be_cancelled_is_said_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        replays.cancelled(At("http://127.0.0.1:9"), "replay-1", as_json=False)

    assert "replay-1 goes on" in capsys.readouterr().err
