"""What `conformance run` writes, and what it refuses before it runs anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance_runs import mixed_run
from priorauth.conformance.certificate import flaws_of, read_certificate
from priorauth.conformance.documents import Documents, selection_in_words
from priorauth.conformance.folders import ConformanceFault
from priorauth.conformance.signing import make_keys, read_public_key


def test_each_file_that_is_asked_for_is_written(tmp_path: Path) -> None:
    page, junit, certificate, key = (tmp_path / name for name in ("r.html", "r.xml", "c.json", "k.pem"))
    public = make_keys(key)

    Documents(html=page, junit=junit, certificate=certificate, key=key).write(mixed_run(), selection="suite x12-278")

    assert page.read_text().startswith("<!doctype html>")
    assert junit.read_bytes().startswith(b"<?xml")
    signed = read_certificate(certificate.read_text())
    assert flaws_of(signed, read_public_key(public)) == []
    assert signed.content.selection == "suite x12-278"


def test_nothing_is_written_that_was_not_asked_for(tmp_path: Path) -> None:
    Documents(html=None, junit=None, certificate=None, key=None).write(mixed_run(), selection="")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"certificate": "c.json"}, "--certificate wants --sign-with"),
        ({"key": "k.pem"}, "--certificate wants --sign-with"),
        ({"certificate": "c.json", "key": "nowhere.pem"}, "nowhere.pem"),
        ({"html": "nowhere/r.html"}, "there is no such folder"),
        ({"junit": "nowhere/r.xml"}, "there is no such folder"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_run(tmp_path: Path, asked: dict[str, str], said: str) -> None:
    paths = {
        name: tmp_path / asked[name] if name in asked else None for name in ("html", "junit", "certificate", "key")
    }

    with pytest.raises(ConformanceFault, match=said):
        Documents(**paths)


@pytest.mark.parametrize(
    ("suites", "patterns", "words"),
    [
        ([], [], "every case"),
        (["events", "packs"], [], "suite events, suite packs"),
        ([], ["x12-278/echo/*"], "cases like x12-278/echo/*"),
    ],
)
def test_a_run_of_some_cases_says_which(suites: list[str], patterns: list[str], words: str) -> None:
    assert selection_in_words(suites, patterns) == words
