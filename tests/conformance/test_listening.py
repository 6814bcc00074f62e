"""The endpoint inside the runner that targets send notifications to."""

from __future__ import annotations

import asyncio
import json

import pytest

from priorauth.conformance.listening import Listener
from priorauth.conformance.targets import Listen

STATUS = [
    {"name": "type", "valueCode": "event-notification"},
    {"name": "notification-event", "part": [{"name": "event-number", "valueString": "1"}]},
]
BODY = json.dumps({"entry": [{"resource": {"resourceType": "Parameters", "parameter": STATUS}}]}).encode()
HEAD = b"POST /hook/x HTTP/1.1\r\nHost: x\r\nX-Tenant: north\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n" + BODY[:5] + b"\r\n%x\r\n" % (len(BODY) - 5) + BODY[5:]
CHUNKED += b"\r\n0\r\nTrailer: 1\r\n\r\n"


async def send(listener: Listener, *requests: bytes) -> list[bytes]:
    """One connection with these requests; the first line of each answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(listener.url.rpartition(":")[2].split("/")[0]))
    answers = []
    for each in requests:
        writer.write(each)
        answers.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
    writer.close()
    return answers


@pytest.mark.parametrize("request_", [WHOLE, CHUNKED], ids=["with its length", "in chunks"])
async def test_a_notification_is_kept_as_it_came(request_: bytes) -> None:
    async with Listener() as listener:
        await send(listener, request_)
        (came,) = await listener.wait_for("event-notification", 1, within=5)

    assert (came.path, came.headers["x-tenant"], came.body) == ("/hook/x", "north", BODY)
    assert came.events == [{"event-number": "1"}]


async def test_it_answers_as_it_is_told_and_then_takes_everything() -> None:
    async with Listener(503) as listener:
        answers = await send(listener, WHOLE, WHOLE)

    assert [each.split()[1] for each in answers] == [b"503", b"200"]
    assert [each.answered for each in listener.received] == [503, 200]


async def test_it_gives_what_came_where_not_enough_comes() -> None:
    async with Listener() as listener:
        await send(listener, WHOLE)

        assert await listener.wait_for("handshake", 1, within=0.01) == []


async def test_the_target_is_told_another_host_where_the_file_says_so() -> None:
    async with Listener(listen=Listen(host="tester.example")) as listener:
        assert listener.url.startswith("http://tester.example:")
