"""`directory load` as an operator types it, and a review that is routed by what was loaded."""

from __future__ import annotations

import base64
import json
from asyncio import to_thread
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from databases import KEY, open_store
from priorauth.adapters.store_directory import StoreDirectory
from priorauth.cli import app
from sandbox_requests import FACILITY_NPI, REQUESTER_NPI, provider, review

ROSTER = f"""\
payer,kind,id,line_of_business,member_active,network_status
ALLWAYS,member,MEM1,qhp,true,
ALLWAYS,facility,{FACILITY_NPI},,,out
ALLWAYS,facility,{REQUESTER_NPI},,,in
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/priorauth.db"
    monkeypatch.setenv("PRIORAUTH_DATABASE_URL", url)
    monkeypatch.setenv("PRIORAUTH_ARCHIVE_KEY", base64.b64encode(KEY).decode())
    assert run("db", "upgrade").exit_code == 0
    return url


def written(text: str) -> str:
    Path("roster.csv").write_text(text, encoding="utf-8")
    return "roster.csv"


async def facts_in(url: str, member: str) -> object:
    asked = review(payer="ALLWAYS", member=member, providers=[provider("FA", FACILITY_NPI)])
    async with open_store(url) as store:
        return await StoreDirectory(store).facts(asked)


def test_a_roster_is_loaded_and_loaded_again(url: str) -> None:
    assert run("directory", "load", written(ROSTER)).stdout == "3 entries: 3 new, 0 changed, 0 as before\n"
    again = run("directory", "load", written(ROSTER.replace("qhp", "commercial")), "--json")

    assert json.loads(again.stdout)["loaded"] == {"new": 0, "changed": 1, "same": 2}
    assert url


async def test_what_was_loaded_is_what_routing_is_told(url: str) -> None:
    await to_thread(run, "directory", "load", written(ROSTER))

    assert await facts_in(url, "mem1") == {
        "line_of_business": "qhp", "member_active": True, "network_status": "out", "requester_network_status": "in"
    }  # fmt: skip
    assert await facts_in(url, "MEM2") is None


@pytest.mark.parametrize(
    ("text", "options", "code", "says"),
    [
        (ROSTER, ("--dry-run",), 0, "3 entries can be loaded; nothing was"),
        (ROSTER.replace(",qhp", ",moon"), (), 1, "roster.csv:2:4: line_of_business takes one of"),
    ],
)
async def test_a_dry_run_and_a_roster_with_faults_change_nothing(
    url: str, text: str, options: tuple[str, ...], code: int, says: str
) -> None:
    result = await to_thread(run, "directory", "load", written(text), *options)

    assert (result.exit_code, says in result.output) == (code, True), result.output
    assert await facts_in(url, "MEM1") is None


def test_a_roster_that_is_not_there_could_not_be_read(url: str) -> None:
    assert run("directory", "load", "nowhere.csv").exit_code == 2
    assert url
