"""Requests that change: each update is answered with every item, and old numbers find the present state."""

from __future__ import annotations

import json
from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.cases import Send
from priorauth.conformance.fhir import PAS, answers_in, members
from priorauth.conformance.messages import fhir_body
from priorauth.conformance.naming import unique_text
from priorauth.conformance.seen import Seen
from priorauth.conformance.stories.registry import story
from priorauth.conformance.updating import CHANGED, FIRST, MORE, Update, certified, chain_of

MESSAGE = "pas-two-items.json"
CODE = "Claim.item[0].productOrService.coding[0].code"
ASKED = ("sequence", "extension", "category", "productOrService", "locationCodeableConcept")
FHIR = {"Content-Type": "application/fhir+json"}
SUBMIT, INQUIRE = "Claim/$submit", "Claim/$inquire"


def request_of(run: Run, message: str = MESSAGE, trace: str = "") -> Any:
    """A message of ours as a new request."""
    send = Send(fhir=message, trace=trace, edit=({"set": {CODE: FIRST}},) if message == MESSAGE else ())
    return json.loads(fhir_body(send, run.folder.messages / message, run.names, run.target.values))


async def post(run: Run, version: str, bundle: Any, operation: str = SUBMIT) -> Seen:
    return await run.request("POST", f"fhir/{version}:{operation}", json=bundle, headers=FHIR)


async def answered(run: Run, version: str, bundle: Any, *actions: str) -> Any:
    """Submit, and check the decision of each item; the ClaimResponse."""
    seen = await post(run, version, bundle)
    whole = {"response-bundle": ["claim-response-first", "nothing-twice", "references-lead", "items", "item-traces"]}
    if not run.check(seen, {"answer": {"items": list(actions)}}, whole):
        run.require("answer to the request", True, False)
    return answers_in(seen.got.json())[0].first("ClaimResponse").resource


@story("pas-update-chain")
async def chain(run: Run, *, version: str) -> None:
    """Four requests in a row, each an update of the one before."""
    bundle = request_of(run)
    added, changed, ended = chain_of(bundle, version, run.names.value("today+37"))
    await answered(run, version, bundle, "A1", "A1")
    await answered(run, version, added, "A1", "A1", "A1")
    await answered(run, version, changed, "A1", "C", "A1")
    await answered(run, version, ended, "C", "C", "C")


@story("pas-superseded-number")
async def superseded(run: Run, *, version: str) -> None:
    """The first request's number, asked for after an update, finds the result of the update."""
    bundle = request_of(run)
    first = await answered(run, version, bundle, "A1", "A1")
    run.require("certification number of the first request", True, bool(first.get("preAuthRef")))
    update = Update(bundle, unique_text(), version)
    update.add(MORE)
    await answered(run, version, update.bundle, "A1", "A1", "A1")

    inquiry = request_of(run, "pas-inquiry.json")
    found = await post(run, version, asking(inquiry, bundle, str(first["preAuthRef"])), INQUIRE)
    run.require("HTTP status of the inquiry", 200, found.got.status)
    responses = [each.first("ClaimResponse").resource for each in answers_in(found.got.json())]
    sequences = [[item.get("itemSequence") for item in members(each, "item")] for each in responses]
    run.want("items of what is found", [[1, 2, 3]], sequences)


def asking(inquiry: Any, bundle: Any, number: str) -> Any:
    """An inquiry by number for the member, requester and payer of a request."""
    kept = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Claim"]
    mine, asked = bundle["entry"][0]["resource"], inquiry["entry"][0]["resource"]
    for name in ("patient", "insurer", "provider"):
        asked[name] = mine[name]
    asked["insurance"][0]["coverage"] = mine["insurance"][0]["coverage"]
    for name in ("careTeam", "supportingInfo", "diagnosis"):
        asked.pop(name, None)
    asked["item"] = [{key: value for key, value in item.items() if key in ASKED} for item in mine["item"]]
    inquiry["entry"][0]["fullUrl"] = bundle["entry"][0]["fullUrl"].rsplit("/", 1)[0] + f"/{asked['id']}"
    asked.setdefault("extension", []).append({"url": f"{PAS}extension-authorizationNumber", "valueString": number})
    return {**inquiry, "entry": [inquiry["entry"][0], *kept]}


@story("pas-added-as-changed")
async def added_as_changed(run: Run, *, version: str) -> None:
    """The guide says both words of a new item; either is taken."""
    bundle = request_of(run)
    await answered(run, version, bundle, "A1", "A1")
    update = Update(bundle, unique_text(), version)
    update.add(MORE, flag="changed")
    await answered(run, version, update.bundle, "A1", "A1", "A1")


@story("pas-cancel-whole")
async def cancel_whole(run: Run, *, version: str) -> None:
    """The certification type 3 of the Claim cancels everything, without a word of the items."""
    bundle = request_of(run)
    await answered(run, version, bundle, "A1", "A1")
    update = Update(bundle, unique_text(), version)
    update.cancel_all()
    seen = await post(run, version, update.bundle)
    run.check(seen, {"answer": {"items": ["C", "C"]}}, {"response-bundle": ["claim-response-first", "items"]})


@story("pas-update-is-answered")
async def is_answered(run: Run, *, version: str, prior: str) -> None:
    """An update whose prior nobody submitted, or was denied: status 200 with whatever the target decides."""
    bundle = request_of(run, trace="SBX-DENY-")
    if prior == "denied":
        await answered(run, version, bundle, "A3", "A3")
    update = Update(bundle, unique_text(), version)
    update.add(MORE)
    run.check(await post(run, version, update.bundle), {"answer": {}}, {"response-bundle": ["items"]})


@story("pas-update-refused")
async def refused(run: Run, *, version: str, fault: str, at: Any) -> None:
    """An update with one thing wrong."""
    bundle = request_of(run)
    update = Update(bundle, unique_text(), version)
    match fault:
        case "missing":
            update.bundle["entry"].remove(update.prior)
        case "grandparent":
            update = Update(update.bundle, unique_text(), version)
            update.bundle["entry"].append(bundle["entry"][0])
            update.prior["resource"]["related"] = [
                {**update.claim["related"][0], "claim": {"reference": bundle["entry"][0]["fullUrl"]}}
            ]
        case "relationship":
            update.claim["related"][0]["relationship"]["coding"][0]["code"] = "replaced"
        case "unnamed":
            update.claim["related"][0].pop("claim")
        case "flag":
            certified(update.claim["item"][0], "S")
            update.claim["item"][0]["extension"].append({"url": CHANGED, "valueCode": "touched"})
    run.check(await post(run, version, update.bundle), {"refused": {"at": at}})
