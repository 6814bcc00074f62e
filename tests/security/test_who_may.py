"""What each kind of caller may do at a gateway outside the sandbox, and what is another's."""

from __future__ import annotations

import json
import time
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator

import httpx2
import pytest

from access import bearer
from interchanges import kinds_of, renumbered, sample, with_trace
from security.conftest import CERTIFICATE, PROXY_HEADER, Secured

EDI = {"Content-Type": "application/edi-x12"}
SAMPLE = "msk-knee-replacement"
SENDER = b"HARBORGENERAL"


@pytest.fixture(scope="module")
def hospital(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.hospital) as http:
        yield http


@pytest.fixture(scope="module")
def other_hospital(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.other_hospital) as http:
        yield http


@pytest.fixture(scope="module")
def delegate(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.delegate) as http:
        yield http


@pytest.fixture(scope="module")
def payer(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.payer) as http:
        yield http


@pytest.fixture(scope="module")
def operator(secured: Secured) -> Iterator[httpx2.Client]:
    with secured.http(secured.operator) as http:
        yield http


@pytest.fixture(scope="module")
def review(hospital: httpx2.Client) -> str:
    """A review that the first hospital sent."""
    response = hospital.post("/x12", content=renumbered(sample(SAMPLE)), headers=EDI)
    assert response.status_code == 200, response.text
    assert kinds_of(response.content) == {"278"}
    return str(response.headers["x-review-id"])


def sent_by(sender: bytes, group: bytes | None = None) -> bytes:
    """The sample from another sender, in ISA06 and in GS02."""
    interchange = renumbered(sample(SAMPLE))
    interchange = interchange.replace(SENDER.ljust(15), sender.ljust(15), 1)
    return interchange.replace(b"GS*HI*" + SENDER, b"GS*HI*" + (group or sender), 1)


# Tokens


@pytest.mark.parametrize(
    "path", ["/x12/mailbox", "/reviews", "/events", "/metrics", "/docs", "/openapi.json", "/nothing"]
)
def test_every_path_needs_a_token(secured: Secured, path: str) -> None:
    response = httpx2.get(f"{secured.url}{path}")

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="priorauth"'
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/schemas/", "/.well-known/smart-configuration"])
def test_open_paths_need_none(secured: Secured, path: str) -> None:
    assert httpx2.get(f"{secured.url}{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/health", "/schemas", "//x12/mailbox", "/health/../reviews", "/schemas/%2e%2e/reviews"]
)
def test_what_only_looks_like_an_open_path_gives_nothing_away(secured: Secured, path: str) -> None:
    response = httpx2.Client(base_url=secured.url).get(path)

    assert response.status_code in (401, 404)


def corrupted(token: str) -> str:
    """The token with other claims and its own signature."""
    head, said, signature = token.split(".")
    claims = {**json.loads(urlsafe_b64decode(f"{said}==")), "scope": "operate"}
    return f"{head}.{urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.{signature}"


