"""Bundles decoded into strict types: what the quick pass over them accepts is right, and they are read the same."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import pytest

from bundle_mutations import mutate, mutate_kindly
from checked_json import SAMPLES, VERSIONS, checker, decoded, profile_of, sample
from fhir_bundles import REQUESTS, read
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, StrictBundle, read_resource
from priorauth.fhir.profiles import BundleProfile
from priorauth.sandbox.mutants import MUTANTS, Mutant, Rail, make
from priorauth.translate.fhir_elements import Coding

KIND, WILD = 60, 20  # mutations of each sample
each_sample = pytest.mark.parametrize("name", [path.stem for path in SAMPLES])


def is_accepted(document: Any, profile: BundleProfile, version: str = "2.2.1") -> bool:
    """True where the quick pass takes a document."""
    try:
        bundle = checker(version).read(json.dumps(document).encode())
    except FhirSyntaxError:
        return False
    return isinstance(bundle, StrictBundle) and checker(version)._quick.accepts(bundle, profile)


@each_sample
def test_the_quick_pass_takes_every_good_bundle(name: str) -> None:
    """Otherwise it would be of no use: what it refuses is checked in full."""
    profile = profile_of(decoded(sample(name)))

    assert profile is not None
    assert is_accepted(sample(name), profile)


def test_parts_of_a_request_do_not_show_what_they_say() -> None:
    strict = checker("2.2.1").read(json.dumps(sample("imaging-mri")).encode())

    assert isinstance(strict, StrictBundle)
    assert repr(strict.strict) == "Bundle(...)"
    assert "Patient(...)" in {repr(part) for part in strict.parts}
    assert repr(Coding(code="C50")) == "Coding(...)"


@each_sample
def test_what_the_quick_pass_takes_has_no_finding(name: str) -> None:
    original, random = sample(name), Random(name)  # the same mutations in every run
    profile = profile_of(decoded(original)) or BundleProfile.REQUEST
    taken = 0
    for number in range(KIND + WILD):
        document = copy.deepcopy(original)
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            (mutate_kindly if number < KIND else mutate)(document, random)
        version = VERSIONS[number % 8 == 0]

        if is_accepted(document, profile, version):
            taken += 1
            found = checker(version).check_bundle(decoded(document), profile)
            assert found == (), f"mutation {number} of {name}"

    assert taken > KIND / 6, "too few mutations are good ones to say anything"


@pytest.mark.parametrize("mutant", [pytest.param(each, id=each.name) for each in MUTANTS if each.rail is Rail.FHIR])
def test_the_quick_pass_takes_no_mutant_of_which_the_check_finds_anything(mutant: Mutant) -> None:
    body = make(mutant).body
    try:
        strict, plain = checker().read(body), Bundle(read_resource(body))
    except FhirSyntaxError:
        return
    profile = profile_of(plain) or BundleProfile.REQUEST

    if isinstance(strict, StrictBundle) and checker()._quick.accepts(strict, profile):
        assert checker().check_bundle(plain, profile) == ()


@pytest.mark.parametrize(
    "change",
    [
        (b'"resourceType": "Bundle",', b""),
        (b'"url": "prognosis",', b""),
        (b'"currency": "USD"', b'"currency": ""'),
        (b'"currency": "USD"', b'"currency": "US D"'),
        (b'"currency": "USD"', b'"currency": "US\\u00a0D"'),
        (b'"currency": "USD"', b'"currency": "US\\u0001"'),
        (b'"system": "urn:trnorg:', b'"system": "urn:\\ttrnorg:'),
        (b'"system": "urn:trnorg:', '"system": "urn:\u00a0trnorg:'.encode()),
        (b'"sequence": 1,', b'"sequence": 1.0,'),
        (b'"sequence": 1,', b'"sequence": 4294967296,'),
        (b'"sequence": 1,', b'"sequence": true,'),
        (b'"focal": true', b'"focal": null'),
        (b'"value": 12.50', b'"value": null'),
        (b'"value": 12.50', b'"value": "12.50"'),
        (b'"value": 12.50', b'"value": true'),
    ],
)
def test_the_quick_pass_takes_no_body_that_only_looks_right(change: tuple[bytes, bytes]) -> None:
    """Among them those of which decoding alone sees nothing."""
    body = next(path for path in SAMPLES if path.stem == "home-health-orders").read_bytes()
    assert change[0] in body
    quick = checker()._quick

    try:
        bundle = quick.read(body.replace(*change, 1))
    except FhirSyntaxError:
        return

    assert not (isinstance(bundle, StrictBundle) and quick.accepts(bundle, BundleProfile.REQUEST))


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_review_is_the_same_from_strict_types_and_from_json(path: Any) -> None:
    body = path.read_bytes()
    strict = checker().read(body)

    assert isinstance(strict, StrictBundle)
    assert read(strict) == read(Bundle(read_resource(body)))


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_strict_bundle_answers_as_its_json_does(path: Any) -> None:
    body = path.read_bytes()
    strict, plain = checker().read(body), Bundle(read_resource(body))

    assert (strict.identifier, strict.timestamp) == (plain.identifier, plain.timestamp)
    assert (strict.types, strict.urls) == (plain.types, plain.urls)
    for entry, node in enumerate(plain.entries):
        assert strict.profiles_of(entry) == plain.profiles_of(entry)
        assert strict.written(entry) == plain.written(entry)
        literal = f"{node.resource_type}/{node.text('id')}"
        for reference in (literal, plain.urls[entry], f"{literal}/_history/2", "Patient/none", "none"):
            assert strict.find(reference, 0) == plain.find(reference, 0)
            assert strict.find(reference, -1) == plain.find(reference, -1)
