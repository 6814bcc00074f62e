"""The commands that call a gateway outside the sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from access import new_key
from security.conftest import Secured


def priorauth(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A command, in a process of its own."""
    program = [sys.executable, "-c", "from priorauth.cli import main; main()"]
    return subprocess.run(
        [*program, *arguments], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def key_file(secured: Secured, tmp_path: Path) -> str:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(secured.operator.key.as_dict(private=True)))
    return str(path)


def test_a_token_is_had_and_used_on_the_command_line(secured: Secured, key_file: str) -> None:
    asked = priorauth(
        "token", "--client", "operations", "--key", key_file, "--scope", "operate", "--gateway", secured.url
    )
    assert asked.returncode == 0, asked.stderr

    tail = ("events", "tail", "--no-follow", "--gateway", secured.url)
    assert priorauth(*tail, PRIORAUTH_TOKEN=asked.stdout.strip()).returncode == 0

    without = priorauth(*tail)
    assert without.returncode == 2
    assert "PRIORAUTH_TOKEN" in without.stderr


def test_a_refusal_says_why(secured: Secured, key_file: str) -> None:
    refused = priorauth(
        "token", "--client", "somebody", "--key", key_file, "--scope", "operate", "--gateway", secured.url
    )

    assert refused.returncode == 1
    assert "invalid_client: iss names no client" in refused.stderr


def test_a_key_that_cannot_sign_is_refused(secured: Secured, tmp_path: Path) -> None:
    public = tmp_path / "public.json"
    public.write_text(json.dumps(new_key("ES384").as_dict(private=False)))

    for path in (str(public), str(tmp_path / "nothing.json")):
        refused = priorauth("token", "--client", "x", "--key", path, "--scope", "operate", "--gateway", secured.url)
        assert refused.returncode == 2
        assert path in refused.stderr
