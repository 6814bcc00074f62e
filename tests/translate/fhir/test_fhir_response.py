"""A reply goes back as a PAS response Bundle, and a delegate's response Bundle is read as what it decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, REQUESTS, bundle, decoded, read, sample
from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    Determination,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
    Reply,
    ReviewerRole,
)
from priorauth.domain.findings import FindingCode
from priorauth.domain.parties import DestinationId
from priorauth.domain.reviews import Attachment, DatePeriod, Format, Leg, LegId, ServiceReview, Trace
from priorauth.fhir.bundles import Bundle, read_resource
from priorauth.fhir.elements import Element
from priorauth.translate.fhir_determination import determination_from_fhir, returned_traces
from priorauth.translate.fhir_reading import child, children, extensions, text, texts
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_response import ResponseOptions, outcome_of, reply_to_fhir
from priorauth.translate.fhir_vocabulary import ERROR_ELEMENT, ERROR_PATH
from replies import replies
from x12_sets import sample as x12_sample

VERSIONS = [Format.PAS_2_2_1, Format.PAS_2_0_1]
Action = CertificationAction


def reply_of(review: ServiceReview, *items: ItemDecision, **more: object) -> Reply:
    """A reply with these decisions."""
    return replace(Reply(review_id=review.id, number=1, made_at=NOON, items=items), **more)  # type: ignore[arg-type]


def answered(request: Bundle, reply: Reply, version: Format = Format.PAS_2_2_1) -> Bundle:
    """The response Bundle, as its receiver decodes it."""
    options = ResponseOptions(version=version, base=BASE)
    return decoded(reply_to_fhir(request, read(request, version), reply, crosswalks=CROSSWALKS, options=options))


def response_of(found: Bundle) -> Element:
    return found.entries[0].element


def determined(found: Bundle, review: ServiceReview, version: Format = Format.PAS_2_2_1) -> Determination:
    """What a delegate's response says of the whole review."""
    read_back = determination_from_fhir(
        found,
        leg=leg_of(review),
        review=review,
        determination_id="det-1",
        decided_at=NOON,
        crosswalks=CROSSWALKS,
        version=version,
    )
    assert isinstance(read_back, Determination)
    return read_back


def leg_of(review: ServiceReview) -> Leg:
    sequences = tuple(item.sequence for item in review.items)
    return Leg(id=LegId("leg-1"), review_id=review.id, number=1, destination=DestinationId("d"), sequences=sequences)


