"""Tokens of one gateway over time and over restarts, its clock moved on; and gateways that cannot start."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from access import ARCHIVE_KEY, ASSERTION, System, bearer, write_mappings
from priorauth.api.app import create_app
from priorauth.bootstrap import Gateway, build
from priorauth.settings import NotConfigured, Settings

HOSPITAL = System("harbor-ehr", "partner", "harbor")
PUBLIC = "https://gateway.example"


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    return write_mappings(tmp_path, (HOSPITAL,), {"harbor": "HARBORGENERAL"})


@asynccontextmanager
async def gateway_of(mappings: Path, **settings: Any) -> AsyncIterator[tuple[Gateway, httpx2.AsyncClient]]:
    database = f"sqlite:///{mappings.parent}/priorauth.db"
    given = {
        "database_url": database,
        "mappings": mappings,
        "archive_key": ARCHIVE_KEY,
        "public_url": PUBLIC,
        **settings,
    }
    gateway = await build(Settings(**given))
    transport = httpx2.ASGITransport(create_app(gateway))
    async with gateway.running(), httpx2.AsyncClient(transport=transport, base_url=PUBLIC) as http:
        yield gateway, http


async def ask(http: httpx2.AsyncClient, assertion: str) -> httpx2.Response:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion,
        "scope": "reviews.read",
    }
    return await http.post("/oauth/token", data=form)


async def token_of(http: httpx2.AsyncClient) -> dict[str, str]:
    response = await ask(http, HOSPITAL.assertion(f"{PUBLIC}/oauth/token"))
    return bearer(response.json()["access_token"])


async def test_a_token_lasts_five_minutes(mappings: Path) -> None:
    async with gateway_of(mappings) as (gateway, http):
        token = await token_of(http)

        gateway.clock.advance(timedelta(minutes=4, seconds=58))
        assert (await http.get("/reviews", headers=token)).status_code == 200

        gateway.clock.advance(timedelta(seconds=3))
        response = await http.get("/reviews", headers=token)
        assert response.status_code == 401
        assert response.json()["detail"] == "it has expired"
        assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_an_assertion_stays_used_for_as_long_as_it_lasts_and_then_has_expired(mappings: Path) -> None:
    async with gateway_of(mappings) as (gateway, http):
        assertion = HOSPITAL.assertion(f"{PUBLIC}/oauth/token")

        answers = []
        for later in (0, 230, 30):
            gateway.clock.advance(timedelta(seconds=later))
            response = await ask(http, assertion)
            answers.append((response.status_code, response.json().get("error_description", "")))

    assert [status for status, _ in answers] == [200, 401, 401]
    assert "used before" in answers[1][1]
    assert "expired" in answers[2][1]


async def test_a_restart_forgets_neither_tokens_nor_used_assertions(mappings: Path) -> None:
    assertion = HOSPITAL.assertion(f"{PUBLIC}/oauth/token")
    async with gateway_of(mappings) as (_, http):
        token = bearer((await ask(http, assertion)).json()["access_token"])

    async with gateway_of(mappings) as (_, http):
        assert (await http.get("/reviews", headers=token)).status_code == 200
        assert (await ask(http, assertion)).status_code == 401


async def test_a_token_of_another_gateway_is_refused(mappings: Path) -> None:
    async with gateway_of(mappings) as (_, http):
        token = await token_of(http)

    other_key = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU="
    for other in ({"public_url": "https://other.example"}, {"archive_key": other_key}):
        async with gateway_of(mappings, **other) as (_, http):
            assert (await http.get("/reviews", headers=token)).status_code == 401


async def test_a_client_that_is_no_longer_registered_has_no_access_from_the_next_start_on(mappings: Path) -> None:
    async with gateway_of(mappings) as (_, http):
        token = await token_of(http)
    (mappings / "clients" / "harbor-ehr.yaml").unlink()

    async with gateway_of(mappings) as (_, http):
        response = await http.get("/reviews", headers=token)

    assert response.status_code == 401
    assert response.json()["detail"] == "its client is no longer registered"


async def test_a_scope_that_was_taken_away_no_longer_works(mappings: Path) -> None:
    async with gateway_of(mappings) as (_, http):
        token = await token_of(http)
    path = mappings / "clients" / "harbor-ehr.yaml"
    path.write_text(json.dumps({**json.loads(path.read_text()), "scopes": ["reviews.submit"]}))

    async with gateway_of(mappings) as (_, http):
        assert (await http.get("/reviews", headers=token)).status_code == 403


CERTIFICATE = b"x"
PEM = "-----BEGIN%20CERTIFICATE-----%0AeA==%0A-----END%20CERTIFICATE-----%0A"


@pytest.mark.parametrize(
    ("proxies", "written", "status"),
    [
        ("127.0.0.0/8", ":eA==:", 200),
        ("127.0.0.0/8", PEM, 200),
        ("127.0.0.0/8", "eA==", 401),
        ("127.0.0.0/8", ":eQ==:", 401),
        ("10.0.0.0/8", ":eA==:", 401),
        ("", ":eA==:", 401),
    ],
)
async def test_a_certificate_header_is_believed_of_trusted_proxies_only(
    mappings: Path, proxies: str, written: str, status: int
) -> None:
    path = mappings / "clients" / "harbor-ehr.yaml"
    thumbprint = hashlib.sha256(CERTIFICATE).hexdigest()
    path.write_text(json.dumps({**json.loads(path.read_text()), "certificates": [thumbprint]}))

    async with gateway_of(mappings, client_certificate_header="Client-Cert", trusted_proxies=proxies) as (_, http):
        assert (await http.get("/reviews", headers={"Client-Cert": written})).status_code == status


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"archive_key": None}, "PRIORAUTH_ARCHIVE_KEY is needed"),
        ({"archive_key": "short"}, "PRIORAUTH_ARCHIVE_KEY: "),
    ],
)
async def test_a_gateway_without_its_key_does_not_start_and_says_so(
    mappings: Path, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotConfigured, match=said):
        async with gateway_of(mappings, **settings):
            pass


async def test_a_client_whose_keys_are_at_a_host_that_is_not_listed_keeps_the_gateway_from_starting(
    mappings: Path,
) -> None:
    path = mappings / "clients" / "other.yaml"
    path.write_text("{id: other, name: Other, kind: operator, jwks_url: 'https://keys.example/jwks.json'}")

    with pytest.raises(NotConfigured, match="PRIORAUTH_OUTBOUND_HOSTS"):
        async with gateway_of(mappings):
            pass
    async with gateway_of(mappings, outbound_hosts="keys.example, other.example"):
        pass
