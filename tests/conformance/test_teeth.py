"""The cases have teeth: each thing that a gateway can get wrong is found, by the case that is about it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from conformance_fault_table import FAULTS
from conformance_faults import Fault, Proxy
from conformance_teeth import Found, run_with_faults
from priorauth.conformance.cases import Case
from priorauth.conformance.folders import conformance_folder
from priorauth.conformance.loading import load_cases
from priorauth.conformance.results import CaseResult, Verdict
from priorauth.conformance.running import Plan, run_case
from priorauth.conformance.targets import Limits, load_target
from priorauth.conformance.tokens import Tokens
from served import Served

LEAST = 40


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    with Served(tmp_path_factory.mktemp("gateway")) as gateway:
        return asyncio.run(run_behind_a_proxy(gateway.url))


def test_the_table_has_many_faults_and_each_but_once() -> None:
    assert len(FAULTS) >= LEAST
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_gateway_that_does_so_is_found_out(found: Found, fault: Fault) -> None:
    result = found.results[fault.name]

    assert fault.name in found.broke, "the fault changed nothing"
    assert result.verdict == Verdict.FAIL, f"{result.verdict}: {result.reason}"


@pytest.mark.parametrize("name", sorted({fault.case for fault in FAULTS}))
def test_the_case_passes_where_nothing_is_wrong(found: Found, name: str) -> None:
    assert found.results[name].verdict == Verdict.PASS, found.results[name].reason


def test_no_fault_is_one_of_the_proxy(found: Found) -> None:
    assert found.crashes == []


async def run_behind_a_proxy(gateway: str) -> Found:
    """Run each case of the table behind the proxy, sound and broken."""
    folder = conformance_folder()
    every, registers = load_cases(folder)
    target = load_target(gateway, folder)
    plan = Plan(cases=every, registers=registers, target=target, folder=folder, now=lambda: datetime.now(UTC))
    proxy = Proxy(gateway, FAULTS)

    async def run(case: Case, fault: Fault | None) -> CaseResult:
        limits = Limits(**{**target.limits.model_dump(), **(fault.limits if fault else {})})
        behind = target.model_copy(update={"base_url": proxy.address(fault), "limits": limits})
        return await run_case(replace(plan, target=behind), case, client, Tokens(behind), {})

    async with proxy.serving(), httpx2.AsyncClient(timeout=target.limits.request) as client:
        return await run_with_faults(FAULTS, every, proxy.breaking, run)
