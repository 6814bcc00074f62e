"""A review goes out as a PAS request Bundle, and what a Bundle cannot say is named as a loss."""

from __future__ import annotations

import dataclasses
import difflib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import REQUESTS, decoded, read
from fhir_bundles import sample as fhir_sample
from left_out import each_file
from priorauth.domain.reviews import Format, ServiceReview, Trace
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_reading import child, children, text
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.losses import Losses
from priorauth.translate.x12_review import review_to_x12
from priorauth.x12.loops import Tolerances
from x12_sets import REFUSED, SAMPLES, read_review, read_sets, written
from x12_sets import sample as x12_sample

VERSIONS = [Format.PAS_2_2_1, Format.PAS_2_0_1]
ACCEPTED = [path for path in SAMPLES if path.stem not in REFUSED]


def request(review: ServiceReview, version: Format = Format.PAS_2_2_1, losses: Losses | None = None) -> Element:
    """The request Bundle of a review."""
    return review_to_fhir(review, crosswalks=CROSSWALKS, version=version, losses=losses)


def resources(found: Element, kind: str) -> list[Element]:
    """The resources of one type."""
    held = [child(each, "resource") for each in children(found, "entry")]
    return [each for each in held if text(each, "resourceType") == kind]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_a_278_comes_back_from_fhir_as_it_was_or_its_losses_name_the_difference(path: Path, version: Format) -> None:
    (original,) = read_sets(path.read_bytes(), "request")
    losses = Losses()

    found = decoded(request(read_review(original), version, losses))

    back = written(review_to_x12(read(found, version)))
    differing = difflib.unified_diff(original.segments, back, lineterm="", n=0)
    missing = {line[1:].split("*")[0] for line in differing if line[:1] in "-+" and line[:2] not in ("--", "++")}
    named = {loss.position.partition("/")[2] for loss in losses.found}
    assert [segment for segment in missing if not any(each.startswith(segment) for each in named)] == []


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_review_that_came_as_fhir_goes_out_as_the_same_review(path: Path) -> None:
    review = read(Bundle(read_resource(path.read_bytes())))

    again = read(decoded(request(review)))

    kept = [each.name for each in dataclasses.fields(review) if each.name not in ("urls", "resources", "transaction")]
    assert [name for name in kept if getattr(review, name) != getattr(again, name)] == []
    assert {each.url for each in again.resources} == {each.url for each in review.resources}
    assert set(again.urls) == set(review.urls)


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_the_claim_stands_first_and_every_reference_leads_somewhere(path: Path) -> None:
    (original,) = read_sets(path.read_bytes(), "request")

    found = decoded(request(read_review(original)))

    assert found.entries[0].resource_type == "Claim"
    for node in found.entries:
        for literal in _references(node.element):
            assert found.find(literal, node.entry) is not None, literal


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [literal for each in value.values() for literal in _references(each)]
    if isinstance(value, list):
        return [literal for each in value for literal in _references(each)]
    return []


def test_the_same_review_is_written_as_the_same_bytes() -> None:
    assert write_resource(request(x12_sample("nicu-admission"))) == write_resource(
        request(x12_sample("nicu-admission"))
    )


def test_who_plays_two_parts_is_one_resource() -> None:
    review = x12_sample("imaging-mri")
    twice = dataclasses.replace(
        review,
        event=dataclasses.replace(review.event, providers=(review.items[0].providers or (review.requester,)) * 2),
    )

    organizations = resources(request(twice), "Organization") + resources(request(twice), "Practitioner")

    contents = [write_resource(each) for each in organizations]
    assert len(contents) == len(set(contents))


def test_a_leg_has_our_identifier_time_and_trace() -> None:
    review = x12_sample("imaging-mri")

    found = review_to_fhir(
        review,
        crosswalks=CROSSWALKS,
        identifier="PA-1",
        created=datetime(2026, 11, 2, 18, 30, tzinfo=UTC),
        extra_trace=Trace("leg-1", "9PRIORAUTH"),
    )

    (claim,) = resources(found, "Claim")
    assert text(child(found, "identifier"), "value") == "PA-1"
    assert text(found, "timestamp") == "2026-11-02T18:30:00+00:00"
    assert [text(each, "value") for each in children(claim, "identifier")] == [
        review.event.traces[0].number,
        "leg-1",
    ]


def test_a_zip_code_gets_its_dash() -> None:
    review = x12_sample("imaging-mri")
    address = review.requester.address
    assert address is not None
    moved = dataclasses.replace(
        review,
        requester=dataclasses.replace(review.requester, address=dataclasses.replace(address, postal_code="021431234")),
    )

    organizations = resources(request(moved), "Organization")

    assert "02143-1234" in [text(child(each, "address"), "postalCode") for each in organizations]


def test_diagnoses_get_their_point_and_what_x12_lacks_is_said_to_be_absent() -> None:
    (claim,) = resources(request(x12_sample("nicu-admission")), "Claim")

    codes = [
        text(child(child(each, "diagnosisCodeableConcept"), "coding"), "code") for each in children(claim, "diagnosis")
    ]
    product = child(children(claim, "item")[0], "productOrService")

    assert codes == ["P07.26", "P22.0", "P59.0"]
    assert text(child(product, "coding"), "code") == "not-applicable"


@pytest.mark.parametrize("name", ["nicu-update", "home-oxygen-device"])
def test_carried_resources_go_out_as_they_came(name: str) -> None:
    review = fhir_sample(name)

    found = decoded(request(review))

    sent = {found.urls[node.entry]: write_resource(node.element).decode() for node in found.entries}
    assert all(sent[each.url] == each.body for each in review.resources)


@each_file("path", "PRIORAUTH_SAMPLES", "*request*.edi", what="the collected 278 requests by way of FHIR")
def test_a_collected_request_comes_back_from_fhir_or_its_losses_name_the_difference(path: Path) -> None:
    for original in read_sets(path.read_bytes(), "request", Tolerances(chained_services=True)):
        if original.structural_errors:
            continue
        review = read_review(original)
        direct = written(review_to_x12(review))
        losses = Losses()

        back = written(review_to_x12(read(decoded(request(review, losses=losses)))))

        named = {loss.position.partition("/")[2] for loss in losses.found}
        missing = set(direct) ^ set(back)
        segments = {segment.split("*")[0] for segment in missing if not segment.startswith("HL")}
        assert [segment for segment in segments if not any(each.startswith(segment) for each in named)] == []
