"""`POST /oauth/token` of a gateway outside the sandbox: who gets a token, and what each other thing gets instead."""

from __future__ import annotations

import hmac
import json
import time
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import httpx2
import pytest
from joserfc import jwt

from access import ASSERTION, System, ask_for_token, bearer, new_key
from security.conftest import Secured

SUBMIT = "reviews.submit"


def endpoint(secured: Secured) -> str:
    return f"{secured.url}/oauth/token"


def refused(response: httpx2.Response) -> tuple[int, str]:
    """The status and the error, of a response that is one."""
    assert "access_token" not in response.text
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json()["error"]


@pytest.mark.parametrize("who", ["hospital", "other_hospital"])
def test_a_signed_assertion_gets_a_token_by_rs384_and_by_es384(secured: Secured, who: str) -> None:
    system: System = getattr(secured, who)

    response = ask_for_token(secured.url, system.assertion(endpoint(secured)), "reviews.submit reviews.read")

    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("bearer", 300, "reviews.submit reviews.read")
    assert httpx2.get(f"{secured.url}/reviews", headers=bearer(body["access_token"])).status_code == 200


def test_a_token_holds_the_client_and_its_scopes_and_nothing_else(secured: Secured) -> None:
    token = secured.hospital.token(secured.url, SUBMIT)

    header, claims = (json.loads(urlsafe_b64decode(f"{part}==")) for part in token.split(".")[:2])

    assert header == {"alg": "HS256", "typ": "at+jwt"}
    assert set(claims) == {"iss", "aud", "sub", "client_id", "scope", "iat", "exp", "jti"}
    assert (claims["client_id"], claims["scope"]) == ("harbor-ehr", SUBMIT)


def test_an_audience_may_be_one_of_several(secured: Secured) -> None:
    assertion = secured.hospital.assertion(endpoint(secured), aud=["https://elsewhere.example", endpoint(secured)])

    assert ask_for_token(secured.url, assertion, SUBMIT).status_code == 200


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        (
            "system/*.read",
            "system/Bundle.r system/ClaimResponse.rs system/Claim.s system/Subscription.rs system/Task.rs",
        ),
        ("system/Task.cruds openid", "system/Task.rus"),
        ("reviews.submit operate events.read", "reviews.submit"),
        ("patient/*.read system/Claim.c", "system/Claim.c"),
    ],
)
def test_those_of_the_scopes_are_granted_that_the_client_may_have(secured: Secured, scope: str, granted: str) -> None:
    response = ask_for_token(secured.url, secured.hospital.assertion(endpoint(secured)), scope)

    assert set(response.json()["scope"].split()) == set(granted.split())


@pytest.mark.parametrize("scope", [None, "operate", "user/*.*", "system/Patient.rs", "system/Task.rs?code=x"])
def test_scopes_that_the_client_may_not_have_are_refused(secured: Secured, scope: str | None) -> None:
    response = ask_for_token(secured.url, secured.hospital.assertion(endpoint(secured)), scope)

    assert refused(response) == (400, "invalid_scope")


def test_an_assertion_works_once(secured: Secured) -> None:
    assertion = secured.hospital.assertion(endpoint(secured))

    first, second = (ask_for_token(secured.url, assertion, SUBMIT) for _ in range(2))

    assert first.status_code == 200
    assert refused(second) == (401, "invalid_client")


def test_another_assertion_with_the_same_jti_is_a_replay(secured: Secured) -> None:
    for expected in (200, 401):
        assertion = secured.hospital.assertion(endpoint(secured), jti="said-twice", exp=int(time.time()) + 60)

        assert ask_for_token(secured.url, assertion, SUBMIT).status_code == expected
        time.sleep(0.01)


def test_the_jti_of_one_client_is_none_of_another(secured: Secured) -> None:
    jti = uuid.uuid4().hex

    for system in (secured.hospital, secured.other_hospital):
        assert ask_for_token(secured.url, system.assertion(endpoint(secured), jti=jti), SUBMIT).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example/oauth/token"},
        {"aud": None},
        {"exp": int(time.time()) - 1},
        {"exp": int(time.time()) + 3600},
        {"exp": None},
        {"exp": "soon"},
        {"exp": 10**30},
        {"nbf": int(time.time()) + 86_400},
        {"iss": "lakeside-ehr"},
        {"iss": "nobody"},
        {"iss": None},
        {"sub": "lakeside-ehr"},
        {"sub": None},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 300},
    ],
    ids=" ".join,
)
def test_an_assertion_that_says_something_else_is_refused(secured: Secured, claims: dict[str, Any]) -> None:
    assertion = secured.hospital.assertion(endpoint(secured), **claims)

    assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


