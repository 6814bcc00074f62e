"""The quick pass and the full check give one answer, whatever the Bundle is; and no Bundle makes them raise."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_mutations import NAMES, mutate
from checked_json import SAMPLES, VERSIONS, checker, findings_in, in_full, profile_of, sample
from priorauth.domain.findings import Finding, Severity
from priorauth.domain.findings import FindingCode as Code
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, read_resource
from priorauth.fhir.elements import Value
from priorauth.fhir.profiles import BundleProfile

MUTATIONS = 250  # of each sample
each_sample = pytest.mark.parametrize("name", [path.stem for path in SAMPLES])


@each_sample
def test_quick_acceptance_and_full_check_agree_on_random_mutations(name: str) -> None:
    random = Random(name)  # the same ones in every run
    for number in range(MUTATIONS):
        document = sample(name)
        for _ in range(random.choice((1, 1, 1, 2, 4))):
            mutate(document, random)
        if not isinstance(document.get("resourceType"), str):
            continue
        version = VERSIONS[number % 2]

        quick = findings_in(document, BundleProfile.REQUEST, version)

        assert set(quick) == set(in_full(document, BundleProfile.REQUEST, version)), f"mutation {number} of {name}"


@each_sample
def test_the_quick_pass_takes_every_good_resource(name: str) -> None:
    """Otherwise it would be of no use: what it refuses is checked in full."""
    for entry in sample(name)["entry"]:
        accepts = checker()._compiler.resource(entry["resource"]["resourceType"]).accepts

        assert accepts(read_resource(json.dumps(entry["resource"]).encode()), [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("entry", "resource", "fullUrl", "item", *NAMES)), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(body=JSON, profile=st.sampled_from(BundleProfile), first=st.sampled_from(("Claim", "Bundle", "Nothing")))
@settings(max_examples=300, deadline=None)
def test_no_json_makes_the_check_raise(body: Any, profile: BundleProfile, first: str) -> None:
    resource = {"resourceType": first, "item": body, "extension": body, "related": body, "identifier": body}
    for document in (
        {"resourceType": "Bundle", "entry": body},
        {"resourceType": "Bundle", "entry": [{"fullUrl": body, "resource": resource}]},
        {"resourceType": "Bundle", "entry": [{"fullUrl": "urn:x", "resource": body}]},
    ):
        found = findings_in(document, profile)

        assert any(each.rejects for each in found)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode) | JSON.map(lambda body: json.dumps(body).encode()))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_reading_raise_anything_else(data: bytes) -> None:
    with suppress(FhirSyntaxError):
        assert isinstance(read_resource(data)["resourceType"], str)


def nested(depth: int, opening: str, closing: str) -> bytes:
    inside = opening * depth + closing * depth
    return b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Claim","extension":%b}}]}' % inside.encode()


@pytest.mark.parametrize("depth", [50, 300, 900, 5_000, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('[{"extension":', "}]")])
def test_deep_nesting_is_a_fault_or_a_finding(depth: int, opening: str, closing: str) -> None:
    data = nested(depth, opening, closing).replace(b'"extension":}', b'"extension":[]}')

    try:
        found: tuple[Finding, ...] = checker().check_bundle(Bundle(read_resource(data)), BundleProfile.REQUEST)
    except FhirSyntaxError:
        return

    assert any(each.rejects for each in found)


def test_nesting_too_deep_to_check_is_said_so() -> None:
    resource: Any = {"extension": []}
    for _ in range(3_000):
        resource = {"extension": [resource]}

    entry: Value = {"fullUrl": "urn:x", "resource": {"resourceType": "Claim", **resource}}

    found = checker().check_bundle(Bundle({"resourceType": "Bundle", "entry": [entry]}), BundleProfile.REQUEST)

    assert [each.severity for each in found if each.code is Code.FHIR_TOO_DEEP] == [Severity.FATAL]


def test_the_samples_are_of_both_kinds() -> None:
    kinds = {profile_of(Bundle(read_resource(path.read_bytes()))) for path in SAMPLES}

    assert kinds == {BundleProfile.REQUEST, BundleProfile.INQUIRY}
