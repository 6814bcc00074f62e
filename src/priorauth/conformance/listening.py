"""An endpoint inside the runner that a target sends notifications to. It keeps what comes and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from priorauth.conformance.targets import Listen
from priorauth.conformance.x12 import Unreadable

LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    answered: int = 200

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise Unreadable("the body of the notification is not JSON") from None

    @property
    def parameters(self) -> list[Any]:
        """The status of the subscription, which is the first entry."""
        entries = self.json().get("entry") or [{}]
        return list((entries[0].get("resource") or {}).get("parameter") or [])

    @property
    def status(self) -> dict[str, Any]:
        """Its plain parameters by name."""
        return {each["name"]: value_of(each) for each in self.parameters if each.get("name") != "notification-event"}

    @property
    def kind(self) -> str:
        return str(self.status.get("type", ""))

    @property
    def events(self) -> list[dict[str, Any]]:
        """Its events, each as its parts by name."""
        found = [each for each in self.parameters if each.get("name") == "notification-event"]
        return [{part.get("name", ""): value_of(part) for part in each.get("part", [])} for each in found]


def value_of(parameter: Mapping[str, Any]) -> Any:
    return next((value for name, value in parameter.items() if name.startswith("value")), None)


async def read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    """A body with its length, or in chunks (RFC 9112, 7.1)."""
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    chunks = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        chunks += await reader.readexactly(size)
        await reader.readuntil(b"\r\n")
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers
    return chunks


class Listener:
    """An async context manager. `answers` are the next statuses; after them it takes everything."""

    def __init__(self, *answers: int, listen: Listen | None = None) -> None:
        self.answers = list(answers)
        self._listen = listen or Listen()
        self.received: list[Notification] = []
        self._came = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._listen.address, self._listen.port, limit=LARGEST)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"http://{self._listen.host}:{self._server.sockets[0].getsockname()[1]}/hook"

    def of_kind(self, kind: str) -> list[Notification]:
        return [each for each in self.received if each.kind == kind]

    async def wait_for(self, kind: str, count: int, within: float) -> list[Notification]:
        """So many notifications of a kind, or those that came until then."""
        try:
            async with asyncio.timeout(within), self._came:
                await self._came.wait_for(lambda: len(self.of_kind(kind)) >= count)
        except TimeoutError:
            pass
        return self.of_kind(kind)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                headers = {name.strip().lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
                body = await read_body(reader, headers)
                status = self.answers.pop(0) if self.answers else 200
                writer.write(f"HTTP/1.1 {status} Taken\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
                async with self._came:
                    self.received.append(Notification(first.split(" ")[1], headers, body, status))
                    self._came.notify_all()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
