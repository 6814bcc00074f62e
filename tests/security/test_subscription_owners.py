"""Outside the sandbox: subscriptions are their system's own, and go to https and agreed hosts only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from access import ARCHIVE_KEY, System, bearer, write_mappings
from pas_requests import FHIR
from priorauth.api.app import create_app
from priorauth.bootstrap import build
from priorauth.settings import Settings
from subscribing import subscription_resource

PUBLIC = "https://gateway.example"
PATH = "/fhir/2.2.1/Subscription"
EHR = System("harbor-ehr", "partner", "harbor")
PORTAL = System("harbor-portal", "partner", "harbor")
LAKESIDE = System("lakeside-ehr", "partner", "lakeside")
DELEGATE = System("turningpoint-system", "delegate", "turningpoint")


@dataclass(frozen=True)
class Secured:
    """A gateway in this process, outside the sandbox. Nothing is sent: its background work does not run."""

    http: httpx2.AsyncClient

    async def headers(self, system: System, scope: str = "system/Subscription.cruds") -> dict[str, str]:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": system.assertion(f"{PUBLIC}/oauth/token"),
            "scope": scope,
        }
        response = await self.http.post("/oauth/token", data=form)
        return {**FHIR, **bearer(response.json()["access_token"])}

    async def create(self, headers: dict[str, str], endpoint: str = "https://ehr.example/hook") -> httpx2.Response:
        return await self.http.post(PATH, json=subscription_resource(endpoint), headers=headers)


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    mappings = write_mappings(
        tmp_path, (EHR, PORTAL, LAKESIDE, DELEGATE), {"harbor": "HARBORGENERAL", "lakeside": "LAKESIDE"}
    )
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/priorauth.db",
        mappings=mappings,
        archive_key=SecretStr(ARCHIVE_KEY),
        public_url=PUBLIC,
        outbound_hosts=("ehr.example",),
    )
    gateway = await build(settings)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(gateway.running())
        transport = httpx2.ASGITransport(create_app(gateway))
        yield Secured(await stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url=PUBLIC)))


async def test_nobody_else_can_see_or_touch_a_subscription(secured: Secured) -> None:
    own = await secured.headers(EHR)
    created = await secured.create(own)
    assert created.status_code == 201
    path = f"{PATH}/{created.json()['id']}"

    for stranger in (PORTAL, LAKESIDE):
        theirs = await secured.headers(stranger)
        answers = [
            await secured.http.get(path, headers=theirs),
            await secured.http.put(path, json=created.json(), headers=theirs),
            await secured.http.delete(path, headers=theirs),
            await secured.http.get(f"{path}/$status", headers=theirs),
            await secured.http.post(f"{path}/$status", headers=theirs),
            await secured.http.get(f"{path}/$events", headers=theirs),
        ]
        assert [each.status_code for each in answers] == [404] * len(answers)
        assert {each.json()["resourceType"] for each in answers} == {"OperationOutcome"}
        for listing in (PATH, f"{PATH}/$status"):
            assert (await secured.http.get(listing, headers=theirs)).json()["total"] == 0

    assert (await secured.http.get(path, headers=own)).json() == created.json()


@pytest.mark.parametrize(
    "endpoint",
    ["http://ehr.example/hook", "https://127.0.0.1/hook", "https://other.example/hook", "https://a:b@ehr.example/hook"],
)
async def test_an_endpoint_that_was_not_agreed_on_is_refused(secured: Secured, endpoint: str) -> None:
    own = await secured.headers(EHR)
    created = (await secured.create(own)).json()
    changed = {**created, "channel": {**created["channel"], "endpoint": endpoint}}

    answers = [
        await secured.create(own, endpoint),
        await secured.http.put(f"{PATH}/{created['id']}", json=changed, headers=own),
    ]

    for response in answers:
        issue: Any = response.json()["issue"][0]
        assert (response.status_code, issue["expression"]) == (422, ["Subscription.channel.endpoint"])
        assert endpoint not in response.text
    assert (await secured.http.get(f"{PATH}/{created['id']}", headers=own)).json() == created


async def test_only_a_partner_with_the_scope_may_subscribe(secured: Secured) -> None:
    reader = await secured.headers(EHR, "system/Subscription.rs")
    delegate = await secured.headers(DELEGATE, "determinations.write")

    assert (await secured.create(FHIR)).status_code == 401
    assert (await secured.create(reader)).status_code == 403
    assert (await secured.create(delegate)).status_code == 403
    assert (await secured.http.get(PATH, headers=reader)).status_code == 200
