"""Stories of the X12 rail that need two requests at once, or the mailbox."""

from __future__ import annotations

import asyncio

from priorauth.conformance.calling import Run
from priorauth.conformance.cases import Send
from priorauth.conformance.seen import Seen
from priorauth.conformance.stories.deciding import decide
from priorauth.conformance.stories.registry import story
from priorauth.conformance.x12 import Interchange

SOON = 15.0


@story("x12-resend-in-flight")
async def resend_in_flight(run: Run) -> None:
    """The same bytes twice at once: one review, one decision."""
    body = run.body(Send(x12="imaging.edi", trace="SBX-CERTIFY-")).decode()
    headers = {"Content-Type": "application/edi-x12"}

    async def post(name: str) -> Seen:
        return await run.request("POST", run.target.x12_path, name=name, text=body, headers=headers)

    first, second = await asyncio.gather(post("first"), post("second"))
    for seen in (first, second):
        run.check(seen, {"status": 200}, {"determination": {"event": "A1", "services": ["A1"]}})
    run.want("X-Review-Id", first.got.headers.get("x-review-id"), second.got.headers.get("x-review-id"))
    run.want("certification number", number_of(first), number_of(second))


def number_of(seen: Seen) -> str:
    return seen.got.interchange().value("EV/HCR-02")


@story("x12-decision-in-the-mailbox")
async def decision_in_the_mailbox(run: Run) -> None:
    """Pended, decided by hand, picked up from the mailbox, taken off it."""
    pended = await run.x12("imaging.edi", name="pended", trace="SBX-PEND-")
    run.check(pended, {"determination": {"event": "A4"}})
    review = pended.got.headers.get("x-review-id", "")
    await decide(run, review)

    async def waiting() -> str:
        box = await run.request("GET", "/x12/mailbox?limit=1000", name="mailbox")
        entries = [entry["href"] for entry in box.got.json()["waiting"] if review in entry["review_ids"]]
        return str(entries[-1]) if entries else ""

    href = await run.until(waiting, within=SOON, what="the decision waits in the mailbox", every=0.5)
    picked = await run.request("GET", href, name="picked up")
    run.check(
        picked,
        {"status": 200},
        {"content-type": "application/edi-x12"},
        {"sound": True},
        {"determination": {"event": "A1", "services": ["A1"]}},
        {"x12": {"BHT-06": "18"}},
    )
    sent, got = pended.sent.interchange(), picked.got.interchange()
    run.want("BHT03", sent.value("BHT-03"), got.value("BHT-03"))
    run.want("traces", traces(sent, "1"), traces(got, "2"))
    run.check(await run.request("POST", f"{href}/ack", name="acknowledge"), {"status": 204})
    left = await run.request("GET", "/x12/mailbox?limit=1000", name="mailbox afterwards")
    run.want("the entry is off the list", [], [each for each in left.got.json()["waiting"] if each["href"] == href])


def traces(interchange: Interchange, kind: str) -> list[str]:
    return interchange.values(f"TRN*{kind}#*-02")
