"""Durable 278 submissions on a real PostgreSQL, beside a bare FastAPI endpoint that commits one row to the same server.

The server commits to the disk. A request of ours is received, archived, routed, dispatched, decided and answered, each
step in transactions of its own; the peer has one. Needs a PostgreSQL on this machine (docs/testing.md), or says so.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from time import perf_counter

import asyncpg
import httpx2
from fastapi import FastAPI, Request, Response

from benchmarks.http import CLIENTS, KINDS, X12, maker, priorauth, served, timed
from priorauth.adapters.database.migrations import migrate

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from testbed.postgres import URL, Postgres
from testbed.processes import remove
from testbed.service import Unavailable

ROUNDS, BURST = 3, 120
WARM_UP = 20


def bare() -> FastAPI:
    """The peer: takes a body, commits it as one row, and sends it back."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(os.environ["PRIORAUTH_DATABASE_URL"], min_size=4, max_size=20) as pool:
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
    """Print submissions a second with their times, and how they compare with the peer's."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp())
        stack.callback(remove, folder)
        folder.chmod(0o711)
        server = Postgres(durable=True)
        try:
            url = server.start(folder)[URL]
        except Unavailable as reason:
            print(f"LEFT OUT: no PostgreSQL, because {reason}")
            return 0
        stack.callback(server.stop)
        asyncio.run(migrate(url))
        uvicorn = [sys.executable, "-m", "uvicorn", "benchmarks.postgresql:bare", "--factory"]
        ours = stack.enter_context(served([*priorauth(), "--port"], folder, "/health/ready", database_url=url))
        peer = stack.enter_context(
            served([*uvicorn, "--log-level", "critical", "--port"], folder, "/docs", database_url=url)
        )
        make = maker(*KINDS["decided by a delegate over events"])
        for client in (ours, peer):
            burst(client, make, WARM_UP)
        rates = [(show("priorauth", ours, make), show("bare endpoint", peer, make)) for _ in range(ROUNDS)]
        ratio = statistics.median(other / own for own, other in rates)
        print(f"a decided submission costs what {ratio:.1f} requests of the bare endpoint do")
    return 0


def show(name: str, client: httpx2.Client, make: Callable[[], bytes]) -> float:
    """Print what one burst took; requests a second."""
    rate, times = burst(client, make, BURST)
    cuts = statistics.quantiles(times, n=100)
    print(f"{name}, {CLIENTS} clients: {rate:.0f} a second, p50 {cuts[49] * 1e3:.0f} ms, p99 {cuts[98] * 1e3:.0f} ms")
    return rate


def burst(client: httpx2.Client, make: Callable[[], bytes], number: int) -> tuple[float, list[float]]:
    """Requests a second when many clients send at once, and how long each took."""
    requests = [make() for _ in range(number)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        started = perf_counter()
        times = list(clients.map(lambda body: timed(client, X12, body), requests))
        return number / (perf_counter() - started), times


if __name__ == "__main__":
    sys.exit(main())
