"""Durable 278 submissions a second: on PostgreSQL with Kafka around it, and embedded; each beside the floor.

The floor is a bare FastAPI endpoint that commits one row to the same engine, whose every commit waits for the disk as
ours do. A submission of ours is received, archived, routed, dispatched, decided and answered, and its events are on
Kafka soon after. The two are asked in turn by the same number of clients: ratios are what count. Needs PostgreSQL,
Java and Maven on this machine (docs/testing.md), or says what it left out.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import asyncpg
import httpx2
from fastapi import FastAPI, Request, Response

from benchmarks.http import CLIENTS, KINDS, X12, maker, priorauth, served, timed, uvicorn
from priorauth.adapters.database.migrations import migrate

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from testbed.kafka import ADDRESS, Kafka
from testbed.postgres import URL, Postgres
from testbed.processes import remove
from testbed.service import Unavailable

SUBMISSION = KINDS["decided by a delegate over events"]
DATABASE, BROKERS = "PRIORAUTH_DATABASE_URL", "PRIORAUTH_KAFKA_BOOTSTRAP"
WARM_UP, ROUNDS = 20, 3
SECONDS = 4.0
"""How long each of the two is asked in each round."""


def bare() -> FastAPI:
    """The floor on PostgreSQL: takes a body, commits it as one row, and sends it back."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ[DATABASE], min_size=4, max_size=20) as pool:
            await pool.execute("CREATE TABLE IF NOT EXISTS bare (body bytea)")
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/x12")
    async def take(request: Request) -> Response:
        body = await request.body()
        await app.state.pool.execute("INSERT INTO bare VALUES ($1)", body)
        return Response(body, media_type="application/edi-x12")

    return app


def main() -> int:
    """Print submissions a second with their times, and how they compare with the floor's."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        compare(stack, "embedded (SQLite)", folder, uvicorn("benchmarks.http:bare"), {})
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp())
        stack.callback(remove, folder)
        folder.chmod(0o711)
        try:
            services = start(stack, folder)
        except Unavailable as reason:
            print(f"LEFT OUT: PostgreSQL and Kafka, because {reason}")
            return 0
        asyncio.run(migrate(services[DATABASE]))
        compare(stack, "PostgreSQL and Kafka", folder, uvicorn("benchmarks.durable:bare"), services)
    return 0


def start(stack: ExitStack, folder: Path) -> Mapping[str, str]:
    """Real services, as settings of a gateway. Raises Unavailable where this machine cannot have them."""
    found: dict[str, str] = {}
    for service, address, setting in ((Postgres(durable=True), URL, DATABASE), (Kafka(), ADDRESS, BROKERS)):
        own = folder / service.name.lower()
        own.mkdir(mode=0o711)
        found[setting] = service.start(own)[address]
        stack.callback(service.stop)
    return found


def compare(stack: ExitStack, title: str, folder: Path, peer: list[str], settings: Mapping[str, str]) -> None:
    """Ask a gateway and the floor in turn, round by round, and print what each took."""
    ours = stack.enter_context(served([*priorauth(), "--port"], folder, "/health/ready", settings))
    floor = stack.enter_context(served([*peer, "--port"], folder, "/docs", settings))
    make = maker(*SUBMISSION)
    for client in (ours, floor):
        ask(client, make, number=WARM_UP)
    rounds = [(ask(ours, make), ask(floor, make)) for _ in range(ROUNDS)]
    own, other = zip(*rounds, strict=True)
    print(f"{title}, {CLIENTS} clients")
    print(f"  priorauth: {told(own)}")
    print(f"  the floor: {told(other)}")
    ratio = statistics.median(b.rate / a.rate for a, b in rounds)
    print(f"  a decided submission costs what {ratio:.1f} requests of the floor do", flush=True)


@dataclass(frozen=True, slots=True)
class Round:
    """How long each request took that was answered, and all of them together."""

    times: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def told(rounds: Sequence[Round]) -> str:
    """How many a second were answered, and in what time."""
    times = [each for round in rounds for each in round.times]
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) / sum(round.seconds for round in rounds)
    return f"{rate:.0f} a second, p50 {cuts[49] * 1e3:.0f} ms, p99 {cuts[98] * 1e3:.0f} ms"


def ask(client: httpx2.Client, make: Callable[[], bytes], *, number: int = 0) -> Round:
    """Let the clients ask at once for so long, or for this number of requests."""
    begun = perf_counter()
    times: list[float] = []

    def keep_asking(_client: int) -> None:
        while len(times) < number or (not number and perf_counter() - begun < SECONDS):
            times.append(timed(client, X12, make()))

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(keep_asking, range(CLIENTS)))
    return Round(times, perf_counter() - begun)


if __name__ == "__main__":
    sys.exit(main())
