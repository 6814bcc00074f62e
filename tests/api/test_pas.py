"""`$submit`, the answers that can be read again, and what `/fhir` says of itself, over HTTP."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2
import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from pas_requests import FHIR, actions_in, fresh, pas_forcing, pas_sample, response_in
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.domain.findings import Finding
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile

FHIR_JSON, JSON = "application/fhir+json", "application/json"
VERSIONS = ["2.2.1", "2.0.1"]


def submit(http: httpx2.Client, body: bytes, version: str = "2.2.1", **headers: str) -> httpx2.Response:
    return http.post(f"/fhir/{version}/Claim/$submit", content=body, headers={**FHIR, **headers})


def answered(response: httpx2.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


BEHAVIOURS = ["CERTIFY", "PARTIAL", "MODIFY", "DENY", "PEND", "LATER", "INFO", "REJECT", "DECLINE", "GARBAGE", "FULL"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("name", ["nicu-admission", "msk-spine-and-pain"])
def test_every_kind_of_answer_is_one_that_the_profile_allows(
    http: httpx2.Client, version: str, behaviour: str, name: str
) -> None:
    response = submit(http, pas_forcing(name, behaviour), version)

    assert (response.status_code, response.headers["content-type"]) == (200, FHIR_JSON)
    assert faults_of(response.content, version) == []


def faults_of(body: bytes, version: str) -> list[Finding]:
    """What keeps a response Bundle from being one of its version of PAS."""
    found = load_checker(version).check_bundle(Bundle(read_resource(body)), BundleProfile.RESPONSE)
    return [each for each in found if each.rejects]


@pytest.mark.parametrize(
    ("behaviour", "actions"),
    [("CERTIFY", ["A1"]), ("MODIFY", ["A6"]), ("DENY", ["A3"]), ("PEND", ["A4"]), ("DECLINE", ["A4"])],
)
def test_the_first_identifier_of_the_claim_forces_a_behaviour(
    http: httpx2.Client, behaviour: str, actions: list[str]
) -> None:
    assert actions_in(answered(submit(http, pas_forcing("imaging-mri", behaviour)))) == actions


def test_a_forced_rejection_is_an_error_in_the_response_and_no_error_of_the_exchange(http: httpx2.Client) -> None:
    response = response_in(answered(submit(http, pas_forcing("imaging-mri", "REJECT"))))

    assert response["outcome"] == "error"
    assert response["error"]


@pytest.mark.parametrize(("version", "outcome"), [("2.2.1", "complete"), ("2.0.1", "queued")])
def test_what_is_not_decided_in_time_is_pended(http: httpx2.Client, version: str, outcome: str) -> None:
    started = time.monotonic()
    bundle = answered(submit(http, pas_forcing("imaging-mri", "TIMEOUT"), version))

    assert 7 < time.monotonic() - started < 15
    assert (actions_in(bundle), response_in(bundle)["outcome"]) == (["A4"], outcome)


def test_the_review_is_seen_as_any_other_with_the_bytes_that_came(http: httpx2.Client) -> None:
    body = fresh("msk-spine-and-pain")
    review_id = submit(http, body).headers["x-review-id"]

    review = http.get(f"/reviews/{review_id}").json()
    messages = http.get(f"/reviews/{review_id}/messages").json()["messages"]

    assert (review["arrived_as"], review["state"]) == ("pas-2.2.1", "determined")
    first = http.get(messages[0]["href"])
    assert (first.content, first.headers["content-type"]) == (body, FHIR_JSON)


def test_the_lineage_names_the_resource_of_each_party_and_the_item_of_each_service(http: httpx2.Client) -> None:
    body = fresh("imaging-mri")
    review_id = submit(http, body).headers["x-review-id"]

    lineage = http.get(f"/reviews/{review_id}/lineage").json()["lineage"]

    assert lineage["items[0]"] == {"label": "Bundle.entry[0].resource.item[0]", "entry": 0}
    types = [entry["resource"]["resourceType"] for entry in json.loads(body)["entry"]]
    assert types[lineage["umo"]["entry"]] == "Organization"
    assert types[lineage["patient"]["entry"]] == "Patient"


# Reading


def test_an_answer_can_be_read_again_as_it_was_and_as_it_is(http: httpx2.Client) -> None:
    first = answered(submit(http, pas_forcing("imaging-mri", "LATER")))
    review_id = response_in(first)["id"]
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        now = http.get(f"/fhir/2.2.1/ClaimResponse/{review_id}").json()
        if now != response_in(first):
            break
        time.sleep(0.2)

    assert actions_in({"entry": [{"resource": now}]}) == ["A1"]
    assert http.get(f"/fhir/2.2.1/Bundle/{first['id']}").json() == first
    assert response_in(http.get(f"/fhir/2.2.1/Bundle/{review_id}-2").json()) == now


@pytest.mark.parametrize("path", ["ClaimResponse/rev-0", "Bundle/rev-0-1", "Bundle/1", "Bundle/rev-0-x"])
def test_what_is_not_there_is_one_outcome(http: httpx2.Client, path: str) -> None:
    response = http.get(f"/fhir/2.2.1/{path}")

    assert (response.status_code, response.headers["content-type"]) == (404, FHIR_JSON)
    assert [issue["code"] for issue in response.json()["issue"]] == ["not-found"]


def test_an_answer_is_not_at_the_other_version(http: httpx2.Client) -> None:
    bundle = answered(submit(http, fresh("imaging-mri")))

    assert http.get(f"/fhir/2.0.1/Bundle/{bundle['id']}").status_code == 404
    assert http.get(f"/fhir/2.0.1/ClaimResponse/{response_in(bundle)['id']}").status_code == 404


# What may be sent and had


@pytest.mark.parametrize("media_type", [FHIR_JSON, JSON, f"{FHIR_JSON}; charset=utf-8; fhirVersion=4.0", "Text/JSON"])
def test_json_may_be_announced_in_several_ways(http: httpx2.Client, media_type: str) -> None:
    assert submit(http, pas_sample("msk-spine-and-pain"), **{"Content-Type": media_type}).status_code == 200


@pytest.mark.parametrize(
    ("accept", "format", "answer"),
    [
        (FHIR_JSON, "", FHIR_JSON),
        (JSON, "", JSON),
        ("application/fhir+xml, application/fhir+json;q=0.5", "", FHIR_JSON),
        ("*/*", "", FHIR_JSON),
        ("application/fhir+xml", "json", FHIR_JSON),
        ("*/*", "application/json", JSON),
        ("*/*", "application/fhir+json", FHIR_JSON),
    ],
)
def test_the_answer_has_the_media_type_that_was_asked_for(
    http: httpx2.Client, accept: str, format: str, answer: str
) -> None:
    query = f"?_format={format}" if format else ""

    response = http.get(f"/fhir/2.2.1/metadata{query}", headers={"Accept": accept})

    assert (response.status_code, response.headers["content-type"]) == (200, answer)


@pytest.mark.parametrize(("accept", "format"), [("application/fhir+xml", ""), ("*/*", "xml")])
def test_xml_cannot_be_had(http: httpx2.Client, accept: str, format: str) -> None:
    response = http.get("/fhir/2.2.1/metadata", params={"_format": format}, headers={"Accept": accept})

    assert (response.status_code, response.json()["resourceType"]) == (406, "OperationOutcome")


# What the server says of itself


@pytest.mark.parametrize("version", VERSIONS)
def test_the_capability_statement_is_one_and_names_what_can_be_done(http: httpx2.Client, version: str) -> None:
    response = http.get(f"/fhir/{version}/metadata")

    statement = CapabilityStatement.model_validate_json(response.content)
    assert statement.implementation is not None
    assert str(statement.implementation.url).endswith(f"/fhir/{version}")
    (rest,) = response.json()["rest"]
    resources = {each["type"]: each for each in rest["resource"]}
    assert "submit" in [each["name"] for each in resources["Claim"]["operation"]]
    assert resources["ClaimResponse"]["interaction"] == [{"code": "read"}]
    assert {"code": "read"} in resources["Bundle"]["interaction"]


def test_everything_in_the_capability_statement_is_there(http: httpx2.Client) -> None:
    """A path that is not there says `not found`; one that is says what else is wrong."""
    methods = {"read": ("GET", "/x"), "create": ("POST", ""), "search-type": ("GET", ""), "update": ("PUT", "/x")}
    for resource in http.get("/fhir/2.2.1/metadata").json()["rest"][0]["resource"]:
        for interaction in resource.get("interaction", []):
            method, rest = methods.get(interaction["code"], ("DELETE", "/x"))
            response = http.request(method, f"/fhir/2.2.1/{resource['type']}{rest}")
            assert response.status_code != 405
            assert response.json().get("issue", [{}])[0].get("details", {}).get("text") != "not found"


def test_there_is_a_smart_configuration_below_the_base(http: httpx2.Client, served: Any) -> None:
    found = http.get("/fhir/2.2.1/.well-known/smart-configuration").json()

    assert found["token_endpoint"] == f"{served.url}/oauth/token"


def test_another_version_is_not_there(http: httpx2.Client) -> None:
    response = http.get("/fhir/3.0.0/metadata")

    assert (response.status_code, response.json()["resourceType"]) == (404, "OperationOutcome")
