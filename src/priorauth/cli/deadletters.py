"""What `deadletters` does: what a running gateway set aside, shown and decided over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from priorauth.cli.output import COULD_NOT_RUN, INVALID, fail, note, say, say_json, write_document
from priorauth.cli.running import At, get, why_not

TIMEOUT_SECONDS = 30.0
MOST = 1000


def at(url: str, token: str) -> At:
    """The gateway that is asked."""
    return At(url, token)


def print_letters(gateway: At, *, kind: str, destination: str, decided: bool, as_json: bool) -> None:
    """Print what waits, one after the other with its reason."""
    found = letters(gateway, kind=kind, destination=destination, decided=decided)
    if as_json:
        say_json({"dead_letters": found})
        return
    for letter in found:
        state = letter["decision"] or "waits"
        say(f"{letter['at']}  {letter['kind']:<13} {state:<9} {letter['destination'] or '-':<28} {letter['id']}")
        say(f"    {letter['reason']}")
    if not found:
        note("nothing is set aside")


def print_letter(gateway: At, id: str, *, raw: bool, as_json: bool) -> None:
    """Print one without its bytes, or its bytes alone."""
    path = f"/deadletters/{quote(id, safe='')}"
    if raw:
        write_document(call(gateway, "GET", f"{path}/raw", f"no bytes are kept of {id}").content)
        return
    letter = get(gateway, path, f"there is no dead letter {id}")
    if as_json:
        say_json(letter)
        return
    for name, value in letter.items():
        say(f"{name:<12} {value if value is not None else '-'}")


def chosen(gateway: At, ids: Sequence[str] | None, kind: str, destination: str, *, every: bool) -> Sequence[str]:
    """The ids that a command is about: those named, or all of a kind, of a destination, or altogether."""
    if ids and (every or kind or destination):
        fail("name dead letters, or say which by --all, --kind or --destination, not both", COULD_NOT_RUN)
    if ids:
        return ids
    if not (every or kind or destination):
        fail("say which: their ids, --all, --kind or --destination", COULD_NOT_RUN)
    return [letter["id"] for letter in letters(gateway, kind=kind, destination=destination, decided=False)]


def settle(gateway: At, method: str, action: str, ids: Sequence[str], *, as_json: bool) -> int:
    """Decide each of them; 1 where one stayed as it was."""
    outcomes = []
    for id in ids:
        response = call(gateway, method, f"/deadletters/{quote(id, safe='')}{action}", "", expect_refusal=True)
        said = response.json()
        why = "" if response.is_success else said.get("detail") or said.get("title", "")
        outcomes.append({"id": id, "decision": said.get("decision"), "refused": why or None})
        if not as_json:
            say(f"{id}: {why or said['decision']}")
    if as_json:
        say_json({"dead_letters": outcomes})
    return INVALID if any(each["refused"] for each in outcomes) else 0


def letters(gateway: At, *, kind: str, destination: str, decided: bool) -> list[dict[str, Any]]:
    query = urlencode({"kind": kind, "destination": destination, "decided": str(decided).lower(), "limit": MOST})
    found: list[dict[str, Any]] = get(gateway, f"/deadletters?{query}", "this gateway has no dead letters")[
        "dead_letters"
    ]
    return found


def call(gateway: At, method: str, path: str, missing: str, *, expect_refusal: bool = False) -> httpx2.Response:
    """One request; ends the command where it cannot be made, or is refused and that was not expected."""
    try:
        response = httpx2.request(method, gateway.path(path), headers=gateway.headers, timeout=TIMEOUT_SECONDS)
    except httpx2.HTTPError:
        fail(f"no gateway answers at {gateway.url}; start one with: priorauth serve --sandbox", COULD_NOT_RUN)
    refused = response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
    if refused and not expect_refusal:
        fail(missing)
    if not response.is_success and not refused:
        fail(why_not(response.status_code), COULD_NOT_RUN)
    return response
