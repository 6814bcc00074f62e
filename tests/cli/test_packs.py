"""`packs diff`, `packs replay` and `route --what-if` as an analyst types them."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contracts.examples import a_message, a_record
from databases import KEY, open_store
from interchanges import SAMPLES
from priorauth.cli import app
from priorauth.domain.parties import PayerId
from priorauth.domain.reviews import ReviewId
from priorauth.routing.packs import load_pack
from priorauth.services.keep_packs import KeepPacks, PackFiles
from priorauth.services.pack_ports import Answered
from routing_requests import COMMERCIAL, cpt, request, routed
from small_pack import FILES, draft

REVIEWS = 30
MRI = str(SAMPLES / "imaging-mri.edi")
OLD_REVIEW = ReviewId("rev-old")


def run(*arguments: str) -> Result:
    """One command in this process."""
    return CliRunner().invoke(app, arguments)


def written(folder: Path, files: dict[str, str]) -> Path:
    """The files of a pack in a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with imaging reviews of today and an old one, routed by the small pack."""
    folder = tmp_path_factory.mktemp("store")
    asyncio.run(_store_reviews(folder))
    return folder


@pytest.fixture(autouse=True)
def _settings(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRIORAUTH_DATABASE_URL", f"sqlite:///{stored}/priorauth.db")
    monkeypatch.setenv("PRIORAUTH_ARCHIVE_KEY", base64.b64encode(KEY).decode())


async def _store_reviews(folder: Path) -> None:
    pack, now = load_pack(FILES), datetime.now(UTC)
    keep = KeepPacks({pack.version: PackFiles(PayerId("ALLWAYS"), FILES)})
    review = request(cpt("70551"), payer="ALLWAYS")
    async with open_store(f"sqlite:///{folder}/priorauth.db") as store, store() as work:
        await work.archive(a_message())
        ages = {ReviewId(f"rev-{number}"): number for number in range(REVIEWS)} | {OLD_REVIEW: 60 * 24 * 3}
        for id, minutes in ages.items():
            each = replace(review, id=id, received_at=now - timedelta(minutes=minutes))
            await work.add_review(a_record(each, digest=id))
            await keep(work, pack.version, now)
            await work.save_route(id, routed(pack, each, COMMERCIAL), by=Answered(COMMERCIAL))


def test_a_draft_is_replayed_on_the_reviews_of_the_last_days(tmp_path: Path) -> None:
    files = draft("routes.yaml", "destination: evicore", "destination: allways-um")
    folder = str(written(tmp_path / "draft", files))

    document = json.loads(run("packs", "replay", "--draft", folder, "--json").stdout)
    shown = run("packs", "replay", "--draft", folder, "--days", "4", "--examples", "1")

    (change,) = document["changes"]
    assert document["drafts"] == [{"payer": "ALLWAYS", "version": load_pack(files).version}]
    assert (document["reviews"], document["changed_items"], change["reviews"]) == (REVIEWS, REVIEWS, REVIEWS)
    assert (change["before"]["destination"], change["after"]["destination"]) == ("evicore", "allways-um")
    assert len(change["examples"]) == 3
    assert f"{REVIEWS + 1} items of {REVIEWS + 1} reviews would be answered otherwise" in shown.stdout
    assert "route evicore" in shown.stdout
    assert "rev-old item 1" in shown.stdout


def test_a_version_that_was_in_use_can_be_compared_ever_after(tmp_path: Path) -> None:
    folder = written(tmp_path / "draft", draft("routes.yaml", "{setting: er}", "{setting: [er, observation]}"))

    found = json.loads(run("packs", "diff", load_pack(FILES).version, str(folder), "--json").stdout)
    told = run("packs", "diff", load_pack(FILES).version, str(folder)).stdout

    assert [(each["part"], each["name"], each["change"]) for each in found["differences"]] == [
        ("rule", "R-ER", "changed")
    ]
    assert "  now asks that setting is er or observation\n" in told


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("packs", "diff", "allways", "allways"), 0, "they mean the same"),
        (("packs", "diff", "allways", "nowhere"), 2, "no folder, no payer and no version"),
        (("packs", "diff", "allways", "0123456789abcdef"), 1, "no review was routed by version"),
        (("packs", "replay", "--draft", "nowhere"), 2, "there is no pack.yaml"),
        (("packs", "replay", "--draft", "faulty"), 1, "routes.yaml:1:1: the pack has no such file"),
    ],
)
def test_what_cannot_be_compared_is_said(tmp_path: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    written(tmp_path / "faulty", {"pack.yaml": FILES["pack.yaml"]})

    result = run(*arguments)

    assert result.exit_code == code, result.output
    assert says in result.output


def test_a_replay_without_a_database_could_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIORAUTH_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")

    result = run("packs", "replay", "--draft", str(written(tmp_path / "draft", dict(FILES))))

    assert (result.exit_code, "no database" in result.stderr) == (2, True)
    assert not (tmp_path / "none.db").exists()


def test_what_if_says_what_a_fact_would_change() -> None:
    document = json.loads(run("route", MRI, "--what-if", "setting=er", "--json").stdout)

    (change,) = document["changes"]
    assert (change["before"]["destination"], change["after"]["outcome"]) == ("evicore", "no_auth_required")
    assert document["supposed"][0]["items"][0]["facts"]["setting"] == {"value": "er", "source": "what-if"}
    assert change["lost"] == "setting is er"


def test_what_if_says_in_words_what_changes_and_that_a_fact_may_be_unknown() -> None:
    told = run("route", MRI, "--what-if", "urgency=unknown").stdout

    assert "would be: manual -> allways-um by unknown_facts" in told
    assert "because unknown: urgency" in told


@pytest.mark.parametrize("text", ["setting", "setting=moon", "colour=red", "member_active=perhaps"])
def test_what_is_no_fact_or_value_cannot_be_supposed(text: str) -> None:
    assert run("route", MRI, "--what-if", text).exit_code == 2
