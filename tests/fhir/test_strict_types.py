"""Bundles decoded into strict types: what the quick pass over them accepts is right, and they are read the same."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from bundle_mutations import mutate, mutate_kindly
from checked_json import SAMPLES, VERSIONS, checker, decoded, profile_of, sample
from fhir_bundles import REQUESTS, read
from priorauth.domain.findings import FindingCode
from priorauth.fhir.bundles import Bundle, FhirSyntaxError, StrictBundle, read_resource
from priorauth.fhir.locating import BYTE_ORDER_MARK
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
        (b'"value": 12.50', b'"value": 1e10000'),
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


def _with_names(document: Any, text: str) -> Any:
    """The document with that text in every place where people write what they like."""
    written = json.dumps(document)
    return json.loads(re.sub(r'("(?:display|text|city)": )"[^"]*"', lambda found: found[1] + json.dumps(text), written))


def _with_entries(document: Any, arrange: Any) -> Any:
    return document | {"entry": [arrange(entry) for entry in document["entry"]]}


def _resource_first(entry: Any) -> Any:
    return {"resource": entry["resource"], "fullUrl": entry["fullUrl"]}


def _type_last(entry: Any) -> Any:
    resource = dict(entry["resource"])
    return entry | {"resource": resource | {"resourceType": resource.pop("resourceType")}}


def _twice(body: bytes) -> bytes:
    """The resource of the second entry from the end stands twice in it; readers of JSON take the last one."""
    before, _, rest = body.rpartition(b'"resource": ')
    first, _, last = before.rpartition(b'"resource": ')
    other = json.dumps(json.loads(body)["entry"][0]["resource"]).encode()
    return first + b'"resource": ' + other + b', "resource": ' + last + b'"resource": ' + rest


LAYOUTS: dict[str, Callable[[Any], bytes]] = {
    "in one line": lambda document: json.dumps(document).encode(),
    "with nothing between": lambda document: json.dumps(document, separators=(",", ":")).encode(),
    "indented": lambda document: json.dumps(document, indent="\t").replace("\n", "\r\n").encode(),
    "after a byte order mark": lambda document: b"\xef\xbb\xbf" + json.dumps(document).encode(),
    "with a brace in texts": lambda document: json.dumps(_with_names(document, "a } b")).encode(),
    "with an opening brace in texts": lambda document: json.dumps(_with_names(document, "{")).encode(),
    "with what ends entries in texts": lambda document: json.dumps(_with_names(document, '"}},{"')).encode(),
    "with what begins one in texts": lambda document: json.dumps(_with_names(document, '{"resourceType": ')).encode(),
    "with the name of its type as a text": lambda document: json.dumps(_with_names(document, "resourceType")).encode(),
    "with it after a quote": lambda document: json.dumps(_with_names(document, '{"resourceType')).encode(),
    "with back slashes in texts": lambda document: json.dumps(_with_names(document, "a\\ \\\\")).encode(),
    "with escaped slashes": lambda document: json.dumps(document).replace("/", "\\/").encode(),
    "with accents": lambda document: json.dumps(_with_names(document, "Zoë ☃"), ensure_ascii=False).encode(),
    "with escaped accents": lambda document: json.dumps(_with_names(document, "Zoë ☃")).encode(),
    "with an escaped name": lambda document: json.dumps(document).replace('"resource', '"\\u0072esource').encode(),
    "with the fullUrl last": lambda document: json.dumps(_with_entries(document, _resource_first)).encode(),
    "with the type last": lambda document: json.dumps(_with_entries(document, _type_last)).encode(),
    "with members after the entries": lambda document: json.dumps(
        {name: document[name] for name in sorted(document, key=lambda name: (name != "entry", name))}
    ).encode(),
    "with a resource twice": lambda document: _twice(json.dumps(document).encode()),
    "with its entries twice": lambda document: (
        json.dumps(document)
        .replace('"entry": ', f'"entry": {json.dumps(document["entry"][:2])}, "entry": ', 1)
        .encode()
    ),
}


@pytest.mark.parametrize("name", ["home-health-orders", "nicu-update"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_what_is_carried_is_the_same_however_its_bundle_is_laid_out(name: str, layout: str, backwards: bool) -> None:
    body = LAYOUTS[layout](sample(name))
    bundle, plain = checker().read(body), Bundle(read_resource(body.removeprefix(BYTE_ORDER_MARK)))
    entries = range(len(plain.entries))

    assert isinstance(bundle, StrictBundle)
    for entry in reversed(entries) if backwards else entries:
        assert bundle.written(entry) == plain.written(entry)


@pytest.mark.parametrize("number", ["1e31", "-1E+10000000", "1e-10000000", "0e999999999"])
def test_a_number_that_nobody_could_write_out_is_refused(number: str) -> None:
    body = next(path for path in SAMPLES if path.stem == "home-health-orders").read_bytes()
    document = Bundle(read_resource(body.replace(b'"value": 12.50', b'"value": ' + number.encode())))

    found = checker().check_bundle(document, BundleProfile.REQUEST)

    assert {finding.code for finding in found} == {FindingCode.FHIR_VALUE}
