"""Vectors of the packs: a request with the facts that a directory says, and where it must go and by when.

A row of a case says in a few words how its request differs from the message; here these words are edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from priorauth.conformance.calling import Run
from priorauth.conformance.stories.registry import story
from priorauth.conformance.x12 import read_interchange
from priorauth.conformance.x12_edits import Edit, apply_edit, recount

OK = 200
LAST_SECOND = time(23, 59, 59)

PLACES: Mapping[str, tuple[str, ...]] = {
    "born": ("DMG-02",),
    "admitted": ("EV/DTP*435-03",),
    "served": ("SS/DTP*472-03",),
    "category": ("EV/UM-01",),
    "certification": ("EV/UM-02",),
    "service-type": ("EV/UM-03",),
    "location": ("EV/UM-04",),
    "level": ("EV/UM-06",),
    "diagnosis": ("EV/HI",),
    "service": ("SS/SV1-01",),
    "revenue": ("SS/SV2-01",),
    "procedure": ("SS/SV2-02",),
}
"""Words of rows, and the elements that they change."""


@story("route")
async def route(
    run: Run,
    *,
    message: str,
    payer: str,
    expect: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    member: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    says: Mapping[str, Any] | None = None,
    received: str = "",
) -> None:
    """Ask where a request would go. `facts` differ from those of `member`; null takes one away."""
    written = build(run.folder.messages / message, payer, says or {})
    path = "/route" + (f"?as_of={received}" if received else "")
    answer = await run.request("POST", path, json={"message": written, "facts": known(member, facts)})
    run.require("the status of the answer", OK, answer.got.status)
    items = answer.got.json()["routes"][0]["items"]
    wanted = [expect] if isinstance(expect, Mapping) else list(expect)
    run.require("how many items are routed", len(wanted), len(items))
    for one, item in zip(wanted, items, strict=True):
        for name, value in one.items():
            compare(run, f"{name.removeprefix('not-')} of item {item['sequence']}", name, value, item)


def compare(run: Run, what: str, name: str, wanted: Any, item: Mapping[str, Any]) -> None:
    """One word of what is expected: a value, one of several, or with `not-` before its name any but that."""
    if name == "asks":
        asked = {each["id"] for each in item.get("requirements", [])}
        run.want(f"what is not asked for {what.removeprefix('asks of ')}", [], sorted(set(wanted) - asked))
        return
    got = item[name.removeprefix("not-")]
    if name == "rule":
        run.want(what, got if is_rule(got, wanted) else wanted, got)
    elif name.startswith("not-"):
        run.want(f"{what} is another", True, got != wanted)
    elif isinstance(wanted, list):
        run.want(what, got if got in wanted else " or ".join(map(str, wanted)), got)
    else:
        run.want(what, wanted, got)


def is_rule(got: str, wanted: str | Sequence[str]) -> bool:
    """True for a rule, and for a part of one that a pack has divided: `RTE-MOHP-02-REVIEW` is of RTE-MOHP-02."""
    return any(got == each or got.startswith(f"{each}-") for each in ([wanted] if isinstance(wanted, str) else wanted))


@story("clocks")
async def clocks(
    run: Run,
    *,
    message: str,
    payer: str,
    due: str | None,
    clock: str = "",
    binds: str = "",
    received: str,
    zone: str = "America/New_York",
    member: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    says: Mapping[str, Any] | None = None,
    happened: Mapping[str, str | None] | None = None,
    decided: str = "",
) -> None:
    """Ask by when something must be done: by a clock, or by the one that binds of a kind.

    Moments are local ones of `zone`; a day alone means its last second.
    """
    supposed = {
        "message": build(run.folder.messages / message, payer, says or {}),
        "facts": known(member, facts),
        "received_at": moment(received, zone).isoformat(),
        "happened": {name: moment(at, zone).isoformat() if at else None for name, at in (happened or {}).items()},
        **({"decided": decided} if decided else {}),
    }
    answer = await run.request("POST", "/clocks", json=supposed)
    run.require("the status of the answer", OK, answer.got.status)
    every = answer.got.json()["reviews"][0]["clocks"]
    found = [one for one in every if one["clock"] == clock or (one["binds"] and one["kind"] == binds)]
    clock = clock or f"the {binds} clock that binds"
    if due is None:
        run.want(f"{clock} is due", [], [one["due_at"] for one in found if one["due_at"]])
        return
    run.require(f"{clock} is on the request", True, bool(found))
    for one in found:
        got = datetime.fromisoformat(one["due_at"]).astimezone(ZoneInfo(zone)).isoformat() if one["due_at"] else None
        run.want(f"when {clock} is due", moment(due, zone).isoformat(), got)


def build(message: Path, payer: str, says: Mapping[str, Any]) -> str:
    """The message as this row says it, its counts put right."""
    interchange = read_interchange(message.read_text(encoding="utf-8"))
    for edit in edits(payer, says):
        apply_edit(interchange, edit)
    recount(interchange)
    return interchange.text()


def edits(payer: str, says: Mapping[str, Any]) -> Iterator[Edit]:
    """A row in a few words as edits of the message."""
    yield {"set": {"NM1*X3-09": payer}}
    for name, value in says.items():
        if name == "edit":
            yield from value
        elif name == "event-alone":
            yield {"drop-level": "SS"}
            yield {"set": {"HL#4-04": "0"}}
        else:
            yield {"set": dict.fromkeys(PLACES[name], f"HI*{value}" if name == "diagnosis" else value)}


def known(member: Mapping[str, Any] | None, facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the directory says: the member's facts, and how this row differs."""
    return {name: value for name, value in {**(member or {}), **(facts or {})}.items() if value is not None}


def moment(text: str, zone: str) -> datetime:
    """A local moment, or the last second of a day."""
    written = datetime.fromisoformat(text)
    at = written if "T" in text else datetime.combine(written, LAST_SECOND)
    return at.replace(tzinfo=ZoneInfo(zone))
