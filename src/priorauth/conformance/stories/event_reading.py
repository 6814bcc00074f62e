"""Stories of a consumer: it breaks off and resumes, stays, is told of refusals, resends, decisions and deadlines."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

import httpx2

from priorauth.conformance.calling import Run
from priorauth.conformance.own_values import found_in, own_values
from priorauth.conformance.stories.registry import story
from priorauth.conformance.stories.told import (
    RECEIVED,
    RECORDED,
    RETURNED,
    STORY,
    Listener,
    about,
    another,
    kinds,
    review_of,
    send,
    short,
    submit,
    told_of,
)
from priorauth.conformance.streams import Delivered, last_position, opened, read_after, read_server_sent, reader

REJECTED = "message.rejected.v1"
BREACHED, WARNED = "clock.breached.v1", "clock.warned.v1"
OVERDUE_WITHIN = 90.0  # the deadlines of every other review of a run are overdue at once too
FOLLOWS_WITHIN = 10.0
LATER_STATUSES = (200, 202)


@story("events-resume")
async def resume(run: Run, *, message: str, payer: str, by: str) -> None:
    """Read everything, break off in the middle, and go on from there: nothing twice, nothing missing."""
    told = await told_of(run, message, payer)
    first, last = told.full[0].position, told.full[-1].position
    middle = told.full[len(told.full) // 2].position
    before = await read_after(run, payer, first - 1)
    if by == "header":
        rest = await read_after(run, payer, 0, headers={"Last-Event-ID": str(middle)})
    else:
        rest = await read_after(run, payer, middle)
    wanted = [one.position for one in before if middle < one.position <= last]
    run.want("positions after the break", wanted, [one.position for one in rest if one.position <= last])
    run.want("nothing from before the break", [], [one.position for one in rest if one.position <= middle])
    ids = [
        one.event["id"] for one in about([*(one for one in before if one.position <= middle), *rest], told.review_id)
    ]
    run.want("each event of the review once", [one.event["id"] for one in told.full], ids)


@story("events-follow")
async def follow(run: Run, *, message: str, payer: str) -> None:
    """A reader that stays connected hears of a request that comes after it."""
    after = await last_position(run, payer)
    token = await run.token(reader(run))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    url = run.target.url(f"{run.target.paths.get('events', '/events')}?after={after}&payer={payer}")
    text = ""
    async with (
        httpx2.AsyncClient(timeout=FOLLOWS_WITHIN) as client,
        client.stream("GET", url, headers=headers) as answer,
    ):
        run.require("the status of the stream", 200, answer.status_code)
        sent = await submit(run, message, trace="SBX-CERTIFY-")
        review_id = await review_of(run, sent)
        deadline = time.monotonic() + FOLLOWS_WITHIN
        async for piece in answer.aiter_text():
            text += piece
            if RETURNED in kinds(about(read_server_sent(text), review_id)) or time.monotonic() > deadline:
                break
    run.note("what came while connected", text)
    run.want(
        "the review is told to its end while connected",
        True,
        RETURNED in kinds(about(read_server_sent(text), review_id)),
    )


@story("events-rejected")
async def rejected(
    run: Run, *, message: str, payer: str = "", edit: Sequence[Mapping[str, Any]], rules: Sequence[str] = ()
) -> None:
    """A refused message is told with rules and places, without a value, and is no review."""
    async with AsyncExitStack() as stack:
        minimal = Listener(run, await stack.enter_async_context(opened(run)), "all events")
        full = (
            Listener(run, await stack.enter_async_context(opened(run, payer)), f"events of {payer}") if payer else None
        )
        sent = await send(run, message, edit=tuple(edit))
        run.want("the answer names no review", "", sent.got.headers.get("x-review-id", ""))
        await minimal.until(lambda every: REJECTED in kinds(every), "message.rejected")
        told = [one for one in minimal.every if short(one) == REJECTED]
        if full is not None:
            await full.until(lambda every: REJECTED in kinds(every), "message.rejected to the payer")
            told += [one for one in full.every if short(one) == REJECTED]
    values = own_values(sent.sent.body)
    for one in told:
        run.note(REJECTED, one.body)
        run.want("the review of a refused message", "", one.data.get("review_id"))
        findings = one.data.get("findings", [])
        run.want("findings without a rule", [], [each for each in findings if not each.get("code")])
        run.want("findings without a place", [], [each["code"] for each in findings if not place_of(each)])
        run.want("values of the message", [], found_in(values, one.body))
        if rules:
            run.want("rules", sorted(rules), sorted({each["code"] for each in findings}))
    run.want("reviews that began meanwhile", [], [kind for kind in kinds(minimal.every) if kind == RECEIVED])


def place_of(finding: Mapping[str, Any]) -> object:
    """Where a finding is: a path in the minimal form, a position in the full one."""
    return finding.get("path") or finding.get("at")


@story("events-resend")
async def resend(run: Run, *, message: str, payer: str) -> None:
    """The same bytes again bring the same review and no event. What they would bring has come when another is told."""
    async with opened(run, payer) as stream:
        listener = Listener(run, stream, f"events of {payer}")
        first = await submit(run, message, trace="SBX-CERTIFY-")
        review_id = await review_of(run, first)
        once = list(await listener.of(review_id))
        again = await run.request(
            "POST", first.sent.url, text=first.sent.text, headers={"content-type": first.sent.headers["content-type"]}
        )
        run.want("the review of the resend", review_id, again.got.headers.get("x-review-id"))
        other = await submit(run, message, trace="SBX-CERTIFY-", edit=another(run, message))
        await listener.of(await review_of(run, other))
        run.want("what is told of the review", kinds(once), kinds(about(listener.every, review_id)))


@story("events-determination")
async def determination(run: Run, *, message: str, delegate: str, action: str = "A1", times: int = 1) -> None:
    """A pended leg is decided by what its delegate posts, as often as it posts it: told once, and returned later."""
    async with opened(run) as stream:
        listener = Listener(run, stream, "all events")
        sent = await submit(run, message, trace="SBX-PEND-")
        review_id = await review_of(run, sent)
        await listener.until(
            lambda every: RETURNED in kinds(about(every, review_id)), "the pended answer is told as returned"
        )
        [leg] = await open_legs(run, review_id, delegate)
        decided = determined(leg, action, run.unique)
        for _ in range(times):
            posted = await run.request("POST", f"/delegates/{delegate}/determinations", json=decided)
            run.require("the determination is taken", True, posted.got.status in LATER_STATUSES)
        await listener.decided(review_id)
        if times > 1:  # what would come of the second has come by the time that another review is told
            other = await submit(run, message, trace="SBX-CERTIFY-", edit=another(run, message))
            await listener.of(await review_of(run, other))
        found = about(listener.every, review_id)
    recorded = [
        one for one in found if short(one) == RECORDED and one.data.get("decided_by") == delegate and finals(one)
    ]
    run.want("how often the determination is told", 1, len(recorded))
    run.want("who decided", [delegate], sorted({str(one.data["decided_by"]) for one in recorded}))
    run.want("what was decided", [action], sorted({each["action"] for one in recorded for each in one.data["items"]}))
    returned = [one for one in found if short(one) == RETURNED]
    run.want("returns: pended, then decided", [True, False], [one.data.get("more_to_come") for one in returned])
    run.want(
        "the later one has another channel than the answer",
        True,
        returned[0].data["channel"] != returned[-1].data["channel"],
    )


def finals(one: Delivered) -> bool:
    return all(each.get("final") for each in one.data.get("items", []))


async def open_legs(run: Run, review_id: str, delegate: str) -> list[dict[str, Any]]:
    """The legs of a review that a delegate has."""
    seen = await run.request("GET", f"/reviews/{review_id}")
    run.require("the status of the review", 200, seen.got.status)
    legs = [leg for leg in seen.got.json()["legs"] if leg["destination"] == delegate]
    run.require(f"the review has a leg with {delegate}", True, bool(legs))
    return legs


def determined(leg: Mapping[str, Any], action: str, unique: str) -> dict[str, Any]:
    """A determination as a delegate posts it."""
    sequences = leg.get("sequences") or leg["items"]
    return {
        "leg_id": leg["id"],
        "id": f"conformance-{unique}",
        "items": [{"sequence": each, "action": action, "certification_number": f"C{unique}"} for each in sequences],
    }


@story("events-deadline")
async def deadline(run: Run, *, message: str, advance: int, edit: Sequence[Mapping[str, Any]] = ()) -> None:
    """An urgent request that nobody decides: its clock is warned of, then breached, each once."""
    async with opened(run) as stream:
        listener = Listener(run, stream, "all events")
        sent = await submit(run, message, trace="SBX-PEND-", edit=edit)
        review_id = await review_of(run, sent)
        moved = await run.request("POST", "/sandbox/clock", json={"advance": advance})
        run.require("the clock of the sandbox moves", 200, moved.got.status)
        await listener.until(
            lambda every: BREACHED in kinds(about(every, review_id)),
            "clock.breached of the review",
            within=OVERDUE_WITHIN,
        )
        clocks = [one for one in about(listener.every, review_id) if short(one) in (BREACHED, WARNED)]
    for one in clocks:
        run.note(short(one), one.body)
    breached = [one.data["clock"] for one in clocks if short(one) == BREACHED]
    run.want("each clock is breached once", sorted(set(breached)), sorted(breached))
    warned = {one.data["clock"] for one in clocks if short(one) == WARNED}
    run.want("what is breached was warned of", [], sorted(set(breached) - warned))


@story("events-confidential")
async def confidential(
    run: Run, *, message: str, payer: str, edit: Sequence[Mapping[str, Any]], ordinary: str, general: bool
) -> None:
    """Records that 42 CFR Part 2 protects: the payer has the whole story, and no general topic has a leg of it.

    An ordinary request after it shows that what would be on the general topic has come.
    """
    async with AsyncExitStack() as stack:
        minimal = Listener(run, await stack.enter_async_context(opened(run)), "all events")
        full = Listener(run, await stack.enter_async_context(opened(run, payer)), f"events of {payer}")
        sent = await submit(run, message, trace="SBX-CERTIFY-", edit=edit)
        review_id = await review_of(run, sent)
        told = kinds(await full.of(review_id))
        other = await submit(run, ordinary, trace="SBX-CERTIFY-", edit=another(run, ordinary))
        await minimal.of(await review_of(run, other))
    if general:
        of_it = [one for one in about(minimal.every, review_id) if "leg_id" in one.data or one.data.get("legs")]
        for one in of_it:
            run.note(f"on the general topic: {short(one)}", one.body)
        run.want("what the general topic has of its legs", [], kinds(of_it))
    else:
        run.want("what is not told to the payer", [], [kind for kind in STORY if kind not in told])
