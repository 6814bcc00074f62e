"""Counterparts as processes of their own, at a gateway that knows them by their addresses in `mappings/delegates`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from counterparts import Counterpart
from interchanges import forcing
from pas_requests import pas_forcing
from priorauth.cli import app
from priorauth.sandbox.counterparts.payer import told
from served import Served, free_port
from subscribers import eventually

MAPPINGS = Path(__file__).parents[2] / "mappings"
OWN_LETTERS = {"turningpoint": "QX", "sleep-management-solutions": "QP"}
"""What begins the numbers of the delegates that are played here, so that they are told from the gateway's own."""


def own_mappings(folder: Path, x12_port: int, pas_port: int) -> Path:
    """The shipped mappings with the addresses of the delegates that are played here, and an early `later`."""
    mappings = folder / "mappings"
    shutil.copytree(MAPPINGS, mappings)
    for name, url in (("turningpoint", f"{x12_port}/x12"), ("sleep-management-solutions", f"{pas_port}/fhir")):
        file = mappings / "delegates" / f"{name}.yaml"
        file.write_text(file.read_text() + f"url: http://127.0.0.1:{url}\n")
    table = mappings / "sandbox" / "behaviours.yaml"
    text = table.read_text().replace("later_after_seconds: 3", "later_after_seconds: 1")
    table.write_text(text)
    for name, letters in OWN_LETTERS.items():
        text = re.sub(rf"(?m)^  {name}: \w+$", f"  {name}: {letters}", text)
    (folder / "own-table.yaml").write_text(text)
    return mappings


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("counterparts")
    x12_port, pas_port = free_port(), free_port()
    mappings = own_mappings(folder, x12_port, pas_port)
    with Served(folder, wait_seconds="15", mappings=str(mappings)) as gateway:
        told = ("--gateway", gateway.url, "--behaviours", str(folder / "own-table.yaml"))
        x12 = Counterpart(folder, "x12", "delegate", "turningpoint", "--port", str(x12_port), *told)
        pas = Counterpart(folder, "pas", "delegate", "sleep-management-solutions", "--port", str(pas_port), *told)
        with x12, pas:
            x12.wait_for("listening on")
            pas.wait_for("listening on")
            yield gateway


def test_a_delegate_that_speaks_x12_answers_on_the_call(served: Served) -> None:
    answer = httpx2.post(f"{served.url}/x12", content=forcing("msk-knee-replacement", "CERTIFY"), timeout=30)

    assert "HCR*A1*QX" in answer.text


def test_a_delegate_that_speaks_pas_answers_later_at_the_gateways_door(served: Served) -> None:
    answer = httpx2.post(f"{served.url}/x12", content=forcing("split-imaging-and-sleep", "LATER"), timeout=30)
    review = answer.headers["X-Review-Id"]

    def numbers() -> set[str]:
        items = httpx2.get(f"{served.url}/reviews/{review}").json()["items"]
        return {item["certification_number"][:2] for item in items if item["is_final"]}

    eventually(lambda: "QP" in numbers(), "a number of the delegate that is played here")


def test_an_ehr_sends_subscribes_and_tells_answers_and_notifications_without_anybody_in_them(
    served: Served, tmp_path: Path
) -> None:
    request = tmp_path / "later.json"
    request.write_bytes(pas_forcing("imaging-mri", "LATER"))

    with Counterpart(tmp_path, "ehr", "ehr", "--send", str(request), "--gateway", served.url) as ehr:
        assert ehr.process.wait(timeout=60) == 0

    assert "later.json: 200 ClaimResponse: A4" in ehr.said
    assert "notified: handshake, event 0" in ehr.said
    assert "notified: event-notification, event 1, ClaimResponse: A1" in ehr.said
    assert "TRAN" not in ehr.said


def test_an_ehr_of_x12_picks_up_later_answers_from_the_mailbox(served: Served, tmp_path: Path) -> None:
    request = tmp_path / "later.edi"
    request.write_bytes(forcing("imaging-mri", "LATER"))

    with Counterpart(tmp_path, "ehr", "ehr", "--rail", "x12", "--send", str(request), "--gateway", served.url) as ehr:
        assert ehr.process.wait(timeout=60) == 0

    assert "later.edi: 200 278: A4" in ehr.said
    assert "mailbox: 200 278: A1" in ehr.said


def test_a_payer_tells_its_events_in_a_line_each_and_what_they_are_about_only_when_asked(
    served: Served, tmp_path: Path
) -> None:
    httpx2.post(f"{served.url}/x12", content=forcing("imaging-mri", "DENY"), timeout=30)
    asked = ("payer", "--payer", "ALLWAYS", "--no-follow", "--gateway", served.url)

    with Counterpart(tmp_path, "quiet", *asked) as quiet:
        assert quiet.process.wait(timeout=60) == 0
    loud = CliRunner().invoke(app, ["sandbox", *asked, "--show"])

    returned = [line for line in quiet.said.splitlines() if "determination.returned" in line and "action A3" in line]
    assert returned
    assert all("rev-" in line for line in quiet.said.splitlines())
    assert "TRAN" not in quiet.said
    assert "TRAN" in loud.output


def test_a_delegate_can_be_told_to_decide_by_hand(served: Served, tmp_path: Path) -> None:
    port = free_port()
    told = ("--port", str(port), "--speaks", "x12", "--gateway", served.url)
    with Counterpart(tmp_path, "own", "delegate", "somebody", *told) as delegate:
        delegate.wait_for("listening on")
        url = f"http://127.0.0.1:{port}"
        pended = httpx2.post(f"{url}/x12", content=forcing("imaging-mri", "PEND"), timeout=30)
        (case,) = httpx2.get(f"{url}/cases").json()["cases"]
        refused = httpx2.post(f"{url}/cases/{case['leg']}/decide", json={"items": [{"sequence": 1, "action": "ZZ"}]})
        decided = httpx2.post(f"{url}/cases/{case['leg']}/decide", json={"items": [{"sequence": 1, "action": "A1"}]})
        left = httpx2.get(f"{url}/cases").json()["cases"]

    assert "HCR*A4" in pended.text
    assert (refused.status_code, decided.status_code, left) == (422, 204, [])


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["delegate", "evicore", "--speaks", "smoke"], "--speaks wants one of"),
        (["ehr"], "say what to send"),
        (["ehr", "--rail", "fax", "--traffic", "1"], "--rail wants one of"),
        (["payer", "--payer", "ALLWAYS", "--gateway", "http://127.0.0.1:9"], "no gateway answers there"),
    ],
)
def test_what_cannot_be_played_is_said(arguments: list[str], reason: str) -> None:
    refused = CliRunner().invoke(app, ["sandbox", *arguments])

    assert refused.exit_code == 2
    assert reason in refused.output


@pytest.mark.parametrize("body", [b'"TRAN LINH"', b'["TRAN LINH"]', b"TRAN LINH"])
def test_a_record_that_is_no_event_is_not_shown_to_a_payer_who_did_not_ask(body: bytes) -> None:
    assert "TRAN" not in told("0@7", body, show=False)
