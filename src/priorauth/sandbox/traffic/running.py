"""Many twins, made and checked by several processes: in order, with the same bytes however many those are."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path

from priorauth.sandbox.traffic.checking import Problem, problems_of
from priorauth.sandbox.traffic.cohorts import Cohort
from priorauth.sandbox.traffic.twins import COHORTS, DAY, TwinMaker
from priorauth.settings import load_settings
from priorauth.tools import Tools, build_tools

_AHEAD = 3  # batches for each process that may wait to be taken


class Rail(StrEnum):
    """Which of the two formats is wanted."""

    X12 = "x12"
    FHIR = "fhir"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What traffic is wanted. `mappings` are those of the settings where None."""

    count: int
    seed: int = 1
    day: date = DAY
    payer: str = ""
    cohort: str = ""
    rail: Rail = Rail.BOTH
    checked: bool = False
    mappings: Path | None = None
    batch: int = 200  # twins that one process makes at a time

    @property
    def cohorts(self) -> Sequence[Cohort]:
        """Those that are asked for, in the order of the table."""
        return [
            each
            for each in COHORTS
            if self.payer in ("", each.payer) and self.cohort in ("", each.name, each.programme)
        ]


@dataclass(frozen=True, slots=True)
class Made:
    """One twin as it leaves the process that made it; a rail that nobody asked for is empty."""

    name: str
    cohort: Cohort
    x12: bytes = field(repr=False)
    fhir: bytes = field(repr=False)
    problems: Sequence[Problem] = ()


@dataclass(slots=True)
class Tally:
    """What was made so far. `digest` is of every byte in order: equal seeds have equal digests."""

    digest: str = ""
    twins: Counter[tuple[str, str]] = field(default_factory=Counter)  # by payer and cohort
    problems: list[Problem] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.twins.total()


def run(order: Order, *, jobs: int, take: Callable[[Made], object], tools: Tools | None = None) -> Iterator[Tally]:
    """Make what is ordered and hand each twin to `take`, in order; yields the tally now and then, and at the end."""
    tally, digest = Tally(), hashlib.sha256()
    with _batches(order, jobs, tools) as batches:
        for batch in batches:
            for made in batch:
                digest.update(made.x12)
                digest.update(made.fhir)
                tally.twins[made.cohort.payer, made.cohort.name] += 1
                tally.problems.extend(made.problems)
                take(made)
            tally.digest = digest.hexdigest()
            yield tally


@contextmanager
def _batches(order: Order, jobs: int, tools: Tools | None) -> Iterator[Iterator[list[Made]]]:
    """The batches of an order, in order: made here, or by so many processes that run ahead a little."""
    starts = range(1, order.count + 1, order.batch)
    if jobs == 1 or len(starts) == 1:
        maker = Maker(order, tools)
        yield (maker.batch(start) for start in starts)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (order,)) as pool:
        yield in_order(lambda start: pool.submit(_work, start), starts, jobs * _AHEAD)


def in_order(submit: Callable[[int], Future[list[Made]]], starts: Sequence[int], ahead: int) -> Iterator[list[Made]]:
    """The batches that begin at these numbers, in this order; so many of them are made ahead of time."""
    waiting: deque[Future[list[Made]]] = deque()
    for start in starts:
        waiting.append(submit(start))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class Maker:
    """Makes batches of one order, each twin with what is wrong with it where that is asked."""

    def __init__(self, order: Order, tools: Tools | None = None) -> None:
        self._order = order
        self._tools = tools or build_tools(load_settings(sandbox=True, mappings=order.mappings))
        self._twins = TwinMaker(
            crosswalks=self._tools.knowledge.crosswalks, seed=order.seed, day=order.day, cohorts=order.cohorts
        )

    def batch(self, start: int) -> list[Made]:
        """The twins from one number on."""
        return asyncio.run(self._batch(start))

    async def _batch(self, start: int) -> list[Made]:
        order, made = self._order, []
        for number in range(start, min(start + order.batch, order.count + 1)):
            twin = self._twins.twin(number)
            made.append(
                Made(
                    name=twin.name,
                    cohort=twin.cohort,
                    x12=twin.x12 if order.rail is not Rail.FHIR else b"",
                    fhir=twin.fhir if order.rail is not Rail.X12 else b"",
                    problems=await problems_of(twin, self._tools) if order.checked else (),
                )
            )
        return made


_makers: list[Maker] = []  # of this process


def _begin(order: Order) -> None:
    _makers.append(Maker(order))


def _work(start: int) -> list[Made]:
    return _makers[-1].batch(start)
