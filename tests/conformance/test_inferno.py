"""Presets of the Inferno test kit: each Bundle gets from a sandbox what its group wants to see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from priorauth.adapters.fhir_profiles import load_checker
from priorauth.cli import app
from priorauth.conformance.folders import conformance_folder
from priorauth.conformance.inferno import SUITES, Wanted, bundles_of, preset
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from served import Served
from subscribers import Subscriber

FHIR = {"Content-Type": "application/fhir+json"}
ACTION = "http://hl7.org/fhir/us/davinci-pas/StructureDefinition/extension-reviewAction"
X12_ACTIONS = "https://codesystem.x12.org/005010/306"
VERSIONS = sorted(SUITES)
COMMON = {
    *("server_endpoint", "smart_credentials", "access_token", "subscription_resource"),
    *(f"{case}_pa_submit_request_payload" for case in ("approval", "denial", "pended", "must_support")),
    "must_support_pa_inquire_request_payload",
}
INPUTS = {
    "2.0.1": COMMON | {"pended_pa_inquire_request_payload"},
    "2.2.1": COMMON
    | {f"claim_update_{step}_submit_payload" for step in ("initial", "add_item", "modify_cancel", "cancel_all")},
}
"""The inputs of each suite of the kit."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("gateway"), wait_seconds="15") as gateway:
        yield gateway


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def payloads(served: Served, version: str) -> dict[str, list[Any]]:
    """What a preset sends, by the name of its input."""
    wanted = Wanted(version=version, base_url=served.url, pended_seconds=1)
    found: dict[str, list[Any]] = {}
    for name, body in bundles_of(preset(conformance_folder(), wanted, datetime.now(UTC))):
        found.setdefault(name, []).append(body)
    return found


def post(served: Served, version: str, path: str, body: Any) -> httpx2.Response:
    return httpx2.post(f"{served.url}/fhir/{version}/{path}", content=json.dumps(body), headers=FHIR, timeout=30)


def actions(response: httpx2.Response) -> list[str]:
    """The review actions of the items of every ClaimResponse, found as the kit finds them."""
    assert response.status_code == 200, response.text
    return [
        coding["code"]
        for resource in resources(response.json())
        if resource["resourceType"] == "ClaimResponse"
        for item in resource.get("item", [])
        for adjudication in item.get("adjudication", [])
        for extension in adjudication.get("extension", [])
        if extension["url"] == ACTION
        for part in extension["extension"]
        for coding in part.get("valueCodeableConcept", {}).get("coding", [])
        if coding["system"] == X12_ACTIONS
    ]


def resources(document: Any) -> Iterator[Any]:
    """The entries of a Bundle, or of the Bundles in Parameters."""
    for parameter in document.get("parameter", []):
        yield from resources(parameter["resource"])
    for entry in document.get("entry", []):
        yield entry["resource"]


def test_a_preset_has_every_input_of_its_suite(version: str) -> None:
    document = preset(conformance_folder(), Wanted(version=version, base_url="https://g.example"), datetime.now(UTC))

    assert {each["name"] for each in document["inputs"]} == INPUTS[version]
    assert document["test_suite_id"] == SUITES[version]
    assert document["inputs"][0]["value"] == f"https://g.example/fhir/{version}"
    assert all(isinstance(each["value"], str) and each["value"] for each in document["inputs"])


def test_every_bundle_of_a_preset_is_valid(version: str, payloads: dict[str, list[Any]]) -> None:
    checker = load_checker(version)
    for name, bodies in payloads.items():
        if name == "subscription_resource":
            continue
        profile = BundleProfile.INQUIRY if "inquire" in name else BundleProfile.REQUEST
        for body in bodies:
            found = checker.check_bundle(Bundle(read_resource(json.dumps(body).encode())), profile)
            assert not [each for each in found if each.rejects], name


@pytest.mark.parametrize(("case", "wanted"), [("approval", "A1"), ("denial", "A3")])
def test_a_case_gets_the_decision_that_its_group_wants(
    served: Served, version: str, payloads: dict[str, list[Any]], case: str, wanted: str
) -> None:
    (bundle,) = payloads[f"{case}_pa_submit_request_payload"]

    assert actions(post(served, version, "Claim/$submit", bundle)) == [wanted]


def test_a_pended_case_is_told_to_the_subscriber_and_found_decided(
    served: Served, version: str, payloads: dict[str, list[Any]]
) -> None:
    (subscription,), (bundle,) = payloads["subscription_resource"], payloads["pended_pa_submit_request_payload"]
    with Subscriber() as subscriber:
        subscription["channel"]["endpoint"] = subscriber.url
        assert post(served, version, "Subscription", subscription).status_code == 201
        subscriber.wait_for("handshake")
        answer = post(served, version, "Claim/$submit", bundle)
        (told,) = subscriber.wait_for("event-notification")

    assert actions(answer) == ["A4"]
    assert "A1" in told.body.decode()
    if version == "2.0.1":
        (inquiry,) = payloads["pended_pa_inquire_request_payload"]
        assert actions(post(served, version, "Claim/$inquire", inquiry)) == ["A1"]


def test_updates_are_answered_with_every_item_each_time(
    served: Served, version: str, payloads: dict[str, list[Any]]
) -> None:
    if version == "2.0.1":
        pytest.skip("the suite of 2.0.1 has no updates")
    answers = [
        actions(post(served, version, "Claim/$submit", payloads[f"claim_update_{step}_submit_payload"][0]))
        for step in ("initial", "add_item", "modify_cancel", "cancel_all")
    ]

    assert answers == [["A1", "A1"], ["A1", "A1", "A1"], ["A1", "C", "A1"], ["C", "C", "C"]]


def test_all_else_is_answered_with_a_bundle(served: Served, version: str, payloads: dict[str, list[Any]]) -> None:
    if version == "2.0.1":
        pytest.skip("the same Bundles as for 2.2.1")
    for bundle in payloads["must_support_pa_submit_request_payload"]:
        assert actions(post(served, version, "Claim/$submit", bundle))
    for inquiry in payloads["must_support_pa_inquire_request_payload"]:
        assert actions(post(served, version, "Claim/$inquire", inquiry))


def test_the_command_writes_a_preset_with_the_credentials_that_it_was_given(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(json.dumps({"kty": "EC", "crv": "P-384", "kid": "k1", "d": "secret"}))
    out = tmp_path / "preset.json"
    told = ["--token-url", "https://g.example/oauth/token", "--token-client", "inferno", "--token-key", str(key)]

    written = CliRunner().invoke(app, ["conformance", "inferno-preset", "--out", str(out), *told])
    halves = CliRunner().invoke(app, ["conformance", "inferno-preset", "--out", str(out), *told[:2]])

    inputs = {each["name"]: each["value"] for each in json.loads(out.read_text())["inputs"]}
    credentials = json.loads(inputs["smart_credentials"])
    assert written.exit_code == 0, written.output
    assert (credentials["auth_type"], credentials["client_id"], credentials["kid"]) == (
        "backend_services",
        "inferno",
        "k1",
    )
    assert json.loads(credentials["jwks"])["keys"][0]["d"] == "secret"
    assert (halves.exit_code, "go together" in halves.output) == (2, True)
