"""The real services of a test run: they begin, they end, and what a killed run left behind ends with the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

import left_out
from testbed.postgres import URL, Postgres
from testbed.processes import noted, remove
from testbed.service import Unavailable

SERVICES = Path(__file__).parents[2] / "scripts" / "services"

pytestmark = pytest.mark.real


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that a server of another user can enter: pytest's own are closed to all others."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o711)
    yield made
    remove(made)


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


def started(server: Postgres, folder: Path) -> str:
    try:
        return server.start(folder)[URL]
    except Unavailable as reason:
        left_out.skip("PostgreSQL", str(reason))


async def test_a_server_that_is_killed_comes_back_with_what_was_committed(postgres: Postgres, folder: Path) -> None:
    url = started(postgres, folder)
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS value")

    postgres.kill()
    again = started(postgres, folder)

    assert again == url
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT value FROM kept") == 1
    await connection.close()


def test_a_stopped_server_leaves_no_process(postgres: Postgres, folder: Path) -> None:
    started(postgres, folder)
    assert noted(folder)

    postgres.stop()

    assert not noted(folder)


def test_a_run_gives_its_command_the_addresses_and_returns_its_exit_code(folder: Path) -> None:
    script = f"import os, sys; sys.exit(7 if os.environ['{URL}'].startswith('postgresql://') else 1)"

    with services(folder, "run", "--", sys.executable, "-c", script) as running:
        assert running.wait(60) == 7

    assert not list(folder.rglob("data"))


def test_what_a_killed_run_left_is_ended_by_the_next(folder: Path) -> None:
    until_it_is_told = "import sys; print('up', flush=True); sys.stdin.read()"
    with services(folder, "run", "--", sys.executable, "-c", until_it_is_told) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"up\n"
        killed.kill()
        killed.wait()
        left = noted(folder)

    with services(folder, "run", "--", "true") as following:
        following.wait(60)

    assert left
    assert not any(process.runs for process in left)


def services(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """The program, with everything it writes below a folder, and no server lent to it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PRIORAUTH_TEST_")}
    return subprocess.Popen(
        [sys.executable, SERVICES, *arguments],
        env={**environment, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
