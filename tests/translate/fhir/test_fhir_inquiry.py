"""An inquiry is a query by example, and is answered with the present results of what it finds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, bundle, decoded, sample
from priorauth.domain.determinations import CertificationAction, ItemDecision, Reply
from priorauth.domain.inquiries import Inquiry
from priorauth.domain.parties import PartnerId, PayerId
from priorauth.domain.reviews import Format, ReviewId
from priorauth.fhir.bundles import Bundle, read_resource, write_resource
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_inquiry import answer_inquiry, inquiry_from_fhir
from priorauth.translate.fhir_reading import child, children, text
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_vocabulary import ACTION, AUTHORIZATION_NUMBER, REVIEW_ACTION_CODE, coded, valued
from x12_sets import sample as x12_sample

CERTIFIED = Reply(
    review_id=ReviewId("rev-1"),
    number=2,
    made_at=NOON,
    items=(
        ItemDecision(
            sequence=1,
            action=CertificationAction.CERTIFIED_IN_TOTAL,
            certification_number="EV-1",
            administrative_number="P-1",
        ),
    ),
)


def inquiry(change: Any = None) -> tuple[Bundle, Inquiry]:
    """The sample inquiry after `change` was called with its Bundle and its Claim."""
    root = json.loads(write_resource(bundle("inquiry-imaging").root.element))
    if change:
        change(root, root["entry"][0]["resource"])
    found = Bundle(read_resource(json.dumps(root).encode()))
    return found, inquiry_from_fhir(
        found,
        arrived_as=Format.PAS_2_2_1,
        inquiry_id=ReviewId("inq-1"),
        partner=PartnerId("sandbox"),
        payer_of=PayerId,
        received_at=NOON,
        crosswalks=CROSSWALKS,
    )


def test_an_inquiry_finds_the_review_that_it_is_an_example_of() -> None:
    _, asked = inquiry()

    assert asked.finds(sample("imaging-mri"), CERTIFIED)


@pytest.mark.parametrize("name", ["nicu-admission", "home-oxygen-device", "split-imaging-and-surgery"])
def test_an_inquiry_finds_no_review_of_another_member_or_service(name: str) -> None:
    _, asked = inquiry()

    assert not asked.finds(sample(name), None)


def test_an_inquiry_finds_a_review_that_came_as_a_278() -> None:
    _, asked = inquiry()

    assert asked.finds(x12_sample("imaging-mri"), CERTIFIED)


@pytest.mark.parametrize(("number", "found"), [("EV-1", True), ("P-1", True), ("EV-2", False)])
def test_a_number_decides_alone(number: str, found: bool) -> None:
    def numbered(_: Any, claim: Any) -> None:
        claim["extension"].append(valued(AUTHORIZATION_NUMBER, "String", number))
        claim["item"] = []

    _, asked = inquiry(numbered)

    assert asked.finds(sample("imaging-mri"), CERTIFIED) is found


@pytest.mark.parametrize(("action", "found"), [("A1", True), ("A3", False)])
def test_an_action_is_a_criterion(action: str, found: bool) -> None:
    def acted(_: Any, claim: Any) -> None:
        claim["item"][0]["extension"].append(coded(REVIEW_ACTION_CODE, ACTION, action))

    _, asked = inquiry(acted)

    assert asked.finds(sample("imaging-mri"), CERTIFIED) is found


def test_days_that_do_not_overlap_find_nothing() -> None:
    def later(_: Any, claim: Any) -> None:
        claim["item"][0].pop("servicedPeriod", None)
        claim["item"][0]["servicedDate"] = "2030-01-01"

    _, asked = inquiry(later)

    assert not asked.finds(sample("imaging-mri"), CERTIFIED)


def test_what_was_found_is_answered_as_parameters_in_2_2_1() -> None:
    found, asked = inquiry()

    answer = _answer(found, asked, [(bundle("imaging-mri"), sample("imaging-mri"), CERTIFIED)], Format.PAS_2_2_1)

    (parameter,) = children(answer, "parameter")
    first = child(child(child(parameter, "resource"), "entry"), "resource")
    assert text(parameter, "name") == "return"
    assert text(first, "resourceType") == "ClaimResponse"
    assert "profile-claiminquiryresponse" in str(first["meta"])


def test_nothing_found_is_answered_with_no_bundle_in_2_2_1_and_with_an_error_in_2_0_1() -> None:
    found, asked = inquiry()

    empty = _answer(found, asked, [], Format.PAS_2_2_1)
    error = decoded(_answer(found, asked, [], Format.PAS_2_0_1))

    assert empty == {"resourceType": "Parameters"}
    assert error.entries[0].text("outcome") == "error"


def test_everything_found_is_one_bundle_in_2_0_1_with_each_resource_once() -> None:
    found, asked = inquiry()
    review = x12_sample("imaging-mri")
    request = decoded(review_to_fhir(review, crosswalks=CROSSWALKS, version=Format.PAS_2_0_1))
    first = (bundle("imaging-mri"), sample("imaging-mri"), CERTIFIED)

    answer = decoded(_answer(found, asked, [first, (request, review, CERTIFIED)], Format.PAS_2_0_1))

    urls = [answer.urls[node.entry] for node in answer.entries]
    assert len(urls) == len(set(urls))
    assert answer.entries[0].resource_type == "ClaimResponse"


def _answer(found: Bundle, asked: Inquiry, reviews: Any, version: Format) -> Element:
    return answer_inquiry(found, asked, reviews, crosswalks=CROSSWALKS, version=version, base=BASE, at=NOON)
