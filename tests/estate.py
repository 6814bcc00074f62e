"""A whole estate of processes for tests that break it: a broker, a database server and two replicas of the gateway."""

from __future__ import annotations

import asyncio
import base64
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx2

import left_out
from databases import KEY
from kafka_cluster import Record, put, records
from priorauth.adapters.database.migrations import migrate
from served import Served
from testbed.kafka import ADDRESS, Kafka
from testbed.postgres import URL, Postgres
from testbed.processes import remove
from testbed.service import Unavailable

PATIENCE_SECONDS = 400.0
"""How long anything is waited for: a busy machine is not a failure."""
RETRY_SECONDS = 0.2
READERS = 4


@dataclass
class Estate:
    """What runs, and how it is broken and mended. Replicas keep their ports, so clients find them again."""

    kafka: Kafka
    kafka_folder: Path
    address: str
    postgres: Postgres
    postgres_folder: Path
    database: str
    replicas: list[Served]

    def restart_database(self) -> None:
        self.postgres.kill()
        self.postgres.start(self.postgres_folder)

    def start_broker(self) -> None:
        self.kafka.start(self.kafka_folder)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the gateway's own tables, for what it shows nowhere else."""

        async def rows() -> list[tuple[Any, ...]]:
            connection = await asyncpg.connect(self.database)
            try:
                return [tuple(row) for row in await connection.fetch(sql)]
            finally:
                await connection.close()

        return asyncio.run(rows())

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(f"{self.replicas[0].url}{path}", timeout=PATIENCE_SECONDS)

    def get_each(self, paths: Sequence[str]) -> list[Any]:
        """The documents at these paths, from any replica."""
        with ExitStack() as stack:
            clients = [
                stack.enter_context(httpx2.Client(base_url=each.url, timeout=PATIENCE_SECONDS))
                for each in self.replicas
            ]
            readers = stack.enter_context(ThreadPoolExecutor(READERS))
            places = range(len(paths))
            return list(
                readers.map(lambda n: clients[n % len(clients)].get(paths[n]).raise_for_status().json(), places)
            )

    def metric(self, replica: Served, name: str) -> float:
        """The sum of a metric's series at one replica: `name` is how their lines begin."""
        lines = httpx2.get(f"{replica.url}/metrics", timeout=30).text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    def records(self, *topics: str) -> list[Record]:
        """Everything on these topics, in order of each partition."""
        return records(self.address, *topics)

    def put(self, record: Record) -> None:
        """Put a record on its topic, as another system does."""
        put(self.address, record)


@contextmanager
def an_estate(folder: Path, names: tuple[str, ...] = ("a", "b"), **settings: str) -> Iterator[Estate]:
    """Start everything; end it after the block. Left out, aloud, where this machine has no broker or database."""
    kafka, postgres = Kafka(), Postgres()
    kafka_folder = folder / "kafka"
    kafka_folder.mkdir()
    postgres_folder = Path(tempfile.mkdtemp())
    postgres_folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(remove, postgres_folder)
        stack.callback(postgres.stop)
        stack.callback(kafka.stop)
        starting = stack.enter_context(ThreadPoolExecutor(1)).submit(kafka.start, kafka_folder)
        try:
            database = postgres.start(postgres_folder)[URL]
            asyncio.run(migrate(database))
            address = starting.result()[ADDRESS]
        except Unavailable as reason:
            left_out.skip("a broker and a database server to break", str(reason))
        replicas = []
        for name in names:
            own = folder / name
            own.mkdir()
            replica = Served(
                own,
                sandbox=True,
                database_url=database,
                archive_key=base64.b64encode(KEY).decode(),
                kafka_bootstrap=address,
                kafka_partitions="4",
                **settings,
            )
            replicas.append(stack.enter_context(replica))
        yield Estate(kafka, kafka_folder, address, postgres, postgres_folder, database, replicas)


@dataclass
class Request:
    """One request: where it goes, and everything that came back."""

    path: str
    body: bytes = field(repr=False)
    media_type: str
    behaviour: str
    answer: httpx2.Response | None = None
    broken_off: int = 0
    refused: int = 0

    @property
    def review_id(self) -> str:
        assert self.answer is not None
        return str(self.answer.headers["x-review-id"])

    @property
    def is_pended(self) -> bool:
        """True where something in the answer is still to be decided."""
        assert self.answer is not None
        return "HCR*A4" in self.answer.text or '"A4"' in self.answer.text


class Load:
    """Clients that send a batch as real systems do: what breaks off or gets 503 is sent again, the same bytes."""

    def __init__(self, replicas: list[Served], batch: list[Request], clients: int) -> None:
        self.batch = batch
        self._urls = [replica.url for replica in replicas]
        self._waiting = list(enumerate(batch))
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._client, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def wait_for_answers(self, number: int) -> None:
        """Wait until so many requests were answered."""
        until(lambda: sum(request.answer is not None for request in self.batch) >= number, f"{number} answers")

    def join(self) -> None:
        """Wait until every request was answered."""
        until(lambda: not any(thread.is_alive() for thread in self._threads), "the end of the load")

    def _client(self) -> None:
        with httpx2.Client(timeout=60) as http:
            while True:
                with self._lock:
                    if not self._waiting:
                        return
                    place, request = self._waiting.pop(0)
                self._send(http, place, request)

    def _send(self, http: httpx2.Client, place: int, request: Request) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            url = self._urls[place % len(self._urls)] + request.path
            try:
                answer = http.post(url, content=request.body, headers={"Content-Type": request.media_type})
            except httpx2.TransportError:
                request.broken_off += 1
            else:
                if answer.status_code != 503:
                    request.answer = answer
                    return
                request.refused += 1
            place += 1  # the other replica
            time.sleep(RETRY_SECONDS)


def until(holds: Callable[[], object], what: str, so_far: Callable[[], object] = str) -> None:
    """Look again and again until it holds; an answer that breaks off counts as not yet. `so_far` tells more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            if holds():
                return
        except (httpx2.TransportError, OSError):
            pass
        assert time.monotonic() < deadline, f"waited in vain for {what} {so_far()}"
        time.sleep(0.05)
