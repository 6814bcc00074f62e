"""The whole run: each case on its own, so many at once, and those that must be alone after all others."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from priorauth.conformance.calling import CaseOver, NoAnswer, Run, Skipped, mismatches_of
from priorauth.conformance.cases import Case, Send, Step
from priorauth.conformance.expectations import read_expectation
from priorauth.conformance.folders import ConformanceFault, Folder
from priorauth.conformance.json_paths import values_at
from priorauth.conformance.known_failures import KnownFailure, in_view_of
from priorauth.conformance.naming import Names, UnknownName
from priorauth.conformance.requirements import coverage_of
from priorauth.conformance.results import CaseResult, Mismatch, Requirement, RunResult, TargetInfo, Verdict
from priorauth.conformance.seen import Seen
from priorauth.conformance.stories import STORIES
from priorauth.conformance.targets import Target
from priorauth.conformance.tokens import Tokens
from priorauth.conformance.x12 import PathFault, Unreadable

RETRY_EVERY = 0.1
Tell = Callable[[CaseResult], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run, where, and what is known beforehand."""

    cases: list[Case]
    registers: Mapping[str, Requirement]
    target: Target
    folder: Folder
    known_failures: tuple[KnownFailure, ...] = ()
    runner_version: str = ""
    cases_digest: str = ""
    now: Callable[[], datetime]
    transport: httpx2.AsyncBaseTransport | None = None


async def run_all(plan: Plan, tell: Tell = lambda _: None) -> RunResult:
    """Run every case and tell of each when it has ended. A target that cannot be reached is a fault."""
    started, began = plan.now(), time.perf_counter()
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(
        timeout=plan.target.limits.request, limits=limits, transport=plan.transport
    ) as client:
        reported = await reports_of(client, plan.target)
        tokens = Tokens(plan.target)
        gate = asyncio.Semaphore(plan.target.concurrency)
        shared: dict[str, Any] = {}

        async def one(case: Case) -> CaseResult:
            async with gate:
                result = in_view_of(plan.known_failures, await run_case(plan, case, client, tokens, shared))
            tell(result)
            return result

        together = await asyncio.gather(*(one(case) for case in plan.cases if not case.alone))
        alone = [await one(case) for case in plan.cases if case.alone]
    place = {case.name: number for number, case in enumerate(plan.cases)}
    results = tuple(sorted([*together, *alone], key=lambda result: place[result.name]))
    return RunResult(
        target=TargetInfo(plan.target.name, plan.target.base_url, tuple(sorted(plan.target.claims)), reported),
        started=started,
        seconds=time.perf_counter() - began,
        cases=results,
        coverage=coverage_of(plan.registers, results),
        runner_version=plan.runner_version,
        cases_digest=plan.cases_digest,
    )


async def reports_of(client: httpx2.AsyncClient, target: Target) -> dict[str, str]:
    """What the target says of itself, where it says it; and that it can be reached at all."""
    path = next((claim.removeprefix("pas-") for claim in sorted(target.claims) if claim.startswith("pas-")), "")
    url = target.url(f"fhir/{path}:metadata" if path else "/")
    try:
        answer = await client.get(url)
    except httpx2.HTTPError:
        raise ConformanceFault(f"the target cannot be reached at {target.base_url}") from None
    try:
        software = answer.json().get("software") or {}
    except (ValueError, AttributeError):
        return {}
    return {key: str(software[key]) for key in ("name", "version", "releaseDate") if key in software}


async def run_case(
    plan: Plan, case: Case, client: httpx2.AsyncClient, tokens: Tokens, shared: dict[str, Any]
) -> CaseResult:
    """One case to its verdict. What breaks in the runner itself is an error, and says so."""
    began = time.perf_counter()
    names = Names({"base": plan.target.base_url, "case": case.name}, plan.now())
    run = Run(
        target=plan.target,
        folder=plan.folder,
        client=client,
        tokens=tokens,
        names=names,
        suite=case.suite,
        shared=shared,
    )
    verdict, reason = await verdict_of(plan, case, run)
    return CaseResult(
        name=case.name,
        title=case.title,
        verdict=verdict,
        reason=reason,
        verifies=tuple(plan.registers[each] for each in case.verifies),
        mismatches=tuple(run.mismatches),
        exchanges=tuple(run.exchanges),
        seconds=time.perf_counter() - began,
        file=case.file,
    )


async def verdict_of(plan: Plan, case: Case, run: Run) -> tuple[Verdict, str]:
    missing = [claim for claim in case.claims_needed if claim not in plan.target.claims]
    if missing:
        return Verdict.NOT_APPLICABLE, f"the target does not claim {', '.join(missing)}"
    try:
        await perform(case, run)
    except CaseOver:
        pass
    except Skipped as skipped:
        return Verdict.SKIP, str(skipped)
    except NoAnswer as silence:
        run.mismatches.append(Mismatch("answer", "an answer", str(silence), run.exchanges[-1].step))
    except Unreadable as problem:
        step = run.exchanges[-1].step if run.exchanges else ""
        run.mismatches.append(Mismatch("answer", "one that can be read", str(problem), step))
    except (PathFault, UnknownName, ConformanceFault, ConnectionError) as problem:
        return Verdict.ERROR, str(problem)
    except Exception as problem:  # noqa: BLE001 -- a case that breaks the runner must not end the run
        where = traceback.extract_tb(problem.__traceback__)[-1]
        return (
            Verdict.ERROR,
            f"{type(problem).__name__}: {problem} ({where.filename.rsplit('/', 1)[-1]}:{where.lineno})",
        )
    if run.mismatches:
        first = run.mismatches[0]
        return Verdict.FAIL, f"{first.what}: wanted {first.wanted}, got {first.got}"
    return Verdict.PASS, ""


async def perform(case: Case, run: Run) -> None:
    """What the case says: its story, or its steps until one fails."""
    run.values.update(run.names.resolve(dict(case.values)))
    if case.story:
        await STORIES[case.story](
            run, **{key.replace("-", "_"): value for key, value in run.names.resolve(dict(case.with_)).items()}
        )
        return
    for step in case.steps:
        seen = await perform_step(step, run)
        if run.mismatches:
            return
        remember(step, seen, run)


async def perform_step(step: Step, run: Run) -> Seen:
    deadline = time.monotonic() + step.retry_for
    while True:
        written = step.send.model_dump(exclude_unset=True, by_alias=True)
        seen = await run.send(Send.model_validate(run.here(written)), step.name)
        checks = [read_expectation(run.here(each)) for each in step.expect]
        if time.monotonic() >= deadline or not mismatches_of(seen, checks):
            run.check_all(seen, checks)
            return seen
        run.exchanges.pop()  # only the last try is of interest
        await asyncio.sleep(RETRY_EVERY)


def remember(step: Step, seen: Seen, run: Run) -> None:
    """Values of an answer that later steps name."""
    for name, where in step.remember.items():
        ((kind, path),) = where.items()
        match kind:
            case "header":
                found = [seen.got.headers[path.lower()]] if path.lower() in seen.got.headers else []
            case "x12":
                found = seen.got.interchange().values(path)
            case _:
                found = values_at(seen.got.json(), path)
        if not found:
            run.fail(f"{name}, from {kind} {path}", "a value to go on with", "nothing")
        run.values[name] = found[0]


def names_of(cases: Iterable[Case]) -> list[str]:
    return [case.name for case in cases]
