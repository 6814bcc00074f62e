"""X12 over HTTP: which answers are answers, which calls are worth repeating and which are not. Over a real socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import pytest

from priorauth.adapters.delegates.x12_http import X12Http
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import MessageId
from priorauth.services.delegate_ports import DirectTransport, Refused
from priorauth.services.ports import Direction, Message, Retryable

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LEG = Message(
    id=MessageId("msg-1"), direction=Direction.SENT, counterpart="turningpoint", format="x12", at=NOW, body=b"ISA*00~"
)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def destination(serve: Serve) -> AsyncIterator[X12Http]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx2.AsyncClient(timeout=0.3) as client:
        yield X12Http(DestinationId("turningpoint"), f"http://127.0.0.1:{port}/x12", client, now=lambda: NOW)


def answering(status: str, body: bytes = b"", *headers: str, received: list[bytes] | None = None) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        content = await reader.readexactly(len(LEG.body))
        if received is not None:
            received.append(head + content)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        writer.close()

    return serve


async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def hangs_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def test_it_is_a_transport_that_is_called() -> None:
    async with destination(hangs_up) as transport:
        assert isinstance(transport, DirectTransport)


async def test_the_legs_bytes_are_posted_as_they_are_under_their_own_key() -> None:
    received: list[bytes] = []

    async with destination(answering("200 OK", b"ISA~", received=received)) as transport:
        await transport.send(LEG)

    assert received[0].endswith(LEG.body)
    assert b"application/edi-x12" in received[0]
    assert b"msg-1" in received[0]


async def test_an_answer_on_the_call_is_returned_with_its_bytes() -> None:
    async with destination(answering("200 OK", b"ISA*answer~", "Content-Type: application/edi-x12")) as transport:
        answer = await transport.send(LEG)

    assert answer is not None
    assert (answer.destination, answer.format, answer.body, answer.at) == ("turningpoint", "x12", b"ISA*answer~", NOW)


async def test_an_answer_in_json_is_an_event() -> None:
    answering_json = answering("200 OK", b"{}", "Content-Type: application/cloudevents+json; charset=utf-8")

    async with destination(answering_json) as transport:
        answer = await transport.send(LEG)

    assert answer is not None
    assert answer.format == "event"


async def test_an_empty_answer_means_that_it_comes_later() -> None:
    async with destination(answering("202 Accepted")) as transport:
        assert await transport.send(LEG) is None


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"])
async def test_a_destination_that_cannot_take_it_now_is_worth_another_try(status: str) -> None:
    async with destination(answering(status, b"MEM0000001")) as transport:
        with pytest.raises(Retryable) as problem:
            await transport.send(LEG)

    assert "MEM0000001" not in str(problem.value)


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "422 Unprocessable Content", "302 Found"])
async def test_a_destination_that_will_not_have_it_is_not_asked_again(status: str) -> None:
    async with destination(answering(status, b"MEM0000001")) as transport:
        with pytest.raises(Refused) as problem:
            await transport.send(LEG)

    assert "MEM0000001" not in str(problem.value)


@pytest.mark.parametrize("serve", [never_answers, hangs_up])
async def test_no_answer_is_worth_another_try(serve: Serve) -> None:
    async with destination(serve) as transport:
        with pytest.raises(Retryable):
            await transport.send(LEG)


async def test_nobody_at_home_is_worth_another_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with httpx2.AsyncClient(timeout=0.3) as client:
        transport = X12Http(DestinationId("turningpoint"), f"http://127.0.0.1:{port}/x12", client, now=lambda: NOW)

        with pytest.raises(Retryable):
            await transport.send(LEG)