def decision(sequence: int, action: Action = Action.CERTIFIED_IN_TOTAL, **more: object) -> ItemDecision:
    return replace(ItemDecision(sequence=sequence, action=action), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_every_submitted_item_is_answered_by_its_sequence(path: Path, version: Format) -> None:
    request = Bundle(read_resource(path.read_bytes()))
    review = read(request, version)
    reply = reply_of(review, *(decision(item.sequence) for item in review.items))

    response = response_of(answered(request, reply, version))

    submitted = [each["sequence"] for each in children(request.entries[0].element, "item")]
    assert [each["itemSequence"] for each in children(response, "item")] == submitted
    assert response["resourceType"] == "ClaimResponse"
    assert response["outcome"] == "complete"


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_returned_resources_are_those_of_the_request_and_every_reference_leads_somewhere(path: Path) -> None:
    request = Bundle(read_resource(path.read_bytes()))
    review = read(request)

    found = answered(request, reply_of(review, *(decision(item.sequence) for item in review.items)))

    sent = {request.urls[node.entry]: node.element for node in request.entries}
    for node in found.entries[1:]:
        assert node.element == sent[found.urls[node.entry]]
    claim = request.urls[0]
    for node in found.entries:
        for literal in _references(node.element):
            assert literal == claim or found.find(literal, node.entry) is not None, literal


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [literal for each in value.values() for literal in _references(each)]
    if isinstance(value, list):
        return [literal for each in value for literal in _references(each)]
    return []


def test_the_identifiers_of_the_request_are_returned_as_they_came() -> None:
    request = bundle("nicu-admission")
    review = read(request)

    response = response_of(answered(request, reply_of(review, decision(1), traces=(Trace("D-77", "9DELEGATE0"),))))

    assert children(response, "identifier")[0] == children(request.entries[0].element, "identifier")[0]
    assert text(children(response, "identifier")[1], "value") == "D-77"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_delegate_decided_is_read_back(version: Format) -> None:
    request = bundle("split-imaging-and-surgery")
    review = read(request, version)
    reply = reply_of(
        review,
        decision(
            1,
            certification_number="A-1",
            authorized=Authorized(
                issued=date(2026, 11, 2), effective=DatePeriod(date(2026, 11, 2)), expires=date(2027, 2, 1)
            ),
            message="valid at the site named",
        ),
        decision(2, Action.NOT_CERTIFIED, reason_codes=("0V",), second_opinion=True),
        certification_number="A-0",
    )

    found = determined(answered(request, reply, version), review, version)

    assert [replace(each, decided_by=None) for each in found.items] == list(reply.items)


@pytest.mark.parametrize("version", VERSIONS)
def test_fewer_units_come_back_as_authorized(version: Format) -> None:
    request = bundle("nicu-admission")
    review = read(request, version)
    modified = decision(1, Action.MODIFIED, authorized=Authorized(revenue_code="0173", quantity=Decimal(2), unit="DA"))
    reply = reply_of(review, modified, decision(2), decision(3))

    item = determined(answered(request, reply, version), review, version).items[0]

    assert item.action is Action.MODIFIED
    assert item.authorized == modified.authorized


@pytest.mark.parametrize("authorized", [None, Authorized(expires=date(2026, 3, 1))], ids=["no word", "its dates only"])
def test_a_modified_item_is_added_too_where_nothing_of_its_service_differs(authorized: Authorized | None) -> None:
    request = bundle("nicu-admission")
    modified = decision(1, Action.MODIFIED, authorized=authorized)

    response = response_of(answered(request, reply_of(read(request), modified, decision(2), decision(3))))

    asked, added = children(request.first().element, "item")[0], children(response, "addItem")
    assert [each["itemSequence"] for each in added] == [[1]]
    assert child(added[0], "productOrService") == child(asked, "productOrService")


def test_what_is_authorized_otherwise_is_an_added_item_beside_what_was_asked() -> None:
    request = bundle("nicu-admission")
    review = read(request)
    modified = decision(1, Action.MODIFIED, authorized=Authorized(revenue_code="0173"))

    response = response_of(answered(request, reply_of(review, modified, decision(2), decision(3))))

    (added,) = children(response, "addItem")
    assert added["itemSequence"] == [1]


@pytest.mark.parametrize("version", VERSIONS)
def test_spans_of_days_come_back_one_by_one(version: Format) -> None:
    request = bundle("nicu-admission")
    review = read(request, version)
    spans = (
        DaySpan(
            start=date(2026, 11, 1), end=date(2026, 11, 2), action=Action.CERTIFIED_IN_TOTAL, days=Decimal(2),
            requested_revenue_code="0174", authorized_revenue_code="0174",
        ),
        DaySpan(
            start=date(2026, 11, 3), end=date(2026, 11, 3), action=Action.NOT_CERTIFIED, days=Decimal(1),
            requested_revenue_code="0174",
        ),
    )  # fmt: skip
    reply = reply_of(review, decision(1, Action.MODIFIED, spans=spans), decision(2), decision(3))

    item = determined(answered(request, reply, version), review, version).items[0]

    assert item.spans == spans


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_asked_for_comes_back_and_is_a_task_of_each_kind(version: Format) -> None:
    request = bundle("imaging-mri")
    review = read(request, version)
    asked = InformationRequest(
        attachments=(Attachment(report_type="RB", transmission="EL", control_number="C-1"),),
        loinc_codes=("18776-5", "102089-0"),
    )
    reply = reply_of(review, decision(1, Action.PENDED, information=asked))

    found = answered(request, reply, version)

    tasks = [node.element for node in found.of_type("Task")]
    codes = [text(child(child(task, "code"), "coding"), "code") for task in tasks]
    assert determined(found, review, version).items[0].information == asked
    assert codes == ["attachment-request-code", "attachment-request-code", "attachment-request-questionnaire"]
    assert all(len(children(task, "input")) > 1 for task in tasks)
    assert response_of(found)["outcome"] == ("queued" if version is Format.PAS_2_0_1 else "complete")


@pytest.mark.parametrize(
    ("actions", "outcome_2_2_1", "outcome_2_0_1"),
    [
        ((Action.CERTIFIED_IN_TOTAL, Action.NOT_CERTIFIED), "complete", "complete"),
        ((Action.PENDED, Action.PENDED), "complete", "queued"),
        ((Action.PENDED, Action.NOT_CERTIFIED), "partial", "queued"),
    ],
)
def test_the_outcome_is_one_that_the_version_knows(
    actions: tuple[Action, Action], outcome_2_2_1: str, outcome_2_0_1: str
) -> None:
    reply = reply_of(sample("imaging-mri"), *(decision(at, each) for at, each in enumerate(actions, start=1)))

    assert outcome_of(reply, Format.PAS_2_2_1) == outcome_2_2_1
    assert outcome_of(reply, Format.PAS_2_0_1) == outcome_2_0_1


@pytest.mark.parametrize(
    ("rejection", "element", "path"),
    [
        (Rejection(level=RejectionLevel.UMO, reason="79", follow_up="N"), "2010A-NM109", "Organization.identifier"),
        (Rejection(level=RejectionLevel.SUBSCRIBER, reason="72", follow_up="C"), "2010C-NM109", "Patient.identifier"),
        (Rejection(level=RejectionLevel.SUBSCRIBER, reason="75", follow_up="C"), "2010C", "Patient"),
        (
            Rejection(level=RejectionLevel.REQUESTER, reason="43", follow_up="C"),
            "2010B-NM109",
            "Organization.identifier",
        ),
        (Rejection(level=RejectionLevel.EVENT, reason="AF", follow_up="C"), "2000E", "Claim"),
        (Rejection(level=RejectionLevel.SERVICE, reason="57", follow_up="C", sequence=1), "2000F", "Claim.item[0]"),
    ],
    ids=lambda value: value.reason if isinstance(value, Rejection) else "",
)
def test_a_rejection_is_an_error_that_says_where(rejection: Rejection, element: str, path: str) -> None:
    request = bundle("imaging-mri")

    found = answered(request, reply_of(read(request), rejections=(rejection,)))

    (error,) = children(response_of(found), "error")
    about = extensions(error)
    located = text(about[ERROR_PATH], "valueString")
    entry = int(located.removeprefix("Bundle.entry[").partition("]")[0])
    kind = request.entries[entry].resource_type
    assert response_of(found)["outcome"] == "error"
    assert text(extensions(about[ERROR_ELEMENT])["error"], "valueString") == element
    assert kind + located.partition("].resource")[2] == path


def test_rejections_are_read_back_at_their_level() -> None:
    request = bundle("nicu-admission")
    review = read(request)
    refused = Rejection(level=RejectionLevel.SERVICE, reason="AG", follow_up="C", sequence=2)
    rejected = ItemDecision(sequence=2, action=None, rejections=(refused,))

    found = determined(answered(request, reply_of(review, decision(1), rejected, decision(3))), review)

    assert found.items[0].action is Action.CERTIFIED_IN_TOTAL
    assert found.items[1].rejections == (refused,)


def test_that_software_decided_is_said_and_read() -> None:
    request = bundle("imaging-mri")
    review = read(request)

    found = answered(request, reply_of(review, decision(1, reviewer=ReviewerRole.AUTOMATION)))

    assert determined(found, review).items[0].reviewer is ReviewerRole.AUTOMATION


def test_that_a_person_decided_is_not_taken_for_a_physician() -> None:
    request = bundle("imaging-mri")
    review = read(request)

    found = answered(request, reply_of(review, decision(1, Action.NOT_CERTIFIED, reviewer=ReviewerRole.NURSE)))

    assert determined(found, review).items[0].reviewer is None


def test_an_answer_about_an_item_that_the_leg_does_not_have_is_refused() -> None:
    request = bundle("nicu-admission")
    review = read(request)
    found = answered(request, reply_of(review, *(decision(item.sequence) for item in review.items)))
    narrowed = replace(review, items=review.items[:1])

    refused = determination_from_fhir(
        found,
        leg=leg_of(narrowed),
        review=narrowed,
        determination_id="det-1",
        decided_at=NOON,
        crosswalks=CROSSWALKS,
    )

    assert isinstance(refused, tuple)
    assert [(finding.code, finding.at.path) for finding in refused] == [
        (FindingCode.DETERMINATION_TRACE_UNKNOWN, "Bundle.entry[0].resource.item[1].itemSequence"),
        (FindingCode.DETERMINATION_TRACE_UNKNOWN, "Bundle.entry[0].resource.item[2].itemSequence"),
    ]


def test_an_answer_that_speaks_of_an_item_twice_is_refused() -> None:
    request = bundle("imaging-mri")
    review = read(request)
    options = ResponseOptions(version=Format.PAS_2_2_1, base=BASE)
    written: Any = reply_to_fhir(request, review, reply_of(review, decision(1)), crosswalks=CROSSWALKS, options=options)
    response = written["entry"][0]["resource"]
    response["item"] = response["item"] * 2

    refused = determination_from_fhir(
        decoded(written),
        leg=leg_of(review),
        review=review,
        determination_id="det-1",
        decided_at=NOON,
        crosswalks=CROSSWALKS,
    )

    assert isinstance(refused, tuple)
    assert [finding.code for finding in refused] == [FindingCode.DETERMINATION_ITEM_TWICE]


def test_a_response_names_the_traces_that_its_request_had() -> None:
    request = bundle("imaging-mri")
    review = read(request)

    found = answered(request, reply_of(review, decision(1)))

    assert returned_traces(found) == tuple(trace.number for trace in review.event.traces)


def test_a_review_that_came_as_a_278_is_answered_as_fhir_just_as_well() -> None:
    review = x12_sample("nicu-admission")
    request = decoded(review_to_fhir(review, crosswalks=CROSSWALKS))
    reply = reply_of(review, *(decision(item.sequence, certification_number="A-9") for item in review.items))

    options = ResponseOptions(version=Format.PAS_2_2_1, base=BASE)
    found = decoded(reply_to_fhir(request, review, reply, crosswalks=CROSSWALKS, options=options))

    assert [each.certification_number for each in determined(found, review).items] == ["A-9"] * len(review.items)


@settings(max_examples=60, deadline=None)
@given(replies(sample("nicu-admission")))
def test_whatever_was_decided_can_be_said_as_a_bundle(reply: Reply) -> None:
    request = bundle("nicu-admission")

    for version in VERSIONS:
        found = answered(request, reply, version)

        assert found.entries[0].resource_type == "ClaimResponse"
        assert texts(child(found.entries[0].element, "meta"), "profile")
