"""Synthetic traffic sent to a gateway at a steady rate, and what is answered to it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2

from priorauth.sandbox.traffic.running import Made
from priorauth.translate.fhir_vocabulary import ACTION

_SENDERS = 16
_SECONDS = 60  # that an answer may take
_FIRST_WORDS = re.compile(rb"(?:HCR|AAA)[^A-Za-z0-9]([A-Z0-9]+)[^A-Za-z0-9]?([0-9A-Z]*)[^A-Za-z0-9]?([0-9A-Z]*)")


def send_all(url: str, twins: Iterable[Made], *, rate: float, token: str = "") -> Iterator[str]:
    """Send each twin on one rail, in turns where both are asked for; yields what is answered, in words, as it comes.

    One twin goes one way only: sent on both rails it would be the same request twice.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with (
        httpx2.Client(base_url=url, timeout=_SECONDS, headers=headers) as client,
        ThreadPoolExecutor(_SENDERS) as senders,
    ):
        started = time.monotonic()
        sent = []
        for number, twin in enumerate(twins):
            time.sleep(max(0.0, started + number / rate - time.monotonic()))
            by_x12 = bool(twin.x12) and (number % 2 == 0 or not twin.fhir)
            sent.append(senders.submit(_send, client.post, twin, by_x12=by_x12))
        for each in sent:
            yield each.result()


def _send(post: Callable[..., httpx2.Response], twin: Made, *, by_x12: bool) -> str:
    path, kind, body = (
        ("/x12", "edi-x12", twin.x12) if by_x12 else ("/fhir/2.2.1/Claim/$submit", "fhir+json", twin.fhir)
    )
    rail = "x12" if by_x12 else "fhir"
    try:
        answer = post(path, content=body, headers={"Content-Type": f"application/{kind}"})
    except httpx2.HTTPError as problem:
        return f"{rail}: {type(problem).__name__}"
    if answer.status_code != 200:
        return f"{rail}: status {answer.status_code}"
    return f"{rail}: {outcome_of_x12(answer.content) if by_x12 else outcome_of_fhir(answer.content)}"


def outcome_of_x12(body: bytes) -> str:
    """`A1`, `AAA 43`, `999` or `TA1`: the first thing that an interchange says of the request."""
    if b"ST*278" not in body:
        return "999" if b"ST*999" in body else "TA1"
    found = _FIRST_WORDS.search(body)
    if found is None:
        return "278 without a decision"
    return found[1].decode() if found[0].startswith(b"HCR") else f"AAA {found[3].decode()}"


def outcome_of_fhir(body: bytes) -> str:
    """`A1`, or the outcome that the ClaimResponse has, or `OperationOutcome`."""
    answer: Any = json.loads(body)
    entries = [each.get("resource", {}) for each in answer.get("entry", ())]
    claims = [each for each in entries if each.get("resourceType") == "ClaimResponse"]
    if not claims:
        return str(answer.get("resourceType"))
    return next(_actions(claims[0]), f"outcome {claims[0].get('outcome')}")


def _actions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("system") == ACTION:
            yield str(value.get("code"))
        for each in value.values():
            yield from _actions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _actions(each)
