"""The clocks of a review as a user asks for them, and the time of a sandbox moved on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx2
import pytest
from typer.testing import CliRunner, Result

from interchanges import forcing
from priorauth.cli import app
from served import Served

PATIENCE_SECONDS = 20.0


def run(*arguments: str) -> Result:
    """One command in this process."""
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway"), wait_seconds="1") as gateway:
        yield gateway


def urgent(body: bytes) -> bytes:
    """The same request as an urgent one (UM06 U)."""
    segments = body.split(b"~")
    for place, segment in enumerate(segments):
        if segment.strip().startswith(b"UM*"):
            elements = segment.split(b"*") + [b""] * 7
            elements[6] = b"U"
            segments[place] = b"*".join(elements[:11]).rstrip(b"*")
    return b"~".join(segments)


def types_of(served: Served, review_id: str) -> list[str]:
    events = httpx2.get(f"{served.url}/reviews/{review_id}/events").json()
    return [event["type"] for event in events["events"]]


def test_73_hours_breach_an_urgent_review_and_publish_it_once(served: Served) -> None:
    body = urgent(forcing("imaging-mri", "PEND"))
    review_id = httpx2.post(f"{served.url}/x12", content=body).headers["x-review-id"]
    before = json.loads(run("clock", "show", review_id, "--gateway", served.url, "--json").stdout)["clocks"][0]

    moved = run("clock", "advance", "73h", "--gateway", served.url)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "priorauth.clock.breached.v1" not in types_of(served, review_id) and time.monotonic() < deadline:
        time.sleep(0.2)

    assert (before["clock"], before["state"], before["binds"]) == ("CLK-AWH-05", "started", True)
    assert before["counted"] == "receipt +72 hours"
    assert moved.exit_code == 0
    told = [type for type in types_of(served, review_id) if ".clock." in type]
    assert told == ["priorauth.clock.warned.v1", "priorauth.clock.breached.v1"]
    shown = run("clock", "show", review_id, "--gateway", served.url).stdout
    assert "* CLK-AWH-05" in shown
    assert "breached" in shown
    metrics = httpx2.get(f"{served.url}/metrics").text
    assert 'clock="CLK-AWH-05",payer="ALLWAYS",type="priorauth.clock.breached.v1"' in metrics


def test_a_review_that_is_not_known_has_no_clocks(served: Served) -> None:
    missing = run("clock", "show", "rev-0", "--gateway", served.url)

    assert (missing.exit_code, missing.stderr) == (1, "priorauth: there are no clocks of a review rev-0\n")


@pytest.mark.parametrize("span", ["73", "h", "3 days", "-1h", ""])
def test_a_span_that_is_none_is_refused(served: Served, span: str) -> None:
    refused = run("clock", "advance", "--gateway", served.url, "--", span)

    assert refused.exit_code == 2
