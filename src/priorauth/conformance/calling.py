"""One run of one case: sends requests, keeps what went over the wire, and collects what is not as wanted."""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, TypeVar, overload

import httpx2

from priorauth.conformance.cases import Send
from priorauth.conformance.expectations import Check, read_expectation
from priorauth.conformance.expectations.matching import show
from priorauth.conformance.folders import Folder
from priorauth.conformance.messages import edited_bytes, fhir_body, replaced, x12_body
from priorauth.conformance.naming import Names
from priorauth.conformance.results import Exchange, Mismatch, WireMessage
from priorauth.conformance.seen import Got, Seen, Sent, as_text
from priorauth.conformance.targets import Target
from priorauth.conformance.tokens import Tokens
from priorauth.conformance.x12 import Unreadable

EDI = "application/edi-x12"
FHIR = "application/fhir+json"
DEFAULT_FHIR = "2.2.1"
T = TypeVar("T")
MOST_BODY = 100_000
"""Characters of a body that are kept; a report with a 20 MiB body in it cannot be sent to anybody."""
SHORT_WAIT = 0.05


class CaseOver(Exception):
    """Nothing more can be asked in this case; what is wrong is in the list of mismatches."""


class Skipped(Exception):
    """The case cannot be judged here."""


class NoAnswer(Exception):
    """The target did not answer at all."""


class Run:
    """What a case needs: requests, checks, names. The wire and the mismatches are kept for the report."""

    def __init__(
        self,
        *,
        target: Target,
        folder: Folder,
        client: httpx2.AsyncClient,
        tokens: Tokens,
        names: Names,
        suite: str,
        shared: dict[str, Any] | None = None,
    ) -> None:
        self.target = target
        self.folder = folder
        self.names = names
        self.exchanges: list[Exchange] = []
        self.mismatches: list[Mismatch] = []
        self.seen: dict[str, Seen] = {}
        self.shared = {} if shared is None else shared  # what cases of one run need not find out again
        self._client = client
        self._tokens = tokens
        self._suite = suite
        self._version = suite.removeprefix("pas-") if suite.startswith("pas-") else DEFAULT_FHIR

    @property
    def unique(self) -> str:
        """Text that nobody else has used."""
        return str(self.names.value("unique"))

    @property
    def values(self) -> dict[str, Any]:
        """The values of names."""
        return self.names.values

    def beside(self) -> Run:
        """A run of its own on the same target, for what several cases look at."""
        return Run(
            target=self.target,
            folder=self.folder,
            client=self._client,
            tokens=self._tokens,
            names=self.names.anew(),
            suite=self._suite,
            shared=self.shared,
        )

    async def token(self, client: str) -> str:
        """The access token of a client of the target; nothing where the target is open."""
        return await self._tokens.token(self._client, client)

    def here(self, written: Any) -> Any:
        """What a case says, with names filled in, and with values as they are at this target."""
        return replaced(self.names.resolve(written), self.target.values)

    async def x12(self, message: str, *, name: str = "", **words: Any) -> Seen:
        """Send an interchange; the words are those of `send`, with underscores."""
        return await self.send(Send(x12=message, **words), name)

    async def fhir(self, message: str, *, name: str = "", **words: Any) -> Seen:
        """Call an operation of PAS with a message; the words are those of `send`."""
        return await self.send(Send(fhir=message, **words), name)

    async def request(
        self,
        method: str,
        path: str,
        *,
        name: str = "",
        json: Any = None,
        text: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        client: str | None = "default",
    ) -> Seen:
        """Any other request. `client=None` sends no token."""
        words: dict[str, Any] = {method.lower(): path, "json": json, "text": text, "as": client}
        return await self.send(Send.model_validate({**words, "headers": dict(headers or {})}), name)

    def body(self, send: Send) -> bytes:
        """The bytes of a request, for stories that send the same ones more than once."""
        return self._request_of(send)[2]

    async def send(self, send: Send, name: str = "") -> Seen:
        """Send what a step says, and keep the exchange."""
        name = name or f"step {len(self.exchanges) + 1}"
        sent = await self._prepare(send)
        began = time.perf_counter()
        try:
            answer = await self._client.request(sent.method, sent.url, headers=sent.headers, content=sent.body)
        except httpx2.ConnectError:
            raise ConnectionError("the target cannot be reached") from None
        except httpx2.HTTPError as problem:
            seconds = time.perf_counter() - began
            self.exchanges.append(Exchange(name, wire_request(sent), None, seconds, type(problem).__name__))
            raise NoAnswer(f"no answer: {type(problem).__name__} after {seconds:.1f} s") from None
        seconds = time.perf_counter() - began
        headers = {key.lower(): value for key, value in answer.headers.items()}
        got = Got(answer.status_code, headers, answer.content)
        self.exchanges.append(Exchange(name, wire_request(sent), wire_answer(got), seconds))
        seen = Seen(name, sent, got, seconds, self.target, self.seen)
        self.seen = {**self.seen, name: seen}
        return seen

    async def _prepare(self, send: Send) -> Sent:
        method, url, body, headers = self._request_of(send)
        if send.as_ is not None and (token := await self._tokens.token(self._client, send.as_)):
            headers["authorization"] = f"Bearer {token}"
        for key, value in send.headers.items():
            headers.pop(key.lower(), None)
            if value is not None:
                headers[key.lower()] = value
        return Sent(method, url, headers, body)

    def _request_of(self, send: Send) -> tuple[str, str, bytes, dict[str, str]]:
        if send.x12 is not None:
            body = x12_body(send, self.folder.messages / send.x12, self.names, self.target.values)
            return "POST", self.target.url(send.to or self.target.x12_path), body, {"content-type": EDI}
        if send.fhir is not None:
            body = fhir_body(send, self.folder.messages / send.fhir, self.names, self.target.values)
            url = self.target.url(send.to or f"fhir/{send.version or self._version}:{send.operation}")
            return "POST", url, body, {"content-type": FHIR, "accept": FHIR}
        if send.again is not None:
            before = self.seen[send.again].sent
            url = self.target.url(send.to) if send.to else before.url
            headers = {key: value for key, value in before.headers.items() if key != "authorization"}
            return before.method, url, edited(before.body, send), headers
        path = getattr(send, send.kind)
        if send.json_ is not None:
            return (
                send.kind.upper(),
                self.target.url(path),
                json.dumps(send.json_).encode(),
                {"content-type": "application/json"},
            )
        return send.kind.upper(), self.target.url(path), (send.text or "").encode(), {}

    def check(self, seen: Seen, *expectations: Mapping[str, Any]) -> bool:
        """Check declared expectations; True where all hold."""
        return self.check_all(seen, [read_expectation(replaced(each, self.target.values)) for each in expectations])

    def check_all(self, seen: Seen, checks: list[Check]) -> bool:
        found = mismatches_of(seen, checks)
        self.mismatches += found
        return not found

    def want(self, what: str, wanted: Any, got: Any) -> bool:
        """Two values are equal, or that is a mismatch."""
        if wanted != got:
            self.mismatches.append(Mismatch(what, show(wanted), show(got), self._last_step()))
        return bool(wanted == got)

    def require(self, what: str, wanted: Any, got: Any) -> None:
        """Two values are equal, or the case ends with that mismatch."""
        if not self.want(what, wanted, got):
            raise CaseOver

    def fail(self, what: str, wanted: str, got: str) -> NoReturn:
        """End the case with a mismatch."""
        self.mismatches.append(Mismatch(what, wanted, got, self._last_step()))
        raise CaseOver

    @overload
    async def until(
        self, ask: Callable[[], Awaitable[T]], *, within: float, what: str, every: float = SHORT_WAIT
    ) -> T: ...

    @overload
    async def until(self, ask: Callable[[], T], *, within: float, what: str, every: float = SHORT_WAIT) -> T: ...

    async def until(self, ask: Callable[[], Any], *, within: float, what: str, every: float = SHORT_WAIT) -> Any:
        """Ask until the answer is something; a mismatch ends the case where it never is."""
        deadline = time.monotonic() + within
        while True:
            asked = ask()
            answer = await asked if inspect.isawaitable(asked) else asked
            if answer:
                return answer
            if time.monotonic() > deadline:
                self.fail(what, f"within {within:g} s", "nothing until then")
            await asyncio.sleep(every)

    def note(self, what: str, text: str) -> None:
        """Something for the wire trace that is no request of ours."""
        self.exchanges.append(Exchange(what, WireMessage(what, (), shortened(text))))

    def skip(self, reason: str) -> NoReturn:
        """End the case without a judgment."""
        raise Skipped(reason)

    def _last_step(self) -> str:
        return self.exchanges[-1].step if self.exchanges else ""


