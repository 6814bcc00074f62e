"""`sandbox ehr` and `payer`: counterparts of a gateway, each a process of its own. They start with little."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from priorauth.cli.output import COULD_NOT_RUN, INVALID, fail, note
from priorauth.sandbox.counterparts.ehr import CALL_SECONDS, VERSIONS, Ehr, Endpoint, GatewayAway
from priorauth.sandbox.counterparts.payer import StreamAway, from_gateway, from_kafka, told

RAILS = ("x12", "fhir")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What an EHR sends, and how it hears of later answers."""

    rail: str
    files: Sequence[Path]
    traffic: int
    seed: int
    version: str
    wait: float
    subscribes: bool
    show: bool
    gateway: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consuming:
    """Which payer's events, and where they come from."""

    payer: str
    after: int
    follow: bool
    kafka: str
    prefix: str
    group: str
    show: bool
    gateway: str
    token: str = field(repr=False)


def say(line: str) -> None:
    """One line, at once and in one piece: whoever reads along sees it when it happens, whichever thread says it."""
    print(f"{line}\n", end="", flush=True)


def play_ehr(sending: Sending) -> int:
    """Send requests, wait for what comes later; 0 where nothing is pended any more."""
    if sending.rail not in RAILS:
        fail(f"--rail wants one of {', '.join(RAILS)}", COULD_NOT_RUN)
    if sending.version not in VERSIONS:
        fail(f"--version wants one of {', '.join(VERSIONS)}", COULD_NOT_RUN)
    if not sending.files and not sending.traffic:
        fail("say what to send: --send FILE or --traffic N", COULD_NOT_RUN)
    headers = {"Authorization": f"Bearer {sending.token}"} if sending.token else {}
    with httpx2.Client(base_url=sending.gateway.rstrip("/"), headers=headers, timeout=CALL_SECONDS) as http:
        ehr = Ehr(http, sending.rail, say, version=sending.version, show=sending.show)
        try:
            if sending.rail == "fhir" and sending.subscribes:
                with Endpoint(ehr.notified) as endpoint, ehr.subscribed(endpoint.url):
                    return _sent(ehr, sending)
            return _sent(ehr, sending)
        except GatewayAway as away:
            fail(str(away), COULD_NOT_RUN)


def _sent(ehr: Ehr, sending: Sending) -> int:
    ehr.send(_requests(sending))
    if ehr.wait(sending.wait):
        return 0
    note(f"{len(ehr.waiting - ehr.decided)} reviews are pended still")
    return INVALID


def _requests(sending: Sending) -> Iterator[tuple[str, bytes]]:
    for file in sending.files:
        yield file.name, file.read_bytes()
    if sending.traffic:
        yield from _synthetic(sending)


def _synthetic(sending: Sending) -> Iterator[tuple[str, bytes]]:
    """Requests of today that nobody sent before with that seed."""
    from priorauth.sandbox.traffic.twins import TwinMaker
    from priorauth.settings import load_settings
    from priorauth.tools import build_tools

    crosswalks = build_tools(load_settings(sandbox=True)).knowledge.crosswalks
    maker = TwinMaker(crosswalks=crosswalks, seed=sending.seed, day=datetime.now(UTC).date())
    for number in range(1, sending.traffic + 1):
        twin = maker.twin(number)
        yield twin.name, twin.x12 if sending.rail == "x12" else twin.fhir


def play_payer(consuming: Consuming) -> int:
    """Print a payer's events until they end, or a signal."""
    try:
        if consuming.kafka:
            asyncio.run(_tell_from_kafka(consuming))
        else:
            for position, body in from_gateway(
                consuming.gateway,
                consuming.payer,
                after=consuming.after,
                follow=consuming.follow,
                token=consuming.token,
            ):
                say(told(position, body, show=consuming.show))
    except StreamAway as away:
        fail(str(away), COULD_NOT_RUN)
    except KeyboardInterrupt:
        return 0
    return 0


async def _tell_from_kafka(consuming: Consuming) -> None:
    events = from_kafka(
        consuming.kafka,
        consuming.payer,
        prefix=consuming.prefix,
        group=consuming.group,
        follow=consuming.follow,
    )
    async for position, body in events:
        say(told(position, body, show=consuming.show))
