"""Stories that go over both rails: the same fault, the same decision, and what is decided later than one waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.json_paths import values_at
from priorauth.conformance.seen import Seen
from priorauth.conformance.stories.deciding import TAKEN, decide
from priorauth.conformance.stories.event_reading import determined, open_legs
from priorauth.conformance.stories.pas_subscriptions import nested_answer, subscriber
from priorauth.conformance.stories.registry import story
from priorauth.conformance.stories.told import review_of, send, submit
from priorauth.conformance.x12 import Interchange

OK = 200
SANDBOX = "sandbox"
LATER_WITHIN = 20.0
PENDED = "A4"
ACTIONS = (
    "ClaimResponse.item[*].adjudication[0].extension(reviewAction).extension(reviewActionCode)"
    ".valueCodeableConcept.coding[0].code"
)
FACTS_OF_A_ROUTE = ("outcome", "destination", "queue", "rule")
Edits = Sequence[Mapping[str, Any]]


@story("same-route")
async def same_route(run: Run, *, x12: str, fhir: str) -> None:
    """Both messages of one request are sent where the same rules say, and so is each translated to the other rail."""
    asked = {"278": await run.x12(x12, to="/route"), "PAS": await run.fhir(fhir, to="/route")}
    routes = {rail: routed(run, seen) for rail, seen in asked.items()}
    run.want("the route of the PAS request", routes["278"], routes["PAS"])


@story("translated-route")
async def translated_route(run: Run, *, message: str, to: str) -> None:
    """A request, and the same translated to the other rail, go to the same destinations by the same rules."""
    before = routed(run, await send(run, message, to="/route"))
    translated = await send(run, message, to=f"/translate?to={to}")
    run.require("the status of the translation", OK, translated.got.status)
    kind = {"content-type": translated.got.headers.get("content-type", "")}
    after = routed(run, await run.request("POST", "/route", text=translated.got.text, headers=kind))
    run.want("the route of the translated request", before, after)


def routed(run: Run, seen: Seen) -> list[dict[str, Any]]:
    """Of each item what a route says."""
    run.require("the status of the route", OK, seen.got.status)
    return [{name: item[name] for name in FACTS_OF_A_ROUTE} for item in seen.got.json()["routes"][0]["items"]]


@story("same-fault")
async def same_fault(
    run: Run, *, x12: str, fhir: str, x12_edit: Edits, fhir_edit: Edits, rule: str, reason: str
) -> None:
    """One fault on both rails: the same rule id by /validate, and the same reject reason in the answers."""
    for rail, seen in (
        ("278", await run.x12(x12, to="/validate", edit=tuple(x12_edit))),
        ("PAS", await run.fhir(fhir, to="/validate", edit=tuple(fhir_edit))),
    ):
        run.require(f"the status of the validation of the {rail}", OK, seen.got.status)
        run.want(f"rules that the {rail} breaks", [rule], sorted(set(rules_in(seen.got.json()))))
    answered = await run.x12(x12, edit=tuple(x12_edit))
    reasons = sorted(set(answered.got.interchange().values("AAA#*-03")))
    run.want("reject reasons of the 278 (AAA03)", [reason or next(iter(reasons), "one")], reasons)
    refused = await run.fhir(fhir, edit=tuple(fhir_edit))
    run.want("the reject reason of the 278 in the PAS answer", reasons, reject_reasons(refused.got.json(), reasons))


def rules_in(document: Any) -> Iterator[str]:
    """The rules of every error of a validation report, wherever it is."""
    if isinstance(document, dict):
        if "rule" in document and document.get("severity") == "error":
            yield str(document["rule"])
        for below in document.values():
            yield from rules_in(below)
    elif isinstance(document, list):
        for each in document:
            yield from rules_in(each)


def reject_reasons(bundle: Any, of: Sequence[str]) -> list[str]:
    """Those of the reasons that are codes of errors of a ClaimResponse."""
    codes = {str(code) for code in values_at(bundle, "ClaimResponse.error[*].code.coding[*].code")}
    return sorted(codes.intersection(of))


@story("same-decision")
async def same_decision(run: Run, *, x12: str, fhir: str, trace: str, action: str, version: str = "2.2.1") -> None:
    """One forced decision: the same certification action on both rails, each in the format of its request."""
    answer = await submit(run, x12, trace=trace)
    services = [value for value in answer.got.interchange().values("HCR#*-01") if value]
    run.want("what the 278 response says of every level", {action}, set(services))
    run.want("the 278 is answered by a 278", ["278"], answer.got.interchange().values("ST-01"))
    bundle = await run.fhir(fhir, trace=trace, version=version)
    run.require("the status of the PAS answer", OK, bundle.got.status)
    run.want("what the ClaimResponse says of every item", {action}, set(values_at(bundle.got.json(), ACTIONS)))
    run.want(
        "the PAS request is answered by a response Bundle", ["Bundle"], values_at(bundle.got.json(), "$.resourceType")
    )


@story("later-x12")
async def later_x12(run: Run, *, message: str, trace: str, decide: str = "") -> None:
    """Pended now within the limit, decided later: the mailbox has a response of the same traces until acknowledged."""
    answer = await submit(run, message, trace=trace)
    review_id = await review_of(run, answer)
    run.check(answer, {"within": "x12"}, {"sound": True})
    run.want("the answer is pended", {PENDED}, set(answer.got.interchange().values("HCR#*-01")))
    if decide:
        await decided(run, review_id, decide)

    async def look() -> dict[str, Any]:
        return await waiting(run, review_id)

    entry = await run.until(look, within=LATER_WITHIN, what="the decision is in the mailbox")
    picked = await run.request("GET", entry["href"])
    run.check(picked, {"status": OK}, {"content-type": "application/edi-x12"}, {"sound": True})
    found: Interchange = picked.got.interchange()
    run.want("what was decided", {"A1"}, set(found.values("HCR#*-01")))
    run.want("traces", answer.got.interchange().values("TRN#*-02"), found.values("TRN#*-02"))
    run.want("the submitter's reference", answer.sent.interchange().value("BHT-03"), found.value("BHT-03"))
    acknowledged = await run.request("POST", f"{entry['href']}/ack")
    run.want("the status of the acknowledgment", True, acknowledged.got.status in (OK, 204))
    run.want("what waits in the mailbox after that", {}, await waiting(run, review_id))


async def waiting(run: Run, review_id: str) -> dict[str, Any]:
    """The entry of the mailbox about a review; an empty one where there is none."""
    listed = await run.request("GET", "/x12/mailbox?limit=1000")
    run.require("the status of the mailbox", OK, listed.got.status)
    (found,) = listed.got.json().values()
    entry: dict[str, Any] = next((each for each in found if review_id in each["review_ids"]), {})
    if not entry:
        run.exchanges.pop()  # looked for too early
    return entry


@story("later-pas")
async def later_pas(run: Run, *, message: str, trace: str, version: str = "2.2.1", decide: str = "") -> None:
    """Pended now within the limit, decided later: a read of the ClaimResponse says so from then on."""
    answer = await run.fhir(message, trace=trace, version=version)
    run.check(answer, {"status": OK}, {"within": "pas"})
    response = answer.got.json()
    run.want("the answer is pended", {PENDED}, set(values_at(response, ACTIONS)))
    (id,) = values_at(response, "ClaimResponse.id")
    if decide:
        await decided(run, await review_of(run, answer), decide)

    async def read() -> dict[str, Any]:
        seen = await run.request("GET", f"fhir/{version}:ClaimResponse/{id}")
        now: dict[str, Any] = seen.got.json()
        if set(actions_of_resource(now)) == {"A1"}:
            return now
        run.exchanges.pop()  # read too early
        return {}

    found = await run.until(read, within=LATER_WITHIN, what="the ClaimResponse says that it is certified")
    run.want("the outcome after that", "complete", found.get("outcome"))
    run.want("it has a number", True, bool(found.get("preAuthRef")))


def actions_of_resource(response: Any) -> list[Any]:
    """The review actions of a ClaimResponse by itself."""
    return values_at({"resourceType": "Bundle", "entry": [{"resource": response}]}, ACTIONS)


async def decided(run: Run, review_id: str, by: str) -> None:
    """Somebody decides at last, certified: a person at the sandbox, or a delegate through its door."""
    if by == SANDBOX:
        await decide(run, review_id)
        return
    (leg,) = await open_legs(run, review_id, by)
    answer = await run.request("POST", f"/delegates/{by}/determinations", json=determined(leg, "A1", run.unique))
    run.require("the decision is taken", True, answer.got.status in TAKEN)


@story("later-notified")
async def later_notified(run: Run, *, message: str, by: str, version: str = "2.2.1") -> None:
    """A delegate decides later through its door, in a format of its own: who subscribed is told in PAS."""
    async with subscriber(run, version) as told:
        await told.create()
        await told.active()
        review_id = await told.submit("SBX-PEND-", message)
        await decided(run, review_id, by)
        (notification,) = await told.told("event-notification")
        answer = nested_answer(run, notification).first("ClaimResponse").resource
        run.want("the review that it is about", review_id, answer.get("id"))
        run.want("what was decided", {"A1"}, set(actions_of_resource(answer)))
