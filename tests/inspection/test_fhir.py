"""`validate` and `route` on FHIR documents: the rule, the FHIRPath and the place of everything that is wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhir_bundles import REQUESTS, SAMPLES
from priorauth.domain.findings import FindingCode
from priorauth.fhir.locating import Locator
from priorauth.inspection import NotReadable, route_documents, validate_fhir, validation_document
from priorauth.inspection.reading import is_fhir
from priorauth.settings import load_settings
from priorauth.tools import Tools, build_tools

BY_NAME = {path.stem: path.read_bytes() for path in SAMPLES}


@pytest.fixture(scope="module")
def tools() -> Tools:
    return build_tools(load_settings(sandbox=True))


def changed(name: str, change: Callable[[Any], None]) -> bytes:
    """A sample after `change` was called with its Bundle."""
    root = json.loads(BY_NAME[name])
    change(root)
    return json.dumps(root, indent=2).encode()


@pytest.mark.parametrize("version", ["2.2.1", "2.0.1"])
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_valid_by_both_versions(tools: Tools, path: Path, version: str) -> None:
    report = validate_fhir(tools, path.read_bytes(), version=version).report

    assert [f"{each.finding.code} {each.finding.at.path}" for each in report.findings if each.finding.rejects] == []
    assert report.version == version


def test_a_body_is_fhir_where_it_begins_as_json() -> None:
    assert not is_fhir(b"ISA*00*")
    assert is_fhir(b'\xef\xbb\xbf  {"resourceType": "Bundle"}')


@pytest.mark.parametrize(
    ("change", "rule", "expression", "status"),
    [
        (
            lambda root: root["entry"][0]["resource"].pop("priority"),
            FindingCode.FHIR_REQUIRED,
            "Bundle.entry[0].resource",
            "400",
        ),
        (
            lambda root: root["entry"][0]["resource"]["provider"].update(reference="urn:uuid:nowhere"),
            FindingCode.PAS_REFERENCE_DANGLING,
            "Bundle.entry[0].resource.provider.reference",
            "422",
        ),
        (
            lambda root: root["entry"].append(root["entry"].pop(0)),
            FindingCode.PAS_CLAIM_FIRST,
            "Bundle.entry[0].resource",
            "422",
        ),
    ],
    ids=["missing", "dangling", "claim not first"],
)
def test_a_finding_names_its_rule_its_fhirpath_its_line_and_its_answer(
    tools: Tools, change: Callable[[Any], None], rule: FindingCode, expression: str, status: str
) -> None:
    body = changed("imaging-mri", change)

    document: Any = validation_document(tools, body, second_opinion=False)

    found = next(each for each in document["findings"] if each["rule"] == rule)
    assert document["valid"] is False
    assert found["expression"].startswith(expression)
    assert found["reply"]["kind"] == "OperationOutcome"
    assert found["reply"]["status"] == status
    assert found["fix"]
    assert found["line"] > 0
    assert found["column"] > 0
    assert body.decode().split("\n")[found["line"] - 1].strip().startswith(found["excerpt"][0][:20])


@pytest.mark.parametrize("version", ["2.2.1", "2.0.1"])
def test_the_second_opinion_agrees_on_a_good_request(tools: Tools, version: str) -> None:
    body = BY_NAME["imaging-mri"]

    document: Any = validation_document(tools, body, second_opinion=True, version=version)

    assert document["second_opinion"] == {
        "by": "fhir.resources",
        "accepted": True,
        "not_given": None,
        "agrees": True,
        "disagreements": [],
    }


def test_the_second_opinion_names_what_the_models_alone_find_or_do_not_and_never_a_value(tools: Tools) -> None:
    def change(root: Any) -> None:
        root["entry"][0]["resource"]["created"] = "2026-13-77 SECRET"

    document: Any = validation_document(tools, changed("imaging-mri", change), second_opinion=True, quote=False)

    assert document["valid"] is False
    assert document["second_opinion"]["accepted"] is False
    assert document["second_opinion"]["agrees"] is True
    assert "SECRET" not in json.dumps(document)


def test_the_second_opinion_is_asked_only_where_it_is_wanted(tools: Tools) -> None:
    document: Any = validation_document(tools, changed("imaging-mri", lambda _: None), second_opinion=False)

    assert document["second_opinion"] is None


def test_a_value_that_cannot_be_right_is_answered_by_an_aaa_and_not_by_an_outcome(tools: Tools) -> None:
    def change(root: Any) -> None:
        for each in root["entry"]:
            for identifier in each["resource"].get("identifier", []):
                if identifier.get("system") == "http://hl7.org/fhir/sid/us-npi":
                    identifier["value"] = "1234567890"

    report = validate_fhir(tools, changed("imaging-mri", change)).report

    found = [each for each in report.findings if each.finding.code is FindingCode.NPI_INVALID]
    assert (report.is_valid, report.is_accepted) == (False, True)
    assert found
    assert all(each.answer.reply == "AAA" and each.answer.codes["AAA03"] == "43" for each in found)
    assert all(each.finding.at.path.endswith(".value") for each in found)


@pytest.mark.parametrize(
    ("body", "rule"),
    [(b"{", FindingCode.FHIR_JSON), (b"[1]", FindingCode.FHIR_NOT_A_RESOURCE)],
    ids=["no JSON", "no resource"],
)
def test_what_is_no_resource_is_a_finding(tools: Tools, body: bytes, rule: FindingCode) -> None:
    (found,) = validate_fhir(tools, body).report.findings

    assert found.finding.code is rule
    assert found.finding.rejects


def test_a_version_that_the_bundle_names_is_the_one_it_is_held_against(tools: Tools) -> None:
    def change(root: Any) -> None:
        root["meta"]["profile"] = [f"{url.partition('|')[0]}|2.0.1" for url in root["meta"]["profile"]]

    body = changed("imaging-mri", change)

    assert validate_fhir(tools, body).report.version == "2.0.1"
    assert validate_fhir(tools, body, version="2.2.1").report.version == "2.2.1"


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_request_is_routed_item_by_item(tools: Tools, path: Path) -> None:
    (route,) = asyncio.run(route_documents(tools, path.read_bytes()))

    items: Any = route["items"]
    sequences = [each["sequence"] for each in json.loads(path.read_text())["entry"][0]["resource"]["item"]]
    assert [each["sequence"] for each in items] == sequences
    assert all(each["rule"] for each in items)


def test_an_inquiry_has_no_route(tools: Tools) -> None:
    with pytest.raises(NotReadable):
        asyncio.run(route_documents(tools, BY_NAME["inquiry-imaging"]))


def test_an_element_is_found_by_its_fhirpath_and_what_is_missing_by_what_is_around_it() -> None:
    body = '{\n "resourceType": "Bundle",\n "entry": [ {"a": [1, {"b": "ü"}]},\n  {"c": "\\"[{"} ]\n}'.encode()
    locator = Locator(body)

    def at(path: str) -> tuple[int, int]:
        place = locator.find(path)
        assert place is not None
        return place.line, place.column

    assert at("Bundle.entry") == (3, 2)
    assert at("Bundle.entry[0].a[1].b") == (3, 24)
    assert at("Bundle.entry[1].c") == (4, 4)
    assert at("Bundle.entry[1].missing.deeper") == (4, 3)
    assert at("Bundle.nothing") == (1, 1)
    assert locator.find("") is None
    place = locator.find("Bundle.entry[1]")
    assert place is not None
    assert body[place.offset : place.offset + 1] == b"{"
