"""Requests that no file could hold, and what the target says of itself, tried out."""

from __future__ import annotations

import asyncio
import json
from copy import deepcopy
from typing import Any

from priorauth.conformance.calling import Run
from priorauth.conformance.fhir import members
from priorauth.conformance.json_paths import values_at
from priorauth.conformance.stories.pas_updates import FHIR, SUBMIT, post, request_of
from priorauth.conformance.stories.registry import story

TOO_LARGE = 20 * 1024 * 1024 + 1
DEPTH = 9000
MOST_DIAGNOSES, MOST_CARE_TEAM = 12, 14
"""What a 278 has room for; FHIR has more."""
METHODS = {
    "read": ("GET", "/none-0000"),
    "update": ("PUT", "/none-0000"),
    "delete": ("DELETE", "/none-0000"),
    "create": ("POST", ""),
    "search-type": ("GET", ""),
}


@story("pas-many")
async def many(run: Run, *, version: str) -> None:
    """More diagnoses and care team members than X12 has room for."""
    bundle = request_of(run, "pas-imaging.json", "SBX-CERTIFY-")
    claim = bundle["entry"][0]["resource"]
    for name, most in (("diagnosis", MOST_DIAGNOSES), ("careTeam", MOST_CARE_TEAM)):
        like = deepcopy(claim[name][-1])
        like.pop("type", None)
        for number in range(len(claim[name]) + 1, most + 4):
            claim[name].append({**deepcopy(like), "sequence": number})
    run.check(await post(run, version, bundle), {"answer": {"items": ["A1"], "outcome": "complete"}})


@story("pas-twice-at-once")
async def twice_at_once(run: Run, *, version: str) -> None:
    """Two connections, one request: one review, and the answer of it for both."""
    bundle = request_of(run, "pas-two-delegates.json", "SBX-CERTIFY-")
    both = await asyncio.gather(post(run, version, bundle), post(run, version, bundle))
    for seen in both:
        run.check(seen, {"answer": {"items": ["A1", "A1"]}})
    ids = [values_at(seen.got.json(), "ClaimResponse.id") for seen in both]
    run.want("ids of the two answers are one", ids[0], ids[1])


@story("pas-too-large")
async def too_large(run: Run, *, version: str) -> None:
    """A body over twenty mebibytes, all of it layout."""
    body = json.dumps(request_of(run, "pas-imaging.json")) + " " * TOO_LARGE
    answer = await run.request("POST", f"fhir/{version}:{SUBMIT}", text=body, headers=FHIR)
    run.check(answer, {"refused": {"status": 413, "place": False}})


@story("pas-too-deep")
async def too_deep(run: Run, *, version: str) -> None:
    """Lists within lists."""
    body = '{"resourceType": "Bundle", "entry": ' + "[" * DEPTH + "]" * DEPTH + "}"
    answer = await run.request("POST", f"fhir/{version}:{SUBMIT}", text=body, headers=FHIR)
    run.check(answer, {"refused": {}})


@story("pas-capabilities-are-there")
async def capabilities_are_there(run: Run, *, version: str) -> None:
    """Each interaction and operation of the CapabilityStatement is answered as one that there is."""
    base = f"fhir/{version}:"
    answer = await run.request("GET", f"{base}metadata")
    run.require("HTTP status of metadata", 200, answer.got.status)
    for rest in members(answer.got.json(), "rest"):
        for operation in members(rest, "operation"):
            await try_operation(run, base, operation)
        for resource in members(rest, "resource"):
            path = f"{base}{resource.get('type')}"
            for interaction in members(resource, "interaction"):
                await try_interaction(run, path, str(interaction.get("code", "")))
            for operation in members(resource, "operation"):
                await try_operation(run, f"{path}/", operation)


async def try_interaction(run: Run, path: str, code: str) -> None:
    """An id that there is not is not found; a method that there is not would be 405."""
    method, rest = METHODS.get(code, ("GET", ""))
    body = {"resourceType": "Basic"} if method in ("PUT", "POST") else None
    status = (await run.request(method, f"{path}{rest}", json=body, headers=FHIR if body else None)).got.status
    is_served = status != 405 and status < 500 and (bool(rest) or status != 404)
    run.want(f"{code} of {path.partition(':')[2]} is served", True, is_served)


async def try_operation(run: Run, path: str, operation: Any) -> None:
    """By POST at the type, else at an instance, which is not found but no wrong method."""
    name, body = str(operation.get("name", "")), {"resourceType": "Parameters"}
    status = (await run.request("POST", f"{path}${name}", json=body, headers=FHIR)).got.status
    if status in (404, 405):
        status = (await run.request("POST", f"{path}none-0000/${name}", json=body, headers=FHIR)).got.status
    run.want(f"operation {name} is served", True, status != 405 and status < 500)
