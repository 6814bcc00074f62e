"""The cases about tokens, run against a gateway outside the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conformance_access import gateway_that_asks_for_tokens
from priorauth.conformance.folders import conformance_folder
from priorauth.conformance.loading import load_cases, select
from priorauth.conformance.results import Verdict
from priorauth.conformance.running import Plan, run_all
from priorauth.conformance.targets import Target, load_target


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Target]:
    with gateway_that_asks_for_tokens(tmp_path) as asking:
        yield asking


async def test_a_gateway_outside_the_sandbox_keeps_every_rule_of_access(target: Target) -> None:
    folder = conformance_folder()
    cases, registers = load_cases(folder)
    chosen = select(cases, [], ["pas-*/access/*"])

    result = await run_all(
        Plan(cases=chosen, registers=registers, target=target, folder=folder, now=lambda: datetime.now(UTC))
    )

    assert {case.name: case.reason for case in result.cases if case.verdict is not Verdict.PASS} == {}
    assert len(result.cases) > 30


@pytest.mark.parametrize("path", sorted(conformance_folder().targets.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_target_that_ships_can_be_read(path: Path) -> None:
    assert load_target(str(path), conformance_folder()).claims
