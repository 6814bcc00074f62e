"""Several gateways on one PostgreSQL: whoever does the work, whoever holds the open request answers it, once."""

from __future__ import annotations

import asyncio
import base64
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

import left_out
from databases import KEY
from interchanges import forcing
from postgresql import a_database
from priorauth.adapters.database.migrations import migrate
from served import Served
from testbed.postgres import URL, Postgres
from testbed.processes import remove
from testbed.service import Unavailable

pytestmark = pytest.mark.real

SENT_TO_EACH = 20
CLIENTS = 8
ARCHIVE_KEY = base64.b64encode(KEY).decode()
STORY = ["review.received", "review.routed", "leg.dispatched", "determination.recorded", "determination.returned"]


@pytest.fixture
async def database() -> AsyncIterator[str]:
    async with a_database() as url:
        yield url


def replica(stack: ExitStack, folder: Path, name: str, database: str) -> Served:
    """A gateway on that database, with a folder of its own."""
    own = folder / name
    own.mkdir()
    return stack.enter_context(Served(own, database_url=database, archive_key=ARCHIVE_KEY, wait_seconds="20"))


def send(gateways: list[Served], number: int) -> list[httpx2.Response]:
    """Send requests to all gateways at once, over events and over X12; the answers."""

    def post(place: int) -> httpx2.Response:
        body = forcing(("imaging-mri", "msk-knee-replacement")[place % 2], "CERTIFY")
        return httpx2.post(f"{gateways[place % len(gateways)].url}/x12", content=body, timeout=60)

    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(post, range(number)))


def check_answered(answers: list[httpx2.Response]) -> list[str]:
    """Every request was certified, as a review of its own; the reviews."""
    assert Counter(answer.status_code for answer in answers) == {200: len(answers)}
    assert all("HCR*A1*" in answer.text for answer in answers)
    reviews = [answer.headers["x-review-id"] for answer in answers]
    assert len(set(reviews)) == len(answers)
    return reviews


def story_of(gateway: Served, review_id: str) -> list[str]:
    """The kinds of a review's events in order, once each distinct id."""
    events = httpx2.get(f"{gateway.url}/reviews/{review_id}/events", timeout=30).json()["events"]
    assert len({event["id"] for event in events}) == len(events)
    return [re.sub(r"priorauth\.(.*)\.v1", r"\1", event["type"]) for event in events]


def stream_of(gateway: Served) -> list[tuple[int, str, str]]:
    """Position, event id and review of everything on the stream."""
    text = httpx2.get(f"{gateway.url}/events", params={"follow": "false"}, timeout=30).text
    found = re.findall(r'id: (\d+)\n.*\ndata: .*?"id":"([^"]+)".*?"subject":"([^"]+)"', text)
    return [(int(position), event, review) for position, event, review in found]


def steps_done_by(gateway: Served) -> float:
    metrics = httpx2.get(f"{gateway.url}/metrics", timeout=30).text
    return sum(float(value) for value in re.findall(r"priorauth_events_consumed_total\{.*\} (\S+)", metrics))


def test_two_replicas_answer_every_request_once_and_share_the_work(tmp_path: Path, database: str) -> None:
    with ExitStack() as stack:
        gateways = [replica(stack, tmp_path, name, database) for name in ("a", "b")]
        time.sleep(3)  # the shards are shared out

        reviews = check_answered(send(gateways, 2 * SENT_TO_EACH))

        assert all(steps_done_by(gateway) > SENT_TO_EACH for gateway in gateways)
        stories = {review_id: story_of(gateways[0], review_id) for review_id in reviews}
        for story in stories.values():
            assert [event for event in story if event != "notice.due"] == STORY
        stream = stream_of(gateways[0])
        assert stream == stream_of(gateways[1])
        assert [position for position, *_ in stream] == sorted({position for position, *_ in stream})
        assert Counter(review for *_, review in stream) == {
            review_id: len(story) for review_id, story in stories.items()
        }


def test_the_same_bytes_sent_to_two_replicas_at_once_are_one_review(tmp_path: Path, database: str) -> None:
    with ExitStack() as stack:
        gateways = [replica(stack, tmp_path, name, database) for name in ("a", "b")]
        body = forcing("msk-knee-replacement", "CERTIFY")

        with ThreadPoolExecutor(6) as clients:
            posted = [
                clients.submit(httpx2.post, f"{gateways[n % 2].url}/x12", content=body, timeout=60) for n in range(6)
            ]
            answers = [each.result() for each in posted]

        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.headers["x-review-id"] for answer in answers}) == 1
        assert len({answer.content for answer in answers}) == 1


def test_what_a_killed_replica_consumed_the_other_takes_over(tmp_path: Path, database: str) -> None:
    with ExitStack() as stack:
        gateways = [replica(stack, tmp_path, name, database) for name in ("a", "b")]
        time.sleep(3)

        gateways[1].kill()

        check_answered(send(gateways[:1], SENT_TO_EACH))


@pytest.fixture
def own_server() -> Iterator[tuple[Postgres, Path]]:
    """A server that a test may restart."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    server = Postgres()
    yield server, folder
    server.stop()
    remove(folder)


def test_a_gateway_recovers_by_itself_from_a_restart_of_the_database_under_load(
    tmp_path: Path, own_server: tuple[Postgres, Path]
) -> None:
    server, folder = own_server
    try:
        url = server.start(folder)[URL]
    except Unavailable as reason:
        left_out.skip("PostgreSQL", str(reason))
    asyncio.run(migrate(url))
    with ExitStack() as stack:
        gateway = replica(stack, tmp_path, "a", url)
        load = ThreadPoolExecutor(CLIENTS)
        posted = [
            load.submit(httpx2.post, f"{gateway.url}/x12", content=forcing("imaging-mri", "CERTIFY"), timeout=60)
            for _ in range(60)
        ]
        time.sleep(0.5)
        server.kill()
        away = httpx2.get(f"{gateway.url}/health/ready", timeout=30)
        time.sleep(1)
        server.start(folder)
        answers = [each.result() for each in posted]
        back = wait_until_ready(gateway)

        assert away.status_code == 503
        assert "the store does not answer" in away.json()["problems"]
        assert back < 10
        assert {answer.status_code for answer in answers} <= {200, 503}
        accepted = [answer.headers["x-review-id"] for answer in answers if answer.status_code == 200]
        assert len(set(accepted)) == len(accepted)
        check_answered(send([gateway], CLIENTS))


def wait_until_ready(gateway: Served) -> float:
    """How long it took until the gateway said that it is ready."""
    started = time.monotonic()
    while httpx2.get(f"{gateway.url}/health/ready", timeout=30).status_code != 200:
        assert time.monotonic() - started < 60
        time.sleep(0.1)
    return time.monotonic() - started


async def test_a_gateway_refuses_a_database_of_another_revision_and_says_what_to_do(tmp_path: Path) -> None:
    async with a_database(migrated=False) as url:
        serve = [sys.executable, "-c", "from priorauth.cli import main; main()", "serve", "--sandbox", "--port", "0"]
        environment = {"PRIORAUTH_DATABASE_URL": url, "PATH": "/usr/bin:/bin"}
        refused = subprocess.run(serve, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert refused.returncode == 2
        assert "priorauth db upgrade" in refused.stderr

        upgraded = subprocess.run(
            [*serve[:3], "db", "upgrade"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert upgraded.returncode == 0, upgraded.stderr
        with Served(tmp_path, database_url=url) as gateway:
            assert httpx2.get(f"{gateway.url}/health/ready").status_code == 200
