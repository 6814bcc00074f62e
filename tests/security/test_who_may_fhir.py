"""Who may do what below `/fhir`, outside the sandbox: by scope, by partner, and each only with its own."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from access import ARCHIVE_KEY, bearer
from pas_requests import FHIR, fresh, response_in
from priorauth.adapters.access_tokens import SignedAccessTokens
from priorauth.adapters.archive import read_key
from priorauth.adapters.identifiers import new_id
from priorauth.domain.access import CallerKind, Client, ClientId, read_scopes
from security.conftest import CERTIFICATE, PROXY_HEADER, Secured

SUBMIT = "/fhir/2.2.1/Claim/$submit"


@pytest.fixture(scope="module")
def hospital(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.hospital) as http:
        yield http


@pytest.fixture(scope="module")
def answer(hospital: httpx2.Client) -> httpx2.Response:
    """The answer to a request of the hospital's."""
    response = hospital.post(SUBMIT, content=fresh("imaging-mri"), headers=FHIR)
    assert response.status_code == 200, response.text
    return response


def test_a_request_is_its_callers(hospital: httpx2.Client, answer: httpx2.Response) -> None:
    review = hospital.get(f"/reviews/{answer.headers['x-review-id']}").json()

    assert review["partner"] == "harbor"


@pytest.mark.parametrize("who", ["hospital", "operator"])
def test_an_answer_can_be_read_by_whoever_asked_and_by_the_operator(
    secured: Secured, answer: httpx2.Response, who: str
) -> None:
    bundle = answer.json()
    by_certificate = httpx2.Client(base_url=secured.url, headers={PROXY_HEADER: f":{b64encode(CERTIFICATE).decode()}:"})
    with by_certificate if who == "operator" else secured.http(secured.hospital) as http:
        assert http.get(f"/fhir/2.2.1/Bundle/{bundle['id']}").json() == bundle
        assert http.get(f"/fhir/2.2.1/ClaimResponse/{response_in(bundle)['id']}").status_code == 200


def test_anothers_answer_is_not_there(secured: Secured, answer: httpx2.Response) -> None:
    bundle = answer.json()
    with secured.http(secured.other_hospital) as http:
        found = [
            http.get(f"/fhir/2.2.1/Bundle/{bundle['id']}"),
            http.get(f"/fhir/2.2.1/ClaimResponse/{response_in(bundle)['id']}"),
        ]

    assert [response.status_code for response in found] == [404, 404]
    assert [issue["code"] for response in found for issue in response.json()["issue"]] == ["not-found", "not-found"]


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("system/Claim.c", "POST", SUBMIT, 415),
        ("system/Claim.s", "POST", SUBMIT, 403),
        ("system/*.rs", "POST", SUBMIT, 403),
        ("reviews.submit reviews.read", "POST", SUBMIT, 403),
        ("system/ClaimResponse.r", "GET", "/fhir/2.2.1/ClaimResponse/x", 404),
        ("system/Claim.c", "GET", "/fhir/2.2.1/ClaimResponse/x", 403),
        ("system/Bundle.r", "GET", "/fhir/2.2.1/Bundle/x", 404),
        ("system/ClaimResponse.r", "GET", "/fhir/2.2.1/Bundle/x", 403),
    ],
)
def test_each_path_needs_its_own_scope(secured: Secured, scope: str, method: str, path: str, status: int) -> None:
    with secured.http(secured.hospital, scope) as http:
        response = http.request(method, path, headers={"Content-Type": "text/plain"})

    assert (response.status_code, response.headers["content-type"]) == (status, "application/fhir+json")
    assert len(response.json()["issue"]) == 1


def test_an_expired_token_is_one_outcome(secured: Secured) -> None:
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    tokens = SignedAccessTokens(read_key(ARCHIVE_KEY), issuer=secured.url, now=lambda: an_hour_ago, new_id=new_id)
    client = Client(id=ClientId("harbor-ehr"), kind=CallerKind.PARTNER, stands_for="harbor", scopes=frozenset())
    expired = tokens.issue(client, read_scopes(["system/*.cruds"]), thumbprint="").value

    response = httpx2.post(f"{secured.url}{SUBMIT}", content=fresh("imaging-mri"), headers={**FHIR, **bearer(expired)})

    assert (response.status_code, response.headers["content-type"]) == (401, "application/fhir+json")
    assert [issue["code"] for issue in response.json()["issue"]] == ["login"]
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


@pytest.mark.parametrize("who", ["delegate", "payer", "operator"])
def test_only_a_partner_can_submit(secured: Secured, who: str) -> None:
    token = getattr(secured, who).token(secured.url, "system/*.cruds operate events.read determinations.write")

    response = httpx2.post(f"{secured.url}{SUBMIT}", content=fresh("imaging-mri"), headers={**FHIR, **bearer(token)})

    assert (response.status_code, response.json()["resourceType"]) == (403, "OperationOutcome")


def test_the_capability_statement_and_the_smart_configuration_are_open(secured: Secured) -> None:
    statement = httpx2.get(f"{secured.url}/fhir/2.2.1/metadata")
    smart = httpx2.get(f"{secured.url}/fhir/2.2.1/.well-known/smart-configuration")

    assert (statement.status_code, smart.status_code) == (200, 200)
    (service,) = statement.json()["rest"][0]["security"]["service"]
    assert service["coding"][0]["code"] == "SMART-on-FHIR"