def edited(body: bytes, send: Send) -> bytes:
    """The bytes of before, or what a step makes of them."""
    return edited_bytes(as_text(body), send.bytes) if send.bytes else body


def mismatches_of(seen: Seen, checks: list[Check]) -> list[Mismatch]:
    """What is not as wanted. An answer that cannot be read is one mismatch of each check that would have read it."""
    found: list[Mismatch] = []
    for check in checks:
        try:
            found += [Mismatch(each.what, each.wanted, each.got, seen.name) for each in check.check(seen)]
        except Unreadable as problem:
            unreadable = Mismatch("answer", "one that can be read", f"{seen.got.status}: {problem}", seen.name)
            found += [unreadable] if unreadable not in found else []
    return found


def wire_request(sent: Sent) -> WireMessage:
    shown = tuple(
        (key, value if key != "authorization" else "Bearer (not shown)") for key, value in sent.headers.items()
    )
    return WireMessage(f"{sent.method} {sent.url}", shown, shortened(as_text(sent.body)))


def wire_answer(got: Got) -> WireMessage:
    return WireMessage(f"HTTP {got.status}", tuple(got.headers.items()), shortened(got.text))


def shortened(text: str) -> str:
    """The text, or its beginning and how much more there is."""
    return text if len(text) <= MOST_BODY else f"{text[:MOST_BODY]}\n... and {len(text) - MOST_BODY} characters more"
