"""The request examples of the published PAS packages over HTTP: the closed ones are answered, the open one is not."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from left_out import skip
from pas_examples import OPEN, WHAT, examples, with_our_payer
from pas_requests import FHIR, claim_in, response_in
from priorauth.adapters.fhir_profiles import load_checker
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.profiles import BundleProfile


def each_example() -> list[Any]:
    try:
        return [pytest.param(*each, id=f"{each[0]}-{each[1]}") for each in examples()]
    except pytest.skip.Exception as left_out:
        return [pytest.param("", "", b"", marks=pytest.mark.skip(str(left_out)))]


@pytest.mark.parametrize(("version", "name", "body"), each_example())
def test_an_example_is_answered_or_refused_for_its_dangling_references(
    http: httpx2.Client, version: str, name: str, body: bytes
) -> None:
    response = http.post(f"/fhir/{version}/Claim/$submit", content=with_our_payer(body), headers=FHIR)

    if (version, name) in OPEN:
        assert response.status_code == 422
        assert {
            each["details"]["coding"][0]["code"] for each in response.json()["issue"] if each["severity"] == "error"
        } == {"PAS-REFERENCE-DANGLING"}
        return
    assert response.status_code == 200, response.text
    items = claim_in(json.loads(body))["item"]
    answered = response_in(response.json())["item"]
    assert [each["itemSequence"] for each in answered] == [each["sequence"] for each in items]
    found = load_checker(version).check_bundle(Bundle(read_resource(response.content)), BundleProfile.RESPONSE)
    assert [each for each in found if each.rejects] == []


def test_the_package_has_the_example_that_is_refused() -> None:
    names = {(version, name) for version, name, _ in examples()}
    if not any(version == "2.2.1" for version, _ in names):
        skip(WHAT, "there is no package of 2.2.1")

    assert names >= OPEN
