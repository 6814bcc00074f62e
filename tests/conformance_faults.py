"""A gateway seen through a proxy that breaks one thing in its answers, to see whether the conformance cases notice.

The address says which fault: `http://127.0.0.1:PORT/<fault>/x12` is `/x12` of the gateway with that fault.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import uvicorn

from served import free_port

Segments = list[list[str]]
HOP_BY_HOP = {"host", "connection", "content-length", "transfer-encoding", "content-encoding", "accept-encoding"}
SOUND = "sound"
"""The name of no fault at all."""


@dataclass(frozen=True)
class Asked:
    """A request on its way to the gateway."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """An answer on its way back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_x12(self) -> bool:
        return self.body.startswith(b"ISA") and len(self.body) > 105

    @property
    def is_json(self) -> bool:
        return self.body[:1] in (b"{", b"[")


Break = Callable[[Asked, Answer], Answer]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a gateway, and the case that is to find it."""

    name: str
    case: str
    breaks: Break = lambda _, answer: answer
    asks: Callable[[Asked], Asked] = lambda asked: asked
    delay: float = 0.0
    only: str = ""  # only where the path contains this
    limits: Mapping[str, float] = field(default_factory=dict)  # of the target, shorter than it has


# What can be broken. Each makes a `Break`; what it does not find, it leaves alone.


def x12(change: Callable[[Segments], Segments | None]) -> Break:
    """Change the segments of an interchange, in place or into others."""

    def broken(_: Asked, answer: Answer) -> Answer:
        if not answer.is_x12:
            return answer
        text = answer.body.decode()
        element, terminator = text[3], text[105]
        segments = [each.strip("\r\n").split(element) for each in text.split(terminator) if each.strip()]
        changed = change(copied := deepcopy(segments)) or copied
        written = terminator.join(element.join(each) for each in changed) + terminator
        return answer if changed == segments else replace(answer, body=written.encode())

    return broken


def element(
    segment: str, position: int, value: str | Callable[[str], str], *, nth: int | None = None, like: str = ""
) -> Break:
    """Set an element of every such segment, or of the nth; `like` is what it begins with."""

    def change(segments: Segments) -> None:
        found = [each for each in segments if each[0] == segment and "*".join(each).startswith(like)]
        for each in found if nth is None else found[nth : nth + 1]:
            each += [""] * (position + 1 - len(each))
            each[position] = value(each[position]) if callable(value) else value

    return x12(change)


def without(*beginnings: str) -> Break:
    """Leave out the segments that begin so."""
    return x12(lambda segments: [each for each in segments if not "*".join(each).startswith(beginnings)])


def document(change: Callable[[Any], Any]) -> Break:
    """Change a JSON answer, in place or into another."""

    def changed(_: Asked, answer: Answer) -> Answer:
        if not answer.is_json:
            return answer
        read = json.loads(answer.body)
        other = change(read)
        read = read if other is None else other
        return answer if read == json.loads(answer.body) else replace(answer, body=json.dumps(read).encode())

    return changed


def everywhere(change: Callable[[dict[str, Any]], object]) -> Break:
    """Change every object of a JSON answer, the inner ones first."""

    def walk(value: Any) -> None:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)
        if isinstance(value, dict):
            change(value)

    return document(walk)


def resource(kind: str, change: Callable[[dict[str, Any]], Any]) -> Break:
    """Change every resource of a type."""
    return everywhere(lambda each: change(each) if each.get("resourceType") == kind else None)


def no_extension(ending: str) -> Break:
    """Leave out the extensions whose url ends so."""

    def change(each: dict[str, Any]) -> None:
        for name in ("extension", "modifierExtension"):
            if isinstance(each.get(name), list):
                each[name] = [one for one in each[name] if not str(one.get("url")).endswith(ending)]

    return everywhere(change)


def status(code: int, *, where: Callable[[int], bool] = lambda _: True) -> Break:
    return lambda _, answer: replace(answer, status=code) if where(answer.status) else answer


def header(name: str, value: str | None) -> Break:
    def changed(_: Asked, answer: Answer) -> Answer:
        kept = {key: each for key, each in answer.headers.items() if key != name}
        return replace(answer, headers=kept if value is None else {**kept, name: value})

    return changed


def text(old: str, new: str) -> Break:
    return lambda _, answer: replace(answer, body=answer.body.replace(old.encode(), new.encode()))


def stream(change: Callable[[list[str]], Sequence[str]]) -> Break:
    """Change the messages of a stream of server-sent events that came together."""

    def changed(_: Asked, answer: Answer) -> Answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            return answer
        messages = [each for each in answer.body.decode().replace("\r\n", "\n").split("\n\n") if each]
        return replace(answer, body="".join(f"{each}\n\n" for each in change(messages)).encode())

    return changed


def both(*breaks: Break) -> Break:
    """One fault that shows in several places."""

    def changed(asked: Asked, answer: Answer) -> Answer:
        for each in breaks:
            answer = each(asked, answer)
        return answer

    return changed


# The proxy.

Message = MutableMapping[str, Any]


def concerning(asked: Asked, fault: Fault | None) -> Fault | None:
    """The fault, where it is one of what is asked."""
    return fault if fault and fault.only in asked.path else None


class Breaking:
    """Breaks what is asked and answered, and keeps which faults did."""

    def __init__(self) -> None:
        self.broke: set[str] = set()  # the faults that changed something
        self.crashes: list[str] = []  # faults that could not be

    def asked(self, fault: Fault | None, asked: Asked) -> Asked:
        """The request with the fault."""
        if fault is None:
            return asked
        broken = fault.asks(asked)
        self.broke.update({fault.name} if broken != asked else ())
        return broken

    def answered(self, fault: Fault | None, asked: Asked, answer: Answer) -> Answer:
        """The answer with the fault. A fault of the table that crashes is no fault of a gateway: it is told apart."""
        if fault is None:
            return answer
        try:
            broken = fault.breaks(asked, answer)
        except Exception as crash:
            self.crashes.append(f"{fault.name}: {crash!r}")
            raise
        self.broke.update({fault.name} if broken != answer or fault.delay else ())
        return broken


class Proxy:
    """Stands before a gateway; knows faults by their number in its address."""

    def __init__(self, gateway: str, faults: Sequence[Fault]) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.breaking = Breaking()
        self._gateway = gateway
        self._faults = {self.address(fault): fault for fault in faults}
        self._client = httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=None))

    def address(self, fault: Fault | None) -> str:
        """Where the gateway with this fault is."""
        return f"{self.url}/{fault.name.replace(' ', '-') if fault else SOUND}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Proxy]:
        """Listen for as long as the block runs."""
        port = int(self.url.rpartition(":")[2])
        config = uvicorn.Config(
            self.answer, port=port, interface="asgi3", log_level="critical", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield self
        finally:
            server.should_exit = True
            await task
            await self._client.aclose()

    async def answer(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """One request, as ASGI has it."""
        _, which, *rest = scope["path"].split("/")
        fault = self._faults.get(f"{self.url}/{which}")
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
        asked = Asked(scope["method"], f"/{'/'.join(rest)}{query}", headers, await whole(receive))
        fault = concerning(asked, fault)
        asked = self.breaking.asked(fault, asked)
        request = self._client.build_request(
            asked.method, f"{self._gateway}{asked.path}", headers=without_hops(asked.headers), content=asked.body
        )
        got = await self._client.send(request, stream=True)
        try:
            ends = "follow=false" in asked.path
            if got.headers.get("content-type", "").startswith("text/event-stream") and not ends:
                await self._pass_on(got, asked, fault, send)
                return
            answer = Answer(got.status_code, dict(got.headers), await got.aread())
        finally:
            await got.aclose()
        await asyncio.sleep(fault.delay if fault else 0)
        answer = self.breaking.answered(fault, asked, answer)
        await send(start_of(answer))
        await send({"type": "http.response.body", "body": answer.body})

    async def _pass_on(
        self, got: httpx2.Response, asked: Asked, fault: Fault | None, send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """A stream that does not end, piece by piece; messages that come together are broken together."""
        head = Answer(got.status_code, dict(got.headers), b"")
        await send(start_of(head))
        pending = b""
        async for piece in got.aiter_bytes():
            pending += piece
            messages, end, pending = pending.rpartition(b"\n\n")
            if not end:
                continue
            answer = self.breaking.answered(fault, asked, replace(head, body=messages + end))
            await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        await send({"type": "http.response.body", "body": pending})


def without_hops(headers: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key not in HOP_BY_HOP}


def start_of(answer: Answer) -> Message:
    headers = [(key.encode(), value.encode()) for key, value in without_hops(answer.headers).items()]
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


async def whole(receive: Callable[[], Awaitable[Message]]) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
