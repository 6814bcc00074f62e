"""PAS over HTTP: where a leg is posted, which answers are answers, which calls are repeated. Over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
import pytest

from priorauth.adapters.delegates.fhir_pas import FhirPas
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import MessageId
from priorauth.services.delegate_ports import DirectTransport, Refused
from priorauth.services.ports import Direction, Message, Retryable

NOW = datetime(2026, 3, 2, tzinfo=UTC)
LEG = Message(
    id=MessageId("msg-1"),
    direction=Direction.SENT,
    counterpart="sleep",
    format="pas-2.0.1",
    at=NOW,
    body=b'{"resourceType":"Bundle"}',
)
BUNDLE = b'{"resourceType":"Bundle","entry":[]}'


@asynccontextmanager
async def destination(
    status: str, body: bytes = b"", *headers: str, received: list[bytes] | None = None
) -> AsyncIterator[FhirPas]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        content = await reader.readexactly(len(LEG.body))
        if received is not None:
            received.append(head + content)
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx2.AsyncClient(timeout=2) as client:
        yield FhirPas(DestinationId("sleep"), f"http://127.0.0.1:{port}/fhir/", client, now=lambda: NOW)


async def test_a_leg_is_submitted_below_the_base_url_under_its_own_key() -> None:
    received: list[bytes] = []

    async with destination("200 OK", BUNDLE, received=received) as transport:
        assert isinstance(transport, DirectTransport)
        await transport.send(LEG)

    assert received[0].startswith(b"POST /fhir/Claim/$submit HTTP/1.1")
    assert b"application/fhir+json" in received[0]
    assert b"msg-1" in received[0]
    assert received[0].endswith(LEG.body)


@pytest.mark.parametrize(
    ("body", "media_type", "format"),
    [
        (BUNDLE, "application/fhir+json; charset=utf-8", "pas-2.0.1"),
        (BUNDLE, "application/json", "pas-2.0.1"),
        (BUNDLE, "application/cloudevents+json", "pas-2.0.1"),
        (b'{"leg_id":"t","reason":"not ours"}', "application/cloudevents+json", "event"),
        (b"\x00no answer", "application/fhir+json", "pas-2.0.1"),
    ],
    ids=["a Bundle", "a Bundle as JSON", "a Bundle as an event", "a decline", "garbage"],
)
async def test_an_answer_on_the_call_is_returned_with_its_bytes_and_its_format(
    body: bytes, media_type: str, format: str
) -> None:
    async with destination("201 Created", body, f"Content-Type: {media_type}") as transport:
        answer = await transport.send(LEG)

    assert answer is not None
    assert (answer.destination, answer.format, answer.body, answer.at) == ("sleep", format, body, NOW)


async def test_an_empty_answer_means_that_it_comes_later() -> None:
    async with destination("202 Accepted") as transport:
        assert await transport.send(LEG) is None


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"])
async def test_a_5xx_is_worth_another_try(status: str) -> None:
    async with destination(status, b"MEM0000001") as transport:
        with pytest.raises(Retryable) as problem:
            await transport.send(LEG)

    assert "MEM0000001" not in str(problem.value)


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "422 Unprocessable Content", "302 Found"])
async def test_a_4xx_is_final(status: str) -> None:
    async with destination(status, b"MEM0000001") as transport:
        with pytest.raises(Refused) as problem:
            await transport.send(LEG)

    assert "MEM0000001" not in str(problem.value)
