"""Runs the case of each fault with that fault and without any, and keeps what was broken on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from conformance_faults import Breaking, Fault
from priorauth.conformance.cases import Case
from priorauth.conformance.results import CaseResult

AT_ONCE = 6

RunCase = Callable[[Case, Fault | None], Awaitable[CaseResult]]


@dataclass(frozen=True)
class Found:
    """How the case of each fault ended with that fault, and by its own name without any; and what was broken."""

    results: dict[str, CaseResult]
    broke: set[str]
    crashes: list[str]


async def run_with_faults(faults: Sequence[Fault], cases: Sequence[Case], breaking: Breaking, run: RunCase) -> Found:
    """Run each case that a fault names by `run`, which goes a way that `breaking` breaks."""
    by_name = {case.name: case for case in cases}
    gate = asyncio.Semaphore(AT_ONCE)
    asked: list[tuple[str, Case, Fault | None]] = [(fault.name, by_name[fault.case], fault) for fault in faults]
    asked += [(name, by_name[name], None) for name in sorted({fault.case for fault in faults})]

    async def one(case: Case, fault: Fault | None) -> CaseResult:
        async with gate:
            return await run(case, fault)

    together = [each for each in asked if not each[1].alone]
    ended = await asyncio.gather(*(one(case, fault) for _, case, fault in together))
    results = {name: result for (name, _, _), result in zip(together, ended, strict=True)}
    results |= {name: await one(case, fault) for name, case, fault in asked if case.alone}
    return Found(results, breaking.broke, breaking.crashes)