@pytest.mark.parametrize(
    "header",
    [
        {"kid": None},
        {"kid": "another"},
        {"typ": "at+jwt"},
        {"jku": "https://elsewhere.example/jwks.json"},
    ],
    ids=str,
)
def test_an_assertion_with_another_header_is_refused(secured: Secured, header: dict[str, Any]) -> None:
    assertion = secured.hospital.assertion(endpoint(secured), header=header)

    assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


def test_a_key_in_the_header_counts_for_nothing(secured: Secured) -> None:
    own = new_key("RS384")
    impostor = System("harbor-ehr", "partner", "harbor", algorithm="RS384", key=own)

    assertion = impostor.assertion(endpoint(secured), header={"jwk": own.as_dict(private=False)})

    assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


def test_a_signature_by_another_key_under_the_right_kid_is_refused(secured: Secured) -> None:
    impostor = System("harbor-ehr", "partner", "harbor", algorithm="RS384", key=new_key("RS384"))

    assertion = impostor.assertion(endpoint(secured), header={"kid": secured.hospital.key.kid})

    assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


def test_another_algorithm_of_the_same_key_is_refused(secured: Secured) -> None:
    key = secured.hospital.key
    claims = {"iss": "harbor-ehr", "sub": "harbor-ehr", "aud": endpoint(secured), "exp": int(time.time()) + 60}
    assertion = jwt.encode(
        {"alg": "RS256", "kid": key.kid, "typ": "JWT"},
        {**claims, "jti": "x"},
        type(key).import_key({**key.as_dict(private=True), "alg": "RS256"}),
        algorithms=["RS256"],
    )

    assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


def test_an_assertion_without_a_signature_is_refused(secured: Secured) -> None:
    head, said, _ = secured.hospital.assertion(endpoint(secured)).split(".")
    none = (
        urlsafe_b64encode(json.dumps({"alg": "none", "kid": secured.hospital.key.kid}).encode()).rstrip(b"=").decode()
    )

    for assertion in (f"{none}.{said}.", f"{head}.{said}."):
        assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


def test_a_public_key_used_as_a_shared_secret_is_refused(secured: Secured) -> None:
    said = secured.hospital.assertion(endpoint(secured)).split(".")[1]
    head = (
        urlsafe_b64encode(json.dumps({"alg": "HS384", "kid": secured.hospital.key.kid}).encode()).rstrip(b"=").decode()
    )
    signature = hmac.digest(secured.hospital.key.as_pem(private=False), f"{head}.{said}".encode(), "sha384")
    assertion = f"{head}.{said}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


@pytest.mark.parametrize("assertion", ["x", "a.b.c", "..", "e30.e30.e30", "é.e30.e30", "x" * 9000], ids=len)
def test_what_is_no_assertion_is_refused(secured: Secured, assertion: str) -> None:
    assert refused(ask_for_token(secured.url, assertion, SUBMIT)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_assertion_type": ""}, "invalid_request"),
        ({"client_assertion_type": "password"}, "invalid_request"),
    ],
    ids=str,
)
def test_a_form_that_asks_for_something_else_is_refused(secured: Secured, fields: dict[str, str], error: str) -> None:
    assertion = secured.hospital.assertion(endpoint(secured))

    assert refused(ask_for_token(secured.url, assertion, SUBMIT, **fields)) == (400, error)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"{}", "application/json"),
        (b"", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"grant_type", "application/x-www-form-urlencoded"),
        (b"scope=a&scope=b", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(50)), "application/x-www-form-urlencoded"),
    ],
    ids=len,
)
def test_a_body_that_is_no_form_is_refused(secured: Secured, body: bytes, media_type: str) -> None:
    response = httpx2.post(endpoint(secured), content=body, headers={"Content-Type": media_type})

    assert refused(response) == (400, "invalid_request")


def test_a_body_that_is_too_large_is_refused(secured: Secured) -> None:
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": "x" * 20_000}

    assert httpx2.post(endpoint(secured), data=form).status_code == 413


@pytest.mark.parametrize("base", ["", "/fhir/2.2.1", "/fhir/2.0.1"])
def test_the_smart_configuration_says_where_to_get_a_token(secured: Secured, base: str) -> None:
    response = httpx2.get(f"{secured.url}{base}/.well-known/smart-configuration")

    said = response.json()
    assert said["token_endpoint"] == endpoint(secured)
    assert said["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert said["grant_types_supported"] == ["client_credentials"]
    assert {"reviews.submit", "system/Claim.cs"} <= set(said["scopes_supported"])