def test_a_token_with_other_claims_is_refused(secured: Secured) -> None:
    token = corrupted(secured.hospital.token(secured.url))

    assert httpx2.get(f"{secured.url}/reviews", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("token", ["x", "e30.e30.e30", "x" * 10_000, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(secured: Secured, token: str) -> None:
    response = httpx2.get(f"{secured.url}/reviews", headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401
    assert response.json()["title"] in ("the token is not valid", "a token is needed")


def test_an_assertion_is_no_token(secured: Secured) -> None:
    assertion = secured.hospital.assertion(f"{secured.url}/oauth/token")

    assert httpx2.get(f"{secured.url}/reviews", headers=bearer(assertion)).status_code == 401


def test_a_token_without_the_scope_is_forbidden(secured: Secured) -> None:
    with secured.http(secured.hospital, "reviews.read") as http:
        response = http.post("/x12", content=renumbered(sample(SAMPLE)), headers=EDI)

    assert response.status_code == 403
    assert 'error="insufficient_scope", scope="reviews.submit"' in response.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("who", "method", "path"),
    [
        ("hospital", "GET", "/events"),
        ("hospital", "GET", "/metrics"),
        ("hospital", "GET", "/console"),
        ("hospital", "POST", "/delegates/turningpoint/determinations"),
        ("delegate", "POST", "/x12"),
        ("delegate", "POST", "/route"),
        ("delegate", "POST", "/clocks"),
        ("delegate", "GET", "/reviews"),
        ("delegate", "GET", "/x12/mailbox"),
        ("delegate", "GET", "/events"),
        ("payer", "GET", "/reviews"),
        ("payer", "POST", "/x12"),
        ("payer", "POST", "/delegates/turningpoint/determinations"),
        ("payer", "GET", "/fhir/2.2.1/ClaimResponse/1"),
    ],
)
def test_a_caller_of_another_kind_is_forbidden(
    request: pytest.FixtureRequest, who: str, method: str, path: str
) -> None:
    http: httpx2.Client = request.getfixturevalue(who)

    assert http.request(method, path).status_code == 403


# FHIR


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [({}, 401, "login"), (bearer("x"), 401, "login")],
)
def test_a_refusal_on_a_path_of_fhir_is_one_operation_outcome(
    secured: Secured, header: dict[str, str], status: int, code: str
) -> None:
    response = httpx2.post(f"{secured.url}/fhir/2.2.1/Claim/$submit", headers=header, content=b"{}")

    assert response.status_code == status
    assert response.headers["content-type"] == "application/fhir+json"
    assert [issue["code"] for issue in response.json()["issue"]] == [code]


def test_a_missing_scope_on_a_path_of_fhir_is_one_operation_outcome(secured: Secured) -> None:
    with secured.http(secured.hospital, "system/*.read") as http:
        response = http.post("/fhir/2.2.1/Claim/$submit", content=b"{}")

    assert response.status_code == 403
    assert [issue["code"] for issue in response.json()["issue"]] == ["forbidden"]


# Partners


@pytest.mark.parametrize(
    "interchange",
    [sent_by(b"LAKESIDE"), sent_by(SENDER, b"LAKESIDE"), sent_by(b"NOBODY"), sent_by(b"LAKESIDE", SENDER)],
    ids=["sender and group", "group alone", "sender unknown", "sender alone"],
)
def test_an_interchange_with_anothers_sender_is_forbidden(hospital: httpx2.Client, interchange: bytes) -> None:
    response = hospital.post("/x12", content=interchange, headers=EDI)

    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"
    assert [each["finding"] for each in response.json()["findings"]] == ["X12-INTERCHANGE-PARTNER-UNKNOWN"]


def test_a_refused_interchange_leaves_nothing_behind(hospital: httpx2.Client, operator: httpx2.Client) -> None:
    before = operator.get("/reviews").json()

    hospital.post("/x12", content=sent_by(b"LAKESIDE"), headers=EDI)

    assert operator.get("/reviews").json() == before


VIEWS = ["", "/events", "/route", "/messages", "/lineage", "/clocks"]


@pytest.mark.parametrize("view", VIEWS)
def test_a_partner_sees_its_own_review(hospital: httpx2.Client, review: str, view: str) -> None:
    assert hospital.get(f"/reviews/{review}{view}").status_code == 200


@pytest.mark.parametrize("view", VIEWS)
def test_anothers_review_is_as_one_that_does_not_exist(other_hospital: httpx2.Client, review: str, view: str) -> None:
    responses = [other_hospital.get(f"/reviews/{id}{view}") for id in (review, "rev-nothing")]

    assert [response.status_code for response in responses] == [404, 404]
    assert responses[0].content == responses[1].content


def test_a_message_of_anothers_review_is_not_to_be_had(
    hospital: httpx2.Client, other_hospital: httpx2.Client, review: str
) -> None:
    href = hospital.get(f"/reviews/{review}/messages").json()["messages"][0]["href"]

    assert hospital.get(href).status_code == 200
    assert other_hospital.get(href).status_code == 404


def test_a_list_of_reviews_has_the_callers_own(
    hospital: httpx2.Client, other_hospital: httpx2.Client, review: str
) -> None:
    assert review in [each["id"] for each in hospital.get("/reviews").json()["reviews"]]
    assert other_hospital.get("/reviews").json()["reviews"] == []
    assert other_hospital.get("/reviews", params={"partner": "harbor"}).status_code == 403


def test_a_mailbox_is_its_partners(
    hospital: httpx2.Client,
    other_hospital: httpx2.Client,
    operator: httpx2.Client,
    delegate: httpx2.Client,
    review: str,
) -> None:
    decide(delegate, operator, review)
    entry = eventually_in_mailbox(hospital)

    assert other_hospital.get("/x12/mailbox").json() == {"waiting": []}
    assert other_hospital.get("/x12/mailbox", params={"partner": "harbor"}).status_code == 403
    assert other_hospital.get(entry).status_code == 404
    assert other_hospital.post(f"{entry}/ack").status_code == 404
    assert operator.get("/x12/mailbox", params={"partner": "harbor"}).json()["waiting"]
    assert hospital.get(entry).status_code == 200
    assert hospital.post(f"{entry}/ack").status_code == 204


def decide(delegate: httpx2.Client, operator: httpx2.Client, review: str) -> None:
    """Certify the review at the delegate's own door."""
    [leg] = operator.get(f"/reviews/{review}").json()["legs"]
    determination = {
        "leg_id": leg["id"],
        "items": [{"sequence": sequence, "action": "A1", "certification_number": "C1"} for sequence in leg["items"]],
    }
    response = delegate.post("/delegates/turningpoint/determinations", json=determination)
    assert response.status_code == 202, response.text


def eventually_in_mailbox(http: httpx2.Client) -> str:
    """Where the first waiting interchange is."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if waiting := http.get("/x12/mailbox").json()["waiting"]:
            return str(waiting[0]["href"])
        time.sleep(0.1)
    raise AssertionError("nothing came into the mailbox")


# Delegates, payers, operators


def test_a_delegate_has_its_own_door_and_no_other(delegate: httpx2.Client) -> None:
    own = delegate.post("/delegates/turningpoint/determinations", json={})
    others = delegate.post("/delegates/evicore/determinations", json={})

    assert own.status_code == 422  # it came in, and says nothing that can be read
    assert others.status_code == 403


def test_a_payer_follows_its_own_stream_and_no_other(payer: httpx2.Client, review: str) -> None:
    own = payer.get("/events", params={"follow": "false"})

    assert review in own.text
    assert payer.get("/events", params={"follow": "false", "payer": "bcbsm"}).text == own.text
    assert payer.get("/events", params={"follow": "false", "payer": "ALLWAYS"}).status_code == 403


def test_an_operator_sees_all(operator: httpx2.Client, review: str) -> None:
    for path in (f"/reviews/{review}", "/reviews", "/events?follow=false", "/metrics", "/docs"):
        assert operator.get(path).status_code == 200, path


# Certificates


def through_proxy(certificate: bytes) -> dict[str, str]:
    """What a proxy adds to a request that came with this certificate (RFC 9440)."""
    return {PROXY_HEADER: f":{b64encode(certificate).decode()}:"}


def test_a_mapped_certificate_is_enough(secured: Secured) -> None:
    assert httpx2.get(f"{secured.url}/metrics", headers=through_proxy(CERTIFICATE)).status_code == 200
    assert httpx2.get(f"{secured.url}/metrics", headers=through_proxy(b"another")).status_code == 401
    assert httpx2.get(f"{secured.url}/metrics", headers={PROXY_HEADER: ":?:"}).status_code == 401


def test_a_token_got_with_a_certificate_works_beside_it_only(secured: Secured) -> None:
    proxied = through_proxy(b"the hospital's")
    form_of = secured.hospital.assertion(f"{secured.url}/oauth/token")
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": form_of,
        "scope": "reviews.read",
    }
    token = httpx2.post(f"{secured.url}/oauth/token", data=form, headers=proxied).json()["access_token"]

    beside = httpx2.get(f"{secured.url}/reviews", headers={**bearer(token), **proxied})
    alone = httpx2.get(f"{secured.url}/reviews", headers=bearer(token))
    beside_another = httpx2.get(f"{secured.url}/reviews", headers={**bearer(token), **through_proxy(b"another")})

    assert [response.status_code for response in (beside, alone, beside_another)] == [200, 401, 401]


# A destination that nothing is known of


def test_a_leg_to_a_destination_without_a_url_is_set_aside_and_its_requester_told_that_it_is_pended(
    secured: Secured, hospital: httpx2.Client, operator: httpx2.Client
) -> None:
    ready = httpx2.get(f"{secured.url}/health/ready")
    answer = hospital.post("/x12", content=renumbered(with_trace(sample(SAMPLE), "NO-URL")), headers=EDI)
    seen = operator.get(f"/reviews/{answer.headers['x-review-id']}").json()

    assert ready.status_code == 200
    assert any("turningpoint.yaml has no url" in warning for warning in ready.json()["warnings"])
    assert "HCR*A4" in answer.text
    assert [leg["state"] for leg in seen["legs"]] == ["failed"]


def test_nothing_of_tokens_or_assertions_is_logged(secured: Secured) -> None:
    token = secured.hospital.token(secured.url)
    httpx2.get(f"{secured.url}/reviews", headers=bearer(corrupted(token)))

    logged = secured.served.log.read_text()

    assert "listening on" in logged
    assert not [part for part in token.split(".") if part in logged]
    assert "eyJ" not in logged
