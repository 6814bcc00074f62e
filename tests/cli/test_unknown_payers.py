"""The events of a payer that there is not: whoever asks for them is told so, and which there are."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from typer.testing import CliRunner

from priorauth.cli import app
from served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway")) as gateway:
        yield gateway


def test_the_stream_of_an_unknown_payer_is_not_found(served: Served) -> None:
    answer = httpx2.get(f"{served.url}/events", params={"payer": "s3cret", "follow": "false"})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "ALLWAYS" in answer.json()["detail"]
    assert "s3cret" not in answer.text.lower()


@pytest.mark.parametrize("payer", ["ALLWAYS", "allways", " Allways "])
def test_a_payer_is_known_in_upper_and_lower_case(served: Served, payer: str) -> None:
    answer = httpx2.get(f"{served.url}/events", params={"payer": payer, "follow": "false"})

    assert answer.status_code == 200


@pytest.mark.parametrize("command", ["sandbox payer", "events tail"])
def test_a_command_that_names_an_unknown_payer_ends_with_those_that_there_are(served: Served, command: str) -> None:
    told = ("--payer", "TYPO", "--no-follow", "--gateway", served.url)

    ran = CliRunner().invoke(app, [*command.split(), *told])

    assert ran.exit_code == 2
    assert "there is no such payer: the payers are ALLWAYS" in ran.stderr
