"""What we write is what the profiles of its version allow, whatever a delegate said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crosswalk_tables import CROSSWALKS
from fhir_bundles import BASE, NOON, bundle, decoded, read, sample
from priorauth.domain.determinations import (
    Authorized,
    CertificationAction,
    DaySpan,
    InformationRequest,
    ItemDecision,
    Rejection,
    RejectionLevel,
    Reply,
)
from priorauth.domain.reviews import Attachment, DatePeriod, Format, ServiceReview, Trace
from priorauth.fhir.bundles import Bundle
from priorauth.fhir.elements import Element, Value
from priorauth.translate.fhir_errors import read_errors
from priorauth.translate.fhir_reading import child, children, extensions, text
from priorauth.translate.fhir_request import review_to_fhir
from priorauth.translate.fhir_response import ResponseOptions, reply_to_fhir
from priorauth.translate.fhir_tidying import tidied
from priorauth.translate.fhir_vocabulary import ERROR_ELEMENT, LINE_NUMBER, PA_LINE_NUMBER, REVENUE, REVENUE_2_0_1
from x12_sets import sample as x12_sample

PENDED, MODIFIED = CertificationAction.PENDED, CertificationAction.MODIFIED
FIRST = ItemDecision(sequence=1, action=CertificationAction.CERTIFIED_IN_TOTAL)
OLD, NEW = Format.PAS_2_0_1, Format.PAS_2_2_1


def answered(name: str, item: ItemDecision, version: Format = NEW, **more: Any) -> Bundle:
    """The response to one of our samples with this decision on one of its items."""
    request = bundle(name)
    reply = Reply(review_id=read(request).id, number=1, made_at=NOON, items=(item,), **more)
    options = ResponseOptions(version=version, base=BASE)
    return decoded(reply_to_fhir(request, read(request, version), reply, crosswalks=CROSSWALKS, options=options))


def response_of(found: Bundle) -> Element:
    return found.entries[0].element


def requested(review: ServiceReview, version: Format) -> Bundle:
    return decoded(review_to_fhir(review, crosswalks=CROSSWALKS, version=version))


def asking(**asked: Any) -> ItemDecision:
    return replace(FIRST, action=PENDED, information=InformationRequest(**asked))


@pytest.mark.parametrize(
    ("name", "recipient", "sender"),
    [
        ("imaging-mri", "Organization", "Organization"),
        ("msk-spine-and-pain", "Practitioner", None),  # a role of a practitioner, of no organization
    ],
)
def test_who_is_asked_may_be_a_practitioner_and_who_sends_only_an_organization(
    name: str, recipient: str, sender: str | None
) -> None:
    found = answered(name, asking(loinc_codes=("18842-5",)))

    (request,) = [node.element for node in found.of_type("CommunicationRequest")]
    types = {found.urls[node.entry]: node.resource_type for node in found.entries}
    assert [types[text(each, "reference")] for each in children(request, "recipient")] == [recipient]
    assert types.get(text(child(request, "sender"), "reference")) == sender


@pytest.mark.parametrize(
    ("version", "url", "kind"), [(NEW, LINE_NUMBER, "valuePositiveInt"), (OLD, PA_LINE_NUMBER, "valueInteger")]
)
def test_the_line_of_a_task_is_of_the_type_of_its_version(version: Format, url: str, kind: str) -> None:
    found = answered("imaging-mri", asking(loinc_codes=("18842-5",)), version)

    (task,) = [node.element for node in found.of_type("Task")]
    assert extensions(children(task, "input")[1])[url][kind] == 1


@pytest.mark.parametrize("version", [NEW, OLD])
def test_a_report_asked_for_without_a_description_has_its_line_where_the_version_has_it(version: Format) -> None:
    document = Attachment(report_type="RB", transmission="EL")

    found = answered("imaging-mri", asking(attachments=(document,)), version)

    (request,) = [node.element for node in found.of_type("CommunicationRequest")]
    holder = child(request, "payload") if version is OLD else request
    assert extensions(holder)[LINE_NUMBER]["valuePositiveInt"] == 1
    assert not text(child(request, "payload"), "contentString")


def test_the_description_of_a_report_is_no_content_in_2_2_1_where_that_is_a_code() -> None:
    document = Attachment(report_type="RB", transmission="EL", description="films of the knee")

    found = answered("imaging-mri", asking(attachments=(document,)))

    (request,) = [node.element for node in found.of_type("CommunicationRequest")]
    assert "payload" not in request
    assert text(child(request, "category"), "text") == "films of the knee"


def test_where_an_error_is_said_is_plain_text_in_2_0_1_and_read_back() -> None:
    refused = Rejection(level=RejectionLevel.UMO, reason="79", follow_up="N")

    response = response_of(answered("imaging-mri", FIRST, OLD, rejections=(refused,)))

    (error,) = children(response, "error")
    assert extensions(error)[ERROR_ELEMENT]["valueString"] == "2010A-NM109"
    assert read_errors(response)[0].level is RejectionLevel.UMO


@pytest.mark.parametrize(("version", "system"), [(NEW, REVENUE), (OLD, REVENUE_2_0_1)])
def test_revenue_codes_are_of_the_system_of_the_version_and_both_are_read(version: Format, system: str) -> None:
    review = sample("nicu-admission")

    found = requested(review, version)

    items = children(found.entries[0].element, "item")
    assert {text(child(child(each, "revenue"), "coding"), "system") for each in items} == {system}
    codes = [item.service.revenue_code for item in review.items if item.service]
    assert [item.service.revenue_code for item in read(found, version).items if item.service] == codes


def test_an_added_item_of_2_0_1_has_no_extension_for_there_is_none() -> None:
    span = DaySpan(start=date(2026, 11, 1), end=date(2026, 11, 2), action=MODIFIED, requested_revenue_code="0174")

    response = response_of(answered("nicu-admission", replace(FIRST, action=MODIFIED, spans=(span,)), OLD))

    (added,) = children(response, "addItem")
    assert "extension" not in added


def test_a_resource_at_the_url_of_a_server_has_its_id() -> None:
    for node in requested(sample("imaging-mri"), NEW).entries:
        url = requested(sample("imaging-mri"), NEW).urls[node.entry]
        assert url.startswith("urn:") or url.endswith(f"/{node.text('id')}")


@pytest.mark.parametrize(("version", "claims"), [(NEW, 2), (OLD, 1)])
def test_a_bundle_of_2_0_1_has_one_claim_and_names_the_prior_one_by_its_identifier(
    version: Format, claims: int
) -> None:
    found = requested(sample("nicu-update"), version)

    related = child(child(found.entries[0].element, "related"), "claim")
    assert len(list(found.of_type("Claim"))) == claims
    assert ("reference" in related) is (version is NEW)
    assert text(child(related, "identifier"), "value")


def test_a_role_without_a_number_to_call_still_names_a_kind_of_contact() -> None:
    found = requested(x12_sample("msk-spine-and-pain"), NEW)

    roles = [node.element for node in found.of_type("PractitionerRole")]
    assert roles
    assert all(text(each, "system") for role in roles for each in children(role, "telecom"))


def test_a_period_that_would_end_before_it_begins_has_no_end() -> None:
    hasty = Authorized(effective=DatePeriod(date(2026, 11, 9)), expires=date(2026, 11, 2))

    response = response_of(answered("imaging-mri", replace(FIRST, authorized=hasty)))

    assert child(response, "preAuthPeriod") == {"start": "2026-11-09"}


def test_empty_texts_of_a_delegate_are_left_out_with_what_holds_nothing_else() -> None:
    blank = replace(FIRST, message="\n", reason_codes=("", " 0V "), traces=(Trace("", "9DELEGATE0", "A"),))

    response = response_of(answered("imaging-mri", blank, traces=(Trace(" ", "9DELEGATE0"),)))

    (item,) = children(response, "item")
    (action,) = children(child(item, "adjudication"), "extension")
    reasons = [each for each in children(action, "extension") if each.get("url") == "reasonCode"]
    assert "processNote" not in response
    assert [text(child(child(each, "valueCodeableConcept"), "coding"), "code") for each in reasons] == ["0V"]
    assert all(text(each, "value").strip() for each in children(response, "identifier"))


def test_a_code_without_text_is_not_asked_for() -> None:
    found = answered("imaging-mri", asking(loinc_codes=("", "18842-5")))

    (request,) = [node.element for node in found.of_type("CommunicationRequest")]
    assert text(child(request, "payload"), "contentString") == "18842-5"


def test_tidying_keeps_what_says_something() -> None:
    said: dict[str, Value] = {
        "resourceType": "Basic",
        "extension": [{"url": "urn:x"}, {"url": "urn:y", "valueBoolean": False}],
        "code": {"coding": [{"system": "urn:a", "code": ""}, {"system": "urn:a", "code": "A  1 "}]},
        "identifier": [{"system": "urn:i", "value": " "}, {"system": "urn:i"}],
    }

    assert tidied(said) == {
        "resourceType": "Basic",
        "extension": [{"url": "urn:y", "valueBoolean": False}],
        "code": {"coding": [{"system": "urn:a", "code": "A 1"}]},
        "identifier": [{"system": "urn:i"}],
    }
