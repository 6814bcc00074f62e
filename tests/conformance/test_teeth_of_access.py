"""The cases about tokens have teeth too: each way to let the wrong one in is found by the case that is about it."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import httpx2
import pytest

from conformance_access import gateway_that_asks_for_tokens
from conformance_faults import Answer, Asked, Break, Breaking, Fault, concerning, header, status, without_hops
from conformance_teeth import Found, run_with_faults
from priorauth.conformance.cases import Case
from priorauth.conformance.folders import conformance_folder
from priorauth.conformance.loading import load_cases
from priorauth.conformance.results import CaseResult, Verdict
from priorauth.conformance.running import Plan, run_case
from priorauth.conformance.targets import Target
from priorauth.conformance.tokens import Tokens


def everybody_is_the_first() -> Callable[[Asked], Asked]:
    """Whoever has a token has what the first one has."""
    first: list[str] = []

    def changed(asked: Asked) -> Asked:
        if "authorization" not in asked.headers:
            return asked
        first.append(asked.headers["authorization"])
        return replace(asked, headers={**asked.headers, "authorization": first[0]})

    return changed


def no_proof_is_wanted() -> Break:
    """Whoever asks for a token gets one."""
    numbers = itertools.count(1)

    def changed(asked: Asked, answer: Answer) -> Answer:
        if not asked.path.endswith("/oauth/token") or answer.status == 200:
            return answer
        token = {"access_token": f"token-{next(numbers)}", "token_type": "Bearer", "expires_in": 300}
        return replace(answer, status=200, body=json.dumps(token).encode())

    return changed


def allowed(code: int) -> Break:
    return status(200, where=lambda given: given == code)


# fmt: off
FAULTS = [
    Fault("no token is needed",                          "pas-2.2.1/access/without-a-token/submit", allowed(401)),
    Fault("a read needs no token",                       "pas-2.0.1/access/without-a-token/read", allowed(401)),
    Fault("a refusal does not say how to get a token",   "pas-2.2.1/access/token-that-is-none/made-up", header("www-authenticate", None)),
    Fault("a made-up token is forbidden, not unknown",   "pas-2.0.1/access/token-that-is-none/made-up", status(403, where=lambda given: given == 401)),
    Fault("every token opens everything",                "pas-2.2.1/access/scope", allowed(403)),
    Fault("an expired assertion is taken",               "pas-2.2.1/access/assertion/expired", no_proof_is_wanted()),
    Fault("an assertion is taken twice",                 "pas-2.2.1/access/assertion/used-twice", no_proof_is_wanted()),
    Fault("an assertion needs no signature",             "pas-2.2.1/access/assertion/not-signed", no_proof_is_wanted()),
    Fault("any scope is given",                          "pas-2.2.1/access/scope-that-may-not-be-had", no_proof_is_wanted()),
    Fault("what another requester has can be read",      "pas-2.2.1/access/anothers-records", asks=everybody_is_the_first()),
    Fault("what another requester has can be read, of old", "pas-2.0.1/access/anothers-records", asks=everybody_is_the_first()),
    Fault("another's subscription can be seen",          "pas-2.2.1/access/anothers-subscription", asks=everybody_is_the_first()),
    Fault("an inquiry finds what another requester has", "pas-2.2.1/access/inquiry-of-another-provider", asks=everybody_is_the_first()),
]
# fmt: on


class Broken(httpx2.AsyncBaseTransport):
    """The way to a gateway with one fault in it. The address stays: it is what assertions are made out to."""

    def __init__(self, way: httpx2.AsyncBaseTransport, fault: Fault | None, breaking: Breaking) -> None:
        self._way = way
        self._fault = fault
        self._breaking = breaking

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = Asked(request.method, request.url.raw_path.decode(), dict(request.headers), await request.aread())
        fault = concerning(asked, self._fault)
        asked = self._breaking.asked(fault, asked)
        url = request.url.copy_with(raw_path=asked.path.encode())
        headers = without_hops(asked.headers)
        got = await self._way.handle_async_request(
            httpx2.Request(asked.method, url, headers=headers, content=asked.body)
        )
        answer = Answer(got.status_code, without_hops(dict(got.headers)), await got.aread())
        answer = self._breaking.answered(fault, asked, answer)
        return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    with gateway_that_asks_for_tokens(tmp_path_factory.mktemp("gateway")) as target:
        return asyncio.run(run_on_a_broken_way(target))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_gateway_that_does_so_is_found_out(found: Found, fault: Fault) -> None:
    result = found.results[fault.name]

    assert fault.name in found.broke, "the fault changed nothing"
    assert result.verdict == Verdict.FAIL, f"{result.verdict}: {result.reason}"


@pytest.mark.parametrize("name", sorted({fault.case for fault in FAULTS}))
def test_the_case_passes_where_nothing_is_wrong(found: Found, name: str) -> None:
    assert found.results[name].verdict == Verdict.PASS, found.results[name].reason


def test_no_fault_is_one_of_the_way(found: Found) -> None:
    assert found.crashes == []


async def run_on_a_broken_way(target: Target) -> Found:
    """Run each case of the table on a sound way and on its broken one."""
    folder = conformance_folder()
    every, registers = load_cases(folder)
    plan = Plan(cases=every, registers=registers, target=target, folder=folder, now=lambda: datetime.now(UTC))
    breaking = Breaking()

    async with httpx2.AsyncHTTPTransport() as way:

        async def run(case: Case, fault: Fault | None) -> CaseResult:
            client = httpx2.AsyncClient(transport=Broken(way, fault, breaking), timeout=target.limits.request)
            return await run_case(plan, case, client, Tokens(target), {})

        return await run_with_faults(FAULTS, every, breaking, run)
