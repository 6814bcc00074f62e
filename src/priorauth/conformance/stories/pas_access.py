"""Who may: tokens and their scopes, assertions that prove nothing, and another client's records (SMART)."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from joserfc.jwk import ECKey

from priorauth.conformance.calling import Run
from priorauth.conformance.fhir import PAS, answers_in
from priorauth.conformance.json_paths import values_at
from priorauth.conformance.seen import Seen
from priorauth.conformance.stories.pas_updates import FHIR, INQUIRE, SUBMIT, post, request_of
from priorauth.conformance.stories.registry import story
from priorauth.conformance.targets import Client
from priorauth.conformance.tokens import assertion, token_request

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NPI = "http://hl7.org/fhir/sid/us-npi"
LONG = 3600


@story("pas-without-a-token")
async def without_a_token(run: Run, *, version: str, method: str, path: str, status: int) -> None:
    """One path, without a token."""
    body = {"resourceType": "Bundle"} if method == "POST" else None
    answer = await run.request(method, f"fhir/{version}:{path}", json=body, headers=FHIR if body else None, client=None)
    run.check(answer, {"status": status})
    if status == 401:
        run.check(
            answer,
            {"refused": {"status": 401, "place": False}},
            {"header": {"WWW-Authenticate": {"matches": "^Bearer"}}},
        )


async def ask(run: Run, client: Client, signed: str, scope: str = "") -> Seen:
    """Ask for a token with an assertion."""
    text = urlencode(token_request(client, signed, scope))
    return await run.request("POST", client.token_url, text=text, headers=FORM, client=None)


def caller(run: Run, name: str = "default") -> tuple[Client, str]:
    """A client of the target and the audience of its assertions."""
    client = run.target.clients.get(name)
    if client is None:
        run.skip(f"the target's file names no client {name}")
    return client, run.target.url(client.token_url)


@story("pas-assertion")
async def assertions(run: Run, *, fault: str) -> None:
    """An assertion with one thing wrong gets 401 or 400 and no token; the right one gets one."""
    client, audience = caller(run)
    now = int(time.time())
    right = assertion(client, audience)
    wrong: Mapping[str, Any] = {
        "audience": lambda: assertion(client, "https://elsewhere.example/token"),
        "expired": lambda: assertion(client, audience, iat=now - 900, exp=now - 600),
        "long": lambda: assertion(client, audience, exp=now + LONG),
        "key": lambda: assertion(client, audience, signed_by=ECKey.generate_key("P-384")),  # that nobody has registered
        "issuer": lambda: assertion(client, audience, iss="somebody-else", sub="somebody-else"),
        "subject": lambda: assertion(client, audience, sub="somebody-else"),
        "jti": lambda: assertion(client, audience, jti=""),
        "replayed": lambda: right,
        "unsigned": lambda: unsigned(right),
    }
    taken = await ask(run, client, right)
    run.require("HTTP status for an assertion that is right", 200, taken.got.status)
    refused = await ask(run, client, wrong[fault]())
    run.want("HTTP status is 400 or 401", True, refused.got.status in (400, 401))
    told = refused.got.json()
    run.want("error of OAuth", True, told.get("error") in ("invalid_client", "invalid_request", "invalid_grant"))
    run.want("access_token", None, told.get("access_token"))


def unsigned(signed: str) -> str:
    """The same claims under the algorithm none."""
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{signed.split('.')[1]}."


async def token_for(run: Run, name: str, scope: str) -> dict[str, str]:
    """A header with a token that has this scope only."""
    client, audience = caller(run, name)
    answer = await ask(run, client, assertion(client, audience), scope)
    run.require("HTTP status of the token", 200, answer.got.status)
    return {"Authorization": f"Bearer {answer.got.json()['access_token']}"}


@story("pas-wrong-scope")
async def wrong_scope(run: Run, *, version: str) -> None:
    """A token for reading answers submits nothing; one for submitting reads nothing."""
    reading = await token_for(run, "default", "system/ClaimResponse.r")
    body = request_of(run, "pas-imaging.json")
    answer = await run.request("POST", f"fhir/{version}:{SUBMIT}", json=body, headers={**FHIR, **reading}, client=None)
    run.check(answer, {"refused": {"status": 403, "place": False}})
    submitting = await token_for(run, "default", "system/Claim.c")
    read = await run.request("GET", f"fhir/{version}:ClaimResponse/none-0000", headers=submitting, client=None)
    run.check(read, {"refused": {"status": 403, "place": False}})


@story("pas-scope-not-given")
async def scope_not_given(run: Run) -> None:
    """A scope of another kind of client is refused, or left out of what is given."""
    client, audience = caller(run)
    answer = await ask(run, client, assertion(client, audience), "determinations.write")
    run.want("HTTP status", 400, answer.got.status)
    run.want("error of OAuth", "invalid_scope", answer.got.json().get("error"))


@story("pas-anothers-records")
async def anothers_records(run: Run, *, version: str, other: str) -> None:
    """What one client submitted is not there for another: no answer, no Bundle, nothing by inquiry."""
    caller(run, other)
    bundle = request_of(run, "pas-imaging.json")
    mine = await post(run, version, bundle)
    run.require("HTTP status of the request", 200, mine.got.status)
    response = answers_in(mine.got.json())[0]
    id, name = response.first("ClaimResponse").resource.get("id"), response.document.get("id")
    for path in (f"ClaimResponse/{id}", f"Bundle/{name}"):
        own = await run.request("GET", f"fhir/{version}:{path}")
        run.want(f"HTTP status of {path.partition('/')[0]} for its owner", 200, own.got.status)
        theirs = await run.request("GET", f"fhir/{version}:{path}", client=other)
        run.check(theirs, {"refused": {"status": [403, 404], "place": False}})


@story("pas-inquiry-of-another")
async def inquiry_of_another(run: Run, *, version: str, ordering: str, other: str) -> None:
    """The provider who orders finds the request by the member's id; any other provider finds nothing."""
    caller(run, ordering)
    caller(run, other)
    bundle = request_of(run, "pas-imaging.json")
    mine = await post(run, version, bundle)
    run.require("HTTP status of the request", 200, mine.got.status)
    id = str(values_at(mine.got.json(), "ClaimResponse.id")[0])
    npi = str(values_at(bundle, "Practitioner.identifier[0].value")[0])
    for client, finds in ((ordering, True), (other, False)):
        inquiry = inquiry_by(request_of(run, "pas-inquiry.json"), npi)
        answer = await run.request("POST", f"fhir/{version}:{INQUIRE}", json=inquiry, headers=FHIR, client=client)
        run.require("HTTP status of the inquiry", 200, answer.got.status)
        who = "who orders" if finds else "another provider that says the same"
        run.want(f"the request is found by {who}", finds, id in answer.got.text)


def inquiry_by(inquiry: Any, npi: str) -> Any:
    """The inquiry as it is asked by the provider with this NPI."""
    for entry in inquiry["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Organization" and PAS + "profile-requestor" in resource["meta"]["profile"]:
            resource["identifier"] = [{"system": NPI, "value": npi}]
            break
    return inquiry
