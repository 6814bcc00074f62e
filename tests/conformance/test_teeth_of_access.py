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
from conformance_faults import Answer, Asked, Break, Fault, header, status, without_hops
from priorauth.conformance.cases import Case
from priorauth.conformance.folders import conformance_folder
from priorauth.conformance.loading import load_cases
from priorauth.conformance.results import CaseResult, Verdict
from priorauth.conformance.running import Plan, run_case
from priorauth.conformance.targets import Target
from priorauth.conformance.tokens import Tokens

AT_ONCE = 6


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

    def __init__(self, way: httpx2.AsyncBaseTransport, fault: Fault | None) -> None:
        self._way = way
        self._fault = fault

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        asked = Asked(request.method, request.url.raw_path.decode(), dict(request.headers), await request.aread())
        if self._fault:
            asked = self._fault.asks(asked)
        url = request.url.copy_with(raw_path=asked.path.encode())
        headers = without_hops(asked.headers)
        got = await self._way.handle_async_request(
            httpx2.Request(asked.method, url, headers=headers, content=asked.body)
        )
        answer = Answer(got.status_code, without_hops(dict(got.headers)), await got.aread())
        if self._fault:
            answer = self._fault.breaks(asked, answer)
        return httpx2.Response(answer.status, headers=dict(answer.headers), content=answer.body)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CaseResult]:
    """How the case of each fault ended with that fault, and by its own name without any."""
    with gateway_that_asks_for_tokens(tmp_path_factory.mktemp("gateway")) as target:
        return asyncio.run(run_with_faults(target))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_gateway_that_does_so_is_found_out(results: dict[str, CaseResult], fault: Fault) -> None:
    assert results[fault.name].verdict == Verdict.FAIL, results[fault.name].reason


@pytest.mark.parametrize("name", sorted({fault.case for fault in FAULTS}))
def test_the_case_passes_where_nothing_is_wrong(results: dict[str, CaseResult], name: str) -> None:
    assert results[name].verdict == Verdict.PASS, results[name].reason


async def run_with_faults(target: Target) -> dict[str, CaseResult]:
    """Run each case of the table on a sound way and on its broken one."""
    folder = conformance_folder()
    every, registers = load_cases(folder)
    by_name = {case.name: case for case in every}
    plan = Plan(cases=every, registers=registers, target=target, folder=folder, now=lambda: datetime.now(UTC))
    gate = asyncio.Semaphore(AT_ONCE)
    asked: list[tuple[str, Case, Fault | None]] = [(fault.name, by_name[fault.case], fault) for fault in FAULTS]
    asked += [(name, by_name[name], None) for name in sorted({fault.case for fault in FAULTS})]

    async with httpx2.AsyncHTTPTransport() as way:

        async def one(case: Case, fault: Fault | None) -> CaseResult:
            client = httpx2.AsyncClient(transport=Broken(way, fault), timeout=target.limits.request)
            async with gate:
                return await run_case(plan, case, client, Tokens(target), {})

        ended = await asyncio.gather(*(one(case, fault) for _, case, fault in asked))
    return {name: result for (name, _, _), result in zip(asked, ended, strict=True)}
