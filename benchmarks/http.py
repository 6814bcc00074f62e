"""`POST /x12` and PAS `$submit` beside a bare FastAPI endpoint that commits one row: what a request costs in all.

Both are served by uvicorn in a process of their own, on the same disk with the same durability, and are asked in turn,
so that a busy machine slows both. A request of ours is received, archived, routed, dispatched to a simulated delegate,
decided and answered. Ratios are what count; milliseconds are printed for the curious and asserted nowhere.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter

import aiosqlite
import httpx2
from fastapi import FastAPI, Request, Response

SAMPLES = Path(__file__).parent.parent / "samples"
X12, PAS = "/x12", "/fhir/2.2.1/Claim/$submit"
FORCED = "SBX-CERTIFY-"
KINDS = {
    "refused with a 999": ("missing-review-segment.edi", ""),
    "rejected (AAA)": ("bad-npi.edi", ""),
    "decided by a delegate over events": ("imaging-mri.edi", FORCED),
    "decided by a delegate over X12 and HTTP": ("msk-knee-replacement.edi", FORCED),
    "PAS, refused with an OperationOutcome": ("faulty/insurer-left-out.json", ""),
    "PAS, decided by a delegate over events": ("imaging-mri.json", FORCED),
    "PAS, decided by a delegate over X12 and HTTP": ("msk-spine-and-pain.json", FORCED),
}
WARM_UP, PAIRS, CLIENTS, BURST = 10, 60, 16, 160
NUMBERS = itertools.count(500_000_000)
FILE = "BARE_FILE"
START_SECONDS = 60


def bare() -> FastAPI:
    """The peer: takes a body, commits it as one row as durably as we do, and sends it back."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with aiosqlite.connect(os.environ[FILE]) as database:
            for statement in ("pragma journal_mode = wal", "pragma synchronous = full", "create table row (body blob)"):
                await database.execute(statement)
            app.state.database = database
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/x12")
    async def take(request: Request) -> Response:
        body = await request.body()
        await app.state.database.execute("insert into row values (?)", (body,))
        await app.state.database.commit()
        return Response(body, media_type="application/edi-x12")

    return app


def main() -> int:
    """Print how many times as long each kind of request takes, and how many a second pass when many clients send."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(served([*priorauth(), "--port"], folder, "/health/ready"))
        peer = stack.enter_context(served([*uvicorn("benchmarks.http:bare"), "--port"], folder, "/docs"))
        for title, (sample, force) in KINDS.items():
            own, other = in_turn(ours, peer, path_of(sample), maker(sample, force))
            print(f"{title}: {own / other:.1f} times the bare endpoint ({own * 1e3:.1f} ms, {other * 1e3:.1f} ms)")
        for title in ("decided by a delegate over events", "PAS, decided by a delegate over events"):
            sample, force = KINDS[title]
            make = maker(sample, force)
            own_rate, other_rate = burst(ours, path_of(sample), make), burst(peer, X12, make)
            print(f"{CLIENTS} clients, {title}: {own_rate:.0f} a second; the bare endpoint {other_rate:.0f}")
    return 0


def priorauth() -> list[str]:
    return [sys.executable, "-c", "from priorauth.cli import main; main()", "serve", "--sandbox"]


def uvicorn(app: str) -> list[str]:
    # Connections are kept as long as ours are: while the other side is asked, theirs are idle.
    options = ["--factory", "--log-level", "critical", "--timeout-keep-alive", "75"]
    return [sys.executable, "-m", "uvicorn", app, *options]


@contextmanager
def served(
    command: list[str], folder: Path, ready: str, settings: Mapping[str, str] | None = None
) -> Iterator[httpx2.Client]:
    """A client of a server that runs for as long as the block lasts: with files in the folder, or by the settings."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PRIORAUTH_")}
    environment |= {"PRIORAUTH_DATABASE_URL": f"sqlite:///{folder / 'priorauth.db'}", FILE: str(folder / "bare.db")}
    environment |= settings or {}
    process = subprocess.Popen(
        [*command, str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    limits = httpx2.Limits(max_connections=CLIENTS)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits) as client:
            wait_until_ready(client, ready)
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(client: httpx2.Client, path: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if client.get(path).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise TimeoutError(f"{client.base_url} was not ready in {START_SECONDS} seconds")


def path_of(sample: str) -> str:
    """Where a sample is sent."""
    return X12 if sample.endswith(".edi") else PAS


def maker(sample: str, force: str) -> Callable[[], bytes]:
    """Makes requests out of a sample, each with numbers of its own."""
    original = (SAMPLES / ("x12" if sample.endswith(".edi") else "fhir") / sample).read_bytes()

    def make_bundle() -> bytes:
        return original.replace(identifier, b"%b%09d" % (force.encode(), next(NUMBERS)))

    def make() -> bytes:
        number = b"%09d" % next(NUMBERS)
        body = original[:90] + number + re.sub(rb"(IEA\*1\*)\d{9}", rb"\g<1>" + number, original[99:])
        return re.sub(rb"TRN\*1\*[^*~]+", b"TRN*1*" + force.encode() + number, body, count=1)

    if path_of(sample) == X12:
        return make
    identifier = json.loads(original)["identifier"]["value"].encode()  # the Claim's traces begin with it
    return make_bundle


def in_turn(ours: httpx2.Client, peer: httpx2.Client, path: str, make: Callable[[], bytes]) -> tuple[float, float]:
    """The median time of one request to each, asked in turn."""
    own, other = [], []
    for round in range(WARM_UP + PAIRS):
        times = timed(ours, path, make()), timed(peer, X12, make())
        if round >= WARM_UP:
            own.append(times[0])
            other.append(times[1])
    return statistics.median(own), statistics.median(other)


def timed(client: httpx2.Client, path: str, body: bytes) -> float:
    started = perf_counter()
    answered(client.post(path, content=body))
    return perf_counter() - started


def answered(response: httpx2.Response) -> None:
    """Raises where a request was not answered. A refusal is an answer."""
    if response.status_code != httpx2.codes.UNPROCESSABLE_CONTENT:
        response.raise_for_status()


def burst(client: httpx2.Client, path: str, make: Callable[[], bytes]) -> float:
    """Requests a second when many clients send at once."""
    requests = [make() for _ in range(BURST)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        started = perf_counter()
        for answer in clients.map(lambda body: client.post(path, content=body), requests):
            answered(answer)
        return BURST / (perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
