"""What is told of one review: a request is sent, and its events are read in both forms until it is returned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.seen import Seen
from priorauth.conformance.streams import Delivered, Stream, opened

PREFIX = "priorauth."
RECEIVED, ROUTED, DISPATCHED, RECORDED, RETURNED = (
    "review.received.v1",
    "review.routed.v1",
    "leg.dispatched.v1",
    "determination.recorded.v1",
    "determination.returned.v1",
)
STORY = (RECEIVED, ROUTED, DISPATCHED, RECORDED, RETURNED)
"""What is told of every review that somebody decides."""
PATIENCE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A request, its review, and what was told of it in both forms."""

    sent: Seen
    payer: str
    review_id: str
    minimal: Sequence[Delivered]
    full: Sequence[Delivered]

    @property
    def both(self) -> Sequence[Delivered]:
        return [*self.minimal, *self.full]


class Listener:
    """Collects the events of reviews from a stream; a stream carries those of others too."""

    def __init__(self, run: Run, stream: Stream, name: str) -> None:
        self.every: list[Delivered] = []
        self._run = run
        self._stream = stream
        self._name = name

    async def until(
        self, told: Callable[[Sequence[Delivered]], bool], what: str, *, within: float = PATIENCE
    ) -> Sequence[Delivered]:
        """Everything that came, once it is enough; a mismatch ends the case where it never is."""

        async def ask() -> bool:
            self.every += await self._stream.new()
            return told(self.every)

        await self._run.until(ask, within=within, what=what)
        return self.every

    async def of(self, review_id: str, last: str = RETURNED) -> Sequence[Delivered]:
        """What is told of a review up to the first event of a type."""
        await self.until(
            lambda every: last in kinds(about(every, review_id)), f"{PREFIX}{last} of the review in {self._name}"
        )
        found = about(self.every, review_id)
        for one in found:
            self._run.note(f"{self._name}: {short(one)}", one.body)
        return found

    async def decided(self, review_id: str) -> Sequence[Delivered]:
        """What is told of a review up to the return after which nothing more comes."""

        def is_told(every: Sequence[Delivered]) -> bool:
            returns = [one for one in about(every, review_id) if short(one) == RETURNED]
            return bool(returns) and returns[-1].data.get("more_to_come") is False

        await self.until(is_told, "the decision is told as returned")
        return about(self.every, review_id)


def about(every: Iterable[Delivered], review_id: str) -> list[Delivered]:
    """The events of one review."""
    return [one for one in every if one.data.get("review_id") == review_id or one.event.get("subject") == review_id]


def short(one: Delivered) -> str:
    """An event's type without what all types begin with."""
    return one.type.removeprefix(PREFIX)


def kinds(events: Iterable[Delivered]) -> list[str]:
    return [short(one) for one in events]


async def send(run: Run, message: str, **words: Any) -> Seen:
    """Send a message on the rail that it is written for; the words are those of `send`."""
    return await (run.x12 if message.endswith(".edi") else run.fhir)(message, **words)


async def submit(run: Run, message: str, *, trace: str = "", edit: Sequence[Mapping[str, Any]] = ()) -> Seen:
    """Send a request, and see that it was taken."""
    sent = await send(run, message, trace=trace, edit=tuple(edit))
    run.require("the status of the answer", 200, sent.got.status)
    return sent


def another(run: Run, message: str, trace: str = "SBX-CERTIFY-") -> list[Mapping[str, Any]]:
    """Edits that make a second request of a case another one than the first."""
    unique = str(run.names.value("unique:another"))
    if message.endswith(".edi"):
        return [{"set": {"BHT-03": unique, "EV/TRN-02": trace + unique}}]
    return [{"set": {"Bundle.identifier.value": unique, "Claim.identifier[0].value": trace + unique}}]


async def review_of(run: Run, sent: Seen) -> str:
    """The review that an answer belongs to."""
    review_id = sent.got.headers.get("x-review-id", "")
    run.require("the answer names its review in X-Review-Id", True, bool(review_id))
    return review_id


async def told_once(run: Run, message: str, payer: str, **words: Any) -> Told:
    """What is told of a request that is sent once in a run, for every case that looks at it; each shows the wire."""
    name = f"told of {message} {payer} {sorted(words.items())}"
    if name not in run.shared:
        teller = run.beside()
        run.shared[name] = teller, asyncio.ensure_future(told_of(teller, message, payer, **words))
    teller, telling = run.shared[name]
    try:
        told = await telling
    finally:
        run.exchanges += teller.exchanges
        run.mismatches += teller.mismatches
    assert isinstance(told, Told)
    return told


async def told_of(
    run: Run,
    message: str,
    payer: str,
    *,
    trace: str = "SBX-CERTIFY-",
    last: str = RETURNED,
    edit: Sequence[Mapping[str, Any]] = (),
) -> Told:
    """Send a request and read what is told of it, in its minimal form and in the payer's full one."""
    async with AsyncExitStack() as stack:
        minimal = Listener(run, await stack.enter_async_context(opened(run)), "all events")
        full = Listener(run, await stack.enter_async_context(opened(run, payer)), f"events of {payer}")
        sent = await submit(run, message, trace=trace, edit=edit)
        review_id = await review_of(run, sent)
        return Told(
            sent=sent,
            payer=payer,
            review_id=review_id,
            minimal=await minimal.of(review_id, last),
            full=await full.of(review_id, last),
        )
